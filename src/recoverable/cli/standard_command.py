"""``recoverable standard``: the effective numbers per environment, and where each comes from."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from recoverable.cli import exits
from recoverable.model.errors import InputError
from recoverable.standard.demands import Setting
from recoverable.standard.fields import ALL_FIELDS, STRICTEST, say
from recoverable.standard.load import BUILT_IN_LABEL, Standard, load
from recoverable.standard.problems import show

_WIDTH = 80
_NAME = max(len(item.name) for item in ALL_FIELDS) + 2
_PER_BLOCK = 3
_CELL = (_WIDTH - _NAME) // _PER_BLOCK


def add(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the verb's options."""
    parser = subparsers.add_parser(
        "standard",
        help="print the backup standard's effective numbers",
        description="Prints the effective numbers of the backup standard per environment, and where each comes from.",
        epilog=exits.epilog(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="the standard file (default: the nearest recoverable.toml, else built-in)"
    )
    parser.add_argument("--environment", metavar="E", help="one environment, or strictest (what holds where none was found)")
    parser.add_argument("--kind", metavar="K", default="", help="with the overrides for one kind of store, such as s3-bucket")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--schema", action="store_true", help="print the JSON Schema of recoverable.toml for editors")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints to stdout, warnings of the standard to stderr.

    Raises InputError where the standard or the environment is wrong.
    """
    if args.schema:
        from recoverable.alerts.settings_schema import schema

        print(json.dumps(schema(), indent=2, ensure_ascii=False))
        return exits.CLEAN
    standard = load(args.config, start=Path.cwd())
    environments = _chosen(standard, args.environment)
    if args.format == "json":
        print(json.dumps(_as_json(standard, environments, args.kind), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_as_text(standard, environments, args.kind)))
    for warning in standard.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return exits.CLEAN


def _chosen(standard: Standard, wanted: str | None) -> list[str]:
    if wanted is None:
        return list(standard.environments)
    name = STRICTEST if wanted == STRICTEST else standard.canonical(wanted)
    if name is None:
        known = ", ".join((*standard.environments, STRICTEST))
        raise InputError(f"{show(wanted)} is no environment", "--environment", f"Use one of {known}, or declare it in recoverable.toml.")
    return [name]


def _as_json(standard: Standard, environments: list[str], kind: str) -> dict[str, Any]:
    return {
        "schema": 1,
        "file": None if standard.label == BUILT_IN_LABEL else standard.label,
        "reviewed": standard.reviewed.isoformat() if standard.reviewed else None,
        "require_environment": standard.require_environment,
        "fail_on": standard.fail_on.value,
        "kind": kind or None,
        "environments": {name: _settings_as_json(standard, name, kind) for name in environments},
        "stores": len(standard.stores.all),
        "waivers": len(standard.waivers),
        "external_alerting": list(standard.external_alerting),
        "warnings": standard.warnings,
    }


def _settings_as_json(standard: Standard, name: str, kind: str) -> dict[str, Any]:
    return {key: {"value": setting.value, "source": setting.source} for key, setting in _settings(standard, name, kind)}


def _settings(standard: Standard, name: str, kind: str) -> Iterator[tuple[str, Setting[Any]]]:
    settings = standard.settings(name, kind)
    return ((item.name, settings[item.name]) for item in ALL_FIELDS)


def _as_text(standard: Standard, environments: list[str], kind: str) -> Iterator[str]:
    yield f"Backup standard: {standard.label}{f', kind {kind}' if kind else ''}"
    yield f"reviewed {standard.reviewed or 'never'}, fails on {standard.fail_on.value} findings and worse"
    for first in range(0, len(environments), _PER_BLOCK):
        block = environments[first : first + _PER_BLOCK]
        yield ""
        yield _row("", block)
        columns = [dict(_settings(standard, name, kind)) for name in block]
        for item in ALL_FIELDS:
            yield _row(item.name, [_cell(column[item.name], standard.label) for column in columns])
    yield ""
    yield "rto_minutes binds stores of criticality critical."
    if standard.label == BUILT_IN_LABEL:
        yield "All numbers are built in: there is no recoverable.toml."
    else:
        yield f"(N) is line N of {standard.label}; all else is built in."
    counts = _count(len(standard.stores.all), "store rule"), _count(len(standard.waivers), "waiver")
    outside = f"; outside listeners: {', '.join(standard.external_alerting)}" if standard.external_alerting else ""
    yield f"{', '.join(counts)}{outside}"


def _cell(setting: Setting[Any], label: str) -> str:
    value = say(setting.value) or "-"
    line = setting.source.removeprefix(f"{label}:") if setting.source.startswith(f"{label}:") else ""
    place = f" ({line})" if line else ""
    room = _CELL - 2 - len(place)
    return (value if len(value) <= room else value[: room - 1] + "…") + place


def _row(name: str, cells: list[str]) -> str:
    return (f"{name:<{_NAME}}" + "".join(f"{cell[: _CELL - 2]:<{_CELL}}" for cell in cells)).rstrip()


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
