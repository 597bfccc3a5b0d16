"""All projects that a key of Neon reaches, each as a reading of its own: its name says its environment, for a project has no tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from recoverable.audit.neon.account import project_ids
from recoverable.audit.neon.projects import address_of, read_project
from recoverable.audit.parts import Part
from recoverable.audit.resources import Found
from recoverable.audit.web.asking import Place
from recoverable.audit.web.sweep import Task, WebLook, part_of

KIND = "neon-account"
"""The kind of a reading."""
CODE_ONLY = {
    "force-destroy": "it is a wish of the code alone",
    "password-in-code": "it is about code",
}
"""By the rule's name, why it is left to ``check``."""


@dataclass(slots=True, kw_only=True)
class NeonLook(WebLook):
    """A look at what one key reaches; ``open_account`` logs in, ``organizations`` are those that are named."""

    cloud: ClassVar[str] = "neon"
    code_only: ClassVar[Mapping[str, str]] = CODE_ONLY
    open_account: Callable[[], Place]
    organizations: list[str]

    def parts(self) -> Iterator[Part]:
        """Every project, and at last what could not be read of the account."""
        place = self.open_account()
        readings: dict[str, Found] = {}
        names: dict[str, str] = {}

        def read(project: str) -> None:
            found = readings[project] = Found()
            names[project] = read_project(place, found, project, self.now)

        def listed() -> list[Task]:
            return [partial(read, project) for project in project_ids(place, self.organizations)]

        self.run(place.account, [listed])
        for project in sorted(readings):
            yield part_of(KIND, address_of(project), readings[project], [("project", names[project])] if names.get(project) else [])
        gaps = Found()
        gaps.add(*self.gaps(place))
        yield part_of(KIND, place.account, gaps)
