"""Have the real Terraform plan a batch of examples: each one a module of one root, many in one run.

A variable without a default gets a value that Terraform itself cannot know yet, so that the plan says unknown where
the example is unknown. Which variables those are is Terraform's answer too: it names the arguments that are missing.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.standins.terraform.terraform_runner import TerraformRunner

BATCH = 40
MISSING = re.compile(r'in module[. ]"?([\w-]+)"?:.*?The argument "([^"]+)" is required', re.DOTALL)
LATER = "${terraform_data.later.output}"
SETTINGS = {"aws": {"region": "eu-west-1"}, "google": {"project": "acme"}, "neon": {"api_key": "none"}}  # as in workspace.py
NEON = {"terraform": {"required_providers": {"neon": {"source": "kislerdm/neon"}}}}


def literal(value: Any) -> Any:
    """A value as JSON syntax of Terraform takes it: text is a template there."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, Mapping):
        return {key: literal(each) for key, each in value.items()}
    return [literal(each) for each in value] if isinstance(value, list) else value


def write_root(folder: Path, examples: Mapping[str, Mapping[str, Any]], text: str, later: Iterable[tuple[str, str]]) -> None:
    """The root module that calls every example, and the examples in folders of their own."""
    calls = {}
    for name, example in examples.items():
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "main.tf").write_text(example[text])
        if "neon_" in example[text] and "kislerdm/neon" not in example[text]:
            (folder / name / "versions.tf.json").write_text(json.dumps(NEON))
        stated = {key: literal(value) for key, value in example.get("variables", {}).items()}
        missing = {variable: LATER for module, variable in later if module == name}
        calls[name] = {"source": f"./{name}", **missing, **stated}
    root = {**NEON, "provider": SETTINGS, "resource": {"terraform_data": {"later": {"input": "later"}}}, "module": calls}
    (folder / "main.tf.json").write_text(json.dumps(root, indent=1))


def plan(terraform: TerraformRunner, examples: Mapping[str, Mapping[str, Any]], text: str) -> dict[str, Any]:
    """The plan of one batch; a second try gives the variables that the first one found missing."""
    with tempfile.TemporaryDirectory(prefix="examples-") as scratch:
        folder = Path(scratch)
        write_root(folder, examples, text, ())
        try:
            planned: dict[str, Any] = terraform.plan(folder)
        except RuntimeError as error:
            missing = set(MISSING.findall(re.sub(r"\n[│╷╵ ]*", " ", str(error))))
            if not missing:
                raise
            write_root(folder, examples, text, missing)
            planned = terraform.plan(folder)
    return planned


def plans(examples: Mapping[str, Mapping[str, Any]], text: str) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The plans of all examples, a batch at a time, and what Terraform said of those that it refused.

    `text` names the HCL to plan: `hcl` or `before_hcl`. One bad example spoils its batch, so such a batch is planned
    again one by one.
    """
    terraform = TerraformRunner()
    names = list(examples)
    found, refused = [], {}
    for start in range(0, len(names), BATCH):
        batch = {name: examples[name] for name in names[start : start + BATCH]}
        try:
            found.append(plan(terraform, batch, text))
        except RuntimeError:
            for name, example in batch.items():
                try:
                    found.append(plan(terraform, {name: example}, text))
                except RuntimeError as error:
                    refused[name] = str(error)
    return found, refused
