"""Judges a folder the way the command does, and gives the JSON report."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.cli.entry import main

TODAY = "2026-11-23"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def judge(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """``judge(".", "--rule", "RCV002")``: the report, with the exit code as ``code``."""

    def call(*arguments: str) -> dict[str, Any]:
        capsys.readouterr()
        code = main(["check", *(arguments or (".",)), "--format", "json", "--as-of", TODAY])
        captured = capsys.readouterr()
        assert captured.out, captured.err
        report: dict[str, Any] = json.loads(captured.out)
        return {**report, "code": code}

    return call


def of(report: dict[str, Any], rule: str) -> list[dict[str, Any]]:
    """The results of one rule that do not pass."""
    return [item for item in report["results"] if rule in (item["rule"], item["name"]) and item["verdict"] != "pass"]


def live(report: dict[str, Any], rule: str) -> list[str]:
    """Addresses with a fail, unknown or error of a rule that is not suppressed."""
    return [item["address"] for item in of(report, rule) if not item.get("suppressed")]
