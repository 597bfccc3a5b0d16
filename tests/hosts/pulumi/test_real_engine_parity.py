"""Every rule example in one stack, previewed by the real engine with the pack: what it tells is what the analyzer says in-process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recoverable.sandbox import engine
from tests.parity.policy_pack_verdicts import RANK, RECORDINGS, verdicts_of
from tests.standins.pulumi.workspace import Workspace
from tests.support.policy_packs import Pack, steps_of
from tests.support.policy_runs import POLICIES, standard_of, violations

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("pack-parity")]
Verdicts = dict[tuple[str, str], str]
STACK_URN = "pulumi:pulumi:Stack"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A project with every recorded example in it."""
    made = Workspace(engine.ready(), tmp_path_factory.mktemp("pack-parity"))
    made.load(json.loads((RECORDINGS / "programs.json").read_text(encoding="utf-8")))
    standard_of(made.program)
    return made


def worst(found: list[dict[str, Any]]) -> Verdicts:
    """The worst verdict by policy and resource; what is about the whole stack is told about the root."""
    verdicts: Verdicts = {}
    for item in found:
        key = (item["policyName"], "" if f"::{STACK_URN}::" in item.get("resourceUrn", "") else item.get("resourceUrn", ""))
        verdict = "error" if " crashed: " in item["message"] else "unknown" if "\n[unknown] " in f"\n{item['message']}" else "fail"
        verdicts[key] = max(verdicts.get(key, "pass"), verdict, key=RANK.index)
    return verdicts


def test_a_preview_of_all_examples_tells_what_the_analyzer_says(workspace: Workspace) -> None:
    recording = json.loads((RECORDINGS / "previews.json").read_text(encoding="utf-8"))
    config = {key: value for key, value in recording["config"].items() if isinstance(value, str)}
    expected = verdicts_of(Pack(config=config, folders=[workspace.program]).run(steps_of(recording)))

    done, found = violations(workspace.program, workspace.environment, workspace.engine.pulumi, "preview", "--policy-pack", str(POLICIES))

    assert done.returncode != 0
    assert len(expected) > 1000
    assert worst(found) == {(policy, address): verdict for (policy, address), verdict in expected.items()}
