"""``recoverable drill plan --estate``: the order of a whole recovery, for what code, a plan or a preview declares."""

from __future__ import annotations

import argparse
import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.cli.drill.common_options import add_ledger, add_state, read_drill_settings, state_folder
from recoverable.cli.streams import tell, width

if TYPE_CHECKING:
    from recoverable.drill.recovery_plan import Known, RecoveryPlan, Step
    from recoverable.drill.settings import DrillSettings
    from recoverable.model.estate import Estate


def add_estate_options(parser: argparse.ArgumentParser) -> None:
    """The options of the whole estate."""
    parser.add_argument("--estate", metavar="PATH", type=Path, action="append", default=[], help="a folder, plan or preview (repeatable)")
    parser.add_argument("-e", "--environment", metavar="NAME", help="with --estate: plan everything for this environment")
    parser.add_argument("--toml", action="store_true", help="with --estate: print [drill.stores] tables for what has no drill yet")
    add_ledger(parser)
    add_state(parser)


def plan_estate(args: argparse.Namespace) -> int:
    """The plan on stdout; 1 where a store has no copy, or would come back too late."""
    from recoverable.drill.recovery_plan import recovery_plan
    from recoverable.standard.load import load

    settings = read_drill_settings(args)
    estates, broken = _estates(args)
    plan = recovery_plan(estates, load(args.config, start=Path.cwd()), _known(args, settings), args.environment)
    unread = {exits.BAD_INPUT} if broken else set()
    if not plan.steps:
        tell("nothing that is protected was found")
        return exits.worst({exits.NOTHING} | unread)
    if args.toml:
        print("\n".join(_tables(plan)))
    else:
        print(json.dumps(plan.as_json(), indent=2, ensure_ascii=False) if args.json else "\n".join(_as_text(plan, args.size_gb)))
    return exits.worst(unread | ({exits.FINDINGS} if any(not each.restorable or each.late for each in plan.steps) else set()))


def _estates(args: argparse.Namespace) -> tuple[list[Estate], bool]:
    """What the paths declare, and whether a part of it is broken; that is told, and the rest is planned.

    Raises:
        InputError: one of the paths cannot be read at all: a plan without a store is no plan.
    """
    from recoverable.clouds.build import build_estates
    from recoverable.readers.code_beside import told_once
    from recoverable.readers.documents import open_input
    from recoverable.readers.inputs import InputOptions, read_document

    options = InputOptions(base=Path.cwd())
    readings = told_once([reading for path in args.estate for reading in read_document(open_input(path), options)])
    estates, crashes = build_estates(readings)
    for path, error in crashes:
        raise error if isinstance(error, AssertionError) else RuntimeError(f"{path}: {type(error).__name__}") from None
    problems = [problem for reading in readings for problem in reading.problems if problem.kind != "note"]
    for problem in problems:
        tell(f"warning: {problem.where or problem.address}: {problem.message}")
    return estates, any(problem.kind == "error" for problem in problems)


def _known(args: argparse.Namespace, settings: DrillSettings) -> Known:
    from recoverable.drill import parts
    from recoverable.drill.ladder import all_rungs
    from recoverable.drill.ledger import LedgerError, open_ledger
    from recoverable.drill.recovery_plan import Known
    from recoverable.drill.rung import Depth
    from recoverable.drill.verdict import DrillVerdict

    measured = {}
    try:
        for entry in open_ledger(args.ledger or settings.ledger, state_folder(args), settings.ledger_lock_days).entries():
            data = entry.data or {}
            seconds = data.get("rto_first_query_seconds")
            if data.get("verdict") == DrillVerdict.VERIFIED.value and isinstance(seconds, (int, float)) and not isinstance(seconds, bool):
                measured[str(data.get("store"))] = float(seconds)
    except LedgerError as error:
        tell(f"warning: {error}: what drills measured is not known")
    rungs = [each.rung for each in all_rungs() if each.rung.depth is not Depth.DEEP]
    drills = {each.address: name for name, each in settings.stores.items() if each.address}
    return Known(drills, measured, frozenset(parts.provider_names()), sum(each.seconds_per_gb for each in rungs), size_gb=args.size_gb)


def _as_text(plan: RecoveryPlan, size: float) -> Iterator[str]:
    columns = max(60, width())
    group = ""
    for step in plan.steps:
        if step.group != group:
            group = step.group
            yield f"{group}:"
        for line in _step_text(step):
            yield from textwrap.wrap(line, columns, subsequent_indent="        ", break_long_words=False, break_on_hyphens=False) or [""]
    yield ""
    if plan.left_out:
        yield "left out: " + ", ".join(f"{number} {why}" for why, number in sorted(plan.left_out.items()))
    whole = plan.one_by_one_seconds
    yield f"one after the other, for {size:g} GB each: {'unknown' if whole is None else _time(whole)}"
    guessed = sum(not each.measured and bool(each.restore_seconds) for each in plan.steps)
    if guessed:
        yield f"times that are assumed (15 min to make an instance, 0.1 GB/s): {guessed}; a drill measures them"
    lacking = sum(bool(each.provider) and not each.drill for each in plan.steps)
    if lacking:
        yield f"stores without a drill: {lacking}; --toml prints tables to begin with"


def _step_text(step: Step) -> Iterator[str]:
    yield f"{step.order:>3}. {step.address} ({step.kind}, {step.environment})"
    if step.after:
        yield f"     after  {', '.join(step.after)}"
    for each in step.copies:
        yield f"     from   {each}"
    if not step.restorable:
        yield "     from   NOTHING: no copy is declared"
    if step.restore_seconds:
        demanded = f" (demanded: {_time(step.rto_seconds)}{', TOO LATE' if step.late else ''})" if step.rto_seconds is not None else ""
        checks = f", then {_time(step.check_seconds)} of checks" if step.check_seconds else ""
        yield f"     time   {'measured' if step.measured else 'about'} {_time(step.restore_seconds)}{demanded}{checks}"
        yield f"     cost   {step.cost}"
    if step.drill:
        yield f"     drill  recoverable drill run {step.drill}; rights: recoverable drill iam-policy {step.drill}"
    elif step.provider:
        yield f"     drill  none is set up (provider {step.provider})"
    if step.note:
        yield f"     note   {step.note}"


def _tables(plan: RecoveryPlan) -> Iterator[str]:
    """A table for each store without a drill; the source's own keys are for a person to fill in."""
    taken: set[str] = {each.drill for each in plan.steps}
    for step in plan.steps:
        if not step.provider or step.drill:
            continue
        name = _name(step.address, taken)
        taken.add(name)
        yield f"[drill.stores.{name}]"
        yield f"provider = {json.dumps(step.provider)}"
        yield f"environment = {json.dumps(step.environment)}"
        yield f"address = {json.dumps(step.address)}"
        yield f"# [drill.stores.{name}.source]: see docs/drill-{step.provider}.md"
        yield ""


def _name(address: str, taken: set[str]) -> str:
    """A name for a table, from the last words of an address."""
    base = re.sub(r"[^a-z0-9_-]+", "-", re.split(r"[.:]+", address)[-1].lower()).strip("-_")[:36] or "store"
    base = base if re.match(r"[a-z0-9]", base) else f"s{base}"
    return next(name for number in range(1, 10_000) if (name := base if number == 1 else f"{base}-{number}") not in taken)


def _time(seconds: float | None) -> str:
    from recoverable.drill.durations import say_seconds

    return "none" if seconds is None else say_seconds(seconds)
