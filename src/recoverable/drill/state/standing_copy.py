"""A drill's copy of a state, from the making of the scratch place to its removal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from recoverable.drill.aws.where import pausing
from recoverable.drill.contract import Phase, Resource, Restored, RestoreFailedError, Run, Scratch, Store
from recoverable.drill.local import resources
from recoverable.drill.state import contents
from recoverable.drill.state.contents import StateCopy
from recoverable.drill.state.control import Clone
from recoverable.drill.state.history import Source, choose
from recoverable.drill.state.programs import Reader
from recoverable.drill.target import RecoveryTarget

CLOSED = 0o700
"""A state holds secrets in the clear."""


@dataclass
class Copy:
    """One copy of a drill."""

    store: Store
    source: Source
    run: Run
    provider: str

    @contextlib.contextmanager
    def standing(self, target: RecoveryTarget) -> Iterator[Restored]:
        """The copy, while it stands."""
        made: Resource | None = None
        try:
            with self.run.phase(Phase.PROVISION):
                root = scratch_root(self.store)
                if resources.path_of(self.run, root).exists():
                    raise RestoreFailedError(f"{resources.path_of(self.run, root)} is there already", "One run restores once.")
                made = resources.announce(self.run, self.provider, root)
                folder = resources.make(made, CLOSED)
            with self.run.phase(Phase.RESTORE):
                found = self._restore(folder, target)
            yield self._restored(found, target)
        finally:
            if made:
                with self.run.phase(Phase.DESTROY):
                    self._take_down(made)

    def _restore(self, folder: Path, target: RecoveryTarget) -> StateCopy:
        kind = self.store.settings["kind"]
        chosen = choose(self.source.versions(), target, self.source.label)
        self.run.note(f"version {chosen.wanted.id} of {chosen.kept}, written at {contents.said(chosen.wanted.modified)}")
        newest = contents.restored(kind, chosen.wanted, self.source.read(chosen.wanted), folder, contents.NEWEST)
        older = None
        if chosen.older is not None:
            self.run.check_budget()
            older = contents.restored(kind, chosen.older, self.source.read(chosen.older), folder, contents.OLDER)
        versioning = self.source.versioning()
        return StateCopy(kind, self.source, folder, chosen, versioning, newest, older, reader_of(self.store, self.run), pausing(self.run))

    def _restored(self, found: StateCopy, target: RecoveryTarget) -> Restored:
        restored = Restored(
            target=target,
            server=None,
            backup_id=f"version {found.newest.version.id} of {self.source.label}",
            backup_stop=found.newest.version.modified,
            reservations=tuple(reservations(found)),
            contents=found,
        )

        def scratch() -> AbstractContextManager[Scratch]:
            return nullcontext(Clone(restored))

        return replace(restored, scratch=scratch)

    def _take_down(self, resource: Resource) -> None:
        """Raises nothing: what could not be removed stays announced, and the engine looks again."""
        try:
            left = resources.remove(resource)
            if left is None:
                self.run.gone(resource)
            else:
                self.run.note(f"{resource.name} is left: {left.reason}")
        except Exception as error:
            self.run.note(f"{resource.name} is left to the engine: {type(error).__name__}")


def reader_of(store: Store, run: Run) -> Reader:
    """The program that reads the state."""
    settings = store.settings
    module = store.folder / Path(settings["module"]).expanduser() if settings["module"] else None
    program = settings["program"]
    if "/" in program:
        program = str((store.folder / Path(program).expanduser()).absolute())
    return Reader(settings["kind"], program, module, settings["stack"], run.check_budget)


def scratch_root(store: Store) -> Path:
    """Where the scratch place is made.

    Raises:
        RestoreFailedError: that is no folder.
    """
    said = store.settings["scratch"]
    root = store.folder / Path(said).expanduser() if said else resources.default_roots()[0]
    if not root.is_dir():
        raise RestoreFailedError(f"{root} is no folder", "Name another with scratch = …")
    return root


def reservations(found: StateCopy) -> Iterator[str]:
    """What a reader of a verified drill must know."""
    taken = found.newest.taken
    if not isinstance(taken, str) and taken.secrets:
        yield f"{taken.secrets} secret values were not decrypted: without their key ({taken.guardian or 'unknown'}) the stack cannot be used"
