"""A copy of RDS or Aurora that is held: its URL leads to it alone, after its network was asserted, and it ends by itself."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from recoverable.drill.verdict import DrillVerdict
from tests.drill.aws.rds_source import RdsSource
from tests.drill.aws.rds_world import CLUSTER, DATABASE, SOURCE, World
from tests.drill.harness import Harness
from tests.drill.held import hold, nothing_left, rows, with_password

HOUR = 3600.0
SOURCES = {SOURCE, CLUSTER, f"{CLUSTER}-a"}


def harness_of(kind: str, account: World, state: Path) -> Harness:
    account.found_cluster()
    return account.harness(state, database=DATABASE) if kind == "rds" else account.aurora_harness(state, database=DATABASE)


@pytest.mark.parametrize(("kind", "asserting"), [("rds", "ModifyDBInstance"), ("aurora", "ModifyDBCluster")])
def test_a_held_copy_is_reached_by_its_url_alone_and_is_gone_afterwards(
    kind: str, asserting: str, full_account: World, source: RdsSource, tmp_path: Path
) -> None:
    harness = harness_of(kind, full_account, tmp_path / "state")
    found: list[int] = []

    def look(url: str) -> None:
        found.append(rows(url, "SELECT count(*) FROM orders"))
        with pytest.raises(psycopg.OperationalError, match="authentication failed"):
            psycopg.connect(with_password(url, "password-of-the-source")).close()
        asked = [action for _, action, _ in full_account.cloud.requests]
        assert "DescribeDBInstances" in asked[asked.index(asserting) :], "nobody asked how the copy's network is"
        assert len(full_account.names() - SOURCES) == (1 if kind == "rds" else 2)

    held = hold(harness, tmp_path, look, HOUR)

    assert held.outcome.evidence.verdict is DrillVerdict.VERIFIED, held.outcome.evidence.reason
    assert found == [source.known.moments["last"].orders + 1]
    nothing_left(held, harness)
    assert full_account.names() == SOURCES
    (phase,) = [each for each in held.outcome.evidence.phases if each.phase.value == "hold"]
    assert HOUR <= phase.seconds < HOUR + 60


@pytest.mark.parametrize("change", ["PubliclyAccessible=true", "VpcSecurityGroups=", "DBSubnetGroup="])
def test_a_copy_whose_network_is_not_as_ordered_is_never_held(change: str, account: World, tmp_path: Path) -> None:
    harness = account.harness(tmp_path / "state")

    def spoil(action: str, number: int) -> None:
        over = any(line.startswith("restore    failed") for line in harness.said)
        for (_, name), life in account.cloud.lives.items():
            if name.startswith("rcv-") and life.password_at is not None:
                life.changes = [] if over else [change]

    account.cloud.schedule.before = spoil
    held = hold(harness, tmp_path, lambda url: None, HOUR)

    assert held.outcome.evidence.verdict is DrillVerdict.FAILED
    assert "the copy is not what was ordered" in held.outcome.evidence.reason
    assert (held.url, held.file.exists(), account.names()) == ("", False, {SOURCE})
