"""``recoverable schedule``: write what runs drills, alerts and check by themselves, after showing what would be written."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recoverable.cli import exits
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.drill.settings import DrillSettings
    from recoverable.init.file_changes import FileChange
    from recoverable.init.project import Project
    from recoverable.schedules.tasks import Tasks
    from recoverable.standard.load import Standard

MEANINGS = {
    exits.CLEAN: "written, or there was nothing to write",
    exits.BAD_INPUT: "bad option, folder, standard or settings; a file is there already and --force is not; nobody to ask and no flags",
    exits.INTERNAL: "internal error",
    exits.INTERRUPTED: "interrupted; nothing was written",
}
ABOUT = """Writes what runs by itself: the drill of each store as often as the standard asks, and every day recoverable alerts and
recoverable check, apart from any drill. Each with few rights, a time limit, a guard against two at once, a moment of its own and a dead
man's switch. The difference is shown before anything is written, and no file that exists is replaced without consent."""
EXAMPLES = """examples:
  recoverable schedule --github
  recoverable schedule --gitlab --dry-run
  recoverable schedule --systemd --program /opt/recoverable/bin/recoverable
"""
FLAGS = "--github, --gitlab, --systemd; or --yes for where this repository is hosted"
PLACES = ("cloudwatch", "gcp")


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb's options."""
    from recoverable.cli.writing_options import add_writing_options
    from recoverable.schedules.logins import CLOUD_OF_AUDIT

    parser = verbs.add_parser(
        "schedule",
        help="write what runs drills, alerts and check by themselves: GitHub, GitLab, systemd",
        description=ABOUT,
        epilog=f"{EXAMPLES}\n{exits.epilog(MEANINGS)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    group = parser.add_argument_group("what is written")
    group.add_argument("--github", action="store_true", help="GitHub workflows")
    group.add_argument("--gitlab", action="store_true", help="GitLab jobs, their include, and the commands that make the schedules")
    group.add_argument("--systemd", action="store_true", help="systemd services and timers, in the folder systemd/")
    group.add_argument("--publish", choices=PLACES, default="", help="publish the age of proofs there every day, too")
    group.add_argument(
        "--audit",
        action="append",
        default=[],
        choices=tuple(CLOUD_OF_AUDIT),
        help="look at this cloud's running accounts every day, too; repeatable",
    )
    group = add_writing_options(parser)
    group.add_argument("--program", metavar="P", default="", help="with --systemd: the command (default: that of this environment)")
    group.add_argument("--user", metavar="U", default="recoverable", help="with --systemd: who runs it (default: recoverable)")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Look, choose, show, write. The difference on stdout, all else on stderr.

    Raises:
        InputError: see ``MEANINGS``.
    """
    from recoverable.cli.consent import agreed, show
    from recoverable.init.file_changes import write_all
    from recoverable.init.project import look_at
    from recoverable.init.questions import is_asked
    from recoverable.schedules.planned_units import next_steps

    project = look_at(options.path)
    systems, asks = _systems(options, project)
    tasks = _tasks(options, project, needs_origin=bool(set(systems) & {"github", "gitlab"}))
    files, by_hand = _planned(systems, tasks, options)
    _say_found(tasks)
    show(files, by_hand)
    if options.dry_run:
        print("nothing was written (--dry-run)", file=sys.stderr)
        return exits.CLEAN
    changed = [item for item in files if item.changes]
    kept = agreed(changed, asks=asks, force=options.force, may_ask=not options.yes and is_asked())
    for name in write_all(project.top, kept):
        print(f"wrote {name}", file=sys.stderr)
    for system in systems:
        for line in next_steps(system, tasks, options.user):
            print(line, file=sys.stderr)
    return exits.CLEAN


def _systems(options: argparse.Namespace, project: Project) -> tuple[list[str], bool]:
    """Where things are to run, and whether that was asked.

    Raises:
        InputError: nothing says where, and there is nobody to ask.
    """
    from recoverable.init.questions import is_asked, one_of
    from recoverable.schedules.planned_units import SYSTEMS

    flagged = [each for each in SYSTEMS if getattr(options, each)]
    if flagged:
        return flagged, False
    if options.yes or options.dry_run:
        if project.host:
            return [project.host], False
        raise InputError("it is not known where this repository is hosted", "schedule", f"Say what to write: {FLAGS}.")
    if not is_asked():
        raise InputError("there is nobody to ask: standard input is no terminal", "schedule", f"Say what to write: {FLAGS}.")
    return [one_of("Where is it to run?", SYSTEMS, project.host or "systemd")], True


def _planned(systems: list[str], tasks: Tasks, options: argparse.Namespace) -> tuple[list[FileChange], dict[str, str]]:
    from recoverable.schedules.planned_units import plan

    files, by_hand = [], {}
    for system in systems:
        program = _program(options.program) if system == "systemd" else ""
        planned = plan(system, tasks, program, options.user)
        files += planned.files
        by_hand.update(planned.by_hand)
    return files, by_hand


def _program(named: str) -> str:
    """The command for units of systemd, which needs an absolute path.

    Raises:
        InputError: there is none.
    """
    beside = Path(sys.executable).with_name("recoverable")
    found = named or (str(beside) if beside.is_file() else shutil.which("recoverable")) or ""
    if not found or not Path(found).is_absolute():
        raise InputError(
            "the command is not known by an absolute path", "--program", "Write --program /opt/recoverable/bin/recoverable, say."
        )
    return found


def _tasks(options: argparse.Namespace, project: Project, *, needs_origin: bool) -> Tasks:
    from recoverable.alerts.settings import read_settings as read_alerts
    from recoverable.drill.budgets import budgets
    from recoverable.drill.settings import read_settings as read_drills
    from recoverable.init.choices import BASELINE
    from recoverable.init.origin import origin_of
    from recoverable.schedules.cadence import cadence_for
    from recoverable.schedules.logins import clouds_of
    from recoverable.schedules.tasks import DrillTask, Tasks
    from recoverable.standard.load import load

    standard = load(None, start=project.folder)
    drills = read_drills(standard)
    read_alerts(standard)  # a mistake is told now, not by the first night
    tasks = tuple(
        DrillTask(
            name,
            cadence_for(store.demands.restore_test_days.value),
            round(sum(each.total_seconds() for each in budgets(store.rto, store.budgets).values()) / 60) + 10,
            _secrets(standard.drill.data["stores"][name]),
            clouds_of(standard.drill.data["stores"][name]),
        )
        for name, store in drills.stores.items()
    )
    _warn(drills, ci=needs_origin)
    return Tasks(
        project,
        origin_of(options.source, needed=needs_origin),
        tasks,
        alerts=bool(tasks or standard.alerts.data or standard.waivers or options.audit),
        secrets=tuple(dict.fromkeys(_variables(standard.alerts.data))),
        aws=drills.ledger.startswith("s3://") or "topic_arn" in str(standard.alerts.data),
        publish=options.publish,
        config=_config(standard, project),
        baseline=project.inside(BASELINE) if (project.folder / BASELINE).is_file() else "",
        audits=tuple(dict.fromkeys(options.audit)),
    )


def _secrets(store: Mapping[str, Any]) -> tuple[str, ...]:
    """The variables with secrets that the drill of a store reads: those that its settings name, and Neon's own."""
    from recoverable.schedules.logins import NEON, NEON_KEY, clouds_of

    own = [NEON_KEY] if NEON in clouds_of(store) and "api_key_env" not in store.get("source", {}) else []
    return tuple(dict.fromkeys([*_variables(store), *own]))


def _config(standard: Standard, project: Project) -> str:
    """The standard's name from the top, where the jobs begin; "" where they find it by themselves."""
    if standard.path is None:
        return ""
    path = standard.path.resolve()
    if not path.is_relative_to(project.top):
        raise InputError(f"{standard.label} lies outside of the repository", "", "The jobs could not read it: move it inside.")
    name = path.relative_to(project.top).as_posix()
    return name if "/" in name else ""


def _variables(data: Mapping[str, Any]) -> Iterator[str]:
    """The variables that settings name.

    Raises:
        InputError: what stands there is no name.
    """
    from recoverable.alerts.secret_source import VARIABLE

    for key, value in data.items():
        if isinstance(value, dict):
            yield from _variables(value)
        elif key.endswith("_env"):
            if not VARIABLE.fullmatch(str(value)):
                raise InputError(f"{key} is no name of a variable", "recoverable.toml", "Use letters, digits and _.")
            yield str(value)


def _warn(drills: DrillSettings, *, ci: bool) -> None:
    """A runner forgets: evidence on its disk is gone with it."""
    if ci and drills.stores and not drills.ledger.startswith("s3://"):
        print(
            f'warning: the ledger of drills would be lost with the runner: set ledger = "s3://…" in [drill] ({drills.label})',
            file=sys.stderr,
        )


def _say_found(tasks: Tasks) -> None:
    drills = ", ".join(f"{each.store} {each.cadence.name}" for each in tasks.drills) or "none: there is no [drill.stores]"
    alerts = "daily" if tasks.alerts else "none: there is nothing to watch"
    audits = f"audit of {', '.join(tasks.audits)} daily; " if tasks.audits else ""
    print(f"{tasks.project.folder.name}: drills {drills}; {audits}alerts {alerts}; check daily", file=sys.stderr)
