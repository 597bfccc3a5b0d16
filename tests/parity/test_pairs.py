"""Real modules with the plan that real Terraform and the real providers made: the same rules fail on the same stores."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from recoverable.clouds.build import wanted
from recoverable.model.finding import Finding
from recoverable.readers.plan.plan_reader import read_plan
from tests.support.judging import findings_of, read_folder

CORPUS = Path(os.environ.get("RECOVERABLE_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
PAIRS = {
    "mysql-public": "examples/mysql-public",
    "mysql-psc": "examples/mysql-psc",
    "mssql-failover-replica": "examples/mssql-failover-replica",
    "own-g1": ".",
    "own-neon": ".",
}
# What code says and a plan cannot, or the other way round.
CODE_ONLY = {"RCV070", "RCV071", "RCV072"}
GATE = "RCV15"


@pytest.mark.parametrize("name", PAIRS)
def test_the_same_rules_give_the_same_verdicts_on_code_and_plan(name: str) -> None:
    folder = CORPUS / "pairs" / name
    if not folder.is_dir():
        pytest.skip("the corpus is not beside this checkout (set RECOVERABLE_CORPUS)")
    code = verdicts(findings_of(read_folder(folder / PAIRS[name])))
    plan = verdicts(findings_of([read_plan(json.loads((folder / "plan.json").read_text()), "plan.json", wanted)]))

    known = json.loads((Path(__file__).parent / "pair_differences.json").read_text()).get(name, {})
    differing = {
        f"{rule} {address}": [code.get((rule, address)), plan.get((rule, address))]
        for rule, address in sorted(code.keys() | plan.keys())
        if code.get((rule, address)) != plan.get((rule, address))
    }

    assert differing == {key: entry["verdicts"] for key, entry in known.items()}


def verdicts(findings: list[Finding]) -> dict[tuple[str, str], str]:
    """Verdict by rule and address, without questions only one of the two can be asked."""
    return {
        (item.rule, item.address): item.verdict.value for item in findings if item.rule not in CODE_ONLY and not item.rule.startswith(GATE)
    }
