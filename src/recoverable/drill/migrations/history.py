"""Applied migrations against declared ones, as sets: what is pending, skipped, edited, unknown or recorded twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class History:
    """The comparison; each field holds the names of migrations.

    ``pending`` are declared, not applied, and would be applied next: legitimate after a restore from before a deploy.
    ``skipped`` are declared, not applied, and the tool would pass over them for ever. ``edited`` were applied with another
    text than the project has now. ``unknown`` were applied and the project does not have them: the data is newer than the
    code, or belongs to something else. ``broken`` are recorded as begun or failed, or in a way that the tool never writes.
    ``redated`` were applied under another time than the project states, which makes the tool apply them again.
    ``remarks`` say what is no fault and yet worth knowing. ``hashed`` tells whether contents were compared at all.
    """

    declared: int
    applied: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    redated: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    hashed: bool = True

    def faults(self) -> list[str]:
        """What must not be, a phrase each; empty where the history is sound."""
        kinds = (
            ("skipped (the tool will never apply them)", self.skipped),
            ("edited after they were applied", self.edited),
            ("unknown to the project", self.unknown),
            ("recorded twice", self.twice),
            ("recorded as not finished", self.broken),
            ("applied under another time, so that the tool would apply them again", self.redated),
        )
        return [f"{len(names)} {kind}: {named(names)}" for kind, names in kinds if names]

    def figures(self) -> dict[str, int]:
        """Counts for the evidence."""
        return {
            "declared": self.declared,
            "applied": len(self.applied),
            "pending": len(self.pending),
            "skipped": len(self.skipped),
            "edited": len(self.edited),
            "unknown": len(self.unknown),
            "twice": len(self.twice),
            "unfinished": len(self.broken),
            "redated": len(self.redated),
        }


def named(names: Sequence[str]) -> str:
    """The first few names."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more
