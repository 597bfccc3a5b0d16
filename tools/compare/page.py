"""The comparison as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from case_file import Case
from scanners import Scanner
from scoring import OUTCOMES, Row, totals

GROUPS = {
    "known": "Where other scanners were known to fail",
    "common": "Ordinary questions about backups",
    "beyond": "Questions that recoverable does not ask",
}
ABOUT = """\
Written by `make compare` (`tools/compare`); every row is an answer of the tool itself in that run, none is copied.

How it is counted. Each row is one resource with one question about it, in code, or in the plan that the real Terraform made of that code
(no code beside it). *Truth* is what the provider's documentation says: **good**, **bad**, **unknown** (cannot be known before apply),
or **exempt** (the question does not arise: nothing may be alarmed). A scanner's answer is the worst of the checks named in the case,
for that address; of scanners that report failures only (Trivy, KICS), silence about a resource is taken as a pass, but where the truth is
unknown. **false pass**: it passed what is bad or cannot be known. **wrong alarm**: it failed what is good, exempt or cannot be known.
**no answer**: it has a check for the question and says nothing about the resource. **does not ask**: it has no check for it.

What is not fair about it. The cases are chosen by the authors of recoverable: the first group was written from faults found in Checkov,
so its share there says nothing about Checkov as a whole; the third is five questions out of the hundreds that the others ask and
recoverable does not. The second group is the one to compare by. recoverable runs with its built-in standard, the others with theirs;
where numbers differ the case keeps far from all of them.
"""


def page(rows: Sequence[Row], scanners: Sequence[Scanner], command: str) -> str:
    """The whole page: totals, one table for each group, the checks that were asked."""
    parts = ["# The same cases through several scanners\n", ABOUT]
    parts.append(f"This run: {', '.join(scanner.title for scanner in scanners)}; again with `{command}`.\n")
    parts.append(f"## Totals\n\n{summary(rows, scanners)}\n")
    for group, title in GROUPS.items():
        inside = [row for row in rows if row.case.group == group]
        parts.append(f"## {title}\n\n{table(inside, scanners)}\n")
    cases = list({id(row.case): row.case for row in rows}.values())
    parts.append(f"## The checks that were asked\n\n{checks(cases, scanners)}\n")
    return "\n".join(parts)


def summary(rows: Sequence[Row], scanners: Sequence[Scanner]) -> str:
    """How many rows came out how, for each group and scanner."""
    lines = [f"| group | scanner | {' | '.join(OUTCOMES)} | rows |", "|---|---|" + "--:|" * (len(OUTCOMES) + 1)]
    for group in (*GROUPS, ""):
        inside = [row for row in rows if group in ("", row.case.group)]
        for position, scanner in enumerate(scanners):
            found = totals(inside, scanner.name)
            title = (GROUPS[group] if group else "All") if position == 0 else ""
            cells = [title, scanner.title, *(str(found[outcome]) for outcome in OUTCOMES), str(len(inside))]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def table(rows: Sequence[Row], scanners: Sequence[Scanner]) -> str:
    """One row for each resource and input; those through code and through a plan with the same answers share one."""
    lines = [
        f"| case | input | truth | {' | '.join(scanner.title.split()[0] for scanner in scanners)} |",
        "|---|---|---|" + "---|" * len(scanners),
    ]
    shown = ""
    for row, through in _joined(rows, scanners):
        truth = row.truth
        place = f"[why]({truth.source})" if truth.source.startswith("http") else truth.source
        cells = [
            "" if row.case.title == shown else row.case.title,
            through,
            f"`{truth.address}` is **{truth.verdict}**: {truth.reason} ({place})",
        ]
        shown = row.case.title
        lines.append(f"| {' | '.join([*cells, *(row.said(scanner.name) for scanner in scanners)])} |")
    return "\n".join(lines)


def _joined(rows: Sequence[Row], scanners: Sequence[Scanner]) -> list[tuple[Row, str]]:
    found: list[tuple[Row, str]] = []
    for row in rows:
        said = [row.said(scanner.name) for scanner in scanners]
        for position, (other, through) in enumerate(found):
            if other.truth is row.truth and [other.said(scanner.name) for scanner in scanners] == said:
                found[position] = (other, f"{through}, {row.through}")
                break
        else:
            found.append((row, row.through))
    order = {id(truth): position for position, truth in enumerate(dict.fromkeys(id(row.truth) for row in rows))}
    return sorted(found, key=lambda item: order.get(id(item[0].truth), 0))


def checks(cases: Sequence[Case], scanners: Sequence[Scanner]) -> str:
    """Which checks of each scanner a case asks."""
    lines = [f"| case | file | {' | '.join(scanner.title.split()[0] for scanner in scanners)} |", "|---|---|" + "---|" * len(scanners)]
    for case in cases:
        place = f"{case.group}/{case.path.name}"
        asked = [", ".join(case.asks.get(scanner.name, ("–",))) for scanner in scanners]
        lines.append(f"| {case.title} | [{place}](../tools/compare/cases/{place}) | {' | '.join(asked)} |")
    return "\n".join(lines)
