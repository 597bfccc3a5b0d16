"""Collects what a rung finds, over databases and relations, until there is a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from recoverable.drill.reading.failures import BROKEN, what_happened
from recoverable.drill.reading.sessions import STATEMENT_SECONDS, BlindedError, session
from recoverable.drill.rung import LadderContext, RungResult
from recoverable.drill.verdict import RungVerdict

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

MOST_NAMED = 5
"""So many findings are said in a sentence; the figures hold more."""
MOST_KEPT = 100
"""So many findings are kept in the figures."""
LONGEST_NAME = 150
NEVER_OPEN = "template0"
"""Refuses connections in every cluster, and holds nothing but what initdb wrote."""


@dataclass
class Survey:
    """What was found. A failure outweighs what could not be looked at; that outweighs everything that is well."""

    failed: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, number: float = 1) -> None:
        """Count something in the figures."""
        self.figures[name] = self.figures.get(name, 0) + number

    def error(self, where: str, error: Exception) -> bool:
        """Take in an error of the server as what it means; whether the session can go on."""
        happened = what_happened(error)
        (self.failed if happened.speaks_against_the_copy else self.unproven).append(f"{where}: {happened.text}")
        return happened.kind is not BROKEN

    def result(self, well: str) -> RungResult:
        """The verdict, with ``well`` as the sentence where nothing speaks against it."""
        figures = dict(self.figures)
        if self.failed:
            figures["failed"] = self.failed[:MOST_KEPT]
            figures["failures"] = len(self.failed)
        if self.unproven:
            figures["unproven"] = self.unproven[:MOST_KEPT]
        if self.failed:
            return RungResult(RungVerdict.FAIL, named(self.failed), figures)
        if self.unproven:
            return RungResult(RungVerdict.COULD_NOT_RUN, named(self.unproven), figures)
        return RungResult(RungVerdict.PASS, well, figures)


def named(texts: Sequence[str], most: int = MOST_NAMED) -> str:
    """The first few, and how many more there are."""
    said = "; ".join(texts[:most])
    return f"{said}; and {len(texts) - most} more" if len(texts) > most else said


def shown(*names: str) -> str:
    """Names of the copy for a sentence: without control characters, and never endless."""
    text = ".".join(names)
    plain = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
    return plain if len(plain) <= LONGEST_NAME else f"{plain[:LONGEST_NAME]}…"


def each_database(context: LadderContext, survey: Survey, *, statement_seconds: float | None = None) -> Iterator[tuple[str, Session]]:
    """A session in every database of the copy, one after the other.

    A database that cannot be entered is unproven, but for those that the settings leave out; it is never skipped in silence.
    """
    import psycopg

    limit = statement_seconds if statement_seconds is not None else float(context.settings.get("statement_seconds") or STATEMENT_SECONDS)
    try:
        names = list(databases(context, survey))
    except (psycopg.Error, BlindedError) as error:
        survey.error("the copy", error)
        return
    for name in names:
        try:
            with session(context.restored.connection, name, statement_seconds=limit) as opened:
                survey.add("databases")
                yield name, opened
        except (psycopg.Error, BlindedError) as error:
            survey.error(f"database {shown(name)}", error)


def databases(context: LadderContext, survey: Survey) -> Iterator[str]:
    """The databases that can be entered; the others are noted in the survey.

    Raises:
        psycopg.Error: nobody answers.
        BlindedError: see there.
    """
    left_out = set(context.settings.get("databases_left_out") or ())
    with session(context.restored.connection) as opened:
        rows = opened.execute(
            'SELECT datname::text, datallowconn, datconnlimit FROM pg_database ORDER BY datname::text COLLATE "C"'
        ).fetchall()
    for name, allows, limit in rows:
        if name in left_out or (name == NEVER_OPEN and not allows):
            survey.figures.setdefault("databases_left_out", []).append(shown(name))
        elif limit == -2:  # DATCONNLIMIT_INVALID_DB: DROP DATABASE was interrupted
            survey.unproven.append(f"database {shown(name)} is what an interrupted DROP DATABASE left behind")
        elif not allows:
            survey.unproven.append(f"database {shown(name)} takes no connections (name it in databases_left_out if it need not be proven)")
        else:
            yield name


def first_session(context: LadderContext) -> Any:
    """A session in the copy's own first database, for questions about the whole cluster."""
    return session(context.restored.connection)


def expected(context: LadderContext, key: str, default: Any = None) -> Any:
    """One of the store's expectations (``[drill.stores.NAME.expect]``)."""
    value = context.settings.get(key)
    return default if value is None else value


def baseline_of(context: LadderContext) -> Mapping[str, Any]:
    """The baseline; an empty one where there is none."""
    return context.baseline or {}
