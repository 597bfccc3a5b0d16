"""``recoverable drill status``: how old the last proven restore of each store is, and the metric that alarms watch."""

from __future__ import annotations

import argparse
import datetime
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.cli.drill.common_options import add_config, add_ledger, add_state, read_drill_settings, state_folder
from recoverable.cli.streams import tell, width
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.drill.proof_status import StoreStatus
    from recoverable.drill.reports.records import DrillHistory

ABOUT = "show how old the last proven restore of each store is, and publish it"
MEANINGS = {
    exits.CLEAN: "every store was proven within its cadence and days of grace, and no drill failed since",
    exits.FINDINGS: "a store is overdue, was never proven, or a drill of it failed after its last proof; or the ledger is broken",
    exits.BAD_INPUT: "bad option, standard or settings; or the ledger or the metric is refused",
    exits.NOTHING: "no store is set up for drills",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "the ledger or the place of the metric cannot be reached; safe to run again",
    exits.INTERRUPTED: "interrupted",
}
PLACES = ("cloudwatch", "gcp", "openmetrics")


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_ledger(parser)
    parser.add_argument(
        "--publish",
        choices=PLACES,
        help="send Recoverable/LastProvenRestoreAgeMinutes of each store; run it daily, apart from any drill",
    )
    parser.add_argument(
        "--output", metavar="F", type=Path, help="with --publish openmetrics: the file (default: stdout instead of the table)"
    )
    add_state(parser)
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """The table on stdout, what was published on stderr."""
    from recoverable.drill.contract import TransientError
    from recoverable.drill.ledger import LedgerError, open_ledger
    from recoverable.drill.proof_status import judge_stores
    from recoverable.drill.reports.records import read_history

    if args.output and args.publish != "openmetrics":
        raise InputError("--output needs --publish openmetrics", "", "The other places are no files.")
    settings = read_drill_settings(args)
    if not settings.stores:
        tell(f"no store is set up for drills ({settings.label}): add [drill.stores.NAME]")
        return exits.NOTHING
    now = datetime.datetime.now(datetime.UTC)
    try:
        history = read_history(open_ledger(args.ledger or settings.ledger, state_folder(args), settings.ledger_lock_days))
        statuses = judge_stores(settings.stores.values(), history, now)
        _print(args, statuses, history)
        _publish(args, statuses, now)
    except LedgerError as error:
        raise InputError(str(error)) from None
    except TransientError as error:
        tell(f"error: {error}")
        return exits.UNREACHABLE
    return exits.FINDINGS if any(each.alarming for each in statuses) else exits.CLEAN


def _print(args: argparse.Namespace, statuses: Sequence[StoreStatus], history: DrillHistory) -> None:
    from recoverable.drill.reports.json_report import ledger_data, status_data
    from recoverable.drill.reports.status_text import lines, wrapped

    if args.json:
        print(json.dumps({"schema": 1, **ledger_data(history), "stores": [status_data(each) for each in statuses]}, indent=2))
    elif args.publish != "openmetrics" or args.output:
        print("\n".join(each for line in lines(statuses, history) for each in wrapped(line, width())))


def _publish(args: argparse.Namespace, statuses: Sequence[StoreStatus], now: datetime.datetime) -> None:
    if args.publish == "cloudwatch":
        from recoverable.drill.publish import cloudwatch

        tell(cloudwatch.publish(statuses, now))
    elif args.publish == "gcp":
        from recoverable.drill.publish import google_monitoring

        tell(google_monitoring.publish(statuses, now))
    elif args.publish == "openmetrics":
        from recoverable.drill.durable import replace_file
        from recoverable.drill.publish import openmetrics

        text = openmetrics.render(statuses)
        if args.output:
            replace_file(args.output.absolute(), text, 0o644)  # a collector of another user reads it
            tell(f"{len(statuses)} stores written to {args.output}")
        elif args.json:
            raise InputError("--json and --publish openmetrics both want stdout", "", "Add --output FILE.")
        else:
            sys.stdout.write(text)
