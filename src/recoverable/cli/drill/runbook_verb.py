"""``recoverable drill runbook``: the runbook of this estate, written or compared."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from recoverable.cli import exits
from recoverable.cli.drill.common_options import add_config
from recoverable.cli.streams import tell
from recoverable.model.errors import InputError

ABOUT = "write the restore runbook of this estate, with the very commands"
MEANINGS = {
    exits.CLEAN: "written; with --check: the file is what would be written",
    exits.FINDINGS: "with --check: the file has drifted, or is missing",
    exits.BAD_INPUT: "bad option or settings, or the file cannot be written",
    exits.INTERNAL: "internal error",
    exits.INTERRUPTED: "interrupted",
}
DEFAULT = Path("docs/runbook.md")
READABLE = 0o644


def add(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--output", metavar="F", type=Path, help=f"the file (default: {DEFAULT} beside recoverable.toml; - is stdout)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the file has drifted")
    add_config(parser)


def run(args: argparse.Namespace) -> int:
    """Write, print or compare."""
    from recoverable.drill.durable import replace_file
    from recoverable.drill.runbook.estate import read_stores
    from recoverable.drill.runbook.runbook_text import render
    from recoverable.standard.load import load

    standard = load(args.config, start=Path.cwd())
    label = standard.path.name if standard.path else "recoverable.toml"
    text = render(read_stores(standard), label)
    if str(args.output) == "-":
        if args.check:
            raise InputError("--check compares a file", "--output -", "Name one.")
        sys.stdout.write(text)
        return exits.CLEAN
    folder = standard.path.resolve().parent if standard.path else Path.cwd()
    target = args.output.absolute() if args.output else folder / DEFAULT
    if args.check:
        return _compare(target, text)
    target.parent.mkdir(parents=True, exist_ok=True)
    replace_file(target, text, READABLE)
    tell(f"written to {_near(target)}")
    return exits.CLEAN


def _compare(target: Path, text: str) -> int:
    found = target.read_text(encoding="utf-8", errors="replace") if target.is_file() else None
    if found == text:
        return exits.CLEAN
    command = f"recoverable drill runbook --output {_near(target)}"
    tell(f"{_near(target)} {'is missing' if found is None else 'has drifted'}: run {command}")
    return exits.FINDINGS


def _near(path: Path) -> str:
    from recoverable.report.words import near

    return near(str(path))
