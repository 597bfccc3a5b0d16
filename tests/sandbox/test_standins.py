"""The laptop cloud says what it is."""

from __future__ import annotations

from pathlib import Path

from recoverable.sandbox import standins

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_page_of_answers_is_what_the_code_says() -> None:
    """Write it anew with `python -m recoverable.sandbox.standins > docs/sandbox-answers.md`."""
    assert (DOCS / "sandbox-answers.md").read_text(encoding="utf-8") == standins.page()


def test_the_documentation_says_that_these_are_stand_ins() -> None:
    text = " ".join((DOCS / "sandbox.md").read_text(encoding="utf-8").split())
    assert all(sentence in text for sentence in standins.NOTICE)


def test_what_is_wholly_ours_is_told_from_what_moto_answers() -> None:
    answers = standins.answers_of_ours()
    assert answers["backup"]["CreateRestoreTestingPlan"] == "moto has no such call"
    assert answers["rds"]["CreateDBInstance"] != "moto has no such call"
