"""The smoke suite against a real server: it fails when it should, writes nothing, and tells no row and no secret."""

from __future__ import annotations

import dataclasses
import json
import shlex
from typing import Any

import pytest

from recoverable.drill.connection import Connection
from recoverable.drill.contract import Check, OverBudgetError
from recoverable.drill.hooks import Copy
from recoverable.drill.postgres.programs import find_programs
from recoverable.drill.verdict import RungVerdict
from tests.drill.smoke.conftest import Suite
from tests.support.drill_copies import RecordingRun, execute, unreachable

PASS, FAIL, COULD_NOT_RUN = RungVerdict.PASS, RungVerdict.FAIL, RungVerdict.COULD_NOT_RUN
ROW = "alice.marked@example.com"
PSQL = shlex.quote(str(find_programs(18).path("psql")))


def said(copy: Copy, found: dict[str, Check]) -> str:
    """All that leaves the suite."""
    assert isinstance(copy.run, RecordingRun)
    return json.dumps([(each.name, each.detail, dict(each.figures)) for each in found.values()]) + "".join(copy.run.notes)


READ_PATHS: list[tuple[dict[str, Any], RungVerdict, str]] = [
    ({"sql": "SELECT * FROM orders", "rows_at_least": 20}, PASS, "20 rows as expected"),
    ({"sql": "SELECT * FROM orders;\n", "rows_at_least": 21}, FAIL, "20 rows, expected at least 21"),
    ({"sql": "SELECT * FROM orders -- a remark", "rows_at_most": 19}, FAIL, "20 rows, expected at most 19"),
    ({"sql": "SELECT 1 WHERE false", "rows_at_most": 0}, PASS, "0 rows"),
    ({"sql": "SELECT count(*) FROM orders", "equals": 20}, PASS, ""),
    ({"sql": "SELECT count(*) FROM orders", "equals": 19}, FAIL, "the value is not the expected one"),
    ({"sql": "SELECT total FROM orders WHERE id = 1", "equals": 1.5}, PASS, ""),
    ({"sql": "SELECT paid FROM orders WHERE id = 2", "equals": True}, PASS, ""),
    ({"sql": "SELECT 1", "equals": True}, FAIL, "not the expected one"),
    ({"sql": "SELECT NULL", "equals": ""}, FAIL, "not the expected one"),
    ({"sql": "SELECT at FROM orders WHERE id = 1", "equals": "2026-11-01"}, PASS, ""),
    ({"sql": "SELECT email FROM orders WHERE id = 1", "matches": "^alice"}, PASS, ""),
    ({"sql": "SELECT email FROM orders WHERE id = 1", "matches": "^bob"}, FAIL, "does not match"),
    ({"sql": "SELECT email FROM orders", "equals": ROW}, FAIL, "20 rows, expected the one"),
    ({"sql": "SELECT 1 WHERE false", "matches": "x"}, FAIL, "0 rows, expected the one"),
    ({"sql": "SELECT id, total FROM orders", "columns": ["id", "total"]}, PASS, ""),
    ({"sql": "SELECT id FROM orders", "columns": ["id", "total"]}, FAIL, "columns are id, not id, total"),
    ({"sql": "SELECT '50%' AS a, '{}' AS b", "columns": ["a", "b"]}, PASS, ""),
    ({"sql": "SELECT * FROM nowhere", "rows_at_least": 1}, FAIL, "UndefinedTable, SQLSTATE 42P01"),
    ({"sql": "SELECT email::int FROM orders", "rows_at_least": 1}, FAIL, "SQLSTATE 22P02"),
    ({"sql": "SELECT pg_sleep(60)", "rows_at_least": 1, "timeout_seconds": 1}, FAIL, "took longer than 1 s"),
    ({"file": "nowhere.sql", "rows_at_least": 1}, COULD_NOT_RUN, "does not exist"),
    ({"sql": "SELECT * FROM secrets_of_tenants", "rows_at_least": 1}, PASS, ""),
]


def test_read_paths_are_judged_by_their_expectations(suite: Suite, copy: Copy) -> None:
    found = suite(queries=[entry for entry, _, _ in READ_PATHS])

    for at, (entry, verdict, detail) in enumerate(READ_PATHS):
        assert found[f"q{at}"].verdict is verdict, entry
        assert detail in found[f"q{at}"].detail, entry
    assert found["read-only-role"].verdict is PASS
    assert ROW not in said(copy, found), "a row is no evidence"


def test_a_statement_can_stand_in_a_file(suite: Suite, copy: Copy) -> None:
    (copy.store.folder / "orders.sql").write_text("-- read path\nSELECT id\nFROM orders;\n", encoding="utf-8")

    assert suite(queries=[{"file": "orders.sql", "rows_at_least": 20}])["q0"].verdict is PASS


def test_a_large_answer_is_counted_without_holding_it(suite: Suite) -> None:
    assert suite(queries=[{"sql": "SELECT n FROM generate_series(1, 300000) n", "rows_at_least": 300000}])["q0"].figures["rows"] == 300000


STATE = "SELECT count(*), (SELECT last_value FROM orders_id_seq), (SELECT count(*) FROM pg_largeobject_metadata) FROM orders"


def test_read_paths_that_write_fail_and_change_nothing(suite: Suite, shop: Connection) -> None:
    writes = [
        "INSERT INTO orders (email) VALUES ('x') RETURNING 1",
        "WITH gone AS (DELETE FROM orders RETURNING 1) SELECT * FROM gone",
        "SELECT nextval('orders_id_seq')",
        "SELECT lo_create(0)",
        "SELECT 1; COMMIT; SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE; DELETE FROM orders; SELECT 1",
    ]
    before = execute(shop, STATE)

    found = suite(queries=[{"sql": write, "rows_at_least": 1} for write in writes])

    assert [found[f"q{at}"].verdict for at in range(len(writes))] == [FAIL] * len(writes)
    assert execute(shop, STATE) == before


def test_commands_that_turn_the_read_only_setting_off_are_refused_by_grants(suite: Suite) -> None:
    writes = [
        "DELETE FROM orders",
        "INSERT INTO orders (email) VALUES ('x')",
        "UPDATE orders SET total = 0",
        "TRUNCATE orders",
        "CREATE TABLE public.mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "SELECT nextval('orders_id_seq')",
        "SELECT lo_from_bytea(0, 'x')",
        "SET ROLE app",
    ]
    off = "SET default_transaction_read_only = off"
    scripts = [f'{PSQL} "$DATABASE_URL" -X -v ON_ERROR_STOP=1 -c "{off}" -c "{write}"' for write in writes]

    found = suite(commands=[{"command": ["sh", "-c", each], "exits": [1], "matches": "permission denied"} for each in scripts])

    assert {write: found[f"c{at}"].verdict for at, write in enumerate(writes)} == dict.fromkeys(writes, PASS)


def test_the_proof_says_how_many_writes_were_refused(suite: Suite) -> None:
    found = suite(queries=[{"sql": "SELECT 1", "equals": 1}])["read-only-role"]

    assert found.detail == "3 attempts to write were refused"
    assert found.figures == {"refused": 3, "writable": 0}


def test_nothing_runs_under_a_role_that_could_write(suite: Suite, shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof must be able to fail: without taking PUBLIC's rights away, it does."""
    execute(shop, "GRANT INSERT ON orders TO PUBLIC")
    monkeypatch.setattr("recoverable.drill.read_only_role._take_from_public", lambda session, superuser: None)

    found = suite(queries=[{"sql": "SELECT 1", "equals": 1}], commands=[{"command": ["true"]}])

    assert found["read-only-role"].verdict is FAIL
    assert "public.orders" in found["read-only-role"].detail
    assert {found["q0"].verdict, found["c0"].verdict} == {COULD_NOT_RUN}


def test_a_suite_that_must_write_can_ask_for_the_owner(suite: Suite, shop: Connection) -> None:
    script = f'{PSQL} "$DATABASE_URL" -X -q -v ON_ERROR_STOP=1 -c "CREATE TABLE written (id int); DROP TABLE written"'

    found = suite(commands=[{"command": ["sh", "-c", script]}], access="owner")

    assert found["c0"].verdict is PASS
    assert "read-only-role" not in found


COMMANDS: list[tuple[dict[str, Any], RungVerdict, str]] = [
    ({"command": ["true"]}, PASS, "exit code 0"),
    ({"command": ["sh", "-c", "echo marked-output; exit 3"]}, FAIL, "exit code 3 after"),
    ({"command": ["sh", "-c", "exit 3"], "exits": [0, 3]}, PASS, "exit code 3"),
    ({"command": ["echo", "12 passed"], "matches": r"^\d+ passed$"}, PASS, ""),
    ({"command": ["echo", "12 failed"], "matches": r"^\d+ passed$"}, FAIL, "does not match"),
    ({"command": ["sleep", "60"], "timeout_seconds": 1}, FAIL, "was killed after"),
    ({"command": ["no-such-program"]}, COULD_NOT_RUN, "cannot be started"),
    ({"command": ["./not-executable"]}, COULD_NOT_RUN, "cannot be started"),
    ({"command": ["true"], "folder": "elsewhere"}, COULD_NOT_RUN, "does not exist"),
    ({"command": ["true"], "environment": ["NOT_SET_ANYWHERE"]}, COULD_NOT_RUN, "NOT_SET_ANYWHERE"),
    ({"command": ["sh", "-c", "kill -9 $$"]}, FAIL, "died of signal 9"),
    ({"command": ["sh", "-c", "yes | head -c 50000000"]}, PASS, ""),
]


def test_commands_are_judged_by_how_they_end(suite: Suite, copy: Copy) -> None:
    (copy.store.folder / "not-executable").touch()

    found = suite(commands=[entry for entry, _, _ in COMMANDS])

    for at, (entry, verdict, detail) in enumerate(COMMANDS):
        assert found[f"c{at}"].verdict is verdict, entry
        assert detail in found[f"c{at}"].detail, entry
    assert "marked-output" not in json.dumps([each.detail for each in found.values()]), "output is for a person, not for evidence"


def test_a_command_gets_the_url_the_declared_variables_and_no_more(suite: Suite, copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_TOKEN", "token-marked-secret")
    monkeypatch.setenv("NODE_ENV", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "aws-marked-secret")
    monkeypatch.setenv("PGPASSWORD", "pg-marked-secret")
    script = "env > seen; env; echo $API_TOKEN >&2; exit 1"

    found = suite(commands=[{"command": ["sh", "-c", script], "environment": ["API_TOKEN", "NODE_ENV"]}])

    seen = (copy.store.folder / "seen").read_text()
    names = {line.partition("=")[0] for line in seen.splitlines()}
    assert {"DATABASE_URL", "API_TOKEN", "NODE_ENV", "PATH"} <= names
    assert names <= {"DATABASE_URL", "API_TOKEN", "NODE_ENV", "PATH", "HOME", "LANG", "PWD", "OLDPWD", "SHLVL", "_"}
    run = copy.run
    assert isinstance(run, RecordingRun)
    everything = said(copy, found)
    assert "NODE_ENV=test" in everything, "what is no secret can be read"
    secrets = [*run.secrets, "token-marked-secret", copy.restored.connection.password.reveal()]
    assert not [secret for secret in secrets if secret in everything]
    assert any(secret in seen for secret in run.secrets)


def test_the_superusers_password_never_reaches_a_command(suite: Suite, copy: Copy) -> None:
    suite(commands=[{"command": ["sh", "-c", "env > seen"]}])

    seen = (copy.store.folder / "seen").read_text()
    assert copy.restored.connection.password.reveal() not in seen
    assert "recoverable_drill_smoke_" in seen


def test_roles_are_gone_afterwards(suite: Suite, shop: Connection) -> None:
    suite(queries=[{"sql": "SELECT 1", "equals": 1}])

    assert execute(shop, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'recoverable_drill_%'") == [(0,)]


def test_a_phase_over_its_budget_ends_the_command_and_takes_the_role_away(suite: Suite, copy: Copy, shop: Connection) -> None:
    run = copy.run
    assert isinstance(run, RecordingRun)
    run.budget = OverBudgetError("smoke took longer")

    with pytest.raises(OverBudgetError):
        suite(commands=[{"command": ["sleep", "60"]}])

    assert execute(shop, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'recoverable_drill_%'") == [(0,)]


def test_a_database_that_is_down_is_not_green(suite: Suite, copy: Copy, monkeypatch: pytest.MonkeyPatch) -> None:
    down = dataclasses.replace(copy.restored, server=unreachable(copy.restored.connection))
    object.__setattr__(copy, "restored", down)

    found = suite(queries=[{"sql": "SELECT 1", "equals": 1}], commands=[{"command": ["true"]}])

    assert {each.verdict for each in found.values()} == {COULD_NOT_RUN}
    assert len(found) == 3
