"""Secrets that cannot be asked for: rights that are missing, and a cloud that stops answering."""

from __future__ import annotations

from pathlib import Path

import pytest

from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.verdict import DrillVerdict
from tests.drill.secret.secret_world import SecretWorld


def test_what_the_identity_may_not_read_is_could_not_run_and_not_red(world: SecretWorld, tmp_path: Path) -> None:
    """One of two: the first secret is read, the others' values are refused."""
    values: list[str] = []

    def refuse(request: str) -> str:
        values.extend([request] if "GetSecretValue" in request else [])
        return "AccessDeniedException" if len(values) > 2 and "GetSecretValue" in request else ""

    world.recorder.refuse = refuse
    evidence = world.harness(tmp_path, replica_region=None).drill().evidence

    assert "secret-readable" in {each.name for each in evidence.unproven()}
    assert not {each.name for each in evidence.failed()}, evidence.reason


def test_a_right_that_is_missing_is_told_by_its_name_and_page(world: SecretWorld, tmp_path: Path) -> None:
    world.recorder.refuse = lambda request: "AccessDeniedException" if "DescribeSecret" in request else ""
    with pytest.raises(RestoreFailedError, match=r"secretsmanager:DescribeSecret \(docs/drill-secret.md\)"):
        world.provider().window(world.harness(tmp_path).order().store.store)


def test_whenever_the_cloud_stops_answering_nothing_is_verified_and_nothing_is_left(world: SecretWorld, tmp_path: Path) -> None:
    """From the first call on, from the third, and so on, up to a drill that needed no more."""
    for at in range(0, 100, 2):
        asked: list[str] = []

        def refuse(request: str, asked: list[str] = asked, at: int = at) -> str:
            asked.append(request)
            return "503" if len(asked) > at else ""

        world.recorder.refuse = refuse
        evidence = world.harness(tmp_path / str(at)).drill().evidence
        assert world.left() == set()
        if len(asked) <= at:
            break
        assert evidence.verdict is DrillVerdict.COULD_NOT_RUN, f"call {at}: {evidence.reason}"
    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert at > 10
