"""A copy may hold what was made to fool or attack whoever looks at it as a superuser."""

from __future__ import annotations

import pytest

from recoverable.drill.ladder import all_rungs
from recoverable.drill.rung import Stage
from tests.drill.rungs.copies import COULD_NOT_RUN, FAIL, PASS, StandingCopy

TRAPS = (
    "CREATE TABLE trapped (id int PRIMARY KEY, t text)",
    "INSERT INTO trapped SELECT n, n::text FROM generate_series(1, 500) n",
    "CREATE FUNCTION public.trap() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$",
    "CREATE FUNCTION public.pg_relation_size(oid) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$",
    "CREATE FUNCTION public.pg_relation_size(regclass) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$",
    "CREATE FUNCTION public.hashtextextended(text, bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint / 0'",
    "CREATE FUNCTION public.trapped_text(trapped) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$",
    "CREATE CAST (trapped AS text) WITH FUNCTION public.trapped_text(trapped) AS IMPLICIT",
    "CREATE FUNCTION public.less(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$",
    "CREATE OPERATOR public.> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = public.less)",
    "CREATE VIEW public.pg_class AS SELECT 1 AS oid",
    "CREATE FUNCTION public.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped'; END $$",
    "CREATE VIEW trap_view AS SELECT public.trap()",
    "ALTER TABLE trapped ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE trapped FORCE ROW LEVEL SECURITY",
    "CREATE POLICY nobody ON trapped USING (false)",
    "ALTER ROLE ALL SET search_path = public, pg_catalog",
    "ALTER ROLE ALL SET statement_timeout = '1ms'",
    "ALTER DATABASE postgres SET default_transaction_read_only = on",
    "ALTER DATABASE postgres SET enable_indexonlyscan = off",
    "ALTER DATABASE postgres SET DateStyle = 'SQL, DMY'",
    "CREATE EVENT TRIGGER trap ON ddl_command_start EXECUTE FUNCTION public.on_ddl()",
)
NEED_A_RESTORE = {"recovery-target", "cluster-identity", "backup-manifest", "page-checksums"}


@pytest.fixture(scope="module")
def hostile(copy: StandingCopy) -> StandingCopy:
    copy.execute(*TRAPS)
    return copy


@pytest.mark.parametrize(
    "name", [each.rung.name for each in all_rungs() if each.rung.stage is Stage.RUNNING and each.rung.name not in NEED_A_RESTORE]
)
def test_nothing_of_the_copy_is_run_and_nothing_is_fooled(name: str, hostile: StandingCopy) -> None:
    found = hostile.ask(name, settings={"heartbeat": "postgres", "rows": {"postgres": {"public.trapped": 500}}}, baseline={})

    assert "trapped'" not in found.detail
    assert found.verdict is (COULD_NOT_RUN if name == "heartbeat" else PASS), found.detail
    if name == "row-counts":
        assert found.figures["rows"] == 500


def test_an_event_trigger_that_is_enabled_always_is_not_run_either(hostile: StandingCopy) -> None:
    _superuser(hostile, "UPDATE pg_event_trigger SET evtenabled = 'A'")
    try:
        found = hostile.ask("amcheck")
    finally:
        _superuser(hostile, "UPDATE pg_event_trigger SET evtenabled = 'O'")

    if hostile.server.programs.major >= 17:
        assert found.verdict is PASS, found.detail
    else:
        assert found.verdict is COULD_NOT_RUN
        assert "event trigger" in found.detail


def test_settings_that_hide_damage_are_switched_off(copy18: StandingCopy) -> None:
    copy18.execute(
        "CREATE TABLE spoilt AS SELECT n AS id FROM generate_series(1, 5000) n", "ALTER TABLE spoilt ADD PRIMARY KEY (id)", "CHECKPOINT"
    )
    ((path,),) = copy18.execute("SELECT pg_relation_filepath('spoilt')")
    copy18.server.stop()
    with (copy18.server.data / path).open("r+b") as stream:
        stream.seek(8192 + 1000)
        stream.write(b"\xff" * 40)
    with (copy18.server.data / "postgresql.auto.conf").open("a") as stream:
        stream.write("zero_damaged_pages = on\nignore_checksum_failure = on\n")
    copy18.server.start()

    for name in ("heap-against-index", "blank-pages", "row-counts"):
        found = copy18.ask(name, settings={"rows": {"postgres": {"public.spoilt": 5000}}})
        assert found.verdict is FAIL, (name, found.detail)
        assert "invalid page in block 1" in found.detail


def _superuser(copy: StandingCopy, statement: str) -> None:
    copy.execute("SET allow_system_table_mods = on", statement)
