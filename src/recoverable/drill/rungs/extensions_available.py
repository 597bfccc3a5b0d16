"""Every extension has its files and its library on this server, in the version that the database was made with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recoverable.drill.reading import catalog_facts
from recoverable.drill.reading.survey import Survey, baseline_of, each_database, first_session, shown
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from recoverable.drill.reading.sessions import Session

RUNG = Rung(
    name="extensions-available",
    title="All extensions and libraries are on the server",
    why="A database whose extension is not installed starts, answers, and fails at the first use of the type or index.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    catches=(21,),
)
ENDINGS = ("", ".so", ".dylib", ".dll")
_MISSING = """
SELECT e.extname::text, e.extversion FROM pg_extension e
WHERE NOT EXISTS (SELECT FROM pg_available_extension_versions v WHERE v.name = e.extname AND v.version = e.extversion) ORDER BY 1
"""
_LIBRARIES = "SELECT DISTINCT probin FROM pg_proc WHERE probin IS NOT NULL ORDER BY 1"
_MAY_LOOK = "SELECT has_function_privilege('pg_config()', 'EXECUTE') AND has_function_privilege('pg_stat_file(text, boolean)', 'EXECUTE')"
_FOLDER = "SELECT setting FROM pg_config() WHERE name = 'PKGLIBDIR'"


def run(context: LadderContext) -> RungResult:
    """Versions, then the files of libraries; those of the source's shared_preload_libraries too, which the copy may leave out."""
    import psycopg

    survey = Survey()
    baseline = baseline_of(context)
    try:
        with first_session(context) as opened:
            _libraries(opened, baseline.get("preload_libraries") or (), "shared_preload_libraries of the source", survey)
    except psycopg.Error as error:
        survey.error("the copy", error)
        return survey.result("")
    for name, opened in each_database(context, survey):
        known = (baseline.get("databases") or {}).get(name) or {}
        try:
            _database(opened, name, known.get("extensions") or {}, survey)
        except psycopg.Error as error:
            survey.error(f"database {shown(name)}", error)
    figures = survey.figures
    return survey.result(f"{figures.get('extensions', 0)} extensions and {figures.get('libraries', 0)} libraries are on the server")


def _database(opened: Session, name: str, known: dict[str, str], survey: Survey) -> None:
    found = catalog_facts.extensions(opened)
    survey.add("extensions", len(found))
    for extension, version in opened.execute(_MISSING).fetchall():
        survey.failed.append(f"{shown(name)}: the server lacks {shown(extension)} {shown(version)}, which the database uses")
    survey.failed += [f"{shown(name)}: the extension {shown(each)} of the baseline is gone" for each in sorted(set(known) - set(found))]
    _libraries(opened, [row[0] for row in opened.execute(_LIBRARIES).fetchall()], shown(name), survey)


def _libraries(opened: Session, names: Iterable[str], where: str, survey: Survey) -> None:
    """Look for files; a library is not loaded for this."""
    row = opened.execute(_MAY_LOOK).fetchone()
    if not row or not row[0]:
        survey.figures["libraries_not_looked_at"] = True
        return
    folder = opened.execute(_FOLDER).fetchone()
    for name in names:
        path = name.replace("$libdir", folder[0] if folder else "", 1) if name.startswith("$libdir") else name
        path = path if path.startswith("/") else f"{folder[0] if folder else ''}/{path}"
        survey.add("libraries")
        if not any(_is_file(opened, path + ending) for ending in ENDINGS):
            survey.failed.append(f"{where}: the library {shown(name)} is not on the server")


def _is_file(opened: Session, path: str) -> bool:
    row = opened.execute("SELECT (pg_stat_file(%s, true)).isdir", (path,)).fetchone()
    return bool(row) and row is not None and row[0] is False
