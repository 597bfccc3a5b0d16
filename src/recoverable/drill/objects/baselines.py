"""What the last verified drill of a bucket restored: the versions that the next one looks for. Kept in the state folder, with their keys."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.drill.baselines import FOLDER, BaselineFolder
from recoverable.drill.objects.contents import Group, ObjectsCopy
from recoverable.drill.objects.versions import NULL, Version
from recoverable.drill.rung import LadderContext

SCHEMA_NAME = "baseline of objects, 1"


def make(state: Path) -> ObjectsBaselines:
    """The baselines below the folder of notes and ledger."""
    return ObjectsBaselines(state / FOLDER, SCHEMA_NAME)


@dataclass(frozen=True, slots=True)
class ObjectsBaselines(BaselineFolder):
    """One file per store."""

    def capture(self, context: LadderContext) -> Mapping[str, Any]:
        """The versions of the sample, as they were restored and found to be right."""
        copy = context.restored.contents
        items = list(copy.of(Group.TARGET, Group.OLDER)) if isinstance(copy, ObjectsCopy) else []
        taken = context.clock.now().astimezone(datetime.UTC).isoformat(timespec="seconds")
        return {
            "schema": SCHEMA_NAME,
            "bucket": copy.source.name if isinstance(copy, ObjectsCopy) else "",
            "taken": taken,
            "versions": [
                [each.version.key, each.version.id, each.version.modified.isoformat(), each.version.latest, each.version.size]
                for each in items
                if each.version.id != NULL and not each.refused
            ],
        }


def kept(
    baseline: Mapping[str, Any], bucket: str, since: datetime.datetime | None, written: datetime.datetime | None = None
) -> Sequence[Version] | None:
    """The versions of a baseline that must be there still: none of them can have been noncurrent for so long that it expired.

    ``since`` is from when on noncurrent versions are kept, None for ever; ``written`` is when one must have been written, None where no rule asks for it. None where the baseline is of another bucket, or none at all.
    """
    if baseline.get("schema") != SCHEMA_NAME or baseline.get("bucket") != bucket:
        return None
    taken = datetime.datetime.fromisoformat(baseline["taken"])
    every = [
        Version(key, name, datetime.datetime.fromisoformat(time), latest, False, size)
        for key, name, time, latest, size in baseline["versions"]
    ]
    young = [each for each in every if written is None or each.modified >= written]
    return [each for each in young if since is None or (taken if each.latest else each.modified) >= since]
