"""A baseline: the findings an old repository starts with. They are shown as suppressed; new ones fail.

Keyed by file, address, rule and verdict, and by how many there are, so that a new finding is never swallowed by an old one.
The number found is kept, too: one that has got worse since is a new finding.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from recoverable.enforce.worsening import is_worse, rank
from recoverable.model.errors import InputError
from recoverable.model.finding import Finding, Suppression, Verdict

Key = tuple[str, str, str, str]
# What was found, for every finding of a key; None in a baseline of before this was kept: it knows no number.
Baseline = dict[Key, list[str | None]]
_MOST = 1_000_000
_REMEDY = "Make one with: recoverable check … --write-baseline FILE"
_KNOWN = Suppression("baseline", "known when the baseline was written")


def key(finding: Finding) -> Key:
    """What identifies a finding over time: not its line, which moves, nor its numbers, which may change."""
    return (finding.file, finding.address, finding.rule, finding.verdict.value)


def read_baseline(path: Path) -> Baseline:
    """Read a baseline file.

    Raises:
        InputError: missing, or not a baseline.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", str(path), _REMEDY) from None
    except (ValueError, RecursionError):
        raise InputError("is not JSON", str(path), _REMEDY) from None
    found = data.get("baseline") if isinstance(data, dict) and data.get("schema") == 1 else None
    if not isinstance(found, list):
        raise InputError("is not a baseline of schema 1", str(path), _REMEDY)
    known: Baseline = {}
    for item in found:
        try:
            name = (item["file"], item["address"], item["rule"], item.get("verdict", "fail"))
            known.setdefault(name, []).extend([_found(item)] * _count(item))
        except (TypeError, KeyError, ValueError, AttributeError, OverflowError):
            raise InputError("has an entry without file, address and rule", str(path), "Write it anew with --write-baseline.") from None
    return known


def write_baseline(path: Path, findings: Iterable[Finding]) -> None:
    """Write today's live fails and unknowns, sorted, an entry a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(baseline_text(findings), encoding="utf-8")


def baseline_text(findings: Iterable[Finding]) -> str:
    """The text of a baseline of these findings."""
    kept = [item for item in findings if item.verdict in (Verdict.FAIL, Verdict.UNKNOWN) and not item.suppressed]
    counted = Counter((*key(item), item.found) for item in kept)
    entries: list[dict[str, Any]] = [
        {"file": file, "address": address, "rule": rule, "verdict": verdict, "found": found, "count": count}
        for (file, address, rule, verdict, found), count in sorted(counted.items())
    ]
    lines = ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in entries)
    return f'{{"schema": 1, "baseline": [\n{lines}\n]}}\n'


def apply_baseline(findings: Iterable[Finding], baseline: Any) -> list[Finding]:
    """The findings, with those of the baseline suppressed; one that has got worse stays, and says what it was."""
    out = list(findings)
    places: dict[Key, list[int]] = defaultdict(list)
    for place, finding in enumerate(out):
        if finding.suppressed is None and finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN) and key(finding) in baseline:
            places[key(finding)].append(place)
    for name, here in places.items():
        _match(out, here, list(baseline[name]))
    return out


def _match(out: list[Finding], places: list[int], left: list[str | None]) -> None:
    """Give every finding of a key one of the entries that are left: the same one, else one that it is not worse than.

    The worst finding chooses first: whatever covers it covers the others, too.
    """
    rest = []
    for place in places:
        if out[place].found in left:
            left.remove(out[place].found)
            out[place] = out[place].with_suppression(_KNOWN)
        else:
            rest.append(place)
    for place in sorted(rest, key=lambda at: rank(out[at].found, out[at].wanted)):
        finding = out[place]
        fitting = [entry for entry in left if entry is None or not is_worse(finding.found, entry, finding.wanted)]
        if fitting:
            left.remove(fitting[0])
            out[place] = finding.with_suppression(_KNOWN)
        elif left:
            out[place] = replace(finding, message=f"{finding.message} (when the baseline was written: {left[0]})")


def _count(item: Any) -> int:
    count = int(item.get("count", 1))
    if not 0 <= count <= _MOST:
        raise ValueError("no number of findings")
    return count


def _found(item: Any) -> str | None:
    found = item.get("found")
    if found is not None and not isinstance(found, str):
        raise TypeError("what was found is a text")
    return found
