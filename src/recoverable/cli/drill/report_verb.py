"""``recoverable drill report``: the evidence of all drills for people and programs."""

from __future__ import annotations

import argparse
import datetime
import importlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable import __version__
from recoverable.cli import exits
from recoverable.cli.drill.common_options import add_config, add_ledger, add_state, read_drill_settings, state_folder
from recoverable.cli.streams import tell, width
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.drill.reports.overview import Overview
    from recoverable.drill.reports.records import DrillHistory
    from recoverable.drill.settings import DrillSettings

ABOUT = "show the evidence of all drills: text, html, markdown, junit, json or openmetrics"
MEANINGS = {
    exits.CLEAN: "the report is written; what it says of the stores is the exit status of drill status",
    exits.FINDINGS: "the report is written, and the ledger is broken: nothing in it proves anything",
    exits.BAD_INPUT: "bad option, standard or settings, or the ledger cannot be read",
    exits.NOTHING: "the report is written, and there is no record at all",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "the bucket of the ledger cannot be reached; safe to run again",
    exits.INTERRUPTED: "interrupted",
}
FORMATS = ("text", "html", "markdown", "junit", "json", "openmetrics")
READABLE = 0o644


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("store", metavar="STORE", nargs="?", default="", help="one store (default: all)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="text (default), html, markdown, junit, json or openmetrics")
    parser.add_argument("--output", metavar="F", type=Path, help="a file instead of stdout")
    source = parser.add_mutually_exclusive_group()
    add_ledger(source)
    source.add_argument("--evidence", metavar="F", type=Path, help="the record of one drill (run --evidence) instead of a ledger")
    add_state(parser)
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """The report on stdout or in a file."""
    from recoverable.drill.contract import TransientError
    from recoverable.drill.ledger import LedgerError

    settings = read_drill_settings(args)
    try:
        history = _evidence(args.evidence) if args.evidence else _ledger(args, settings)
    except LedgerError as error:
        raise InputError(str(error)) from None
    except TransientError as error:
        tell(f"error: {error}")
        return exits.UNREACHABLE
    over = _overview(args, settings, history)
    _write(args, _render(args.format, over))
    if history.faults:
        return exits.FINDINGS
    return exits.CLEAN if history.records else exits.NOTHING


def _ledger(args: argparse.Namespace, settings: DrillSettings) -> DrillHistory:
    from recoverable.drill.ledger import open_ledger
    from recoverable.drill.reports.records import read_history

    return read_history(open_ledger(args.ledger or settings.ledger, state_folder(args), settings.ledger_lock_days))


def _evidence(path: Path) -> DrillHistory:
    """The record of one drill. Whether it is the one of the ledger, only the ledger tells; that it hashes to itself, the record does."""
    from recoverable.drill.evidence import hash_of
    from recoverable.drill.ledger import Fault
    from recoverable.drill.reports.records import DrillHistory, as_drill

    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or "verdict" not in data:
        raise InputError("it is no record of a drill", str(path), "Name a file that drill run --evidence wrote.")
    faults = []
    if data.get("hash"):
        try:
            right = hash_of(data) == data["hash"]
        except ValueError:
            right = False
        faults = [] if right else [Fault(path.name, "its hash is not that of its content: it was edited")]
    return DrillHistory(str(path), (as_drill(data),), tuple(faults))


def _overview(args: argparse.Namespace, settings: DrillSettings, history: DrillHistory) -> Overview:
    from recoverable.drill.proof_status import judge_stores
    from recoverable.drill.reports.overview import overview

    now = datetime.datetime.now(datetime.UTC)
    known = {*settings.stores, *history.stores()}
    if args.store and args.store not in known:
        raise InputError(
            f"{args.store!r} is neither in {settings.label} nor in the ledger", "STORE", f"Known: {', '.join(sorted(known)) or 'none'}."
        )
    stores = [] if args.evidence else [each for each in settings.stores.values() if args.store in ("", each.store.name)]
    return overview(history, judge_stores(stores, history, now), now, __version__, args.store)


def _render(name: str, over: Overview) -> str:
    if name == "openmetrics":
        from recoverable.drill.publish import openmetrics

        return openmetrics.render([each.status for each in over.stores if each.status])
    if name == "text":
        from recoverable.drill.reports import text_report

        return text_report.render(over, width())
    text: str = importlib.import_module(f"recoverable.drill.reports.{name}_report").render(over)
    return text


def _write(args: argparse.Namespace, text: str) -> None:
    if args.output is None:
        sys.stdout.write(text)
        return
    from recoverable.drill.durable import replace_file

    target = args.output.absolute()
    if not target.parent.is_dir():
        raise InputError("its folder does not exist", str(args.output), "Make it first.")
    replace_file(target, text, READABLE)
    tell(f"written to {args.output}")
