"""Vaults, restore tests, alerts and secrets for the tests: built under the mocks in a folder with its own standard."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recoverable.components.policy import ProtectionPolicy
from recoverable.standard.load import load
from tests.components.harness import Built, Child, build

FAR = {"aws": "eu-central-1", "gcp": "europe-west4"}


def policy(environment: str = "prod", **more: Any) -> ProtectionPolicy:
    """A policy; production gets the second region that it demands."""
    region = FAR[str(more.get("cloud", "aws"))] if environment == "prod" else None
    stated = {"alert_address": "ops@acme.example", "replica_region": region, "owner": "shop-team"}
    return ProtectionPolicy(environment=environment, **{**stated, **more})


def made(
    tmp_path: Path,
    program: Callable[[ProtectionPolicy], Any],
    environment: str = "prod",
    standard: str = "",
    *,
    preview: bool = True,
    **more: Any,
) -> Built:
    """What ``program`` registers with a policy of that environment."""
    if standard:
        (tmp_path / "recoverable.toml").write_text(f"schema = 1\n{standard}")
    return build(lambda: program(policy(environment, **more)), folder=tmp_path, preview=preview, stack=environment)


def questions(built: Built, tmp_path: Path, *but: str) -> list[str]:
    """What the rules do not pass, but for those that other components answer."""
    return [text for text in built.not_passed(load(None, start=tmp_path)) if not text.startswith(but)]


def statements(child: Child, name: str = "policy") -> dict[str, dict[str, Any]]:
    """The statements of a policy by their names."""
    return {each["Sid"]: each for each in json.loads(child.inputs[name])["Statement"]}
