"""Runs of the real engine with the policy pack, and what its event log tells of them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.stacks import Stack

POLICIES = Path(__file__).resolve().parents[2] / "policies"
CONFIG = {"aws:region": "eu-west-1", "gcp:project": "acme", "gcp:region": "europe-west1"}
Run = tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]
REVIEWED = "schema = 1\nreviewed = 2026-11-01\n"


def violations(
    folder: Path, environment: Mapping[str, str], pulumi: Path | str, *arguments: str
) -> tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]:
    """A command of the engine and the violations that it told; colours and questions are off."""
    log = folder / "events.json"
    log.unlink(missing_ok=True)
    done = subprocess.run(
        [str(pulumi), *arguments, "--event-log", str(log), "--non-interactive", "--color", "never"],
        cwd=folder,
        env={**environment, "PULUMI_DEBUG_COMMANDS": "true"},
        capture_output=True,
        text=True,
    )
    return done, told(log.read_text(encoding="utf-8") if log.exists() else "")


def told(log: str) -> list[dict[str, Any]]:
    """The violations in an event log, in order."""
    events = [json.loads(line) for line in log.splitlines() if line.strip()]
    return [event["policyEvent"] for event in events if "policyEvent" in event]


def standard_of(folder: Path, text: str = "") -> Path:
    """A ``recoverable.toml`` in a folder that ends the search there; the numbers are the built-in ones unless it says otherwise."""
    file = folder / "recoverable.toml"
    file.write_text(text or REVIEWED, encoding="utf-8")
    return file


def with_pack(stack: Stack, *arguments: str, config: Mapping[str, Any] | None = None, pack: Path = POLICIES) -> Run:
    """A command with the pack, and what it told."""
    options = ["--policy-pack", str(pack)]
    if config is not None:
        (stack.folder / "pack.json").write_text(json.dumps(config))
        options += ["--policy-pack-config", "pack.json"]
    return violations(stack.folder, stack.environment, "pulumi", *arguments, *options)


def messages(found: list[dict[str, Any]], policy: str) -> list[tuple[str, str]]:
    """Level and text of a policy's violations; the first line of the engine's text is the policy's own title."""
    return [(item["enforcementLevel"], item["message"]) for item in found if item["policyName"] == policy]
