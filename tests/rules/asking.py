"""What the engine asks of a rule about one example: the check's arguments, taken once and asked again and again.

So a changed check can be judged without reading the example anew.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from recoverable.clouds.build import wanted
from recoverable.model.finding import Answer, Severity, Verdict
from recoverable.model.raw import Reading
from recoverable.model.run import Run
from recoverable.readers.pulumi.preview_reader import read_preview
from recoverable.rules.registry.load import load_rules
from recoverable.rules.registry.rule import Check, Example, LoadedRule
from recoverable.standard.load import parse
from tests.standins.pulumi.split import previews
from tests.support.judging import findings_of, read_folder

RECORDINGS = Path(__file__).parent.parent / "parity" / "recordings"


@dataclass(frozen=True, slots=True)
class Question:
    """One call of a check: what it is asked about, its context, and the address of an answer that names none."""

    about: Any
    context: Any
    address: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything a rule is asked about one example; ``subject`` is the example's, in the words of its reader."""

    name: str
    example: Example
    subject: str
    questions: tuple[Question, ...]

    def answers(self, check: Check) -> list[Answer]:
        """The answers of a check about the example's subject; one that crashes answers with an error."""
        told = [(answer.address or question.address, answer) for question in self.questions for answer in ask(check, question)]
        return [answer for address, answer in told if address == self.subject or not self.subject]


def ask(check: Check, question: Question) -> Iterable[Answer]:
    """The answers to one question."""
    try:
        answers = list(check(question.about, question.context))
    except Exception as error:
        return [Answer(Verdict.ERROR, f"crashed: {type(error).__name__}")]
    return [answer if isinstance(answer, Answer) else Answer(Verdict.ERROR, "no answer") for answer in answers]


@cache
def asked(rule: str) -> tuple[Asked, ...]:
    """What a rule (by its id) is asked about each of its examples that code or a recording shows."""
    item = next(item for item in load_rules() if item.rule.id == rule)
    found = []
    for number, example in enumerate(item.rule.examples):
        name = f"{rule.lower()}_{number}"
        if not example.only or "hcl" in example.only:
            with tempfile.TemporaryDirectory() as folder:
                found.append(Asked(name, example, example.subject, _from_code(item, example, Path(folder))))
        elif "preview" in example.only and (document := _recorded("changes-sames.json" if example.before else "previews.json").get(name)):
            reading = read_preview(document, "preview.json", wanted)
            found.append(Asked(name, example, _renamed(example.subject, name, reading), _taken(item, [reading], example)))
    return tuple(found)


def severities(answers: Iterable[Answer], usual: Severity) -> set[str]:
    """How bad the fails among answers are."""
    return {(answer.severity or usual).value for answer in answers if answer.verdict is Verdict.FAIL}


def _from_code(item: LoadedRule, example: Example, folder: Path) -> tuple[Question, ...]:
    if example.code.strip():
        (folder / "main.tf").write_text(example.code, encoding="utf-8")
    for name, text in example.files:
        (folder / name).write_text(text, encoding="utf-8")
    here = Path.cwd()
    os.chdir(folder)
    try:
        return _taken(item, read_folder(folder), example)
    finally:
        os.chdir(here)


def _taken(item: LoadedRule, readings: list[Reading], example: Example) -> tuple[Question, ...]:
    """The questions of a run; a rule about the run needs what the other rules found."""
    questions: list[Question] = []

    def take(about: Any, context: Any) -> Iterable[Answer]:
        questions.append(Question(about, context, getattr(about, "address", "")))
        return ()

    taking = LoadedRule(item.rule, take)
    rules = tuple(taking if other is item else other for other in load_rules()) if item.rule.applies_to is Run else (taking,)
    findings_of(readings, rules, parse(example.standard) if example.standard else None)
    return tuple(questions)


@cache
def _recorded(name: str) -> dict[str, dict[str, Any]]:
    """One preview per example; an example that is not recorded yet is another test's matter."""
    return previews(json.loads((RECORDINGS / name).read_text(encoding="utf-8")))


def _renamed(subject: str, name: str, reading: Reading) -> str:
    """A subject in the words of a preview, where an address is a URN."""
    everything = [*reading.resources, *(reading.before or ())]
    aliases = {f"{raw.type}.{raw.name.removeprefix(name + '.')}": raw.address for raw in everything}
    known = max((alias for alias in aliases if subject.startswith(alias)), key=len, default="")
    return aliases[known] + subject.removeprefix(known) if known else subject
