"""The drill report in every format: what it says, that it is closed in itself, and the very bytes."""

from __future__ import annotations

import importlib
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from recoverable.drill.evidence import Evidence
from recoverable.drill.proof_status import Freshness
from recoverable.drill.reports import html_report, json_report, junit_report, markdown_report, text_report
from recoverable.drill.reports.overview import Overview
from recoverable.drill.reports.records import as_drill
from recoverable.drill.verdict import Colour, DrillVerdict
from tests.drill.reports.conftest import HOSTILE, Overviews
from tests.support.drill_ledgers import DAY, NOW, drill, failed_drill

GOLDEN = Path(__file__).parent / "golden"
FORMATS = {"html": "html", "markdown": "md", "junit": "xml", "json": "json", "text": "txt"}
VOID = {"meta", "rect"}
KNOWN = {
    *("html", "head", "meta", "title", "style", "body", "a", "header", "main", "section", "footer", "div", "p", "span", "article"),
    *("h1", "h2", "h3", "h4", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td", "ul", "li", "code"),
    *("details", "summary", "figure", "figcaption", "svg", "rect", "line", "text", "polyline", "circle"),
}


def render(name: str, over: Overview) -> str:
    """The text of a format."""
    text: str = importlib.import_module(f"recoverable.drill.reports.{name}_report").render(over)
    return text


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "json"])
def test_a_year_of_drills_is_reported_as_ever(year: Overview, name: str) -> None:
    golden = GOLDEN / f"year.{FORMATS[name]}"
    said = render(name, year)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(said, encoding="utf-8")

    assert said == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FORMATS)
def test_two_reports_of_one_ledger_are_the_same(year: Overview, name: str) -> None:
    assert render(name, year) == render(name, year)


class Page(HTMLParser):
    """Every element with its attributes; the tags must be balanced."""

    def __init__(self, drawn: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(drawn)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        if tag not in VOID:
            assert self.open.pop() == tag


def test_the_page_holds_only_its_own_elements_and_asks_for_nothing(year: Overview, hostile: Overview) -> None:
    for over in (year, hostile):
        drawn = html_report.render(over)
        page = Page(drawn)
        assert {tag for tag, _ in page.elements} <= KNOWN
        assert not any(name.startswith("on") or name in ("src", "style") for _, said in page.elements for name in said)
        assert "default-src 'none'" in drawn.replace("&#x27;", "'")
        assert "url(" not in drawn
        links = {str(said["href"]) for _, said in page.elements if "href" in said}
        ids = [str(said["id"]) for _, said in page.elements if "id" in said]
        assert links <= {f"#{each}" for each in ids}
        assert len(ids) == len(set(ids))


def test_plots_can_be_heard_and_their_numbers_read(year: Overview) -> None:
    drawn = html_report.render(year)
    plots = [said for tag, said in Page(drawn).elements if tag == "svg"]

    assert len(plots) == 8  # a timeline and three trends for each of the two stores that were drilled
    assert all(said.get("role") == "img" and said.get("aria-label") for said in plots)
    assert "RPO: data loss measured, from 12 s to 46 s in 11 drills; demanded at most 15 min" in drawn
    assert "All 13 drills" in drawn


def test_a_drill_that_did_not_measure_leaves_a_gap_in_the_curve(year: Overview) -> None:
    curves = [said["points"] for tag, said in Page(html_report.render(year)).elements if tag == "polyline"]

    assert [len(str(points).split()) for points in curves[:2]] == [6, 5]


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_hostile_stays_text(hostile: Overview, name: str) -> None:
    said = render(name, hostile)

    assert "\x1b" not in said
    assert "\u202e" not in said
    if name in ("html", "markdown", "junit"):
        assert "<script>" not in said
    if name == "markdown":
        assert not re.search(r"(?<!\\)\]\(http", said)
        assert not any(line.startswith("::") for line in said.splitlines())


def test_text_fits_eighty_columns_but_for_hashes_and_commands(year: Overview) -> None:
    assert [line for line in text_report.render(year).splitlines() if len(line) > 80] == []


def test_junit_fails_where_the_drill_did_and_errs_where_it_could_not_look(year: Overview) -> None:
    root = ElementTree.fromstring(junit_report.render(year))
    cases = {(case.get("classname"), case.get("name")): [child.tag for child in case] for case in root.iter("testcase")}

    assert cases["orders", "verdict"] == ["failure"]
    assert cases["orders", "rpo"] == ["error"]
    assert cases["orders.running", "content-hashes"] == ["error"]
    assert cases["billing", "negative-control"] == ["skipped"]
    assert cases["billing", "verdict"] == ["system-out"]
    assert cases["never-drilled", "proven-within-cadence"] == ["failure"]
    assert cases["orders", "no-failure-since-the-proof"] == ["failure"]
    assert cases["billing", "no-failure-since-the-proof"] == []
    assert cases["ledger", "chain-is-whole"] == []
    assert (root.get("failures"), root.get("errors")) == ("5", "3")


def test_json_holds_every_record_as_it_stands_in_the_ledger(year: Overview) -> None:
    data = json.loads(json_report.render(year))

    assert [len(each["drills"]) for each in data["stores"]] == [13, 2, 0]
    assert data["stores"][0]["drills"][-1] == year.history.records[-1].data
    assert data["stores"][2]["status"]["status"] == Freshness.NEVER.value


def test_a_broken_ledger_is_the_headline(overviews: Overviews) -> None:
    def edit(path: Path) -> None:
        path.write_text(path.read_text().replace('"verdict":"verified"', '"verdict":"Verified"', 1))

    over = overviews([drill(), drill(ended=NOW)], "orders", spoil=edit)

    assert over.sentence()[1] == "Broken"
    assert "The ledger is broken" in html_report.render(over)
    assert "<failure" in junit_report.render(over)
    assert "**broken**" in markdown_report.render(over)
    assert "broken at ledger.jsonl:1" in text_report.render(over)


def test_an_empty_ledger_is_no_success(overviews: Overviews) -> None:
    over = overviews([], "orders")

    assert over.sentence() == ("unknown", "Nothing", "no drill was ever recorded")
    assert all(render(name, over) for name in FORMATS)


LOST = drill(ended=NOW, verdict=DrillVerdict.COULD_NOT_RUN, colour=Colour.RED)


@pytest.mark.parametrize(
    ("drills", "stores", "said"),
    [
        ([drill(), failed_drill()], ["orders"], ("critical", "Failing", "orders failed a drill and was not proven since")),
        ([failed_drill()], ["orders"], ("critical", "Not proven", "orders overdue")),
        ([drill(), LOST], ["orders"], ("medium", "Proven", "though the last drill could not run for orders")),
        ([drill(), failed_drill("gone")], ["orders"], ("pass", "Proven", "1 of 1 stores could be restored")),
        ([drill(), failed_drill()], [], ("critical", "Failing", "orders failed a drill and was not proven since")),
        ([drill(), LOST], [], ("critical", "Not proven", "orders not proven by the last drill")),
        ([failed_drill(ended=NOW - DAY * 5), drill()], [], ("pass", "Proven", "1 of 1 stores could be restored")),
    ],
)
def test_the_headline_is_critical_where_status_alarms_and_without_settings_by_the_last_drill(
    overviews: Overviews, drills: list[Evidence], stores: list[str], said: tuple[str, str, str]
) -> None:
    assert overviews(drills, *stores).sentence() == said


def test_only_a_store_without_reservation_is_simply_proven(overviews: Overviews) -> None:
    assert overviews([drill()], "orders").sentence()[:2] == ("pass", "Proven")


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"verdict": "verified", "colour": "green", "ended": "yesterday"},
        {"verdict": ["verified"], "phases": [1, {"name": None, "seconds": "x", "started": 7}], "rungs": {"a": 1}, "who": 7},
        {"verdict": "verified", "colour": "red", "ended": "2026-11-30T12:00:00+00:00"},
        {"verdict": "VERIFIED", "colour": "green", "ended": "2026-11-30T12:00:00+00:00"},
        {"verdict": "verified", "colour": "green", "ended": "2026-11-30T12:00:00"},
        {"rpo_seconds": True, "rto_first_query_seconds": -1, "verified_seconds": 1e400, "sequence": "1", "reached": {"lsn": {"x": 1}}},
    ],
)
def test_a_record_that_is_not_what_we_write_is_read_and_proves_nothing(data: dict[str, object]) -> None:
    found = as_drill(data)

    assert not found.proven
    assert (found.rpo, found.rto, found.verified_after) == (None, None, None)


def test_a_whole_record_is_read_as_it_was_written(year: Overview) -> None:
    found = year.history.records[0]

    assert (found.store, found.verdict, found.colour, found.proven) == ("orders", DrillVerdict.VERIFIED, Colour.GREEN, True)
    assert [each.name for each in found.phases][:2] == ["preflight", "provision"]
    assert found.phases[1].offset == pytest.approx(0.4, abs=0.01)


def test_the_hostile_name_is_shown_though_harmless(hostile: Overview) -> None:
    assert "&lt;script&gt;" in html_report.render(hostile)
    assert hostile.stores[0].name == HOSTILE
