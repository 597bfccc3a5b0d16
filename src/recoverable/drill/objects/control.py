"""The negative control of objects: the restored sample is copied into a folder beside it, damaged in one way, and must go red."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from recoverable.drill.contract import Files, Restored, RestoreFailedError, Scratch
from recoverable.drill.hooks import Damage
from recoverable.drill.objects.contents import Group, ObjectsCopy, clone
from recoverable.drill.objects.damage import KINDS
from recoverable.drill.rung import LadderContext

NEEDS = {
    "deleted-object-back": lambda copy: bool(copy.inventory.gone),
    "replica-altered": lambda copy: any(copy.of(Group.REPLICA)),
    "replica-behind": lambda copy: any(copy.of(Group.REPLICA_HEARTBEAT)),
}
"""What a copy must have for a kind, where not every copy has it."""


class ObjectsControl:
    """The kinds of damage that this copy can be given."""

    def kinds(self, context: LadderContext) -> tuple[Damage, ...]:
        """Always in the same order."""
        copy = context.restored.contents
        if not isinstance(copy, ObjectsCopy):
            return ()
        return tuple(Damage(each.name, each.row, each.title) for each in KINDS if NEEDS.get(each.name, lambda _: True)(copy))

    @contextlib.contextmanager
    def damaged(self, kind: Damage, context: LadderContext, scratch: Scratch) -> Iterator[Restored]:
        """Damage the clone in a place that the drill's moment chooses.

        Raises:
            RestoreFailedError: this kind cannot be done here.
        """
        with scratch.started() as found:
            if not isinstance(found.contents, ObjectsCopy):
                raise RestoreFailedError("the clone holds no objects")
            damage = next(each for each in KINDS if each.name == kind.name)
            random = Random(f"{kind.name} {context.restored.backup_id} {context.disaster.isoformat()}")  # noqa: S311 - a place to damage, no secret
            damage.do(found.contents, random)
            yield found


@dataclass(frozen=True)
class Clone:
    """The sample once more, in the same scratch bucket, with which it is removed."""

    restored: Restored

    @property
    def files(self) -> Files | None:
        """There are none."""
        return None

    @contextlib.contextmanager
    def started(self) -> Iterator[Restored]:
        """Copy every object."""
        contents = self.restored.contents
        if not isinstance(contents, ObjectsCopy):
            raise RestoreFailedError("nothing was restored that could be cloned")
        yield replace(self.restored, contents=clone(contents), scratch=None)


CONTROL = ObjectsControl()
