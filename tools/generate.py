"""Writes what is derived: docs/rules, docs/cli.md and the JSON schemas; ``--check`` only compares."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def documents() -> dict[str, str]:
    """Every generated file with its text."""
    from recoverable.alerts import facts_schema
    from recoverable.alerts.settings_schema import schema
    from recoverable.components import package_host
    from recoverable.drill import evidence_schema
    from recoverable.drill.ladder import all_rungs
    from recoverable.drill.subject import Subject
    from recoverable.report.drill_ladder_page import catalogue_page, ladder_page
    from recoverable.report.json_report import json_schema
    from recoverable.report.rule_page import page
    from recoverable.rules.registry.load import load_rules
    from recoverable.sandbox import standins

    rules = [item.rule for item in load_rules()]
    out = {f"docs/rules/{rule.id}-{rule.name}.md": page(rule) for rule in rules}
    rows = "\n".join(f"| [{rule.id}]({rule.id}-{rule.name}.md) | {rule.name} | {rule.severity.value} | {rule.title} |" for rule in rules)
    out["docs/rules/README.md"] = (
        f"# Rules\n\nGenerated from `src/recoverable/rules` by `make docs`.\n\n| id | name | severity | what must be true |\n|---|---|---|---|\n{rows}\n"
    )
    out["docs/cli.md"] = cli_page()
    out["docs/report.schema.json"] = json.dumps(json_schema(), indent=2) + "\n"
    out["docs/recoverable.schema.json"] = json.dumps(schema(), indent=2) + "\n"
    out["docs/backup-facts.schema.json"] = json.dumps(facts_schema.schema(), indent=2) + "\n"
    out["docs/drill-evidence.schema.json"] = json.dumps(evidence_schema.schema(), indent=2) + "\n"
    out["docs/components.schema.json"] = json.dumps(package_host.schema(), indent=2) + "\n"
    out["docs/sandbox-answers.md"] = standins.page()
    others = {each.value: [found.rung for found in all_rungs(each)] for each in Subject if each is not Subject.POSTGRES}
    out["docs/drill-ladder.md"] = ladder_page((each.rung for each in all_rungs()), {name: rungs for name, rungs in others.items() if rungs})
    out["docs/drill-catalogue.md"] = catalogue_page(json.loads((ROOT / "docs/drill-catalogue.json").read_text(encoding="utf-8")))
    out["docs/runbook.md"] = runbook()
    return out


def runbook() -> str:
    """The restore runbook of the example estate."""
    from recoverable.drill.runbook.estate import read_stores
    from recoverable.drill.runbook.runbook_text import render
    from recoverable.standard.load import load

    path = ROOT / "examples" / "runbook" / "recoverable.toml"
    return render(read_stores(load(path, start=path.parent)), path.name)


def cli_page() -> str:
    """The help of every command, at a fixed width."""
    from recoverable.cli.entry import parser

    os.environ["COLUMNS"] = "100"
    os.environ["NO_COLOR"] = "1"
    top = parser()
    verbs = next(action for action in top._actions if isinstance(action, argparse._SubParsersAction))
    parts = [
        "# Command line\n\nGenerated from the commands' own help by `make docs`.\n",
        f"## recoverable\n\n```\n{top.format_help()}```\n",
    ]
    for name, command in verbs.choices.items():
        parts.append(f"## recoverable {name}\n\n```\n{command.format_help()}```\n")
        below = [action.choices for action in command._actions if isinstance(action, argparse._SubParsersAction)]
        parts.extend(
            f"### recoverable {name} {each}\n\n```\n{part.format_help()}```\n" for choices in below for each, part in choices.items()
        )
    return "\n".join(parts)


def main() -> int:
    """Write or compare; 1 when something has drifted."""
    check = "--check" in sys.argv[1:]
    expected = documents()
    present = {str(path.relative_to(ROOT)) for path in (ROOT / "docs/rules").glob("*.md")}
    stale = sorted(present - expected.keys())
    drift = [name for name, text in expected.items() if not (ROOT / name).is_file() or (ROOT / name).read_text(encoding="utf-8") != text]
    if check:
        for name in [*stale, *drift]:
            print(f"{name} is not what the code generates: run make docs", file=sys.stderr)
        return int(bool(stale or drift))
    for name in stale:
        (ROOT / name).unlink()
    for name in drift:
        (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / name).write_text(expected[name], encoding="utf-8")
    print(f"{len(drift)} written, {len(stale)} removed, {len(expected)} in all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
