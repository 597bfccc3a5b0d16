"""Tasks of a made-up project, and a workflow as its published schema accepts it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator

from recoverable.init.origin import Origin
from recoverable.init.project import Project
from recoverable.schedules.cadence import cadence_for
from recoverable.schedules.tasks import DrillTask, Tasks

DATA = Path(__file__).parent.parent / "ci" / "data"
ORIGIN = Origin("https://github.com/acme/recoverable", "v0.1.0")
STORES = (DrillTask("orders", cadence_for(31), 810), DrillTask("billing", cadence_for(14), 90), DrillTask("archive", cadence_for(31), 100))


def tasks(folder: Path = Path("/tmp/shop"), path: str = ".", **more: Any) -> Tasks:
    """Those of a made-up project."""
    usual: dict[str, Any] = {"project": Project(folder, path, True, branch="trunk"), "origin": ORIGIN, "drills": STORES, "alerts": True}
    return Tasks(**{**usual, "secrets": ("CHAT_URL",), **more})


CLOUDS = (
    DrillTask("events", cadence_for(31), 60, ("NEON_API_KEY",), frozenset({"neon"})),
    DrillTask("ads", cadence_for(31), 60, clouds=frozenset({"google"})),
)
ALL = [
    tasks(),
    tasks(aws=True, publish="cloudwatch", config="in fra/recoverable.toml", path="in fra", baseline="in fra/recoverable-baseline.json"),
    tasks(drills=STORES[:1], publish="gcp"),
    tasks(drills=(), alerts=False, secrets=()),
    tasks(drills=CLOUDS, audits=("aws", "gcp", "neon"), aws=True),
    tasks(drills=(), audits=("aws",), config="in fra/recoverable.toml"),
]


def workflow(text: str) -> dict[str, Any]:
    """A workflow as its published schema accepts it."""
    loaded: dict[Any, Any] = yaml.safe_load(text)
    loaded["on"] = loaded.pop(True)
    Draft7Validator(json.loads((DATA / "github-workflow.schema.json").read_text())).validate(loaded)
    return loaded
