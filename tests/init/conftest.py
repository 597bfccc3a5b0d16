"""Repositories that ``recoverable init`` meets."""

from __future__ import annotations

from tests.ci.conftest import github, pull_request, release
from tests.cli.conftest import run, spawn

__all__ = ["github", "pull_request", "release", "run", "spawn"]
