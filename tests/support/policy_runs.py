"""Runs of the real engine with the policy pack, and what its event log tells of them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

POLICIES = Path(__file__).resolve().parents[2] / "policies"
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
