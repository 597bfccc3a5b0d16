"""``recoverable drill reap``: remove what killed drills left behind, and nothing else."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from recoverable.cli import exits
from recoverable.cli.drill.common_options import add_config, add_state, read_drill_settings, state_folder
from recoverable.cli.streams import tell

if TYPE_CHECKING:
    from recoverable.drill.contract import Resource
    from recoverable.drill.reaper import Reaped

ABOUT = "remove what killed drills left behind, exactly that and nothing else"
MEANINGS = {
    exits.CLEAN: "nothing is left of any drill that has ended",
    exits.BAD_INPUT: "bad option, standard or settings",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "a provider could not be asked for what no notes speak of; safe to run again",
    exits.LEFTOVERS: "something could not be removed; it is listed with the command",
    exits.INTERRUPTED: "interrupted; run it again",
}


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_state(parser)
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Progress on stderr, the result on stdout."""
    from recoverable.drill import parts
    from recoverable.drill.clocks import SystemClock
    from recoverable.drill.interrupts import Interrupts
    from recoverable.drill.reaper import reap

    settings = read_drill_settings(args)
    configured = {each.store.provider for each in settings.stores.values()}
    with Interrupts() as interrupts:
        found = reap(state_folder(args), parts.provider, configured, SystemClock(), interrupts.watch)
    print(json.dumps(_as_json(found), indent=2) if args.json else "\n".join(_as_text(found)))
    for text in found.problems:
        tell(f"warning: {text}")
    return exits.worst({exits.LEFTOVERS if found.leftovers else exits.CLEAN, exits.UNREACHABLE if found.problems else exits.CLEAN})


def _as_text(found: Reaped) -> list[str]:
    text = [f"removed   {each.kind} {each.name} (run {each.run})" for each in found.removed]
    text += [f"finished  {run}" for run in found.finished]
    text += [f"kept      {run}: {why}" for run, why in found.kept.items()]
    for each in found.leftovers:
        text.append(f"left over {each.resource.kind} {each.resource.name} (run {each.resource.run}): {each.reason}")
        text.append(f"          {each.command}")
    return text or ["nothing to clean up"]


def _as_json(found: Reaped) -> dict[str, Any]:
    return {
        "schema": 1,
        "removed": [_resource(each) for each in found.removed],
        "leftovers": [{**_resource(each.resource), "reason": each.reason, "command": each.command} for each in found.leftovers],
        "kept": found.kept,
        "finished": found.finished,
        "problems": found.problems,
    }


def _resource(each: Resource) -> dict[str, str]:
    return {"provider": each.provider, "kind": each.kind, "name": each.name, "run": each.run, "expires": each.expires.isoformat()}
