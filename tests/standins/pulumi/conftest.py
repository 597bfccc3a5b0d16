"""Fixtures of the Pulumi stand-in: the engine, and one recording of the hand examples per test process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recoverable.sandbox import engine
from tests.standins.pulumi import record

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def pulumi() -> engine.Engine:
    """The real engine; built on the first call on a machine that has none."""
    return engine.ready()


@pytest.fixture(scope="session")
def recording(pulumi: engine.Engine, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `record` writes for hand_examples.json, by file name."""
    folder = tmp_path_factory.mktemp("recording")
    record.record(HERE / "hand_examples.json", folder)
    return {file.name: json.loads(file.read_text()) for file in folder.iterdir()}
