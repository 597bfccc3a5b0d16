"""The negative control over the catalogue: one kind of damage to a scratch clone, which the ladder must notice."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from random import Random

from recoverable.drill.contract import Restored, RestoreFailedError, Scratch
from recoverable.drill.damage.data_directory import StoppedFiles
from recoverable.drill.damage.injection import Artefact, CannotDamageError, Injection
from recoverable.drill.damage.marked import NotOursError
from recoverable.drill.damage.registry import injections
from recoverable.drill.damage.victims import Victim, choose_victim
from recoverable.drill.hooks import Damage
from recoverable.drill.rung import LadderContext

ORDER = (
    "page-zeroed", "collation-changed", "table-truncated", "role-lost", "table-file-missing", "extension-missing", "heap-bit-flipped",
    "archiving-on", "grants-lost", "table-emptied", "index-file-missing", "unlogged-emptied",
)  # fmt: skip
"""Kinds that are red for certain where they can be done, so arranged that any three in a row hold one that the quick ladder notices."""
NEEDS_BASELINE = frozenset({"role-lost", "grants-lost", "table-emptied"})
NEEDS_SUPERUSER = frozenset({"collation-changed", "extension-missing"})
"""They write into catalogs, which no customer of a managed service may; there a clone may take minutes, and each try costs one."""
NEEDS_CHECKSUMS = frozenset({"heap-bit-flipped"})
"""Without checksums a turned bit may lie in unused space, or be a value that is as good as another."""


class CatalogueControl:
    """The kinds of :data:`ORDER` that this copy can be given."""

    def kinds(self, context: LadderContext) -> tuple[Damage, ...]:
        """Those for which the copy has what they need; what else stands in the way shows when they are tried."""
        found = injections()
        left_out: set[str] = set()
        if context.baseline is None:
            left_out |= NEEDS_BASELINE
        if context.restored.files is None:
            left_out |= NEEDS_SUPERUSER | {name for name in ORDER if found[name].artefact is Artefact.DATA_DIRECTORY}
        return tuple(Damage(name, found[name].row, found[name].title) for name in ORDER if name not in left_out)

    @contextlib.contextmanager
    def damaged(self, kind: Damage, context: LadderContext, scratch: Scratch) -> Iterator[Restored]:
        """Damage the clone in a place that the drill's moment chooses, and run it.

        Raises:
            RestoreFailedError: this kind cannot be done here.
        """
        injection = injections()[kind.name]
        random = Random(f"{kind.name} {context.restored.backup_id} {context.disaster.isoformat()}")  # noqa: S311 - a place to damage, no secret
        try:
            if injection.artefact is Artefact.DATA_DIRECTORY:
                with self._files(injection, context, scratch, random) as found:
                    yield found
            else:
                with scratch.started() as found:
                    _inject(injection, found.connection, random)
                    yield found
        except (CannotDamageError, NotOursError) as error:
            raise RestoreFailedError(str(error)) from None

    @contextlib.contextmanager
    def _files(self, injection: Injection, context: LadderContext, scratch: Scratch, random: Random) -> Iterator[Restored]:
        files = scratch.files
        if files is None:
            raise CannotDamageError("the files of the clone cannot be reached")
        if injection.name in NEEDS_CHECKSUMS and not _has_checksums(context):
            raise CannotDamageError("the cluster has no page checksums")
        victim = _choose(context, random)
        _inject(injection, StoppedFiles(files.data, victim), random)
        with scratch.started() as found:
            yield found


def _choose(context: LadderContext, random: Random) -> Victim:
    """A table of the original, which runs; the clone's files have the same names."""
    import psycopg

    try:
        return choose_victim(context.restored.connection, random)
    except psycopg.Error as error:
        raise CannotDamageError(f"no table could be chosen ({type(error).__name__})") from None


def _inject(injection: Injection, artefact: object, random: Random) -> None:
    import psycopg

    try:
        injection.inject(artefact, random)
    except (psycopg.Error, OSError) as error:
        raise CannotDamageError(f"{injection.name} could not be done ({type(error).__name__})") from None


def _has_checksums(context: LadderContext) -> bool:
    from recoverable.drill.postgres.connect import connect

    with connect(context.restored.connection) as opened:
        row = opened.execute("SELECT pg_catalog.current_setting('data_checksums')").fetchone()
    return bool(row and row[0] == "on")


CONTROL = CatalogueControl()
