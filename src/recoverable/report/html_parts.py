"""The small pieces of the HTML page: tones, cells, bars, facts and fixes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from recoverable.model.finding import Confidence, Finding, Severity
from recoverable.report.html_elements import Markup, element, text
from recoverable.report.result import Counts, Environment, RuleInfo
from recoverable.report.words import clean_lines, environment, label, wanted

MOST_LINES = 500
TONES = ("error", *(severity.value for severity in Severity), "unknown", "suppressed", "pass")
LETTERS = {
    "critical": "C",
    "high": "H",
    "medium": "M",
    "low": "L",
    "advice": "A",
    "unknown": "?",
    "error": "!",
    "suppressed": "S",
    "pass": "\u2713",
}


def page_tone(found: Finding) -> str:
    """The colour of a finding, and the word for it."""
    return "suppressed" if found.suppressed else label(found)


def page_columns(one: Environment) -> dict[str, int]:
    """Counts of one environment, by the heads of their columns."""
    total = one.counts
    severities = {severity.value.capitalize(): number for severity, number in total.severities.items()}
    return {
        "Judged": one.judged,
        **severities,
        "Unknown": total.unknowns,
        "Error": total.errors,
        "Suppressed": total.suppressed,
        "Pass": total.passes,
    }


def page_environment_name(one: Environment) -> Markup:
    """An environment's name, with where it was found."""
    sources = ", ".join(one.sources[:3]) + (" \u2026" if len(one.sources) > 3 else "")
    return element(
        "th",
        one.name or "no environment",
        element("div", sources, class_="muted small") if sources else None,
        page_bar(one.counts),
        scope="row",
    )


def page_address(address: str) -> Markup:
    """An address that breaks at its joints where the column is narrow."""
    return Markup(re.sub(r"(?<=[._\[/])(?=\w)", "<wbr>", text(address)))


def page_rank(found: Finding) -> int:
    """The order of findings in the matrix."""
    return TONES.index(page_tone(found))


def page_boxes(name: str, boxes: list[tuple[str, str]]) -> Markup:
    """Check boxes of one filter."""
    labels = [
        element("label", element("input", type="checkbox", id=f"show-{key}", checked=True, autocomplete="off"), word) for key, word in boxes
    ]
    return element("fieldset", element("legend", name), *labels)


def page_scroller(table: Markup, name: str, extra: str = "") -> Markup:
    """A table that scrolls in its own box."""
    return element("div", table, class_=f"box {extra}".strip(), tabindex=0, role="region", aria_label=name)


def page_number(number: int) -> Markup:
    """A number in a cell; nothing for zero."""
    return element("td", str(number), class_="num" if number else "num nil")


def page_bar(total: Counts) -> Markup | None:
    """A bar of the verdicts."""
    parts = [("error", total.errors), *((severity.value, total.severities[severity]) for severity in Severity)]
    parts += [("unknown", total.unknowns), ("suppressed", total.suppressed), ("pass", total.passes)]
    whole = sum(number for _, number in parts)
    if not whole:
        return None
    drawn, at = [], 0.0
    for tone, number in parts:
        width = 100 * number / whole
        if number:
            drawn.append(element("rect", x=f"{at:.2f}", y=0, width=f"{width:.2f}", height=4, class_=tone))
        at += width
    return element("svg", *drawn, class_="bar", viewBox="0 0 100 4", preserveAspectRatio="none", aria_hidden="true")


def page_facts(found: Finding) -> Markup | None:
    """What was found and wanted."""
    facts = [
        ("Found", found.found),
        ("Wanted", wanted(found)),
        ("Environment", environment(found)),
        ("Confidence", "" if found.confidence is Confidence.HIGH else found.confidence.value),
    ]
    shown = [element("div", element("dt", name), element("dd", said)) for name, said in facts if said]
    return element("dl", *shown, class_="facts") if shown else None


def page_fix(fix: str) -> Markup | None:
    """The change that mends it."""
    if not fix:
        return None
    lines = "\n".join(element("span", line) for line in clean_lines(fix))
    return element("div", element("h4", "Fix"), element("pre", Markup(lines)), class_="fix")


def page_why(rule: RuleInfo) -> Markup | None:
    """Why a rule asks."""
    if not rule.why and not rule.refs:
        return None
    return element(
        "details",
        element("summary", "Why it matters"),
        element("p", rule.why) if rule.why else None,
        page_links(rule),
    )


def page_links(rule: RuleInfo) -> Markup | None:
    """The pages a rule rests on."""
    links = [ref for ref in rule.refs if ref.startswith(("https://", "http://"))]
    if not links:
        return None
    return element("ul", *(element("li", element("a", ref, href=ref, rel="noreferrer")) for ref in links), class_="small")


def page_more(found: Sequence[object]) -> Iterator[Markup]:
    """What to say where a list was cut."""
    number = len(found)
    if number > MOST_LINES:
        yield element("li", f"and {number - MOST_LINES} more in the JSON report")
