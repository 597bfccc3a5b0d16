"""``recoverable init``: write the standard, a CI gate, a hook and a baseline, after showing what would be written."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.cli.init_judging import Today
    from recoverable.init.choices import Choices
    from recoverable.init.project import Project

MEANINGS = {
    exits.CLEAN: "written, or there was nothing to write",
    exits.BAD_INPUT: "bad option or folder; a file is there already and --force is not; nobody to ask and no flags",
    exits.INTERNAL: "internal error",
    exits.INTERRUPTED: "interrupted; nothing was written",
}
ABOUT = """Sets a repository up for the backup gate. On a terminal it asks; with flags it does not. The difference
is shown before anything is written, and no file that exists is replaced without consent."""
EXAMPLES = """examples:
  recoverable init
  recoverable init --standard --github --baseline
  recoverable init --gitlab --pre-commit --dry-run
"""
FLAGS = "--standard, --github, --gitlab, --pre-commit, --baseline; or --yes for what fits the folder"


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb's options."""
    from recoverable.cli.writing_options import add_writing_options

    parser = verbs.add_parser(
        "init",
        help="set a repository up: standard, CI gate, hook, baseline",
        description=ABOUT,
        epilog=f"{EXAMPLES}\n{exits.epilog(MEANINGS)}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    group = parser.add_argument_group("what is written")
    group.add_argument("--standard", action="store_true", help="recoverable.toml, with the built-in numbers")
    group.add_argument("--github", action="store_true", help="a GitHub workflow")
    group.add_argument("--gitlab", action="store_true", help="a GitLab job, and its include")
    group.add_argument("--pre-commit", action="store_true", help="an entry in .pre-commit-config.yaml")
    group.add_argument("--baseline", action="store_true", help="today's findings, so that only new ones fail")
    group = add_writing_options(parser)
    group.add_argument(
        "--preview", action="append", default=[], type=Path, metavar="FILE", help="judge this preview or plan for the baseline, too"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Look, choose, show, write. The difference on stdout, all else on stderr.

    Raises:
        InputError: see ``MEANINGS``.
    """
    from recoverable.cli.consent import agreed, show
    from recoverable.cli.init_judging import judge_today
    from recoverable.init.file_changes import write_all
    from recoverable.init.planned_files import plan_files
    from recoverable.init.project import look_at
    from recoverable.init.questions import is_asked

    flagged = frozenset(part for part in ("standard", "github", "gitlab", "pre_commit", "baseline") if getattr(options, part))
    asks = not (flagged or options.yes or options.dry_run)
    if asks and not is_asked():
        raise InputError("there is nobody to ask: standard input is no terminal", "init", f"Say what to write: {FLAGS}.")
    project = look_at(options.path)
    today = judge_today(project, options.preview)
    _say_found(project, today)
    choices = _asked(project, today, options) if asks else _flagged(project, today, flagged, options)
    planned = plan_files(choices, today.baseline, datetime.date.today(), may_add=asks or bool(flagged))
    files = [item for item in planned.files if item.changes]
    show(planned.files, planned.by_hand)
    if options.dry_run:
        print("nothing was written (--dry-run)", file=sys.stderr)
        return exits.CLEAN
    files = agreed(files, asks=asks, force=options.force, may_ask=not options.yes and is_asked())
    for name in write_all(project.top, files):
        print(f"wrote {name}", file=sys.stderr)
    _say_next(choices, today)
    return exits.CLEAN


def _flagged(project: Project, today: Today, flagged: frozenset[str], options: argparse.Namespace) -> Choices:
    """The choices by flags, or without any those that fit: what is there already is left alone."""
    from recoverable.init.choices import BASELINE, Choices
    from recoverable.init.origin import origin_of

    parts = flagged
    if not parts:
        fitting = {"standard": not today.has_standard, "baseline": today.blocking > 0 and not (project.folder / BASELINE).exists()}
        fitting |= {name: project.host == name and not _has_gate(project, name) for name in ("github", "gitlab")}
        parts = frozenset(name for name, fits in fitting.items() if fits)
    return Choices(project, parts, origin_of(options.source, needed=bool(parts & {"github", "gitlab", "pre_commit"})), today.empty)


def _asked(project: Project, today: Today, options: argparse.Namespace) -> Choices:
    """The choices by questions."""
    from recoverable.init.choices import Choices
    from recoverable.init.origin import FIX, origin_of, own_origin, parse_origin
    from recoverable.init.questions import one_of, text, yes

    parts = set()
    if today.has_standard:
        print("There is a recoverable.toml: its numbers hold.", file=sys.stderr)
    elif yes("Write recoverable.toml, the numbers of your backup standard?", default=True):
        parts.add("standard")
    host = one_of("Where are changes proposed?", ("github", "gitlab", "none"), project.host or "none")
    parts |= {host} - {"none"}
    if yes("Add a pre-commit hook, which judges every commit on the machine it is made on?", default=False):
        parts.add("pre_commit")
    if today.blocking and yes(f"Let today's {today.said} be known, so that only new ones fail?", default=True):
        parts.add("baseline")
    origin = origin_of(options.source, needed=False) if options.source else own_origin()
    if parts & {"github", "gitlab", "pre_commit"}:
        answer = text("Where does CI get recoverable from (OWNER/NAME@TAG)?", f"{origin.url}@{origin.revision}" if origin else "")
        if not answer:
            raise InputError("CI must get recoverable from somewhere", "--source", FIX)
        origin = parse_origin(answer)
    return Choices(project, frozenset(parts), origin, today.empty)


def _has_gate(project: Project, host: str) -> bool:
    from recoverable.init import github_workflow, gitlab_job

    return (project.top / {"github": github_workflow.FILE, "gitlab": gitlab_job.FILE}[host]).exists()


def _say_found(project: Project, today: Today) -> None:
    code = f"{project.terraform} Terraform {'file' if project.terraform == 1 else 'files'}" if project.terraform else "no Terraform"
    pulumi = f"Pulumi in {', '.join(item.folder for item in project.pulumi)}" if project.pulumi else "no Pulumi project"
    host = {"github": "GitHub", "gitlab": "GitLab"}.get(project.host, "")
    where = f"a repository on {host}" if host else "a repository" if project.is_repository else "no git repository"
    print(f"{project.folder.name}: {where}; {code}, {pulumi}", file=sys.stderr)
    print(f"today: {today.said}; {today.stores} judged", file=sys.stderr)
    for problem in today.problems:
        print(f"warning: {problem}; the gate fails with 2 until that is mended", file=sys.stderr)


def _say_next(choices: Choices, today: Today) -> None:
    if today.empty and choices.parts & {"github", "gitlab"} and not choices.project.pulumi:
        print("There is nothing to judge yet, so the gate allows that: remove allow-empty with the first store.", file=sys.stderr)
    if today.blocking and "baseline" not in choices.parts:
        force = " --force" if choices.baseline else ""
        print(f"The gate fails: {today.said}. `recoverable init --baseline{force}` makes them known.", file=sys.stderr)
    if choices.project.pulumi and choices.parts & {"github", "gitlab"}:
        print("The preview in CI needs credentials: see the comments in what was written.", file=sys.stderr)
