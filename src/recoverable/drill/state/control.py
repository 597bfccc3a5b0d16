"""The negative control of a state: the restored files are copied, damaged in one way, and must go red."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from recoverable.drill.contract import Files, Restored, RestoreFailedError, Scratch
from recoverable.drill.hooks import Damage
from recoverable.drill.rung import LadderContext
from recoverable.drill.state.contents import StateCopy
from recoverable.drill.state.damage import KINDS


class StateControl:
    """The kinds of damage that this copy can be given."""

    def kinds(self, context: LadderContext) -> tuple[Damage, ...]:
        """Always in the same order."""
        copy = context.restored.contents
        if not isinstance(copy, StateCopy):
            return ()
        return tuple(Damage(each.name, each.row, each.title) for each in KINDS if not each.older or copy.older is not None)

    @contextlib.contextmanager
    def damaged(self, kind: Damage, context: LadderContext, scratch: Scratch) -> Iterator[Restored]:
        """Damage the clone in a place that the drill's moment chooses.

        Raises:
            RestoreFailedError: this kind cannot be done here.
        """
        with scratch.started() as found:
            if not isinstance(found.contents, StateCopy):
                raise RestoreFailedError("the clone holds no state")
            damage = next(each for each in KINDS if each.name == kind.name)
            damage.do(found.contents, Random(f"{kind.name} {context.restored.backup_id} {context.disaster.isoformat()}"))  # noqa: S311 - a place to damage, no secret
            yield found


@dataclass(frozen=True)
class Clone:
    """The restored files once more, in the same scratch place, with which they are removed."""

    restored: Restored

    @property
    def files(self) -> Files | None:
        """There is no data directory."""
        return None

    @contextlib.contextmanager
    def started(self) -> Iterator[Restored]:
        """Copy both files."""
        contents = self.restored.contents
        if not isinstance(contents, StateCopy):
            raise RestoreFailedError("nothing was restored that could be cloned")
        with contents.cloned() as clone:
            yield replace(self.restored, contents=clone, scratch=None)


CONTROL = StateControl()
