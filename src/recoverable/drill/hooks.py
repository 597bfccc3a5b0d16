"""What the engine calls beside the provider and the ladder: migrations, smoke suite, baselines, negative control.

Each is a small protocol and each is optional. The part that implements one lives in its own module (see ``README.md``);
the engine knows these texts alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from recoverable.drill.contract import Check, Restored, Run, Scratch, Store
from recoverable.drill.rung import LadderContext


@dataclass(frozen=True, slots=True)
class Copy:
    """The restored copy after the ladder, for what may write to it.

    Relative paths in settings are below ``store.folder``. ``run.folder`` is for scratch files; whatever is made elsewhere
    is announced with ``run.intend``.
    """

    store: Store
    restored: Restored
    run: Run


class Migrations(Protocol):
    """The migration history of an application, compared with what was restored; then the real tool's own migrate.

    ``name`` is the tool's (``drizzle``, ``alembic``, ``sql``); ``versions`` what is written into the evidence.
    """

    name: str

    def check(self, copy: Copy) -> Iterator[Check]:
        """Compare as sets (read-only), migrate with the real tool, compare again; one check per question, in order.

        A tool that is missing or crashes is ``COULD_NOT_RUN``. Polls ``copy.run.check_budget()`` and kills its child
        when that raises. Names of the checks begin with ``migrations-``.
        """

    def versions(self) -> Mapping[str, str]:
        """The tool's version, for the evidence; empty where it cannot be found out."""


class Smoke(Protocol):
    """Commands and read paths that an application names in ``recoverable.toml``, with what it expects of them."""

    def check(self, copy: Copy) -> Iterator[Check]:
        """Run each with a time limit and a small environment; names begin with ``smoke-``.

        They alone get ``DATABASE_URL``, by default of a role that can only read. Output that is kept is redacted by the
        caller and never holds rows.
        """


class Baselines(Protocol):
    """What is known of a store from outside the backup: written at the source, or after the last verified drill."""

    def load(self, store: Store) -> Mapping[str, Any] | None:
        """The baseline to compare with; None where none was ever written."""

    def capture(self, context: LadderContext) -> Mapping[str, Any]:
        """Read a baseline from the restored copy, before migrations change it. Never row contents."""

    def save(self, store: Store, baseline: Mapping[str, Any]) -> None:
        """Keep it, atomically; called after a verified drill only."""


class NoBaselines:
    """Those of a store of which nothing is written down: what it must be like is read from the source itself."""

    def load(self, store: Store) -> None:
        """There is none."""

    def capture(self, context: LadderContext) -> Mapping[str, Any]:
        """Nothing."""
        return {}

    def save(self, store: Store, baseline: Mapping[str, Any]) -> None:
        """Nothing is kept."""


@dataclass(frozen=True, slots=True)
class Damage:
    """One kind of damage of the catalogue: ``row`` is its row there, and a rung whose ``catches`` holds it must go red."""

    name: str
    row: int
    title: str = ""


class NegativeControl(Protocol):
    """Damage a scratch clone, so that a ladder which cannot fail is found out.

    The engine chooses the kind (rotating with the position in the ledger), runs the ladder on what :meth:`damaged` gives,
    and demands a FAIL of a rung that catches this row and passed on the intact copy. The damage itself knows no rung.
    """

    def kinds(self, context: LadderContext) -> tuple[Damage, ...]:
        """The kinds that can be done to this copy (its data, provider and versions), always in the same order."""

    def damaged(self, kind: Damage, context: LadderContext, scratch: Scratch) -> AbstractContextManager[Restored]:
        """Damage the stopped files of ``scratch`` or, once started, its data; gives the running damaged clone.

        Raises:
            RestoreFailedError: this kind cannot be done here, or the clone does not start any more. The engine then
                takes the next kind; it never counts as red.
        """
