"""A comment for a pull request, in GitHub's and GitLab's Markdown.

It starts with a marker, so that a job can find and replace its earlier comment, and it stays
under GitHub's 65,536 characters: the worst findings come first, and what is cut is said.
"""

from __future__ import annotations

from collections.abc import Iterable

from recoverable.model.finding import Confidence, Finding, Severity
from recoverable.report.excerpt import Excerpts
from recoverable.report.groups import Group, grouped
from recoverable.report.markdown_text import code, escaped, escaped_html, fenced
from recoverable.report.result import Counts, Result, environments, plural, sentence, summary, worst_first
from recoverable.report.words import clean_lines, clip, environment, excuse, harmless, label, near, place, wanted

MARKER = "<!-- recoverable -->"
LIMIT = 65_000
_FIELD = 600
_ROWS = 8_000


def render(result: Result) -> str:
    """The whole comment."""
    excerpts = Excerpts()
    heads = [
        MARKER,
        f"### Backup standard: {escaped(sentence(result).replace(': ', ', ', 1))}",
        _summary(result),
        _environments(result),
    ]
    tails = [part for part in (_suppressed(result), _problems(result)) if part]
    tails.append(f"<sub>Judged by {code(_short(near(result.standard_source)))}, recoverable {escaped(result.tool_version)}</sub>")
    parts = [part for part in heads if part]
    room = LIMIT - sum(_size(part) for part in parts + tails) - 400
    groups = grouped(worst_first(result))
    shown = 0
    for group in groups:
        block = _finding(group, excerpts)
        room -= _size(block)
        if room < 0:
            break
        parts.append(block)
        shown += 1
    missing = sum(len(group.findings) for group in groups[shown:])
    if missing:
        parts.append(
            f"**{plural(missing, 'more finding')} (fails, unknowns or errors) not shown: a comment holds 65,536 "
            "characters. The worst are above; the other reports of this run list all.**"
        )
    return "\n\n".join([*parts, *tails]) + "\n"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "backslashreplace")) + 2


def _summary(result: Result) -> str:
    return f"{escaped(summary(result))}"


_COLUMNS = ("Judged", *(severity.value.capitalize() for severity in Severity), "Unknown", "Error", "Suppressed", "Pass")


def _environments(result: Result) -> str:
    split = environments(result)
    if not split:
        return ""
    head = [f"| Environment | {' | '.join(_COLUMNS)} |", f"| :-- |{' --: |' * len(_COLUMNS)}"]
    rows = []
    for one in split:
        name = code(clip(one.name, 80)) if one.name else "*none*"
        rows.append(f"| {name} | {' | '.join(_numbers(one.judged, one.counts))} |")
    shown = _fitting(rows)
    more = f"\n\n{plural(len(rows) - len(shown), 'more environment')}, not in this table." if len(rows) > len(shown) else ""
    return "\n".join([*head, *shown]) + more


def _fitting(lines: Iterable[str]) -> list[str]:
    """As many lines as fit the room of a table or list."""
    room, fitting = _ROWS, []
    for line in lines:
        room -= _size(line)
        if room < 0:
            break
        fitting.append(line)
    return fitting


def _bullets(lines: list[str]) -> list[str]:
    shown = _fitting(lines)
    return [*shown, f"- and {len(lines) - len(shown)} more"] if len(shown) < len(lines) else shown


def _numbers(judged: int, total: Counts) -> list[str]:
    numbers = [*total.severities.values(), total.unknowns, total.errors]
    shown = [f"**{number}**" if number else "0" for number in numbers]
    return [str(judged), *shown, str(total.suppressed), str(total.passes)]


def _finding(group: Group, excerpts: Excerpts) -> str:
    found = group.first
    more = f" and {plural(len(group.others), 'more instance')}" if group.others else ""
    title = f"<b>{label(found)}</b> {escaped_html(found.name)}: <code>{escaped_html(_short(found.address))}</code>{more}"
    parts = [f"<details>\n<summary>{title}</summary>", f"{escaped(_short(found.message))} ({escaped(found.rule)})"]
    parts += ["\n".join(_facts(group))]
    lines = excerpts.around(found.file, found.line, 0)
    if lines:
        parts.append(fenced(harmless(lines[0][1].strip()), "hcl"))
    if found.fix:
        parts.append("**Fix:**\n" + fenced("\n".join(clean_lines(clip(found.fix, 2000)))))
    return "\n\n".join([*parts, "</details>"])


def _facts(group: Group) -> list[str]:
    found = group.first
    facts = [
        ("Where", code(_short(place(found))) if found.file else ""),
        ("Found", escaped(_short(found.found))),
        ("Wanted", escaped(_short(wanted(found)))),
        ("Environment", escaped(_short(environment(found)))),
        ("Confidence", "" if found.confidence is Confidence.HIGH else found.confidence.value),
    ]
    lines = [f"- {name}: {text}" for name, text in facts if text]
    if group.others:
        named = ", ".join(code(_short(address)) for address in group.others[:10])
        more = f" and {len(group.others) - 10} more" if len(group.others) > 10 else ""
        lines.append(f"- Also: {named}{more}")
    return lines


def _suppressed(result: Result) -> str:
    found = [one for one in result.findings if one.suppressed]
    if not found:
        return ""
    return _fold(f"{len(found)} suppressed", _bullets([_suppressed_line(one) for one in found]))


def _suppressed_line(found: Finding) -> str:
    why = escaped(_short(excuse(found.suppressed))) if found.suppressed else ""
    return f"- {label(found)} {escaped(found.name)} {code(_short(found.address))}: {why}"


def _problems(result: Result) -> str:
    lines = []
    for problem in result.problems:
        where = f" {code(_short(str(problem.where)))}" if problem.where else ""
        lines.append(f"- **{escaped(problem.kind)}**{where}: {escaped(_short(problem.message))}")
    return _fold(f"{plural(len(lines), 'note')} on the input", _bullets(lines)) if lines else ""


def _fold(title: str, lines: list[str]) -> str:
    return "\n\n".join([f"<details>\n<summary>{escaped_html(title)}</summary>", "\n".join(lines), "</details>"])


def _short(text: str) -> str:
    return clip(text, _FIELD)
