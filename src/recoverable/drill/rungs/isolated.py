"""The copy cannot act on the world: nothing of the source's jobs, subscriptions or archiving goes on in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recoverable.drill.postgres.configuration import SIDE_EFFECTS
from recoverable.drill.reading.sessions import setting
from recoverable.drill.reading.survey import Survey, each_database, expected, first_session, shown
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

RUNG = Rung(
    name="isolated",
    title="The copy has no side effects",
    why="A copy that archives forks the source's history; one whose subscriptions, jobs or workers run takes over the source's work.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    catches=(14, 27),
)
OWN_WORKERS = frozenset({
    "archiver", "autovacuum launcher", "autovacuum worker", "autoprewarm leader", "autoprewarm worker", "background writer", "checkpointer",
    "client backend", "io worker", "logger", "logical replication launcher", "parallel worker", "slotsync worker", "standalone backend", "startup",
    "walreceiver", "walsender", "walsummarizer", "walwriter",
})  # fmt: skip
"""Kinds of processes of PostgreSQL itself (pg_stat_activity.backend_type, up to 18); those that matter are asked for by themselves."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", ""})


def run(context: LadderContext) -> RungResult:
    """Settings and workers of the server, then subscriptions of each database."""
    import psycopg

    survey = Survey()
    own_server = context.restored.files is not None
    try:
        with first_session(context) as opened:
            _settings(opened, survey, own_server=own_server)
            _workers(opened, survey, set(expected(context, "workers", ())), own_server=own_server)
            appliers = int(setting(opened, "max_logical_replication_workers") or 0)
    except psycopg.Error as error:
        survey.error("the copy", error)
        return survey.result("")
    for name, each in each_database(context, survey):
        try:
            _database(each, name, appliers, survey)
        except psycopg.Error as error:
            survey.error(f"database {shown(name)}", error)
    figures = survey.figures
    return survey.result(
        f"archiving is off and nothing runs by itself ({figures.get('subscriptions', 0)} subscriptions, {figures.get('foreign_servers', 0)} foreign servers at rest)"
    )


def _settings(opened: Session, survey: Survey, *, own_server: bool) -> None:
    if setting(opened, "archive_mode") not in ("off", "") and own_server:
        survey.failed.append("archive_mode is on: the copy archives its own history beside the source's")
    if setting(opened, "primary_conninfo"):
        survey.failed.append("primary_conninfo is set: the copy may stream from another server")
    libraries = {each.strip(' "') for each in setting(opened, "shared_preload_libraries").split(",") if each.strip(' "')}
    acting = sorted(libraries & SIDE_EFFECTS)
    if "pg_cron" in acting and setting(opened, "cron.launch_active_jobs") in ("off", "false", "0"):
        acting.remove("pg_cron")
    if acting:
        survey.failed.append(f"libraries that act by themselves are loaded: {', '.join(acting)}")
    outside = [each.strip() for each in setting(opened, "listen_addresses").split(",") if each.strip() not in LOOPBACK]
    if outside and own_server:
        survey.failed.append("the copy listens on more than loopback")


def _workers(opened: Session, survey: Survey, allowed: set[str], *, own_server: bool) -> None:
    rows = opened.execute("SELECT DISTINCT backend_type FROM pg_stat_activity WHERE backend_type IS NOT NULL").fetchall()
    kinds = {row[0] for row in rows}
    acting = {"walreceiver", "walsender", "slotsync worker"} & kinds
    acting |= {each for each in kinds if each.startswith("logical replication") and each != "logical replication launcher"}
    strangers = kinds - OWN_WORKERS - acting - allowed if own_server else set()
    survey.figures["workers"] = sorted(kinds)
    if acting and own_server:
        survey.failed.append(f"replication runs in the copy: {', '.join(sorted(acting))}")
    if strangers:
        names = ", ".join(shown(each) for each in sorted(strangers))
        survey.failed.append(f"workers of extensions run in the copy: {names} (name them in workers if they do nothing there)")


def _database(opened: Session, name: str, appliers: int, survey: Survey) -> None:
    subscriptions: list[Any] = opened.execute(
        "SELECT s.subname::text FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid"
        " WHERE d.datname = current_database() AND s.subenabled"
    ).fetchall()
    row = opened.execute("SELECT count(*) FROM pg_foreign_server").fetchone()
    survey.add("foreign_servers", row[0] if row else 0)
    survey.add("subscriptions", len(subscriptions))
    if appliers:
        survey.failed.extend(
            f"{shown(name)}: the subscription {shown(each[0])} is enabled, and {appliers} workers may apply it" for each in subscriptions
        )
