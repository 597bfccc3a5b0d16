"""All rule examples as one Terraform root, and a real plan of it split into one plan per example.

Starting Terraform once for all keeps the suite fast; a module per example keeps them apart. The
split only removes the ``module.<example>`` prefix that the batch has put before everything.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from recoverable.rules.registry.load import gate_rules
from recoverable.rules.registry.rule import Example, Rule

Case = tuple[str, Rule, Example]
NEON = 'terraform {\n  required_providers {\n    neon = {\n      source = "kislerdm/neon"\n    }\n  }\n}\n'
PROVIDERS = (
    'provider "aws" {\n  region = "eu-west-1"\n}\n\nprovider "google" {\n  project = "acme"\n}\n\nprovider "neon" {\n  api_key = "x"\n}\n\n'
)


def cases(reader: str, *, changes: bool) -> list[Case]:
    """Examples a reader can see, with an id that is a Terraform name."""
    return [
        (f"{item.rule.id.lower()}_{number}", item.rule, example)
        for item in gate_rules()
        for number, example in enumerate(item.rule.examples)
        if (not example.only or reader in example.only) and bool(example.before) == changes
    ]


STEADY, CHANGING = cases("plan", changes=False), cases("plan", changes=True)
"""The examples that plans can show: of what starts from nothing, and of what changes something."""


def write_batch(folder: Path, batch: list[Case], *, before: bool = False) -> None:
    """A root module that calls one module per example."""
    calls = []
    for name, _, example in batch:
        inner = folder / name
        inner.mkdir(parents=True, exist_ok=True)
        (inner / "main.tf").write_text(example.before if before else example.code, encoding="utf-8")
        if "neon_" in example.code + example.before:
            (inner / "versions.tf").write_text(NEON, encoding="utf-8")
        calls.append(f'module "{name}" {{\n  source = "./{name}"\n}}\n')
    # A region of its own for every provider that an example does not configure.
    (folder / "main.tf").write_text(NEON + PROVIDERS + "\n".join(calls), encoding="utf-8")


def split(plan: dict[str, Any], name: str) -> dict[str, Any]:
    """The part of a batch's plan that one example made, as a plan of its own."""
    prefix = f"module.{name}."
    out = {key: value for key, value in plan.items() if key in ("format_version", "terraform_version")}
    modules = plan.get("planned_values", {}).get("root_module", {}).get("child_modules", [])
    found = next((item for item in modules if item.get("address") == f"module.{name}"), {"resources": []})
    out["planned_values"] = {"root_module": found}
    out["resource_changes"] = [item for item in plan.get("resource_changes", []) if item["address"].startswith(prefix)]
    out["relevant_attributes"] = [item for item in plan.get("relevant_attributes", []) if item["resource"].startswith(prefix)]
    configuration = plan["configuration"]
    out["configuration"] = {
        "provider_config": {
            key.removeprefix(f"module.{name}:"): value
            for key, value in configuration.get("provider_config", {}).items()
            if ":" not in key or key.startswith(f"module.{name}:")
        },
        "root_module": configuration["root_module"]["module_calls"][name]["module"],
    }
    return _stripped(copy.deepcopy(out), prefix, f"module.{name}:")


def _stripped(value: Any, prefix: str, provider: str) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(inner, prefix, provider) for key, inner in value.items()}
    if isinstance(value, list):
        return [_stripped(inner, prefix, provider) for inner in value]
    if isinstance(value, str):
        return value.removeprefix(prefix).removeprefix(provider)
    return value


def examples_document(reader: str) -> str:
    """The examples as the preview recorder takes them."""
    items = [
        {"id": name, "hcl": _provided(example.code), **({"before_hcl": _provided(example.before)} if example.before else {})}
        for changes in (False, True)
        for name, _, example in cases(reader, changes=changes)
    ]
    return json.dumps(items, indent=1) + "\n"


def _provided(code: str) -> str:
    """The code, with the source of a provider that Terraform would look for elsewhere."""
    return NEON + code if "neon_" in code else code
