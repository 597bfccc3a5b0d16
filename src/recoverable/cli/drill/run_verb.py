"""``recoverable drill run``: one drill, from preflight to evidence."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.cli.drill.common_options import add_config, add_ledger, add_state, read_drill_settings, state_folder
from recoverable.cli.drill.run_all import add_options, run_all
from recoverable.cli.streams import give_up_stdout, tell
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.drill.contract import Phase
    from recoverable.drill.engine import Outcome
    from recoverable.drill.hold import Hold

ABOUT = "restore a store, verify it, run migrations and smoke tests, destroy it, and keep the evidence"
MEANINGS = {
    exits.CLEAN: "the drill is verified",
    exits.FINDINGS: "the drill failed, missed RPO or RTO, or could not prove everything it was asked for",
    exits.BAD_INPUT: "bad option, standard or settings",
    exits.INTERNAL: "internal error, or a rung crashed",
    exits.UNREACHABLE: "a cloud cannot be reached or throttles after all retries; safe to run again",
    exits.LEFTOVERS: "something that the drill made could not be removed; it is listed with the command",
    exits.INTERRUPTED: "interrupted; clean-up was attempted, and what is left is listed",
}
DEPTHS = ("quick", "standard", "deep")
MOST_JOBS = 32
LONGEST_HOLD = datetime.timedelta(days=7)


def add(parser: argparse.ArgumentParser) -> None:
    """The options; a command after ``--`` is split off before they are parsed."""
    parser.usage = f"{parser.prog} (STORE | --all) [options] [-- COMMAND ...]"
    parser.description = f"{parser.description} With --hold a COMMAND after -- gets the copy's DATABASE_URL in its environment."
    parser.add_argument("store", metavar="STORE", nargs="?", help="a store of [drill.stores]")
    add_options(parser)
    parser.add_argument(
        "--to", metavar="TARGET", default="latest", help="latest, time:T (with its zone), lsn:L or name:N (default: latest)"
    )
    parser.add_argument("--depth", choices=DEPTHS, help="how much the ladder looks at (default: the store's, else standard)")
    parser.add_argument(
        "--hold", metavar="TIME", help="keep the verified copy so long (2h, say), hand out its DATABASE_URL, then destroy it"
    )
    parser.add_argument("--url-file", metavar="F", type=Path, help="with --hold: the new file for the DATABASE_URL (mode 0600)")
    parser.add_argument("--evidence", metavar="F", type=Path, help="write the record to a file, too")
    add_ledger(parser)
    parser.add_argument("--no-negative-control", action="store_true", help="do not damage a clone; the evidence turns amber")
    parser.add_argument(
        "--budget", metavar="PHASE=TIME", action="append", default=[], help="how long a phase may take, such as restore=30m"
    )
    add_state(parser)
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="print the record instead of a summary")


def run(args: argparse.Namespace) -> int:
    """Progress on stderr, the result on stdout."""
    if args.all == bool(args.store):
        raise InputError("name a store, or say --all", "", "Not both, and not none: the stores are those of [drill.stores].")
    if not 1 <= args.jobs <= MOST_JOBS:
        raise InputError(f"{args.jobs} is no number of drills at a time", "--jobs", f"Write 1 to {MOST_JOBS}.")
    return run_all(args) if args.all else _one(args)


def _one(args: argparse.Namespace) -> int:
    from recoverable.drill import parts
    from recoverable.drill.engine import drill
    from recoverable.drill.ledger import open_ledger
    from recoverable.drill.order import Order, usual_parts
    from recoverable.drill.rung import Depth
    from recoverable.drill.summary import lines
    from recoverable.drill.target import parse_target

    target = parse_target(args.to)
    hold = _hold(args)
    budget = _budgets(args.budget)
    settings = read_drill_settings(args)
    store = settings.store(args.store)
    store = replace(store, budgets={**store.budgets, **budget})
    if hold and not parts.subject_of(store.store.provider).has_server:
        raise InputError(
            f"{args.store} has no database to hold", "--hold", "Run the drill without it: nothing of this store is handed out."
        )
    state = state_folder(args)
    _refuse_unwritable(args)
    order = Order(
        store=store,
        target=target,
        depth=Depth(args.depth) if args.depth else store.depth,
        state=state,
        say=_say,
        with_control=not args.no_negative_control,
        hold=hold,
        hold_for=hold.length if hold else datetime.timedelta(),
        evidence_file=args.evidence,
    )
    _hint_at_dead_runs(state)
    outcome = drill(order, usual_parts(order, open_ledger(args.ledger or settings.ledger, state, settings.ledger_lock_days)))
    record = outcome.record
    try:
        print(json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) if args.json else "\n".join(lines(record)))
    except BrokenPipeError:
        give_up_stdout()  # the drill is done and its evidence kept: the code says how it went
    return code_of(outcome)


def code_of(outcome: Outcome) -> int:
    """The exit code of a drill: the worst of what holds."""
    from recoverable.drill.engine import is_verified

    codes = {
        exits.CLEAN if is_verified(outcome) else exits.FINDINGS,
        exits.INTERNAL if outcome.crashed else exits.CLEAN,
        exits.UNREACHABLE if outcome.unreachable else exits.CLEAN,
        exits.LEFTOVERS if outcome.evidence.leftovers else exits.CLEAN,
        exits.INTERRUPTED if outcome.interrupted else exits.CLEAN,
    }
    return exits.worst(codes)


def _hold(args: argparse.Namespace) -> Hold | None:
    from recoverable.drill.durations import EXAMPLES, parse_duration
    from recoverable.drill.hold import Hold

    if args.hold is None:
        stray = "--url-file" if args.url_file else "the command" if args.command else ""
        if stray:
            raise InputError(f"{stray} needs --hold", "", "Add --hold 2h, or leave it out.")
        return None
    length = parse_duration(args.hold)
    if length is None or length > LONGEST_HOLD:
        raise InputError(f"{args.hold!r} is no length of time to hold", "--hold", f"Write {EXAMPLES}, at most 7d.")
    if args.url_file and args.command:
        raise InputError("--url-file and a command exclude each other", "", "The command gets DATABASE_URL in its environment.")
    if args.url_file and (args.url_file.exists() or args.url_file.is_symlink()):
        raise InputError("the file exists already", str(args.url_file), "Name a new one: it is removed when the hold ends.")
    if args.url_file and not args.url_file.absolute().parent.is_dir():
        raise InputError("its folder does not exist", str(args.url_file), "Make it first, for yourself alone.")
    if args.command and not shutil.which(args.command[0]):
        raise InputError(f"there is no command {args.command[0]!r}", "--", "Check the PATH.")
    return Hold(length, args.url_file.absolute() if args.url_file else None, tuple(args.command))


def _budgets(words: list[str]) -> dict[Phase, datetime.timedelta]:
    from recoverable.drill.contract import Phase
    from recoverable.drill.durations import EXAMPLES, parse_duration
    from recoverable.drill.settings import BUDGETED

    found = {}
    for word in words:
        name, _, text = word.partition("=")
        length = parse_duration(text)
        if name not in BUDGETED or length is None:
            raise InputError(f"{word!r} is no budget", "--budget", f"Write PHASE=TIME; phases: {', '.join(BUDGETED)}; times: {EXAMPLES}.")
        found[Phase(name)] = length
    return found


def _refuse_unwritable(args: argparse.Namespace) -> None:
    """Find out before the drill, not after two hours, that its evidence cannot be written."""
    if not args.evidence:
        return
    folder = args.evidence.absolute().parent
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    if args.evidence.is_dir() or not nearest.is_dir() or not os.access(nearest, os.W_OK):
        raise InputError("the evidence cannot be written there", str(args.evidence), "Name a file in a folder that you may write.")


def _hint_at_dead_runs(state: Path) -> None:
    from recoverable.drill.journal import journals

    dead = []
    for journal in journals(state):
        if journal.take():
            journal.release()
            dead.append(journal.run)
    if dead:
        _say(f"note: {len(dead)} earlier drill{'s' if len(dead) > 1 else ''} ended without cleaning up; run `recoverable drill reap`")


def _say(line: str) -> None:
    tell(line)
