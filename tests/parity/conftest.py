"""Judges the same code as code and as what the real Terraform plans of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from recoverable.clouds.build import wanted
from recoverable.model.finding import Finding
from recoverable.readers.plan.plan_reader import read_plan
from tests.standins.terraform.terraform_runner import TerraformRunner
from tests.support.judging import findings_of, read_folder

Verdicts = dict[tuple[str, str], str]
Judge = Callable[..., Verdicts]
READERS = ["code", pytest.param("plan", marks=[pytest.mark.terraform, pytest.mark.xdist_group("terraform")])]
PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n\nprovider "google" {\n  project = "acme"\n  region  = "europe-west1"\n}\n\n'


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
        if request.param == "code":
            return verdicts(findings_of(read_folder(tmp_path)))
        plan: dict[str, Any] = TerraformRunner().plan(tmp_path)
        return verdicts(findings_of([read_plan(plan, "plan.json", wanted)]))

    return call


def verdicts(findings: Iterable[Finding]) -> Verdicts:
    """Verdict by rule and address; the worst where there are several."""
    found: Verdicts = {}
    for item in findings:
        key = (item.name, item.address)
        found[key] = max(found.get(key, ""), item.verdict.value, key=["", "pass", "unknown", "fail", "error"].index)
    return found
