"""Whole drills of RDS on real data: the ladder, the negative control, a point in time, damage at the source, and secrets."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.baselines import make
from recoverable.drill.connection import Connection
from recoverable.drill.damage.control import CONTROL
from recoverable.drill.ladder import all_rungs
from recoverable.drill.order import first_query
from recoverable.drill.postgres.connect import connect
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import Colour, DrillVerdict
from tests.drill.aws.rds_source import RdsSource
from tests.drill.aws.rds_world import ENVIRONMENT, PASSWORD_OF_SOURCE, SOURCE, World
from tests.drill.harness import UNHURRIED, Harness
from tests.fakes.rds.postgres_copies import Backup, PostgresCopies

EXPECT = {"heartbeat": "shop", "databases_left_out": ["rdsadmin"]}


def whole(account: World, state: Path, **source: Any) -> Harness:
    """A drill with all of its real parts."""
    found = dataclasses.replace(
        account.harness(state, **source), rungs=all_rungs(), control=CONTROL, baselines=make(state), first_query=first_query
    )
    found.store = {"expectations": EXPECT, "demands": UNHURRIED}
    return found


def test_the_whole_ladder_runs_on_a_restored_instance_and_a_damaged_clone_goes_red(full_account: World, tmp_path: Path) -> None:
    harness = whole(full_account, tmp_path)
    outcome = harness.drill(with_control=True)
    evidence = outcome.evidence
    passed = {each.name for each in evidence.rungs if each.verdict.value == "pass"}

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert evidence.colour is Colour.AMBER  # there is no baseline yet, and RDS does not show how its recovery ended
    assert {"heartbeat", "amcheck", "heap-against-index", "relations-open", "promoted", "isolated", "collation-versions"} <= passed
    assert (evidence.control.outcome, evidence.control.caught_by) == ("red", "unlogged-tables")
    assert any("does not show how its recovery ended" in each for each in evidence.reservations)
    assert evidence.rpo_seconds is not None
    assert evidence.rto_first_query_seconds is not None
    assert evidence.rto_first_query_seconds > 240  # the fake takes four minutes to make an instance
    assert full_account.names() == {SOURCE}
    no_secret_anywhere(full_account, harness, outcome)


def test_without_heartbeats_nothing_tells_how_far_the_restore_came_and_nothing_is_proven(full_account: World, tmp_path: Path) -> None:
    harness = whole(full_account, tmp_path)
    harness.store = {"expectations": {key: value for key, value in EXPECT.items() if key != "heartbeat"}}
    evidence = harness.drill().evidence
    asked = {each.name: each.verdict.value for each in evidence.rungs}

    assert evidence.verdict is not DrillVerdict.VERIFIED
    assert asked["recovery-target"] == "could not run"


def no_secret_anywhere(account: World, harness: Harness, outcome: Any) -> None:
    """Not in what was said, not in the evidence, not on the disk."""
    passwords = [each["MasterUserPassword"] for each in account.asked("ModifyDBInstance")]
    secrets = [*passwords, PASSWORD_OF_SOURCE, ENVIRONMENT["AWS_SECRET_ACCESS_KEY"]]
    texts = ["\n".join(harness.said), json.dumps(outcome.record)]
    texts += [path.read_text(errors="replace") for path in harness.state.rglob("*") if path.is_file()]

    assert len(passwords) == len(set(passwords)) == 2, "the copy and its clone have a password each"
    assert [secret for secret in secrets for text in texts if secret in text] == []


def test_a_point_in_time_holds_exactly_what_was_committed_by_then(full_account: World, source: RdsSource, tmp_path: Path) -> None:
    moment = source.known.moments["first"]
    counted: list[int] = []

    def count(connection: Connection) -> None:
        with connect(connection) as opened:
            row = opened.execute("SELECT count(*) FROM orders").fetchone()
            assert row
            counted.append(row[0])

    harness = full_account.harness(tmp_path)
    harness.first_query = count
    outcome = harness.drill(target=parse_target(f"time:{moment.time.isoformat()}"))

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert counted == [moment.orders]


def test_the_passwords_of_the_source_do_not_open_the_copy(full_account: World, tmp_path: Path) -> None:
    import psycopg

    refused: list[str] = []

    def knock(connection: Connection) -> None:
        from recoverable.drill.connection import Secret

        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            connect(dataclasses.replace(connection, password=Secret("password-of-the-source")))
        refused.append(connection.user)

    harness = full_account.harness(tmp_path)
    harness.first_query = knock
    harness.drill()

    assert refused == ["master"]


def test_a_backup_of_a_damaged_source_goes_red(full_account: World, copies: PostgresCopies, source: RdsSource, tmp_path: Path) -> None:
    """A page of a table is zeroed in the backup: no error anywhere, only fewer rows in the heap than in its index."""
    backup = source.known.copied(copies.folder / "damaged")
    zero_a_page(backup.base, source)
    copies.backups["orders"] = Backup(backup.base, source.backup.archive, source.backup.last_commit)
    evidence = whole(full_account, tmp_path).drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "heap-against-index" in evidence.reason or "amcheck" in evidence.reason
    assert full_account.names() == {SOURCE}


def zero_a_page(base: Path, source: RdsSource) -> None:
    """The first page of ``orders``, which nothing wrote to after the backup began."""
    path = base / source.orders
    with path.open("r+b") as stream:
        stream.write(bytes(8192))
