"""``recoverable drill plan``: what a drill of a store would do, how long it may take, and what it would look at."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from recoverable.cli import exits
from recoverable.cli.drill.common_options import add_config, read_drill_settings
from recoverable.cli.drill.plan_estate import add_estate_options, plan_estate
from recoverable.cli.streams import tell

ABOUT = "print what a drill of a store would do, or with --estate the order of a whole recovery; makes nothing"
MEANINGS = {
    exits.CLEAN: "printed",
    exits.FINDINGS: "there is no backup that could be restored, or it does not reach to the target; with --estate: of one store, or in time",
    exits.BAD_INPUT: "bad option, standard or settings",
    exits.NOTHING: "with --estate: nothing that is protected was found",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "the provider cannot be asked; safe to run again",
    exits.INTERRUPTED: "interrupted",
}
DEPTHS = ("quick", "standard", "deep")


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.usage = f"{parser.prog} (STORE | --estate PATH ...) [options]"
    parser.add_argument("store", metavar="STORE", nargs="?", help="a store of [drill.stores]")
    add_estate_options(parser)
    parser.add_argument("--depth", choices=DEPTHS, help="default: the store's, else standard")
    parser.add_argument(
        "--to", metavar="TARGET", default="latest", help="latest, time:T (with its zone), lsn:L or name:N (default: latest)"
    )
    parser.add_argument(
        "--size-gb", metavar="N", type=float, default=1.0, help="the size that the times are estimated for, of each store (default: 1)"
    )
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")


def run(args: argparse.Namespace) -> int:
    """The plan on stdout."""
    from recoverable.drill import parts
    from recoverable.drill.contract import RestoreFailedError, TransientError
    from recoverable.drill.planning import plan
    from recoverable.drill.rung import Depth
    from recoverable.drill.target import parse_target
    from recoverable.drill.verdict import RungVerdict
    from recoverable.model.errors import InputError

    if not 0 < args.size_gb < 1e6:
        raise InputError(f"{args.size_gb} is no size in GB", "--size-gb", "Write a number above 0.")
    if bool(args.estate) == bool(args.store):
        raise InputError("name a store, or an estate with --estate PATH", "", "Not both, and not none.")
    if args.estate:
        return plan_estate(args)
    store = read_drill_settings(args).store(args.store)
    depth = Depth(args.depth) if args.depth else store.depth
    try:
        found = plan(store, parts.provider(store.store.provider), depth, args.size_gb, parse_target(args.to))
    except TransientError as error:
        tell(f"error: {error}")
        return exits.UNREACHABLE
    except RestoreFailedError as error:
        tell(f"error: {error}")
        return exits.FINDINGS
    print(json.dumps(found, indent=2, ensure_ascii=False) if args.json else "\n".join(_as_text(found)))
    return exits.CLEAN if found["target"]["verdict"] == RungVerdict.PASS.value else exits.FINDINGS


def _as_text(found: dict[str, Any]) -> Iterator[str]:
    yield f"{found['store']}: provider {found['provider']}, environment {found['environment']}, depth {found['depth']}"
    window = found["window"]
    span = f"{window['earliest']} to {window['latest']}, backup {window['backup_id'] or 'unnamed'}" if window else "nothing"
    yield f"can be restored: {span}"
    target = found["target"]
    reached = "is inside" if target["verdict"] == "pass" else target["detail"]
    yield f"asked for: {target['to']}: {reached}"
    yield f"takes: {', '.join(found['targets'])}; demanded: RPO {_minutes(found['rpo_seconds'])}, RTO {_minutes(found['rto_seconds'])}"
    yield ""
    yield "phase       budget"
    for each in found["phases"]:
        yield f"{each['name']:<10}  {_minutes(each['budget_seconds'])}"
    yield ""
    yield f"rungs, with their time for {found['size_gb']:g} GB"
    for each in found["rungs"]:
        yield f"{each['name']:<30} {each['stage']:<8} {each['seconds']:>8.1f} s  {each['title']}"
    yield f"{'together':<30} {'':<8} {found['ladder_seconds']:>8.1f} s"
    if found["not_covered"]:
        yield ""
        yield "not covered"
    for each in found["not_covered"]:
        yield f"{each['name']:<30} {each['reason']}"
    yield ""
    yield "afterwards everything that was made is destroyed; `recoverable drill reap` does it for a drill that was killed"


def _minutes(seconds: float | None) -> str:
    from recoverable.drill.durations import say_seconds

    return "none" if seconds is None else say_seconds(seconds)
