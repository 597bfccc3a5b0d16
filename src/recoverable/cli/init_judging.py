"""What ``recoverable init`` has to know of today's state: what the gate would say, and the baseline that makes it known."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from recoverable.cli import exits
from recoverable.init.choices import BASELINE
from recoverable.init.project import Project
from recoverable.model.errors import InputError


@dataclass(frozen=True, slots=True)
class Today:
    """``blocking`` findings fail the gate (those of a baseline that is there do not); ``said`` is how many in words; ``empty`` is true where there was nothing to judge."""

    blocking: int
    said: str
    stores: int
    empty: bool
    baseline: str
    has_standard: bool
    problems: tuple[str, ...] = ()


def judge_today(project: Project, documents: Sequence[Path]) -> Today:
    """Judge the folder as CI will: from the top of the repository, so that names in the baseline are the same there.

    Raises:
        InputError: the standard, a baseline that is there, or all of the input cannot be read.
    """
    from recoverable.cli.check_run import check
    from recoverable.cli.entry import parser
    from recoverable.enforce.baseline import apply_baseline, baseline_text, read_baseline
    from recoverable.report.result import counts, plural
    from recoverable.standard.source import find_file

    paths = [project.path, *(_below(project, document) for document in documents)]
    with _inside(project.top), contextlib.redirect_stderr(io.StringIO()):
        result = check(parser("check").parse_args(["check", "--", *paths]))
    known = project.folder / BASELINE
    left = apply_baseline(result.findings, read_baseline(known)) if known.is_file() else result.findings
    total = counts(replace(result, findings=left))
    return Today(
        blocking=total.blocking,
        said=plural(total.blocking, "finding") + f" at or above {result.fail_on.value}",
        stores=result.stores,
        empty=result.exit_code == exits.NOTHING,
        baseline=baseline_text(result.findings),
        has_standard=find_file(project.folder) is not None,
        problems=tuple(f"{problem.where or ''} {problem.message}".strip() for problem in result.problems if problem.kind == "error"),
    )


def _below(project: Project, document: Path) -> str:
    """A document's name from the top, which is how CI names it.

    Raises:
        InputError: it is no file, or lies elsewhere.
    """
    real = document.resolve()
    if not real.is_file():
        raise InputError(f"{document} is no file", "--preview", "Make it first: pulumi preview --json --show-sames > preview.json")
    if not real.is_relative_to(project.top):
        raise InputError(
            f"{document} lies outside of the repository", "--preview", "CI would know it by another name. Copy it to where CI makes it."
        )
    return real.relative_to(project.top).as_posix()


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Work in another folder for a while."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
