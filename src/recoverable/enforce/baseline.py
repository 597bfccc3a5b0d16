"""A baseline: the findings an old repository starts with. They are shown as suppressed; new ones fail.

Keyed by file, address and rule, and by how many there are, so that a new finding is never
swallowed by an old one.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from recoverable.model.errors import InputError
from recoverable.model.finding import Finding, Suppression, Verdict

Baseline = Counter[tuple[str, str, str, str]]


def key(finding: Finding) -> tuple[str, str, str, str]:
    """What identifies a finding over time: not its line, which moves, nor its numbers, which may get worse."""
    return (finding.file, finding.address, finding.rule, finding.verdict.value)


def read_baseline(path: Path) -> Baseline:
    """Read a baseline file.

    Raises:
        InputError: missing, or not a baseline.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", str(path), "Make one with: recoverable check … --write-baseline FILE"
        ) from None
    except (ValueError, RecursionError):
        raise InputError("is not JSON", str(path), "Make one with: recoverable check … --write-baseline FILE") from None
    found = data.get("baseline") if isinstance(data, dict) and data.get("schema") == 1 else None
    if not isinstance(found, list):
        raise InputError("is not a baseline of schema 1", str(path), "Make one with: recoverable check … --write-baseline FILE")
    counted: Baseline = Counter()
    for item in found:
        try:
            counted[(item["file"], item["address"], item["rule"], item.get("verdict", "fail"))] += int(item.get("count", 1))
        except (TypeError, KeyError, ValueError, AttributeError):
            raise InputError("has an entry without file, address and rule", str(path), "Write it anew with --write-baseline.") from None
    return counted


def write_baseline(path: Path, findings: Iterable[Finding]) -> None:
    """Write today's live fails and unknowns, sorted, an entry a line."""
    counted = Counter(key(item) for item in findings if item.verdict in (Verdict.FAIL, Verdict.UNKNOWN) and not item.suppressed)
    entries: list[dict[str, Any]] = [
        {"file": file, "address": address, "rule": rule, "verdict": verdict, "count": count}
        for (file, address, rule, verdict), count in sorted(counted.items())
    ]
    lines = ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in entries)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'{{"schema": 1, "baseline": [\n{lines}\n]}}\n', encoding="utf-8")


def apply_baseline(findings: Iterable[Finding], baseline: Any) -> list[Finding]:
    """The findings, with those of the baseline suppressed."""
    left: Baseline = Counter(baseline)
    out = []
    for finding in findings:
        name = key(finding)
        if finding.suppressed is None and finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN) and left[name] > 0:
            left[name] -= 1
            finding = finding.with_suppression(Suppression("baseline", "known when the baseline was written"))
        out.append(finding)
    return out
