"""What is to be written, however it was found out: by flags, by questions, or by what lies in the folder."""

from __future__ import annotations

from dataclasses import dataclass

from recoverable.init.origin import Origin
from recoverable.init.project import Project

BASELINE = "recoverable-baseline.json"
PARTS = ("standard", "github", "gitlab", "pre_commit", "baseline")


@dataclass(frozen=True, slots=True)
class Choices:
    """The parts to write. ``empty`` is true where there is nothing to judge yet, ``origin`` is where CI gets recoverable from."""

    project: Project
    parts: frozenset[str]
    origin: Origin | None = None
    empty: bool = False

    @property
    def baseline(self) -> str:
        """The baseline's name as CI uses it, or nothing."""
        return self.project.inside(BASELINE) if "baseline" in self.parts else ""
