"""Roles, owners and privileges are those of the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from recoverable.drill.postgres.server import SUPERUSER
from recoverable.drill.reading import catalog_facts
from recoverable.drill.reading.against_baseline import age_note, each_known_database
from recoverable.drill.reading.survey import Survey, baseline_of, first_session, shown
from recoverable.drill.rung import Depth, LadderContext, Need, Rung, RungResult, Stage

RUNG = Rung(
    name="roles-and-grants",
    title="Roles, owners and privileges are those of the baseline",
    why="pg_dump leaves roles out; a restore then warns, keeps every row, and the application may not read one of them.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    needs=frozenset({Need.BASELINE}),
    catches=(19,),
)
DANGEROUS = frozenset({"superuser", "createrole", "replication", "bypassrls"})
"""Attributes that a role must not have gained. Any that it lost is a finding."""
DATABASE = "database"
"""The database itself among the objects."""
MAINTAIN_FROM = 170000
"""PostgreSQL 17 has the privilege MAINTAIN, which GRANT ALL of older versions does not hold."""


def run(context: LadderContext) -> RungResult:
    """What is missing is a failure, and so is what is open to everybody now; what is new is named in the figures."""
    import psycopg

    survey = Survey()
    baseline = baseline_of(context)
    try:
        with first_session(context) as opened:
            _roles(baseline.get("roles") or {}, catalog_facts.roles(opened), survey)
            version = opened.info.server_version
    except psycopg.Error as error:
        survey.error("the copy", error)
        return survey.result("")
    old = int(baseline.get("server_version") or version)
    ignored = "MAINTAIN" if (old < MAINTAIN_FROM) != (version < MAINTAIN_FROM) else ""
    for name, opened, known in each_known_database(context, survey):
        try:
            owned, objects = catalog_facts.owners(opened), dict(known.get("owners") or {})
            found, before = catalog_facts.grants(opened), dict(known.get("grants") or {})
            if owned.get(DATABASE) == SUPERUSER:  # a dump holds no database: the drill made it, as its own
                objects.pop(DATABASE, None)
                before.pop(DATABASE, None)
            _owners(name, objects, owned, survey)
            _grants(name, before, found, objects, owned, ignored, survey)
        except psycopg.Error as error:
            survey.error(f"database {shown(name)}", error)
    if survey.failed:
        survey.failed[0] += age_note(context)
    figures = survey.figures
    return survey.result(
        f"{figures.get('roles', 0)} roles, {figures.get('owners', 0)} owners and {figures.get('grants', 0)} privileges are those of the baseline"
    )


def _roles(known: Mapping[str, Sequence[str]], found: Mapping[str, Sequence[str]], survey: Survey) -> None:
    survey.add("roles", len(found))
    for role, attributes in known.items():
        if role == SUPERUSER:
            continue
        if role not in found:
            survey.failed.append(f"the role {shown(role)} is gone")
            continue
        lost, gained = set(attributes) - set(found[role]), (set(found[role]) - set(attributes)) & DANGEROUS
        survey.failed += [f"the role {shown(role)} is not {each} any more" for each in sorted(lost)]
        survey.failed += [f"the role {shown(role)} has become {each}" for each in sorted(gained)]
    survey.figures["new_roles"] = [shown(each) for each in sorted(set(found) - set(known) - {SUPERUSER})][:20]


def _owners(database: str, known: Mapping[str, str], found: Mapping[str, str], survey: Survey) -> None:
    """Objects that are gone are another rung's."""
    survey.add("owners", len(found))
    for name in sorted(set(known) & set(found)):
        if known[name] != found[name]:
            survey.failed.append(f"{shown(database)}: {shown(name)} belongs to {shown(found[name])}, it belonged to {shown(known[name])}")


def _grants(
    database: str,
    known: Mapping[str, Sequence[str]],
    found: Mapping[str, Sequence[str]],
    objects: Mapping[str, Any],
    owned: Mapping[str, Any],
    ignored: str,
    survey: Survey,
) -> None:
    survey.add("grants", sum(len(each) for each in found.values()))
    for name in sorted(set(known) | set(found)):
        old = {each for each in known.get(name, ()) if not (ignored and each.startswith(ignored))}
        new = set(found.get(name, ()))
        lost = sorted(old - new) if name in owned or name not in objects else []  # of an object that is gone, another rung tells
        survey.failed += [f"{shown(database)}: {shown(each)} on {shown(name)} is gone" for each in lost]
        if name in objects or name in known:
            wider = [each for each in sorted(new - old) if " to PUBLIC" in each]
            survey.failed += [f"{shown(database)}: {shown(each)} on {shown(name)} is new" for each in wider]
