"""The same verdict through previews that the real Pulumi engine made (see recordings/, ``make record``)."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from recoverable.clouds.build import wanted
from recoverable.model.finding import Finding, Verdict
from recoverable.readers.pulumi.preview_reader import read_preview
from recoverable.rules.registry.rule import Example, Rule
from tests.parity.batches import cases, examples_document
from tests.standins.pulumi.record import digest
from tests.standins.pulumi.split import previews
from tests.support.judging import judge_document

RECORDINGS = Path(__file__).parent / "recordings"
STEADY, CHANGING = cases("preview", changes=False), cases("preview", changes=True)
LEFT_OUT = json.loads((Path(__file__).parent / "left_out.json").read_text())


@cache
def recorded(name: str) -> dict[str, dict[str, Any]]:
    """One preview per example, split from what the engine printed for all of them."""
    return previews(json.loads((RECORDINGS / name).read_text(encoding="utf-8")))


def test_every_example_is_recorded_as_it_is_today_or_left_out_with_a_reason() -> None:
    manifest = json.loads((RECORDINGS / "manifest.json").read_text())["examples"]
    texts = {item["id"]: item for item in json.loads(examples_document("preview"))}

    stale = {name for name, item in texts.items() if name not in LEFT_OUT and manifest.get(name) != digest(item)}

    assert not stale, "run make record"
    assert LEFT_OUT.keys() <= texts.keys()


@pytest.mark.parametrize(("name", "rule", "example"), [pytest.param(*case, id=case[0]) for case in STEADY if case[0] not in LEFT_OUT])
def test_a_preview_gets_the_verdict_of_the_code(name: str, rule: Rule, example: Example) -> None:
    answers = judged(recorded("previews.json")[name], name, rule, example)

    assert {item.verdict for item in answers} == {example.verdict}, told(answers)


@pytest.mark.parametrize("recording", ["changes.json", "changes-sames.json"])
@pytest.mark.parametrize(("name", "rule", "example"), [pytest.param(*case, id=case[0]) for case in CHANGING if case[0] not in LEFT_OUT])
def test_a_preview_that_changes_things_gets_its_verdict(name: str, rule: Rule, example: Example, recording: str) -> None:
    """With unchanged resources and without: what is hidden must not turn a fail into a pass."""
    document = recorded(recording).get(name)
    if document and recording == "changes.json":
        # The engine counts what it hides; the split counts only what is shown.
        same = recorded("changes-sames.json")[name]["changeSummary"].get("same", 0)
        document = {**document, "changeSummary": {**document["changeSummary"], "same": same}}
    answers = judged(document, name, rule, example) if document else []

    found = {item.verdict for item in answers}
    if recording == "changes.json" and not answers:
        # The subject itself is hidden: then something else has to carry the fail, and a pass needs nothing.
        everything = judged(document, name, rule, replace(example, subject="")) if document else []
        found = {item.verdict for item in everything} | ({example.verdict} if example.verdict is Verdict.PASS else set())
    assert example.verdict in found, told(answers)


def judged(document: dict[str, Any], name: str, rule: Rule, example: Example) -> list[Finding]:
    """The rule's findings about the example's subject, which a URN names by type and name."""
    reading = read_preview(document, "preview.json", wanted)
    with tempfile.TemporaryDirectory() as folder:
        findings = judge_document(document, "preview.json", Path(folder), example, code=False)
    aliases = {f"{raw.type}.{raw.name.removeprefix(name + '.')}": raw.address for raw in [*reading.resources, *(reading.before or ())]}
    known = max((alias for alias in aliases if example.subject.startswith(alias)), key=len, default="")
    subject = aliases[known] + example.subject.removeprefix(known) if known else example.subject
    return [item for item in findings if item.rule == rule.id and (not example.subject or item.address == subject)]


def told(answers: list[Finding]) -> list[tuple[str, str, str]]:
    return [(item.address, item.verdict.value, item.message) for item in answers]
