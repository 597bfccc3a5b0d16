"""One self-contained page: no script, no request, readable on a phone, on paper and in the dark.

The page forbids itself scripts and requests (its content security policy), so that a hostile
name in the input could do nothing even if an escape were missed.
"""

from __future__ import annotations

from collections import Counter

from recoverable.model.finding import Finding, Severity, Verdict
from recoverable.report.excerpt import Excerpts
from recoverable.report.groups import Group, grouped
from recoverable.report.html_elements import Markup, element
from recoverable.report.html_matrix import matrix
from recoverable.report.html_parts import (
    MOST_LINES,
    TONES,
    page_boxes,
    page_columns,
    page_environment_name,
    page_facts,
    page_fix,
    page_links,
    page_more,
    page_number,
    page_scroller,
    page_why,
)
from recoverable.report.html_style import style
from recoverable.report.result import (
    Result,
    counts,
    environments,
    plural,
    sentence,
    summary,
    worst_first,
)
from recoverable.report.words import excuse, label, near, place

MOST_CARDS = 1000

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def render(result: Result) -> str:
    """The whole page."""
    return _Page(result).draw()


class _Page:
    def __init__(self, result: Result) -> None:
        self.result = result
        self.total = counts(result)
        self.excerpts = Excerpts()
        self.groups = grouped(worst_first(result))
        self.environments = environments(result)
        self.names = {one.name: f"env-{at}" for at, one in enumerate(self.environments)}
        self.anchors: dict[int, str] = {}
        for at, group in enumerate(self.groups[:MOST_CARDS], start=1):
            self.anchors.update((id(found), f"finding-{at}") for found in group.findings)
        used = {found.rule: result.rule(found) for found in result.findings}
        self.rules = [used[rule] for rule in sorted(used)]
        undecided = Counter(found.rule for group in self.groups for found in group.findings)
        # The first columns are all that a phone shows: those with most to do come first.
        self.columns = sorted(self.rules, key=lambda rule: (-undecided[rule.id], rule.id))

    def draw(self) -> str:
        state = sentence(self.result)
        head = element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
            element("meta", name="color-scheme", content="light dark"),
            element("meta", name="generator", content=f"recoverable {self.result.tool_version}".strip()),
            element("title", f"recoverable: {state}"),
            element("style", Markup(style(self.filter_rules()))),
        )
        sections = (
            self.tiles(),
            self.per_environment(),
            matrix(self.result, self.columns, self.anchors),
            self.findings(),
            self.suppressed(),
            self.problems(),
            self.rule_list(),
        )
        body = element(
            "body",
            element("a", "Skip to the findings", class_="skip", href="#findings"),
            self.header(),
            element("main", *sections, class_="wrap"),
            self.footer(),
        )
        page = element("html", head, Markup("\n"), body, lang="en")
        return f"<!doctype html>\n{page}\n"

    def header(self) -> Markup:
        word, _, rest = sentence(self.result).partition(": ")
        tone = {0: "pass", 1: "critical"}.get(self.result.exit_code, "unknown")
        said = f"{rest[:1].upper()}{rest[1:]}"
        kinds = ", ".join(f"{near(path)} ({kind})" for kind, path in self.result.inputs[:4])
        more = f" and {len(self.result.inputs) - 4} more" if len(self.result.inputs) > 4 else ""
        return element(
            "header",
            element(
                "div",
                element("p", "recoverable \u00b7 backup standard report", class_="brand"),
                element("h1", element("span", word[:1].upper() + word[1:], class_=f"state {tone}"), " ", said),
                element("p", summary(self.result), class_="muted"),
                element("p", f"Judged: {kinds}{more}", class_="muted small") if kinds else None,
                class_="wrap",
            ),
        )

    def tiles(self) -> Markup:
        total = self.total
        numbers: list[tuple[str, int]] = [(severity.value, total.severities[severity]) for severity in Severity]
        numbers += [("unknown", total.unknowns), ("error", total.errors)]
        numbers += [("suppressed", total.suppressed), ("pass", total.passes)]
        tiles = [
            element(
                "div",
                element("dt", name.capitalize()),
                element("dd", element("span", str(number), class_=f"state {name}") if number else "0"),
                class_="tile" if number else "tile zero",
            )
            for name, number in numbers
        ]
        return element(
            "section",
            element("h2", "At a glance", class_="hidden"),
            element("dl", *tiles, class_="tiles"),
        )

    def per_environment(self) -> Markup | None:
        if not self.environments:
            return None
        table = [page_columns(one) for one in self.environments]
        # A column of zeros tells less than the room it takes on a phone; the tiles above name them all.
        shown = [name for name in table[0] if any(row[name] for row in table)]
        head = element(
            "tr",
            element("th", "Environment", scope="col"),
            *(element("th", name, scope="col", class_="num") for name in shown),
        )
        rows = [
            element("tr", page_environment_name(one), *(page_number(row[name]) for name in shown))
            for one, row in zip(self.environments, table, strict=True)
        ]
        drawn = element(
            "table",
            element("caption", "Answers per environment", class_="hidden"),
            element("thead", head),
            element("tbody", *rows),
        )
        return element("section", element("h2", "Environments"), page_scroller(drawn, "Environments"))

    def filter_rules(self) -> str:
        names = [*self.tones(), *(name for name in self.names.values())]
        return "".join(f"main:has(#show-{name}:not(:checked)) .card.{name}{{display:none}}" for name in names)

    def tones(self) -> list[str]:
        present = {label(group.first) for group in self.groups}
        return [tone for tone in TONES if tone in present]

    def filters(self) -> Markup | None:
        present = {found.environment for group in self.groups for found in group.findings[:1]}
        severities = [(tone, tone) for tone in self.tones()]
        places = [(self.names[one.name], one.name or "none") for one in self.environments if one.name in present]
        sets = [page_boxes(name, boxes) for name, boxes in (("Severity", severities), ("Environment", places)) if len(boxes) > 1]
        return element("div", *sets, class_="filters") if sets else None

    def findings(self) -> Markup:
        title = element("h2", "Findings and what was not decided")
        if not self.groups:
            return element(
                "section",
                title,
                element("p", "Nothing was found, and nothing was left undecided.", class_="good"),
                id="findings",
            )
        cards = [self.card(group, at) for at, group in enumerate(self.groups[:MOST_CARDS], start=1)]
        missing = sum(len(group.findings) for group in self.groups[MOST_CARDS:])
        note = None
        if missing:
            note = element("p", f"{plural(missing, 'more finding')} not shown here; the JSON report has all.", class_="muted")
        return element("section", title, self.filters(), *cards, note, id="findings")

    def card(self, group: Group, at: int) -> Markup:
        found = group.first
        rule = self.result.rule(found)
        tone = label(found)
        badge = tone if found.verdict is Verdict.FAIL else f"{tone} \u00b7 {found.severity.value} if it fails"
        header = element(
            "header",
            element("span", "rule crashed" if tone == "error" else badge, class_="badge"),
            element("a", f"{found.name} {found.rule}", href=f"#rule-{found.rule}", class_="small"),
        )
        return element(
            "article",
            header,
            element("h3", found.message),
            element("p", element("code", place(found)), element("code", found.address), class_="where"),
            self.instances(group),
            page_facts(found),
            self.code(found),
            page_fix(found.fix),
            page_why(rule),
            id=f"finding-{at}",
            class_=f"card {tone} {self.names[found.environment]}",
        )

    def instances(self, group: Group) -> Markup | None:
        if not group.others:
            return None
        shown = [element("li", element("code", address)) for address in group.others[:MOST_LINES]]
        if len(group.others) > MOST_LINES:
            shown.append(element("li", f"and {len(group.others) - MOST_LINES} more"))
        said = f"and {plural(len(group.others), 'more instance')}"
        return element("details", element("summary", said), element("ul", *shown))

    def code(self, found: Finding) -> Markup | None:
        lines = self.excerpts.around(found.file, found.line)
        if not any(line.strip() for _, line in lines):
            return None
        shown = [
            element("span", element("i", str(number)), line or " ", class_="here" if number == found.line else None)
            for number, line in lines
        ]
        return element("pre", *shown, class_="code", tabindex=0, role="region", aria_label=f"Code at {place(found)}")

    def suppressed(self) -> Markup | None:
        found = [one for one in self.result.findings if one.suppressed]
        if not found:
            return None
        lines = [
            element(
                "li",
                element("span", label(one), class_=f"badge {label(one)}"),
                " ",
                f"{one.name} {one.rule} ",
                element("code", one.address),
                element("div", excuse(one.suppressed) if one.suppressed else None, class_="muted small"),
            )
            for one in found[:MOST_LINES]
        ]
        return element("section", element("h2", "Suppressed"), element("ul", *lines, *page_more(found), class_="list"))

    def problems(self) -> Markup | None:
        if not self.result.problems:
            return None
        tones = {"error": "error", "missing-module": "unknown"}
        lines = [
            element(
                "li",
                element("span", problem.kind, class_=f"badge {tones.get(problem.kind, 'advice')}"),
                " ",
                problem.message,
                element("div", element("code", f"{problem.where}  {problem.address}".strip()), class_="muted small")
                if problem.where
                else None,
            )
            for problem in self.result.problems[:MOST_LINES]
        ]
        title = element("h2", "Notes on the input")
        return element("section", title, element("ul", *lines, *page_more(self.result.problems), class_="list"))

    def rule_list(self) -> Markup | None:
        if not self.rules:
            return None
        folds = [
            element(
                "details",
                element("summary", element("code", rule.id), f" {rule.name}: {rule.title}"),
                element("p", rule.why) if rule.why else None,
                page_links(rule),
                class_="fold",
                id=f"rule-{rule.id}",
            )
            for rule in self.rules
        ]
        return element("section", element("h2", "Rules that answered"), *folds, class_="rules")

    def footer(self) -> Markup:
        result = self.result
        said = [
            f"recoverable {result.tool_version}".strip(),
            f"standard {near(result.standard_source)}",
            f"fails at or above {result.fail_on.value}{', unknowns fail' if result.strict else ''}",
            plural(result.resources, "resource"),
            plural(result.files, "file"),
        ]
        return element("footer", element("p", " \u00b7 ".join(said)), class_="wrap")
