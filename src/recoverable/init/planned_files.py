"""From the choices to the files: which are made, which get a line more, and what only the user can add."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from recoverable.init import github_workflow, gitlab_job, hook_config, standard_file
from recoverable.init.choices import BASELINE, Choices
from recoverable.init.file_changes import FileChange, change, text_of
from recoverable.init.yaml_insertion import add_item, add_key


@dataclass(slots=True)
class Planned:
    """The files, and for each file that cannot be added to without rewriting it, the lines for the user to add."""

    files: list[FileChange] = field(default_factory=list)
    by_hand: dict[str, str] = field(default_factory=dict)


def plan_files(choices: Choices, baseline: str, today: datetime.date, *, may_add: bool) -> Planned:
    """Everything the choices come to. ``baseline`` is its text. Without ``may_add``, no file that exists gets a line.

    Raises:
        InputError: a part cannot be written, see the parts.
    """
    planned = Planned()
    for part in PARTS:
        if part in choices.parts:
            PARTS[part](choices, planned, baseline, today, may_add)
    return planned


def _standard(choices: Choices, planned: Planned, _: str, today: datetime.date, __: bool) -> None:
    project = choices.project
    planned.files.append(change(project.top, project.inside(standard_file.FILE), standard_file.standard_text(choices.origin, today)))


def _baseline(choices: Choices, planned: Planned, baseline: str, _: datetime.date, __: bool) -> None:
    planned.files.append(change(choices.project.top, choices.project.inside(BASELINE), baseline))


def _github(choices: Choices, planned: Planned, _: str, __: datetime.date, ___: bool) -> None:
    planned.files.append(change(choices.project.top, github_workflow.FILE, github_workflow.workflow(choices)))


def _gitlab(choices: Choices, planned: Planned, _: str, __: datetime.date, may_add: bool) -> None:
    main = text_of(choices.project.top, gitlab_job.MAIN)
    planned.files.append(change(choices.project.top, gitlab_job.FILE, gitlab_job.job(choices, gitlab_job.stage_of(main or ""))))
    if main is not None and gitlab_job.FILE in main:
        return
    item = gitlab_job.INCLUDE
    after = add_key(main or "", "include", item) or add_item(main or "", "include", item)
    _add(planned, gitlab_job.MAIN, main, after, ["include:", *(f"  {line}" for line in item)], may_add=may_add)


def _pre_commit(choices: Choices, planned: Planned, _: str, __: datetime.date, may_add: bool) -> None:
    config = text_of(choices.project.top, hook_config.FILE)
    if config is not None and "id: recoverable" in config:
        return
    item = hook_config.hook(choices)
    after = add_key("", "repos", item) if config is None else add_item(config, "repos", item)
    _add(planned, hook_config.FILE, config, after, ["repos:", *(f"  {line}" for line in item)], may_add=may_add)


def _add(planned: Planned, name: str, before: str | None, after: str | None, snippet: Sequence[str], *, may_add: bool) -> None:
    """Add to a file, where that is allowed and every byte of it can be kept; else leave it to the user."""
    if after is None or (before is not None and not may_add):
        planned.by_hand[name] = "\n".join(snippet)
    else:
        planned.files.append(FileChange(name, before, after, keeps=True))


Part = Callable[[Choices, Planned, str, datetime.date, bool], None]
# In the order they are shown.
PARTS: dict[str, Part] = {
    "standard": _standard,
    "baseline": _baseline,
    "github": _github,
    "gitlab": _gitlab,
    "pre_commit": _pre_commit,
}


def names_of(choices: Choices) -> Iterator[str]:
    """The chosen parts, in that order."""
    return (part for part in PARTS if part in choices.parts)
