"""``recoverable drill heartbeat``: write heartbeats at the source, so that a drill can tell how much a restore lost."""

from __future__ import annotations

import argparse
import datetime
import functools
import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.cli.drill.common_options import add_config, read_drill_settings
from recoverable.cli.streams import tell
from recoverable.drill.durations import EXAMPLES, parse_duration
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.drill.contract import Clock, Store

ABOUT = "write a row, or an object, at a steady pace at the source, from which drills measure the RPO"
MEANINGS = {
    exits.CLEAN: "as many were written as were asked for, the SQL was printed, or SIGTERM ended it",
    exits.BAD_INPUT: "bad option, no connection string, or the table cannot be made or written",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "the source does not answer, or refuses the login",
    exits.INTERRUPTED: "interrupted with Ctrl-C",
}
DEFAULT_VARIABLE = "DATABASE_URL"
ROWS, OBJECTS = "30s", "5m"


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument(
        "--url-env",
        metavar="NAME",
        default=DEFAULT_VARIABLE,
        help=f"the variable that holds the connection string (default: {DEFAULT_VARIABLE}); without it libpq's own, such as PGHOST and PGPASSFILE",
    )
    parser.add_argument("--store", metavar="STORE", help="a bucket of [drill.stores]: write its heartbeat object instead of rows")
    parser.add_argument("--interval", metavar="T", help=f"a beat each T: {EXAMPLES} (default: 30s; of objects 5m, for each is a version)")
    parser.add_argument("--keep", metavar="T", default="7d", help="remove rows older than T (default: 7d)")
    parser.add_argument("--times", metavar="N", type=int, help="end after N beats (default: never)")
    parser.add_argument("--sql", action="store_true", help="print the SQL that lets pg_cron write the rows instead, and end")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Write, until it is told to end."""
    from recoverable.drill import heartbeat

    interval, keep = _duration(args.interval or (OBJECTS if args.store else ROWS), "--interval"), _duration(args.keep, "--keep")
    if args.times is not None and args.times < 1:
        raise InputError(f"{args.times} beats are none", "--times", "Write a number from 1 on.")
    if args.store and args.sql:
        raise InputError("--sql is for databases", "--store", "Leave one of the two out.")
    if args.sql:
        print(heartbeat.cron_sql(interval, keep), end="")
        return exits.CLEAN
    return _write(_objects(args, interval) if args.store else _rows(args, interval, keep))


def _rows(args: argparse.Namespace, interval: datetime.timedelta, keep: datetime.timedelta) -> Callable[[], int]:
    from recoverable.drill.clocks import SystemClock
    from recoverable.drill.heartbeat import connect_source, write_heartbeats

    connect = functools.partial(connect_source, os.environ.get(args.url_env, ""), args.url_env)
    return lambda: write_heartbeats(connect, SystemClock(), _say, interval=interval, keep=keep, times=args.times)


def _objects(args: argparse.Namespace, interval: datetime.timedelta) -> Callable[[], int]:
    from recoverable.drill import parts
    from recoverable.drill.clocks import SystemClock
    from recoverable.drill.objects.beats import write_beats
    from recoverable.drill.subject import Subject

    store = read_drill_settings(args).store(args.store).store
    if parts.subject_of(store.provider) is not Subject.OBJECTS:
        raise InputError(f"{args.store} is no bucket", "--store", "A database gets its rows by its connection string: see --url-env.")
    clock = SystemClock()
    beat = _beat_of(store, clock)
    return lambda: write_beats(store.settings, beat, clock, _say, seconds=interval.total_seconds(), times=args.times)


def _beat_of(store: Store, clock: Clock) -> Callable[[], None]:
    from recoverable.drill.aws.where import region_of_store
    from recoverable.drill.gcs.connecting import Connecting
    from recoverable.drill.objects.beats import beats_on_gcs, beats_on_s3
    from recoverable.drill.objects.settings import GCS

    if store.settings["cloud"] == GCS:
        return beats_on_gcs(store.settings, Connecting(clock).api(), clock)
    return beats_on_s3(store.settings, region_of_store(store), clock)


def _write(write: Callable[[], int]) -> int:
    from recoverable.drill.contract import TransientError

    before = signal.signal(signal.SIGTERM, _terminated)
    try:
        written = write()
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
