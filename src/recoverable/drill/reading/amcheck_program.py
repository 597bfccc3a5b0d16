"""``pg_amcheck`` on every database of a copy, with its three exit codes told apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable.drill.postgres.programs import find_programs
from recoverable.drill.reading.extension_tools import NoToolError, installed
from recoverable.drill.reading.sessions import BlindedError, options_for_programs
from recoverable.drill.reading.survey import Survey, each_database, first_session, named, shown
from recoverable.drill.reading.tools import run_tool
from recoverable.drill.rung import LadderContext
from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

EXTENSION = "amcheck"
JOBS = 2
_FINE, _TOOL, _CORRUPT = 0, 1, 2
_FINDING = re.compile(r"^(heap table|btree index|gin index|index|relation) \"(.*)\"(?:, block .*)?:$", re.MULTILINE)
_HINDERED = re.compile(
    r"permission denied|canceling statement|out of (?:shared )?memory|No space left|could not write|terminating connection due to administrator"
)
_DIED = ("server closed the connection", "terminating connection because of crash", "the database system is in recovery mode")


def check_with_amcheck(context: LadderContext, options: Sequence[str], well: str) -> Survey:
    """Run it in one database after the other. ``well`` is the figure under which indexes are counted."""
    survey = Survey()
    import psycopg

    try:
        program = _program(context)
    except InputError as error:
        survey.unproven.append(f"pg_amcheck is not installed ({error})")
        return survey
    for name, opened in each_database(context, survey):
        try:
            with installed(opened, EXTENSION):
                survey.add(well, _indexes(opened))
                _one_database(context, program, name, options, survey)
        except NoToolError as error:
            survey.unproven.append(f"database {shown(name)}: {error}")
        except psycopg.Error as error:
            survey.error(f"database {shown(name)}", error)
    return survey


def why_it_cannot(context: LadderContext) -> str:
    """Why a managed copy cannot be asked; "" where it can be. Its customer is no superuser, and not every service lets him have amcheck."""
    import psycopg

    if context.restored.files is not None:
        return ""
    try:
        with first_session(context) as opened, installed(opened, EXTENSION):
            return ""
    except NoToolError as error:
        return f"the service does not give it to its customers: {error}"
    except (psycopg.Error, BlindedError):
        return ""  # the rung itself says what the matter is


def _program(context: LadderContext) -> Path:
    files = context.restored.files
    if files is not None:
        return find_programs(folder=str(files.programs)).path("pg_amcheck")
    return find_programs().path("pg_amcheck")


def _one_database(context: LadderContext, program: Path, name: str, words: Sequence[str], survey: Survey) -> None:
    where = f"database {shown(name)}"
    connection = context.restored.connection
    options = options_for_programs(connection, superuser=context.restored.files is not None)
    login = {**connection.environment(name), "PGDATABASE": _as_connection_string(name), "PGOPTIONS": options}
    done = run_tool([program, f"--jobs={JOBS}", *words], extra=login)
    if done.code not in (_FINE, _TOOL, _CORRUPT):
        survey.unproven.append(f"{where}: pg_amcheck could not run ({done.code})")
        return
    if done.code == _FINE and "skipping database" not in done.err:
        return
    if any(words in done.err + done.out for words in _DIED):
        survey.failed.append(f"{where}: the server process died while pg_amcheck read it")
    elif done.code == _CORRUPT:
        _findings(where, done.out, survey)
    else:
        said = [line.partition("error: ")[2] for line in done.err.splitlines() if "error: " in line]
        survey.unproven.append(f"{where}: pg_amcheck could not run: {named(said) or 'amcheck is not installed'}")


def _as_connection_string(name: str) -> str:
    """The program reads any name with = in it as a connection string, from the environment too."""
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"dbname='{escaped}'"


def _findings(where: str, said: str, survey: Survey) -> None:
    """Names of relations and numbers only: the messages themselves may hold values of rows."""
    errors = [line for line in said.splitlines() if line.startswith(("    ERROR:", "ERROR:"))]
    if errors and all(_HINDERED.search(line) for line in errors):
        survey.unproven.append(f"{where}: pg_amcheck was kept from looking {len(errors)} times")
        return
    found: dict[str, int] = {}
    for kind, name in _FINDING.findall(said):
        text = f"{kind} {shown(name)}"
        found[text] = found.get(text, 0) + 1
    for text, number in found.items():
        survey.failed.append(f"{text} is corrupt ({number} {'finding' if number == 1 else 'findings'} of pg_amcheck)")
    if not found:
        survey.failed.append(f"{where}: pg_amcheck says that it is corrupt")


def _indexes(opened: Session) -> int:
    row = opened.execute("SELECT count(*) FROM pg_class WHERE relkind = 'i' AND relpersistence <> 't'").fetchone()
    return int(row[0]) if row else 0
