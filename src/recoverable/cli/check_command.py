"""``recoverable check``: options, and the way from paths to reports and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.cli import exits
from recoverable.cli.judging_options import add_counting, add_output, add_standard
from recoverable.cli.streams import flush_stdout, give_up_stdout, is_terminal, width
from recoverable.model.errors import InputError
from recoverable.readers import collector

if TYPE_CHECKING:
    from recoverable.report.result import Result

ABOUT = """Judge Terraform code (a folder or file), a Terraform plan (terraform show -json), or a Pulumi
preview (pulumi preview --json, stack export). What a path is, is found out by its content."""
EXAMPLES = """examples:
  recoverable check .
  terraform show -json plan.bin > plan.json && recoverable check plan.json
  recoverable check infra/ --format text --format sarif=recoverable.sarif
"""


def add(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb's options."""
    parser = verbs.add_parser(
        "check",
        help="judge Terraform code, plans and Pulumi previews",
        description=ABOUT,
        epilog=f"{EXAMPLES}\n{exits.epilog()}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folder, .tf file, plan JSON, preview JSON")
    add_standard(parser)
    group = parser.add_argument_group("input")
    group.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", help="a Terraform variable (repeatable)")
    group.add_argument("--var-file", action="append", default=[], type=Path, metavar="FILE", help="a tfvars file (repeatable)")
    group.add_argument("--workspace", metavar="NAME", help="the Terraform workspace")
    group.add_argument(
        "--backend-config", action="append", default=[], type=Path, metavar="FILE", help="a partial backend file (repeatable)"
    )
    group.add_argument("--code", type=Path, metavar="DIR", help="where a plan's code lies (default: the plan's own folder)")
    group.add_argument("--changed-since", metavar="REV", help="report only on files changed since this git revision")
    group.add_argument(
        "--pre-commit", action="store_true", help="as a pre-commit hook: judge the commit; PATHs are the files pre-commit hands over"
    )
    add_counting(parser)
    add_output(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read, judge, report; the report is written in every case that got as far as reading input."""
    from recoverable.cli.check_run import check

    if options.pre_commit and not _as_hook(options):
        return exits.CLEAN
    if not options.paths:
        raise InputError("no PATH is given", "", "Name a folder or file, such as: recoverable check .")
    targets = report_targets(options.format or ["text"], options.output, {os.path.realpath(path) for path in options.paths})
    with collector.off():
        result = check(options)
        trouble = write_reports(result, targets, options)
    return exits.worst({result.exit_code, exits.BAD_INPUT}) if trouble else result.exit_code


def _as_hook(options: argparse.Namespace) -> bool:
    """Turn what pre-commit hands over into paths and a revision; False where there is nothing to judge."""
    from recoverable.ci.hook_scope import scope_of

    if options.changed_since is not None or options.write_baseline:
        raise InputError("the hook finds out by itself what has changed", "--pre-commit", "Leave --changed-since and --write-baseline out.")
    scope = scope_of(options.paths, os.environ, Path.cwd())
    if scope.nothing:
        print("nothing is staged: nothing to judge", file=sys.stderr)
        return False
    options.paths, options.changed_since, options.allow_empty = [Path()], scope.revision, True
    return True


def write_reports(result: Result, targets: list[tuple[str, str | None]], options: argparse.Namespace) -> bool:
    """Write every report; one that cannot be written does not keep the others back. True for trouble."""
    from recoverable.report.formats import write

    trouble = False
    for name, target in targets:
        terminal = target is None and is_terminal()
        colour = _colour(options.color, terminal)
        try:
            write(result, name, target, verbose=options.verbose, colour=colour, width=width() if terminal else None)
            if target is None:
                flush_stdout()
        except BrokenPipeError:
            give_up_stdout()  # `| head` has seen enough; what was found stays what it is
        except OSError as error:
            trouble = True
            if target is None:
                give_up_stdout()
            print(
                f"error: the {name} report cannot be written ({target or 'stdout'}): {error.strerror or type(error).__name__}",
                file=sys.stderr,
            )
    return trouble


def report_targets(formats: list[str], output: str | None, inputs: set[str]) -> list[tuple[str, str | None]]:
    """Formats with their files; only one may go to stdout.

    Raises:
        InputError: an unknown format, two for stdout or one file, --output with several, or an input as output.
    """
    from recoverable.report.formats import names

    targets: list[tuple[str, str | None]] = []
    for item in formats:
        name, sign, file = item.partition("=")
        if name not in names():
            raise InputError(f"unknown format {name!r}", "--format", f"Known are {', '.join(names())}.")
        if sign and not file:
            raise InputError(f"no file after {item!r}", "--format", f"Write --format {name}=FILE.")
        targets.append((name, None if file in ("", "-") else file))
    if output is not None:
        if len(targets) != 1 or targets[0][1] is not None:
            raise InputError("--output goes with exactly one --format", "--output", "Use --format NAME=FILE for several.")
        if not output:
            raise InputError("no file is named", "--output", "Write --output FILE.")
        targets = [(targets[0][0], None if output == "-" else output)]
    if sum(file is None for _, file in targets) > 1:
        raise InputError("only one format can go to stdout", "--format", "Give the others a file: --format sarif=report.sarif")
    files = [os.path.realpath(file) for _, file in targets if file is not None]
    for file in files:
        if files.count(file) > 1:
            raise InputError(f"two reports would go to {file}", "--format", "Give each a file of its own.")
        if file in inputs and os.path.isfile(file):
            raise InputError(f"the report would overwrite the input {file}", "--format", "Give it a file of its own.")
    if sys.stdout is None and any(file is None for _, file in targets):
        raise InputError("stdout is closed", "--format", "Write the report to a file: --format text=FILE")
    return targets


def _colour(wish: str, terminal: bool) -> bool:
    if wish == "auto":
        return terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return wish == "always"
