"""A compact summary of what the gate says about each input of the corpus, fit for a diff.

One line per address; the ids of the rules stand behind their verdict. Addresses are grouped by the
root module, plan or preview they are in.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from recoverable.cli.entry import main

AS_OF = "2026-11-23"
VERDICTS = ("fail", "unknown", "error", "pass")


def inputs(corpus: Path) -> list[Path]:
    """Every project of the corpus, every folder of code that a project's run does not judge by itself, and every document."""
    found: list[Path] = []
    for project in sorted((corpus / "hcl").iterdir()):
        judged = {item["path"] for item in judge(corpus, project)[1]["inputs"]}
        folders = sorted({file.parent for file in project.rglob("*.tf")})
        found += [project, *(folder for folder in folders if name_of(corpus, folder) not in judged)]
    found += sorted((corpus / "plans").rglob("*.json"))
    for pair in sorted((corpus / "pairs").iterdir()):
        found += [pair, pair / "plan.json"]
    found += sorted((corpus / "previews").glob("*.json"))
    return list(dict.fromkeys(found))


def name_of(corpus: Path, path: Path) -> str:
    """How an input is called in the golden file."""
    return path.relative_to(corpus).as_posix()


def judge(corpus: Path, path: Path) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON report of ``recoverable check``; the working folder has to be the corpus."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        code = main(["check", name_of(corpus, path), "--format", f"json={report}", "--as-of", AS_OF])
        return code, json.loads(report.read_text("utf-8"))


def summary(corpus: Path, path: Path) -> str:
    """The golden text of one input."""
    code, report = judge(corpus, path)
    results = report["results"]
    counts = Counter(item["verdict"] for item in results)
    lines = [
        f"## {name_of(corpus, path)}",
        f"exit {code}; " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict]),
    ]
    several = len({item["source"] for item in results}) > 1
    groups: dict[tuple[str, str], dict[str, Counter[str]]] = {}
    for item in results:
        place = (item["source"] if several else "", item["address"])
        groups.setdefault(place, {}).setdefault(item["verdict"], Counter())[item["rule"]] += 1
    shown = ""
    for (source, address), verdicts in sorted(groups.items()):
        if source != shown:
            shown = source
            lines.append(f"in {source}")
        parts = [f"{verdict} {_ids(verdicts[verdict])}" for verdict in VERDICTS if verdict in verdicts]
        lines.append(f"{address or '(the run)'}: {'; '.join(parts)}")
    return "\n".join(lines) + "\n"


def _ids(rules: Counter[str]) -> str:
    return " ".join(f"{rule}x{count}" if count > 1 else rule for rule, count in sorted(rules.items()))
