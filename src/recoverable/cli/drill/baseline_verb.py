"""``recoverable drill baseline``: write down at the source what a restored copy will be compared with."""

from __future__ import annotations

import argparse
import datetime

from recoverable.cli import exits
from recoverable.cli.drill.common_options import add_config, add_state, read_drill_settings, state_folder
from recoverable.cli.streams import tell
from recoverable.model.errors import InputError

ABOUT = "write down at the source what a restored copy is compared with: roles, grants, objects, rows, hashes"
DEPTHS = ("quick", "standard", "deep")
MEANINGS = {
    exits.CLEAN: "the baseline is written",
    exits.BAD_INPUT: "bad option or settings, or something of the source may not be read; nothing was written",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "the source cannot be reached; safe to run again",
    exits.INTERRUPTED: "interrupted; nothing was written",
}


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("store", metavar="STORE", help="a store of [drill.stores]")
    parser.add_argument(
        "--depth",
        choices=DEPTHS,
        default="standard",
        help="quick: names, owners, grants; standard: and rows; deep: and hashes of all contents",
    )
    parser.add_argument(
        "--database", metavar="D", action="append", default=[], help="only these databases (default: all that take connections)"
    )
    parser.add_argument(
        "--url-env", metavar="VAR", default="DATABASE_URL", help="the variable with the source's connection string (default: DATABASE_URL)"
    )
    add_state(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """What was written on stdout, progress on stderr. The source is only read."""
    from recoverable.drill import parts
    from recoverable.drill.baseline_at_source import SourceError, take
    from recoverable.drill.baseline_reading import UnreadableError
    from recoverable.drill.baselines import make
    from recoverable.drill.rung import Depth
    from recoverable.drill.source_url import source_connection

    store = read_drill_settings(args).store(args.store)
    if not parts.subject_of(store.store.provider).has_server:
        raise InputError(f"{args.store} has no database", args.store, "A verified drill of such a store writes what the next one needs.")
    connection = source_connection(args.url_env)
    kept = make(state_folder(args))
    now = datetime.datetime.now(datetime.UTC)
    try:
        names, baseline = take(connection, args.database or (), store.expectations, Depth(args.depth), now, lambda line: tell(line))
    except UnreadableError as error:
        raise InputError(str(error), args.store, "Give the role pg_read_all_data, or name databases with --database.") from None
    except SourceError as error:
        tell(f"error: {args.store}: {error}")
        return exits.UNREACHABLE if error.unreachable else exits.BAD_INPUT
    kept.save(store.store, baseline)
    tables = sum(len(each.get("tables") or {}) for each in baseline["databases"].values())
    print(f"{args.store}: {len(names)} databases, {tables} tables, in {kept.path(store.store)}")
    for name, each in baseline["hashes"].items():
        where = f"--to lsn:{each['until']}" if each["until"] else "no exact position: the source was too busy"
        print(f"{args.store}: contents of {name} can be compared with a drill {where}")
    return exits.CLEAN
