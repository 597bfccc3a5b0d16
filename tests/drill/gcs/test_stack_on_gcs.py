"""A stack of the real Pulumi, kept in Cloud Storage by its own layout (``gs://bucket``), verified by the real Pulumi."""

from __future__ import annotations

import gzip
import os
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.verdict import DrillVerdict
from tests.drill.gcs.state_on_gcs import BUCKET, STACK_KEY, state_bucket
from tests.drill.state.state_world import MARKED
from tests.drill.state.test_state_programs import pulumi, stack
from tests.support.stacks import Stack

__all__ = ["pulumi", "stack"]


@pytest.mark.engine
@pytest.mark.xdist_group("laptop")
@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_a_stack_is_verified_without_its_passphrase(
    stack: tuple[list[bytes], Stack],
    pulumi: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    quick_disk: None,
    packed: bool,
) -> None:
    for name in [name for name in os.environ if name.startswith("PULUMI_")]:
        monkeypatch.delenv(name)
    key = f"{STACK_KEY}.gz" if packed else STACK_KEY
    with state_bucket(tmp_path / "api", monkeypatch) as world:
        for hours, body in zip((2, 1), stack[0], strict=True):
            world.put(gzip.compress(body) if packed else body, hours, key)
        outcome = world.harness(tmp_path, url=f"gs://{BUCKET}/{key}", **pulumi).drill(with_control=True)

        assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
        assert outcome.evidence.control.outcome == "red"
        assert "secret values were not decrypted" in "\n".join(outcome.evidence.reservations)
        assert MARKED not in str(outcome.record)
        assert world.left() == set()
