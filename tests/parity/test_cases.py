"""Hand-made cases "for the world": tricky code with the verdicts that the providers' documentation demands.

Each folder of ``cases/`` is a root module whose ``main.tf`` says what is expected, one comment a line::

    # expect: RCV040 fail aws_s3_bucket.b          through code and through a real plan
    # expect hcl: RCV040 pass aws_s3_bucket.b      through code only; the plan may differ for this address
    # expect plan: RCV040 unknown aws_s3_bucket.b  through the plan only
    # only: hcl                                    Terraform itself refuses to plan it (an unknown count)

``none`` stands for a rule that is not asked. Besides, every rule has to say the same of every address
through both, but for addresses with an expectation for one of them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from recoverable.clouds.build import wanted
from recoverable.model.finding import Finding
from recoverable.readers.plan.plan_reader import read_plan
from tests.parity.batches import NEON, PROVIDERS, split
from tests.standins.terraform.terraform_runner import TerraformRunner
from tests.support.judging import findings_of, read_folder

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())
PLANNED = [name for name in NAMES if "# only: hcl\n" not in (CASES / name / "main.tf").read_text("utf-8")]
EXPECTATION = re.compile(r"^# expect(?: (hcl|plan))?: (RCV\d{3}) (pass|fail|unknown|none) (\S.*)$", re.M)
VARIABLE = re.compile(r'^variable "(\w+)" \{(.*?)^\}', re.M | re.S)
CODE_ONLY = ("RCV07", "RCV15")
Verdicts = dict[tuple[str, str], str]


@pytest.mark.parametrize("name", NAMES)
def test_code_gets_the_expected_verdicts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / name)

    assert unmet(name, "hcl", code_verdicts(name)) == []


@pytest.mark.terraform
@pytest.mark.xdist_group("terraform")
@pytest.mark.parametrize("name", PLANNED)
def test_a_plan_gets_the_expected_verdicts(name: str, batch_plan: dict[str, Any]) -> None:
    assert unmet(name, "plan", plan_verdicts(name, batch_plan)) == []


@pytest.mark.terraform
@pytest.mark.xdist_group("terraform")
@pytest.mark.parametrize("name", PLANNED)
def test_code_and_plan_get_the_same_verdicts(name: str, batch_plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / name)
    code, plan = code_verdicts(name), plan_verdicts(name, batch_plan)
    told = {address for reader, _, _, address in expectations(name) if reader}

    differing = {
        key: (code.get(key), plan.get(key))
        for key in sorted(code.keys() | plan.keys())
        if key[1] not in told and code.get(key) != plan.get(key)
    }

    assert differing == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_comment_that_looks_like_an_expectation_is_one(name: str) -> None:
    lines = re.findall(r"^\s*#\s*expect.*$", (CASES / name / "main.tf").read_text("utf-8"), re.M)

    assert [line for line in lines if not EXPECTATION.fullmatch(line)] == []
    assert lines


@pytest.fixture(scope="session")
def batch_plan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One plan of all cases, each as a module; a variable without a default is given from outside."""
    folder = tmp_path_factory.mktemp("cases")
    calls = []
    for name in PLANNED:
        shutil.copytree(CASES / name, folder / name)
        needed = [
            found[1]
            for found in VARIABLE.finditer((CASES / name / "main.tf").read_text("utf-8"))
            if not re.search(r"^\s*default\s*=", found[2], re.M)
        ]
        inputs = "".join(f'  {item} = "given-from-outside"\n' for item in needed)
        calls.append(f'module "{name}" {{\n  source = "./{name}"\n{inputs}}}\n')
    (folder / "main.tf").write_text(NEON + PROVIDERS + "\n".join(calls), encoding="utf-8")
    return TerraformRunner().plan(folder)


@cache
def expectations(name: str) -> list[tuple[str, str, str, str]]:
    """(reader or "", rule, verdict, address) of a case."""
    return [
        (found[1] or "", found[2], found[3], found[4].strip())
        for found in EXPECTATION.finditer((CASES / name / "main.tf").read_text("utf-8"))
    ]


def unmet(name: str, reader: str, verdicts: Verdicts) -> list[str]:
    """The expectations that a reader does not meet."""
    wrong = []
    for only, rule, verdict, address in expectations(name):
        got = verdicts.get((rule, address), "none")
        if only in ("", reader) and got != verdict:
            wrong.append(f"{rule} {address}: {verdict} expected, {got} found")
    return wrong


def code_verdicts(name: str) -> Verdicts:
    """The verdicts through code; the working folder has to be the case's."""
    return by_rule_and_address(findings_of(read_folder(CASES / name)))


def plan_verdicts(name: str, batch: dict[str, Any]) -> Verdicts:
    """The verdicts through a case's part of the plan."""
    return by_rule_and_address(findings_of([read_plan(split(batch, name), "plan.json", wanted)]))


def by_rule_and_address(findings: Iterable[Finding]) -> Verdicts:
    """Verdicts without what only code is asked, and without the rules about the run."""
    found: dict[tuple[str, str], set[str]] = {}
    for item in findings:
        if not item.rule.startswith(CODE_ONLY):
            found.setdefault((item.rule, item.address), set()).add(item.verdict.value)
    return {key: "/".join(sorted(verdicts)) for key, verdicts in found.items()}
