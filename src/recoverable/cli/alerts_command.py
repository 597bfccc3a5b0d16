"""``recoverable alerts``: judge ledger, facts and waivers, and tell whoever has to know what is new."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.cli.drill.common_options import add_config, add_ledger, add_state, state_folder
from recoverable.cli.streams import tell, width
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.alerts.notes import NotesFile
    from recoverable.alerts.run import Outcome, Watch
    from recoverable.alerts.settings import AlertSettings

MEANINGS = {
    exits.CLEAN: "nothing fires, and everybody was told what there was to tell",
    exits.FINDINGS: "something fires, whether it was told now or before",
    exits.BAD_INPUT: "bad option or settings; or facts, ledger or notes cannot be used: the rest is judged and told",
    exits.NOTHING: "nothing is set up to watch; with --test: no destination",
    exits.INTERNAL: "internal error",
    exits.UNREACHABLE: "a message waits for the next run, heartbeat or push failed, or the ledger cannot be reached; safe to run again",
    exits.INTERRUPTED: "interrupted; what was not sent waits for the next run",
}
ABOUT = """Judges what can be known without a cloud: the age of the last proven restore of each store against the standard, whether the
drill ledger is whole, waivers about to expire, and the facts of backups in a file. Tells [alerts.destinations] what is new, what goes on
after a while, and what recovered. Run it daily or oftener, apart from any drill."""


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb's options."""
    parser = verbs.add_parser(
        "alerts",
        help="tell somebody: restore tests overdue, backups missing or late, waivers about to expire",
        description=ABOUT,
        epilog=exits.epilog(MEANINGS),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    modes = parser.add_argument_group("instead of a run").add_mutually_exclusive_group()
    modes.add_argument("--dry-run", action="store_true", help="show what fires and what would be told; write and send nothing")
    modes.add_argument("--test", action="store_true", help="send a test message to every destination, and nothing else")
    modes.add_argument("--prometheus-rules", action="store_true", help="print alert rules for Prometheus, with the standard's numbers")
    modes.add_argument("--facts-schema", action="store_true", help="print the JSON Schema of a line of facts")
    modes.add_argument("--forget", metavar="STORE", help="forget a store that was removed and of which facts speak no more (* is any text)")
    group = parser.add_argument_group("what is looked at")
    group.add_argument("--facts", metavar="F", type=Path, help="facts of backups, JSON lines (default: [alerts] facts)")
    add_ledger(group)
    add_config(group)
    group = parser.add_argument_group("how")
    group.add_argument("--metrics", metavar="F", type=Path, help="write OpenMetrics for node_exporter there (default: [alerts] metrics)")
    add_state(group)
    group.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """The result on stdout; what was told, and what went wrong, on stderr."""
    from recoverable.alerts.notes import NotesFile
    from recoverable.alerts.run import look
    from recoverable.alerts.run import run as whole_run
    from recoverable.drill.contract import TransientError

    if args.facts_schema:
        return _print_schema()
    watch, settings = _read(args)
    if args.prometheus_rules:
        return _print_rules(watch)
    if args.test:
        return _test(settings)
    file = NotesFile(state_folder(args) / "alerts")
    now = datetime.datetime.now(datetime.UTC)
    try:
        if args.forget:
            return _forget(args.forget, file)
        outcome = (look if args.dry_run else whole_run)(watch, settings, file, now)
    except TransientError as error:
        tell(f"error: {error}")
        return exits.UNREACHABLE
    _print(args, outcome, settings, now)
    if not args.dry_run:
        _write_metrics(args, outcome, settings, now)
    return _code(outcome, only_look=args.dry_run)


def _read(args: argparse.Namespace) -> tuple[Watch, AlertSettings]:
    from recoverable.alerts.run import Watch
    from recoverable.alerts.settings import read_settings
    from recoverable.drill.ledger import open_ledger
    from recoverable.drill.settings import read_settings as read_drills
    from recoverable.standard.load import load

    standard = load(args.config, start=Path.cwd())
    settings, drills = read_settings(standard), read_drills(standard)
    ledger = open_ledger(args.ledger or drills.ledger, state_folder(args), drills.ledger_lock_days)
    facts = args.facts or (Path(settings.facts) if settings.facts else None)
    return Watch(standard, drills, ledger, facts), settings


def _print(args: argparse.Namespace, outcome: Outcome, settings: AlertSettings, now: datetime.datetime) -> None:
    from recoverable.alerts.result_text import as_json, lines, notices

    if args.json:
        print(as_json(outcome, settings, now))
    else:
        print("\n".join(lines(outcome, width())))
    for line in notices(outcome, settings, only_look=args.dry_run):
        tell(line)


def _write_metrics(args: argparse.Namespace, outcome: Outcome, settings: AlertSettings, now: datetime.datetime) -> None:
    from recoverable.alerts import metrics
    from recoverable.drill.durable import replace_file

    place = args.metrics or (Path(settings.metrics) if settings.metrics else None)
    if place:
        text = metrics.render(outcome.found, outcome.notes, [each.key for each in settings.destinations], now)
        try:
            replace_file(place.absolute(), text, 0o644)  # a collector of another user reads it
        except OSError as error:
            problem = f"the metrics cannot be written to {place}: {error.strerror}"
            outcome.found.problems.append(problem)
            tell(f"error: {problem}")


def _code(outcome: Outcome, *, only_look: bool) -> int:
    from recoverable.alerts.changes import State

    codes = set()
    if any(each.state not in (State.RECOVERED, State.CLOSED) for each in outcome.changes):
        codes.add(exits.FINDINGS)
    if outcome.found.problems:
        codes.add(exits.BAD_INPUT)
    if outcome.posted.crashed:
        codes.add(exits.INTERNAL)
    waits = bool(outcome.notes.waiting) and not only_look
    if outcome.found.unreachable or outcome.posted.failed or outcome.heartbeat or outcome.push or waits:
        codes.add(exits.UNREACHABLE)
    if not outcome.found.watched and not outcome.changes:
        codes.add(exits.NOTHING)
    return exits.worst(codes)


def _print_rules(watch: Watch) -> int:
    from recoverable.alerts.prometheus_rules import render

    sys.stdout.write(render(watch.drills.stores.values()))
    return exits.CLEAN


def _print_schema() -> int:
    import json

    from recoverable.alerts.facts_schema import schema

    print(json.dumps(schema(), indent=2))
    return exits.CLEAN


def _test(settings: AlertSettings) -> int:
    """Try every destination; nothing is noted, and what is not taken does not wait."""
    from recoverable.alerts.message import delivery, trial_message
    from recoverable.alerts.sending import SendError

    if not settings.destinations:
        tell("no destination is set up: add [alerts.destinations.NAME]")
        return exits.NOTHING
    data = trial_message(datetime.datetime.now(datetime.UTC))
    failed = 0
    for each in settings.destinations:
        try:
            each.send(delivery(data, each.key))
            print(f"{each.key}: took the test message")
        except SendError as error:
            failed += 1
            print(f"{each.key}: {error}")
    return exits.UNREACHABLE if failed else exits.CLEAN


def _forget(pattern: str, file: NotesFile) -> int:
    """Forget that facts spoke of the stores whose name fits; what fired for them is closed, and told so, by the next run.

    Raises:
        InputError: none does.
    """
    from recoverable.standard.globs import glob_matches

    with file.locked():
        notes = file.load(only_look=True)
        if file.trouble:
            raise InputError("the notes of earlier runs cannot be read", str(file.path), "The next run sets them aside, and tells so.")
        gone = sorted({name for name, _ in notes.stores if glob_matches(pattern, name)})
        if not gone:
            raise InputError(f"{pattern!r} is no store that is remembered", "--forget", "A store is remembered once facts spoke of it.")
        notes.stores = [each for each in notes.stores if each[0] not in gone]
        file.save(notes)
    print(f"forgotten: {', '.join(gone)}")
    return exits.CLEAN
