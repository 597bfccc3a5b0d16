"""The matrix of the HTML page: stores against rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recoverable.model.finding import Finding
from recoverable.report.html_elements import Markup, element
from recoverable.report.html_parts import LETTERS, TONES, page_address, page_rank, page_scroller, page_tone
from recoverable.report.result import Result, RuleInfo

MOST_ROWS = 300


def matrix(result: Result, columns: Sequence[RuleInfo], anchors: Mapping[int, str]) -> Markup | None:
    """Every store against every rule, the worst first; ``anchors`` lead from a cell to its finding."""
    rows: dict[tuple[str, str], dict[str, Finding]] = {}
    for found in result.findings:
        cells = rows.setdefault((found.source, found.address), {})
        if found.rule not in cells or page_rank(found) < page_rank(cells[found.rule]):
            cells[found.rule] = found
    if not rows:
        return None
    ordered = sorted(rows, key=lambda key: (min(page_rank(found) for found in rows[key].values()), key))
    head = element(
        "tr",
        element("th", "Store", scope="col"),
        *(
            element(
                "th",
                element("a", rule.name, href=f"#rule-{rule.id}", title=f"{rule.id}: {rule.title}"),
                scope="col",
            )
            for rule in columns
        ),
    )
    body = [_row(address, rows[source, address], columns, anchors) for source, address in ordered[:MOST_ROWS]]
    table = element(
        "table",
        element("caption", "Every store against every rule", class_="hidden"),
        element("thead", head),
        element("tbody", *body),
    )
    note = None
    if len(ordered) > MOST_ROWS:
        note = element("p", f"The worst {MOST_ROWS} of {len(ordered)} rows; the JSON report has all.", class_="muted small")
    return element(
        "section",
        element("h2", "Stores against rules"),
        page_scroller(table, "Stores against rules", "matrix"),
        _legend(result),
        note,
    )


def _row(address: str, cells: dict[str, Finding], columns: Sequence[RuleInfo], anchors: Mapping[int, str]) -> Markup:
    one = next(iter(cells.values()))
    facts = " \u00b7 ".join(part for part in (one.kind, one.environment) if part)
    name = element(
        "div",
        element("code", page_address(address or "the run as a whole")),
        element("div", facts, class_="muted small") if facts else None,
        class_="name",
    )
    head = element("th", name, scope="row")
    return element("tr", head, *(_cell(cells.get(rule.id), anchors) for rule in columns))


def _cell(found: Finding | None, anchors: Mapping[int, str]) -> Markup:
    if found is None:
        return Markup("<td></td>")
    tone = page_tone(found)
    anchor = anchors.get(id(found))
    if tone == "pass":
        return Markup(f'<td><span class="cell pass">{LETTERS["pass"]}</span></td>')
    hidden = element("span", f" {tone}: {found.name}", class_="hidden")
    name = "a" if anchor else "span"
    href = f"#{anchor}" if anchor else None
    return element("td", element(name, LETTERS[tone], hidden, href=href, class_=f"cell {tone}", title=found.message))


def _legend(result: Result) -> Markup:
    tones = {page_tone(found) for found in result.findings}
    said = [element("li", element("span", LETTERS[tone], class_=f"cell {tone}"), tone) for tone in TONES if tone in tones]
    return element("ul", *said, element("li", "empty: the rule does not ask this store"), class_="legend")
