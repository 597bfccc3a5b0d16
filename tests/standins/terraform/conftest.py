"""Fixtures of the Terraform stand-in: one runner per test process, and the corpus of real plans."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.standins.terraform.terraform_runner import TerraformRunner

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def terraform() -> TerraformRunner:
    """The real Terraform with the stand-in providers; a machine without it fails here, and says why."""
    return TerraformRunner()


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real plans: $RECOVERABLE_CORPUS, else shared/corpus beside the checkout."""
    named = os.environ.get("RECOVERABLE_CORPUS")
    folder = Path(named) if named else ROOT.parent / "shared" / "corpus"
    if not (folder / "plans").is_dir():
        pytest.skip(f"no corpus of real plans at {folder}; set RECOVERABLE_CORPUS")
    return folder
