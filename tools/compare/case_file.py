"""The cases: pieces of Terraform whose comments say what is true of them, why, and which checks ask about it.

    # case: title
    # recoverable: RCV001              the rules that ask the question; a scanner without a line does not ask it
    # checkov: CKV_AWS_133
    # through: code plan               how it is given to the scanners (default: code)
    # standard: [environments.prod]    a line of recoverable.toml (default: the built-in numbers)
    # runs: 6                          how often each scanner is run, where a result was seen to change (default: 1)
    # part COMPANION ADDRESS           what is said of the companion is said of the resource
    # bad ADDRESS: reason <source>     good, bad, unknown (before apply), or exempt (the question does not arise)

A case is a file, or a folder with ``main.tf`` (and ``before.hcl``: what is applied before the plan is made).
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.standins.terraform.terraform_runner import TerraformRunner

TRUTH = re.compile(r"^# (good|bad|unknown|exempt) (\S+): (.+?) <([^<>]+)>$", re.M)
LINE = re.compile(r"^# (case|recoverable|checkov|trivy|kics|through|standard|runs): (.+)$", re.M)
PART = re.compile(r"^# part (\S+) (\S+)$", re.M)
SCANNERS = ("recoverable", "checkov", "trivy", "kics")
PROVIDERS = {"aws": '  region = "eu-west-1"', "google": '  project = "acme"\n  region  = "europe-west1"', "neon": '  api_key = "x"'}
NEON = 'terraform {\n  required_providers {\n    neon = {\n      source = "kislerdm/neon"\n    }\n  }\n}\n'


@dataclass(frozen=True, slots=True)
class Truth:
    """What is true of one resource, why, and where that is written."""

    verdict: str
    address: str
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Case:
    """One question about one piece of Terraform."""

    path: Path
    title: str
    asks: dict[str, tuple[str, ...]]
    through: tuple[str, ...]
    standard: str
    runs: int
    truths: tuple[Truth, ...]
    parts: tuple[tuple[str, str], ...]

    @property
    def group(self) -> str:
        """The folder the case lies in."""
        return self.path.parent.name

    def write(self, folder: Path, through: str, terraform: TerraformRunner) -> Path:
        """The input of the scanners in an empty folder: the folder itself, or a plan that lies alone in it."""
        code = folder / "code"
        self._write_code(code)
        if through == "code":
            return code
        before = code / "before.hcl"
        if before.exists():
            main = (code / "main.tf").read_text("utf-8")
            before.rename(code / "main.tf")
            terraform.apply(code)
            (code / "main.tf").write_text(main, "utf-8")
        plan = folder / "plan" / "plan.json"
        plan.parent.mkdir()
        plan.write_text(json.dumps(terraform.plan(code)), "utf-8")
        self._write_standard(plan.parent)
        return plan

    def _write_code(self, code: Path) -> None:
        if self.path.is_dir():
            shutil.copytree(self.path, code)
        else:
            code.mkdir()
            shutil.copy(self.path, code / "main.tf")
        text = (code / "main.tf").read_text("utf-8")
        used = {name for name in PROVIDERS if re.search(rf'"{name}_\w+"', text) and not re.search(rf'^provider "{name}"', text, re.M)}
        blocks = [f'provider "{name}" {{\n{PROVIDERS[name]}\n}}\n' for name in sorted(used)]
        if blocks:
            (code / "providers.tf").write_text((NEON if "neon" in used else "") + "\n".join(blocks), "utf-8")
        self._write_standard(code)

    def _write_standard(self, folder: Path) -> None:
        if self.standard:
            (folder / "recoverable.toml").write_text(f"schema = 1\n{self.standard}\n", "utf-8")


def load(folder: Path) -> list[Case]:
    """All cases, the groups in the order in which they are shown."""
    return [_read(path) for group in ("known", "common", "beyond") for path in sorted((folder / group).iterdir())]


def _read(path: Path) -> Case:
    text = (path / "main.tf" if path.is_dir() else path).read_text("utf-8")
    said: dict[str, list[str]] = {}
    for key, value in LINE.findall(text):
        said.setdefault(key, []).append(value.strip())
    truths = tuple(Truth(*found) for found in TRUTH.findall(text))
    told = re.findall(r"^# (?:good|bad|unknown|exempt) ", text, re.M)
    if "case" not in said or not truths or len(truths) != len(told):
        raise SystemExit(f"error: {path}: a case needs a title and truths of the form '# good ADDRESS: reason <source>'")
    return Case(
        path=path,
        title=said["case"][0],
        asks={name: tuple(said[name][0].split()) for name in SCANNERS if name in said},
        through=tuple(said.get("through", ["code"])[0].split()),
        standard="\n".join(said.get("standard", [])),
        runs=int(said.get("runs", ["1"])[0]),
        truths=truths,
        parts=tuple(PART.findall(text)),
    )
