"""Judges the same code as code and as what the real Terraform plans of it; each with our command and inside of Checkov."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from recoverable.clouds.build import wanted
from recoverable.model.finding import Finding
from recoverable.readers.plan.plan_reader import read_plan
from recoverable.rules.registry.load import gate_rules
from tests.parity.batches import CHANGING, STEADY, split, write_batch
from tests.parity.checkov_verdicts import Cell, hcl_cells, plan_cells
from tests.standins.terraform.terraform_runner import TerraformRunner
from tests.support.checkov_runs import CheckovServer, Record
from tests.support.checkov_runs import verdicts as checkov_verdicts
from tests.support.judging import findings_of, read_folder

Verdicts = dict[tuple[str, str], str]
Judge = Callable[..., Verdicts]
TERRAFORM = [pytest.mark.terraform, pytest.mark.xdist_group("terraform")]
READERS = ["code", "checkov code", pytest.param("plan", marks=TERRAFORM), pytest.param("checkov plan", marks=TERRAFORM)]
PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n\nprovider "google" {\n  project = "acme"\n  region  = "europe-west1"\n}\n\n'


@pytest.fixture(scope="session")
def steady_plan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One plan of all examples that start from nothing."""
    folder = tmp_path_factory.mktemp("steady")
    write_batch(folder, STEADY)
    return TerraformRunner().plan(folder)


@pytest.fixture(scope="session")
def changing_plan(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One plan of all examples that change what was applied before."""
    folder = tmp_path_factory.mktemp("changing")
    runner = TerraformRunner()
    write_batch(folder, CHANGING, before=True)
    runner.apply(folder)
    write_batch(folder, CHANGING)
    return runner.plan(folder)


@pytest.fixture(scope="session")
def checkov_hcl_cells(checkov_server: CheckovServer, tmp_path_factory: pytest.TempPathFactory) -> list[Cell]:
    """Every example as code, through our command and inside of Checkov."""
    return hcl_cells(checkov_server, tmp_path_factory.mktemp("checkov-hcl"))


@pytest.fixture(scope="session")
def checkov_plan_cells(
    checkov_server: CheckovServer, steady_plan: dict[str, Any], changing_plan: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> list[Cell]:
    """Every example as a real plan, both ways."""
    plans = [(case, split(steady_plan, case[0])) for case in STEADY] + [(case, split(changing_plan, case[0])) for case in CHANGING]
    return plan_cells(checkov_server, plans, tmp_path_factory.mktemp("checkov-plans"))


@pytest.fixture(params=READERS)
def judge(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """Verdicts by rule name and address, of code and of what the real Terraform plans of it."""
    monkeypatch.chdir(tmp_path)

    def call(code: str, **files: str) -> Verdicts:
        (tmp_path / "main.tf").write_text(PROVIDER + code)
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/")
            path = path.with_name(path.name + ".tf")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        if request.param == "checkov code":
            return by_name(server().scan(tmp_path))
        if request.param == "code":
            return verdicts(findings_of(read_folder(tmp_path)))
        plan: dict[str, Any] = TerraformRunner().plan(tmp_path)
        if request.param == "checkov plan":
            (tmp_path / "plan.json").write_text(json.dumps(plan))
            return by_name(server().scan(tmp_path, files=["plan.json"]))
        return verdicts(findings_of([read_plan(plan, "plan.json", wanted)]))

    def server() -> CheckovServer:
        found: CheckovServer = request.getfixturevalue("checkov_server")
        return found

    return call


def by_name(records: list[Record]) -> Verdicts:
    """Verdict by rule name and address of Checkov's records."""
    names = {item.rule.id: item.rule.name for item in gate_rules()}
    return {(names[rule], address): verdict for (rule, address), verdict in checkov_verdicts(records).items()}


def verdicts(findings: Iterable[Finding]) -> Verdicts:
    """Verdict by rule and address; the worst where there are several."""
    found: Verdicts = {}
    for item in findings:
        key = (item.name, item.address)
        found[key] = max(found.get(key, ""), item.verdict.value, key=["", "pass", "unknown", "fail", "error"].index)
    return found
