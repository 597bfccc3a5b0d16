"""What the tests found, in docs/drill-catalogue.json: compared on every run, written anew with UPDATE_CATALOGUE=1."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import filelock

from recoverable.drill.damage.injection import Injection

FILE = Path(__file__).parents[3] / "docs" / "drill-catalogue.json"
UPDATE = "UPDATE_CATALOGUE"


def check_record(injection: Injection, major: int, caught_by: Iterable[str]) -> None:
    """Compare one finding with the record, or write it.

    ``caught_by`` are the names that were red and must be at every place; where the place decides, others were red, too.
    """
    wanted: dict[str, Any] = {"row": injection.row, "title": injection.title, "artefact": injection.artefact.value}
    names = sorted(caught_by)
    if os.environ.get(UPDATE):
        with filelock.FileLock(f"{FILE}.lock"):
            data = read()
            entry = data["injections"].setdefault(injection.name, {**wanted, "caught_by": {}})
            entry.update(wanted)
            entry["caught_by"][str(major)] = names
            data["injections"] = dict(sorted(data["injections"].items(), key=lambda item: (item[1]["row"], item[0])))
            FILE.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    entry = read()["injections"].get(injection.name)
    assert entry, f"{injection.name} is not in {FILE.name}: run the tests with {UPDATE}=1"
    assert {key: entry[key] for key in wanted} == wanted
    assert entry["caught_by"].get(str(major)) == names, f"{FILE.name} says otherwise: run the tests with {UPDATE}=1, then make docs"


def read() -> dict[str, Any]:
    """The record."""
    if not FILE.exists():
        return {"injections": {}}
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
