"""What a migration tool must be able to do, so that one procedure (``procedure.py``) checks them all.

To add a tool, write one file with a class that fits :class:`MigrationTool` and a ``read(table)`` that makes it, and name it in ``registry.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from recoverable.drill.bounded_command import Outcome
from recoverable.drill.connection import Connection
from recoverable.drill.contract import Check
from recoverable.drill.migrations.history import History

Session = Any
"""An open ``psycopg.Connection`` with autocommit, superuser or nearest to it, on the database that is looked at."""


RunProgram = Callable[[list[str], Connection, Mapping[str, str], Path], Outcome]
"""Arguments, the database whose URL goes into the environment, further variables, working folder."""


class ToolMissingError(Exception):
    """The tool, its settings or its migrations are not there: the question cannot be asked (never a pass)."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what, fix)
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what}. {self.fix}" if self.fix else self.what


class HistoryMissingError(Exception):
    """The database has no readable record of applied migrations though it should."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where a tool runs: ``project`` is the application's folder, ``scratch`` an empty one that is removed with the drill.

    ``run`` starts a program with a small environment, a time limit and the database's URL in a variable.
    """

    project: Path
    scratch: Path
    run: RunProgram


class MigrationTool(Protocol):
    """One tool over one folder of migrations."""

    @property
    def name(self) -> str:
        """The word in ``recoverable.toml``."""

    def opened(self, space: Workspace) -> AbstractContextManager[OpenTool]:
        """Find the program, read its settings and the migrations that the project declares.

        Raises:
            ToolMissingError: one of these cannot be had.
        """

    def versions(self) -> Mapping[str, str]:
        """The tool's version; empty where it cannot be found out."""


class OpenTool(Protocol):
    """A tool that is ready to work."""

    @property
    def history_table(self) -> tuple[str, str]:
        """Schema and name of the table in which it records what it applied."""

    @property
    def bookkeeping(self) -> tuple[str, ...]:
        """Objects (globs over ``TYPE schema.name``) that only one side of the schema comparison has by nature."""

    def history(self, session: Session) -> History:
        """What is recorded in a database against what the project declares. Read-only.

        Raises:
            HistoryMissingError: there is no record of applied migrations.
            ToolMissingError: the declared migrations cannot be read.
        """

    def goes_where_told(self, database: Connection, session: Session) -> Check | None:
        """Proof that the tool, started with ``database``'s URL, speaks to that database and no other.

        ``database`` is empty and may be changed. None where the tool cannot go anywhere else by construction.
        """

    def migrate(self, database: Connection) -> Outcome:
        """Run the real tool's own migrate. What it says is not believed: the history is read again afterwards."""

    def second_opinion(self, database: Connection) -> Iterator[Check]:
        """What only this tool can ask, after the migration; often nothing."""
