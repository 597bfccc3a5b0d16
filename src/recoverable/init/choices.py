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
        """The baseline's name as CI uses it, where one is written or there already, or nothing."""
        return self.project.inside(BASELINE) if "baseline" in self.parts or (self.project.folder / BASELINE).is_file() else ""
