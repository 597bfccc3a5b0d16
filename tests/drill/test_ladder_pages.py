"""The pages about the ladder say what the rungs, the record and the bench say."""

from __future__ import annotations

import json
import re
from pathlib import Path

from recoverable.drill.ladder import all_rungs
from recoverable.report.drill_ladder_page import ELSEWHERE, catalogue_page, ladder_page

ROOT = Path(__file__).parents[2]
RECORD = json.loads((ROOT / "docs" / "drill-catalogue.json").read_text())
BENCH = (ROOT / "docs" / "drill-rungs-bench.md").read_text()


def test_every_rung_and_what_it_costs_is_on_the_page() -> None:
    text = ladder_page(each.rung for each in all_rungs())

    for each in all_rungs():
        assert f"| `{each.rung.name}` | {each.rung.depth.value} |" in text
    assert len(re.findall(r"^\| (quick|standard|deep) \| \d+ \|", text, re.MULTILINE)) == 3


def test_the_costs_of_rungs_are_those_that_were_measured_on_a_gigabyte() -> None:
    size = re.search(r"([\d.]+) GB in", BENCH)
    assert size
    assert float(size[1]) >= 1
    measured = {name: float(rate) for name, rate in re.findall(r"^\| `([\w-]+)` \|(?:[^|]*\|){3} ([\d.]+) \|", BENCH, re.MULTILINE)}
    for each in all_rungs():
        found = measured.get(each.rung.name, 0.0)
        assert abs(each.rung.seconds_per_gb - found) <= max(0.1, found * 0.2), each.rung.name


def test_each_row_of_the_catalogue_is_tested_or_named_with_its_reason() -> None:
    rows = {each["row"] for each in RECORD["injections"].values()}

    assert rows | set(ELSEWHERE) == set(range(1, 31))
    assert "not tested" not in catalogue_page(RECORD)


def test_every_rung_that_is_there_for_a_row_has_caught_something_or_shares_the_row() -> None:
    caught = {name for each in RECORD["injections"].values() for names in each["caught_by"].values() for name in names}
    rows = {each["row"] for each in RECORD["injections"].values()}

    for each in all_rungs():
        assert set(each.rung.catches) <= rows | set(ELSEWHERE), each.rung.name
    assert len(caught & {each.rung.name for each in all_rungs()}) >= 14
