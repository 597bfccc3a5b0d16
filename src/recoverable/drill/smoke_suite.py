"""The smoke suite: read paths and commands of the application against the restored copy, each with its time limit.

Commands see PATH, HOME, LANG, the variables they declare, and DATABASE_URL. What they print goes to a person, struck of
secrets; into the evidence go how they ended and what was expected, never a row.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.drill.bounded_command import Outcome, ProgramMissingError, run_bounded, small_environment
from recoverable.drill.connection import Connection, Secret
from recoverable.drill.contract import Check, Run
from recoverable.drill.database_url import database_url
from recoverable.drill.hooks import Copy
from recoverable.drill.owner_role import act_as, owner_of, temporary_login
from recoverable.drill.read_only_role import ReadOnlyProof, read_only_role
from recoverable.drill.redaction import LEAST_OF_ENVIRONMENT, Redactor, secrets_of
from recoverable.drill.smoke_query import Expectation, ask
from recoverable.drill.temporary_roles import open_session
from recoverable.drill.verdict import RungVerdict

if TYPE_CHECKING:
    import psycopg

READ_ONLY, OWNER = "read-only", "owner"
ROLE = "smoke-read-only-role"
URL = "DATABASE_URL"
_TIME_IS_UP = "57014"  # query_canceled, of statement_timeout


@dataclass(frozen=True, slots=True)
class SmokeCommand:
    """A program of the application that must end with one of ``exits`` and print what ``matches`` looks for."""

    name: str
    arguments: tuple[str, ...]
    folder: str
    environment: tuple[str, ...]
    timeout_seconds: int
    exits: tuple[int, ...]
    matches: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class SmokeQuery:
    """A read path. The statement stands in recoverable.toml (``statement``) or in a file beside it (``file``)."""

    name: str
    statement: str
    file: str
    timeout_seconds: int
    expected: Expectation


@dataclass(frozen=True, slots=True)
class SmokeSuite:
    """The engine's ``Smoke``: read paths first, then commands, each in the order in which it is written."""

    access: str
    url_query: str
    queries: tuple[SmokeQuery, ...]
    commands: tuple[SmokeCommand, ...]

    def check(self, copy: Copy) -> Iterator[Check]:
        """See :class:`recoverable.drill.hooks.Smoke`."""
        import psycopg

        asked: set[str] = set()
        try:
            for answer in self._answers(copy):
                asked.add(answer.name)
                yield answer
            return
        except psycopg.Error as error:
            why = f"the restored database does not answer as it should ({_error(error)})"
        except OSError as error:
            why = f"a file could not be read or written: {error.strerror or type(error).__name__}"
        for name in self._names():
            if name not in asked:
                yield Check(name, RungVerdict.COULD_NOT_RUN, why)

    def _names(self) -> list[str]:
        own = [ROLE] if self.access == READ_ONLY else []
        return [*own, *(f"smoke-{each.name}" for each in self.queries), *(f"smoke-{each.name}" for each in self.commands)]

    def _answers(self, copy: Copy) -> Iterator[Check]:
        with self._login(copy) as (login, proof):
            if proof:
                yield _judge_role(proof)
                if not proof.holds:
                    for name in self._names()[1:]:
                        yield Check(name, RungVerdict.COULD_NOT_RUN, "not run, for its role could write")
                    return
            for query in self.queries:
                copy.run.check_budget()
                yield _run_query(query, login, copy)
            for command in self.commands:
                yield _run_command(command, login, database_url(login, query=self.url_query), copy)

    @contextmanager
    def _login(self, copy: Copy) -> Iterator[tuple[Connection, ReadOnlyProof | None]]:
        if self.access == READ_ONLY:
            with read_only_role(copy.restored.connection, copy.run) as found:
                yield found
        else:
            with temporary_login(copy.restored.connection, "smoke", copy.run) as (login, session):
                act_as(session, login, owner_of(session))
                yield login, None


def _judge_role(proof: ReadOnlyProof) -> Check:
    figures = {"refused": proof.refused, "writable": len(proof.writable)}
    if not proof.holds:
        some = ", ".join(proof.writable[:5])
        return Check(ROLE, RungVerdict.FAIL, f"the role that should only read can write to {len(proof.writable)} objects: {some}", figures)
    blind = "" if proof.bypasses_row_security else "; row-level security applies to it"
    return Check(ROLE, RungVerdict.PASS, f"{proof.refused} attempts to write were refused{blind}", figures)


def _run_query(query: SmokeQuery, login: Connection, copy: Copy) -> Check:
    import psycopg

    name = f"smoke-{query.name}"
    statement = query.statement
    if query.file:
        path = copy.store.folder / query.file
        if not path.is_file():
            return Check(name, RungVerdict.COULD_NOT_RUN, f"the file {query.file} does not exist")
        statement = path.read_text(encoding="utf-8")
    began = time.monotonic()
    with open_session(login) as session:
        session.execute("SELECT set_config('statement_timeout', %s, false)", (str(query.timeout_seconds * 1000),))
        try:
            answer = ask(session, statement.strip().rstrip(";"), query.expected)
        except psycopg.Error as error:
            if session.closed:
                raise
            if error.sqlstate == _TIME_IS_UP:
                return Check(name, RungVerdict.FAIL, f"took longer than {query.timeout_seconds} s")
            return Check(name, RungVerdict.FAIL, f"the server refuses it ({_error(error)})")
    seconds = time.monotonic() - began
    figures = {"rows": answer.rows, "seconds": round(seconds, 3)}
    if answer.faults:
        return Check(name, RungVerdict.FAIL, "; ".join(answer.faults), figures)
    return Check(name, RungVerdict.PASS, f"{answer.rows} rows as expected in {seconds:.2f} s", figures)


def _run_command(command: SmokeCommand, login: Connection, url: Secret, copy: Copy) -> Check:
    name = f"smoke-{command.name}"
    folder = copy.store.folder / command.folder
    if not folder.is_dir():
        return Check(name, RungVerdict.COULD_NOT_RUN, f"the folder {command.folder} does not exist")
    environment = small_environment({URL: url.reveal()}, command.environment)
    lacking = [each for each in command.environment if each not in environment]
    if lacking:
        return Check(name, RungVerdict.COULD_NOT_RUN, f"these variables are declared and not set: {', '.join(lacking)}")
    try:
        outcome = run_bounded(
            _program(command.arguments, folder),
            environment=environment,
            folder=folder,
            timeout=command.timeout_seconds,
            poll=copy.run.check_budget,
            strike=_strike(copy.run, (login.password, url), {each: environment[each] for each in command.environment}),
        )
    except ProgramMissingError as error:
        return Check(name, RungVerdict.COULD_NOT_RUN, str(error))
    return _judge_command(command, outcome, copy.run)


def _judge_command(command: SmokeCommand, outcome: Outcome, run: Run) -> Check:
    name = f"smoke-{command.name}"
    figures = {"exit_code": outcome.code, "seconds": round(outcome.seconds, 3), "output_bytes": outcome.size}
    faults = []
    if outcome.code not in command.exits:
        faults.append(f"{outcome.ended()}, expected exit code {' or '.join(map(str, command.exits))}")
    elif command.matches and not command.matches.search(outcome.output):
        faults.append(f"{outcome.ended()}, and its output does not match the expected pattern")
    if not faults:
        return Check(name, RungVerdict.PASS, outcome.ended(), figures)
    said = outcome.last_lines()
    run.note(f"{name}: {faults[0]}" + (f"; the end of what it said:\n{said}" if said else ""))
    return Check(name, RungVerdict.FAIL, faults[0], figures)


def _program(arguments: tuple[str, ...], folder: Path) -> list[str]:
    """A path is below the command's folder, as in a shell there; a bare name is found on the PATH."""
    first, *rest = arguments
    return [str(folder / first) if "/" in first else first, *rest]


def _strike(run: Run, secrets: tuple[Secret, ...], declared: Mapping[str, str]) -> Callable[[str], str]:
    """What a command prints loses the role's password and the values of declared variables, which may be tokens.

    Those with a telling name are secrets for the whole drill; the others are only struck out here, where they are long
    enough to be one.
    """
    for value in secrets_of(declared):
        run.conceal(Secret(value))
    for secret_of_role in secrets:
        run.conceal(secret_of_role)
    known = Redactor()
    for secret in (*(each.reveal() for each in secrets), *declared.values()):
        if len(secret) >= LEAST_OF_ENVIRONMENT:
            known.add(secret)
    return known.text


def _error(error: psycopg.Error) -> str:
    return f"{type(error).__name__}{f', SQLSTATE {error.sqlstate}' if error.sqlstate else ''}"
