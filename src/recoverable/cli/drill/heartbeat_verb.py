"""``recoverable drill heartbeat``: write heartbeats at the source, so that a drill can tell how much a restore lost."""

from __future__ import annotations

import argparse
import datetime
import functools
import os
import signal
from types import FrameType

from recoverable.cli import exits
from recoverable.cli.streams import tell
from recoverable.drill.durations import EXAMPLES, parse_duration
from recoverable.model.errors import InputError

ABOUT = "write a row at a steady pace at the source, from which drills measure the RPO"
MEANINGS = {
    exits.CLEAN: "as many rows were written as were asked for, the SQL was printed, or SIGTERM ended it",
    exits.BAD_INPUT: "bad option, no connection string, or the table cannot be made or written",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "the source does not answer, or refuses the login",
    exits.INTERRUPTED: "interrupted with Ctrl-C",
}
DEFAULT_VARIABLE = "DATABASE_URL"


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument(
        "--url-env",
        metavar="NAME",
        default=DEFAULT_VARIABLE,
        help=f"the variable that holds the connection string (default: {DEFAULT_VARIABLE}); without it libpq's own, such as PGHOST and PGPASSFILE",
    )
    parser.add_argument("--interval", metavar="T", default="30s", help=f"a row each T: {EXAMPLES} (default: 30s)")
    parser.add_argument("--keep", metavar="T", default="7d", help="remove rows older than T (default: 7d)")
    parser.add_argument("--times", metavar="N", type=int, help="end after N rows (default: never)")
    parser.add_argument("--sql", action="store_true", help="print the SQL that lets pg_cron write the rows instead, and end")


def run(args: argparse.Namespace) -> int:
    """Write, until it is told to end."""
    from recoverable.drill import heartbeat

    interval, keep = _duration(args.interval, "--interval"), _duration(args.keep, "--keep")
    if args.times is not None and args.times < 1:
        raise InputError(f"{args.times} rows are none", "--times", "Write a number from 1 on.")
    if args.sql:
        print(heartbeat.cron_sql(interval, keep), end="")
        return exits.CLEAN
    return _write(args, interval, keep)


def _write(args: argparse.Namespace, interval: datetime.timedelta, keep: datetime.timedelta) -> int:
    from recoverable.drill.clocks import SystemClock
    from recoverable.drill.contract import TransientError
    from recoverable.drill.heartbeat import connect_source, write_heartbeats

    url = os.environ.get(args.url_env, "")
    before = signal.signal(signal.SIGTERM, _terminated)
    try:
        connect = functools.partial(connect_source, url, args.url_env)
        written = write_heartbeats(connect, SystemClock(), _say, interval=interval, keep=keep, times=args.times)
    except _TerminatedError:
        return exits.CLEAN
    except TransientError as error:
        _say(str(error))
        return exits.UNREACHABLE
    finally:
        signal.signal(signal.SIGTERM, before)
    _say(f"{written} written")
    return exits.CLEAN


class _TerminatedError(Exception):
    """A supervisor ends the writer; that is no failure."""


def _terminated(number: int, frame: FrameType | None) -> None:
    raise _TerminatedError


def _duration(text: str, option: str) -> datetime.timedelta:
    found = parse_duration(text)
    if found is None:
        raise InputError(f"{text!r} is no length of time", option, f"Write one such as {EXAMPLES}.")
    return found


def _say(text: str) -> None:
    tell(text)
