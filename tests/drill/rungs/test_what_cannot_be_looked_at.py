"""What a rung could not look at is never green, and says what to do; what is exempt is exempt by name."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from recoverable.drill.connection import Secret
from recoverable.drill.ladder import Ladder, all_rungs, excused
from recoverable.drill.rung import Stage
from recoverable.drill.target import RecoveryTarget, TargetKind, parse_target
from tests.drill.rungs.copies import COULD_NOT_RUN, FAIL, PASS, StandingCopy

EVERY_DATABASE = (
    "relations-open",
    "relation-sizes",
    "heap-against-index",
    "amcheck",
    "blank-pages",
    "index-pointers",
    "unlogged-tables",
    "valid-indexes",
)
NOW = datetime.datetime(2026, 12, 1, 12, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize("name", EVERY_DATABASE)
def test_a_database_that_takes_no_connections_is_not_skipped_in_silence(name: str, copy18: StandingCopy) -> None:
    copy18.execute("CREATE DATABASE locked")
    copy18.execute("ALTER DATABASE locked ALLOW_CONNECTIONS false")
    try:
        closed = copy18.ask(name)
        left_out = copy18.ask(name, settings={"databases_left_out": ("locked",)})
    finally:
        copy18.execute("DROP DATABASE locked")

    assert (closed.verdict, left_out.verdict) == (COULD_NOT_RUN, PASS)
    assert "locked takes no connections" in closed.detail
    assert "locked" in left_out.figures["databases_left_out"]


@pytest.mark.parametrize("name", [each.rung.name for each in all_rungs() if each.rung.stage is Stage.RUNNING])
def test_a_copy_that_does_not_answer_is_not_green(name: str, copy18: StandingCopy) -> None:
    nobody = dataclasses.replace(copy18.server.connection(), port=1)

    known = {"hashes": {"postgres": {}}, "databases": {"postgres": {"objects": ["table public.x"]}}}
    found = copy18.ask(name, connection=nobody, settings={"heartbeat": "postgres"}, baseline=known)

    assert found.verdict is COULD_NOT_RUN, found.detail


@pytest.mark.parametrize("name", [each.rung.name for each in all_rungs() if each.rung.stage is Stage.RUNNING])
def test_a_wrong_password_is_neither_green_nor_shown(name: str, copy18: StandingCopy) -> None:
    wrong = dataclasses.replace(copy18.server.connection(), password=Secret("marked-password-4711"))

    found = copy18.ask(name, connection=wrong, settings={"heartbeat": "postgres"}, baseline={"hashes": {"postgres": {}}})

    assert found.verdict is COULD_NOT_RUN, found.detail
    assert "marked" not in repr(found)


@pytest.mark.parametrize("name", ["heap-against-index", "row-counts", "content-hashes"])
def test_a_statement_that_takes_too_long_could_not_run(name: str, copy18: StandingCopy) -> None:
    copy18.execute("CREATE TABLE IF NOT EXISTS slow AS SELECT n AS id, repeat('x', 100) AS t FROM generate_series(1, 300000) n")
    baseline = {"hashes": {"postgres": {"lsn": "0/1", "tables": {"public.slow": {"rows": 1, "hash": "1"}}}}}

    found = copy18.ask(name, settings={"statement_seconds": 0.005, "unchanging": {"postgres": ("public.slow",)}}, baseline=baseline)
    copy18.execute("DROP TABLE slow")

    assert found.verdict is COULD_NOT_RUN, found.detail
    assert "longer than a statement may" in found.detail


def test_an_empty_cluster_passes_what_can_be_asked_of_it(copy: StandingCopy) -> None:
    found = {name: copy.ask(name).verdict for name in EVERY_DATABASE}

    assert set(found.values()) == {PASS}


def test_odd_names_and_shapes_are_looked_at(copy: StandingCopy) -> None:
    names = ["select", 'a"b', "Größe", "with space", "a.b", "x" * 63, "new\nline"]
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        copy.execute(f"CREATE TABLE {quoted} (id int PRIMARY KEY)", f"INSERT INTO {quoted} VALUES (1)")
    copy.execute(
        "CREATE TABLE without_columns ()",
        "INSERT INTO without_columns DEFAULT VALUES",
        'CREATE SCHEMA "odd schema"',
        'CREATE TABLE "odd schema".t (id int)',
    )
    copy.execute('CREATE TABLE alias (t text, "t.*" int)', "INSERT INTO alias VALUES ('x', 1)")

    rows = {f"public.{name}": 1 for name in names} | {"public.without_columns": 1, "odd schema.t": 0}
    found = copy.ask("row-counts", settings={"rows": {"postgres": rows}})

    assert found.verdict is PASS, found.detail
    for name in (*EVERY_DATABASE, "row-counts"):
        told = copy.ask(name, settings={"rows": {"postgres": {"public.new\nline": 2}}})
        assert "\n" not in told.detail


def test_what_a_non_superuser_may_not_read_could_not_run(copy18: StandingCopy) -> None:
    copy18.execute(
        "CREATE TABLE secret_rows (id int PRIMARY KEY)",
        "CREATE ROLE plain LOGIN PASSWORD 'p'",
        "GRANT CONNECT ON DATABASE postgres TO plain",
    )
    plain = dataclasses.replace(copy18.server.connection(), user="plain", password=Secret("p"))

    for name in ("heap-against-index", "row-counts", "relations-open", "amcheck", "blank-pages"):
        found = copy18.ask(name, connection=plain, settings={"rows": {"postgres": {"public.alias": 0}}})
        assert found.verdict in (COULD_NOT_RUN, FAIL), (name, found.detail)
        assert "permission denied" in str(found.figures) or "cannot be installed" in str(found.figures) or found.verdict is FAIL


def test_a_dump_has_no_log_and_no_identity_and_the_evidence_says_so(copy18: StandingCopy) -> None:
    context = copy18.context()

    ladder = excused(Ladder(all_rungs(), ()), context)

    assert {each.name for each in ladder.not_covered} == {
        "recovery-target",
        "cluster-identity",
        "backup-manifest",
        "row-counts",
        "content-hashes",
    }
    assert all(each.reserved and each.reason for each in ladder.not_covered)


def test_a_rung_that_the_settings_leave_out_is_not_asked_and_named(copy18: StandingCopy) -> None:
    ladder = excused(Ladder(all_rungs(), ()), copy18.context(settings={"rungs_left_out": ("page-checksums",)}))

    assert "page-checksums" not in {each.rung.name for each in ladder.rungs}
    assert next(each for each in ladder.not_covered if each.name == "page-checksums").reserved


def test_a_copy_without_recovery_has_not_reached_a_target(copy18: StandingCopy) -> None:
    for target in ("time:2026-01-01T00:00:00Z", "lsn:0/1", "name:x"):
        found = copy18.ask("recovery-target", target=parse_target(target), about={"system_identifier": 1, "timeline": 1})
        assert found.verdict is FAIL, found.detail


def test_another_cluster_is_red(copy18: StandingCopy) -> None:
    found = copy18.ask("cluster-identity", about={"system_identifier": 4711, "timeline": 1})

    assert found.verdict is FAIL
    assert "4711" in found.detail


HEARTBEATS = {
    "no row": ((), parse_target("time:2026-12-01T12:00:00Z"), FAIL, "no row"),
    "ten seconds before the target": (
        (NOW - datetime.timedelta(seconds=10),),
        parse_target("time:2026-12-01T12:00:00Z"),
        PASS,
        "10.0 s older",
    ),
    "after the target": ((NOW + datetime.timedelta(minutes=5),), parse_target("time:2026-12-01T12:00:00Z"), FAIL, "after the target"),
    "from the future": ((NOW + datetime.timedelta(days=4000),), RecoveryTarget(TargetKind.LATEST), FAIL, "in the future"),
    "a target without a time": ((NOW - datetime.timedelta(days=1),), parse_target("lsn:0/1"), PASS, "has no RPO"),
}


@pytest.mark.parametrize("case", HEARTBEATS)
def test_the_newest_heartbeat_is_the_measure(case: str, copy18: StandingCopy) -> None:
    rows, target, verdict, words = HEARTBEATS[case]
    copy18.execute(
        "DROP TABLE IF EXISTS public.recoverable_heartbeat",
        "CREATE TABLE public.recoverable_heartbeat (id int, at timestamptz, lsn pg_lsn)",
    )
    for row in rows:
        copy18.execute(f"INSERT INTO public.recoverable_heartbeat VALUES (1, '{row.isoformat()}', '0/1')")

    found = copy18.ask("heartbeat", target=target, disaster=NOW, settings={"heartbeat": "postgres"})
    copy18.execute("DROP TABLE public.recoverable_heartbeat")

    assert (found.verdict, words in found.detail) == (verdict, True), found.detail
    assert ("rpo_seconds" in found.figures) == (case == "ten seconds before the target")


def test_the_latest_state_has_an_rpo_though_the_provider_made_a_position_of_it(copy18: StandingCopy) -> None:
    copy18.execute("CREATE TABLE public.recoverable_heartbeat (id int, at timestamptz, lsn pg_lsn)")
    copy18.execute(f"INSERT INTO public.recoverable_heartbeat VALUES (1, '{(NOW - datetime.timedelta(seconds=42)).isoformat()}', '0/1')")

    found = copy18.ask(
        "heartbeat", target=parse_target("lsn:F/0"), asked=parse_target("latest"), disaster=NOW, settings={"heartbeat": "postgres"}
    )
    copy18.execute("DROP TABLE public.recoverable_heartbeat")

    assert found.figures["rpo_seconds"] == 42.0


def test_heartbeats_that_are_not_there_could_not_run(copy18: StandingCopy) -> None:
    missing = copy18.ask("heartbeat", settings={"heartbeat": "postgres"})
    elsewhere = copy18.ask("heartbeat", settings={"heartbeat": "nosuch"})

    assert (missing.verdict, elsewhere.verdict) == (COULD_NOT_RUN, COULD_NOT_RUN)


def test_invalid_indexes_are_red_unless_the_baseline_has_them(copy: StandingCopy) -> None:
    copy.execute("CREATE TABLE doubles AS SELECT 1 AS id FROM generate_series(1, 2)")
    with pytest.raises(Exception, match="could not create unique index"):
        copy.execute("CREATE UNIQUE INDEX CONCURRENTLY doubles_id ON doubles (id)")
    baseline = {"databases": {"postgres": {"invalid_indexes": ["public.doubles_id"]}}}

    alone, known = copy.ask("valid-indexes"), copy.ask("valid-indexes", baseline=baseline)
    copy.execute("DROP TABLE doubles")

    assert (alone.verdict, known.verdict) == (FAIL, PASS)
    assert "public.doubles_id" in alone.detail


def test_unlogged_tables_are_exempt_by_name_or_when_they_were_empty(copy: StandingCopy) -> None:
    copy.execute("CREATE UNLOGGED TABLE cache (id int)", "CREATE UNLOGGED TABLE filled AS SELECT 1 AS id")
    empty_before = {"databases": {"postgres": {"tables": {"public.cache": {"rows": 0, "unlogged": True}}}}}
    full_before = {"databases": {"postgres": {"tables": {"public.cache": {"rows": 7, "unlogged": True}}}}}

    found = [
        copy.ask("unlogged-tables").verdict,
        copy.ask("unlogged-tables", settings={"unlogged": {"postgres": ("public.*",)}}).verdict,
        copy.ask("unlogged-tables", baseline=empty_before).verdict,
        copy.ask("unlogged-tables", baseline=full_before).verdict,
    ]
    copy.execute("DROP TABLE cache, filled")

    assert found == [FAIL, PASS, PASS, FAIL]


def test_bands_and_floors_have_their_edges(copy18: StandingCopy) -> None:
    copy18.execute("CREATE TABLE grown AS SELECT n AS id FROM generate_series(1, 1000) n")

    def verdict(before: int, **settings: object) -> object:
        baseline = {"taken": "2026-01-01T00:00:00+00:00", "databases": {"postgres": {"tables": {"public.grown": {"rows": before}}}}}
        return copy18.ask("row-counts", baseline=baseline, settings=settings).verdict

    assert [verdict(2000), verdict(2001), verdict(99)] == [PASS, FAIL, PASS]
    assert [verdict(2001, shrink_percent=100), verdict(2001, changing={"postgres": ("public.gr*",)})] == [PASS, PASS]
    assert [verdict(500, grow_percent=100), verdict(499, grow_percent=100), verdict(500, grow_percent=0)] == [PASS, FAIL, PASS]
    floors = [copy18.ask("row-counts", settings={"rows": {"postgres": {"public.grown": least}}}).verdict for least in (1000, 1001)]
    gone = copy18.ask("row-counts", settings={"rows": {"nosuch": {"public.grown": 1}}})
    copy18.execute("DROP TABLE grown")
    assert floors == [PASS, FAIL]
    assert gone.verdict is FAIL
