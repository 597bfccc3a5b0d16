"""Evaluates rules over an estate against the standard. Pure: same estate, same findings.

A rule that crashes becomes an ``error`` finding: counted, shown and never a silent pass.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recoverable.enforce.crashes import crashed
from recoverable.model.estate import Estate, PlanRule, StateBackend, Subject
from recoverable.model.finding import Answer, Finding
from recoverable.model.live import LiveCopies, LiveReading
from recoverable.rules.registry.rule import Context, LoadedRule
from recoverable.standard.environment import find_environment

if TYPE_CHECKING:
    from recoverable.standard.demands import Demands
    from recoverable.standard.load import Standard


NOT_TAGGED = (StateBackend, PlanRule, LiveReading, LiveCopies)
"""What says nothing of its environment and is judged by its surroundings."""


@dataclass(frozen=True, slots=True)
class _Asking:
    """One run of the rules: what they share, and the context of every subject."""

    shared: dict[str, object]
    contexts: dict[int, Context]


class Evaluation:
    """One estate judged by a set of rules."""

    def __init__(self, estate: Estate, standard: Standard, today: datetime.date, environment: str | None = None) -> None:
        self.estate = estate
        self.standard = standard
        self.today = today
        self.flag = environment
        self.not_found: list[str] = []
        self._demands: dict[int, Demands] = {}

    def demands_of(self, subject: Subject) -> Demands:
        """The effective standard for a subject, in the environment it was found to be in."""
        known = self._demands.get(id(subject))
        if known is None:
            tags = subject.tags
            name, source = find_environment(tags, self.estate.environment_hints, self.flag, self.standard)
            known = self.standard.demands(
                environment=name, environment_source=source, kind=subject.kind, address=subject.address, tags=tags
            )
            self._demands[id(subject)] = known
            if not name and not isinstance(subject, NOT_TAGGED):
                self.not_found.append(subject.address)
        return known

    def run(self, rules: Sequence[LoadedRule]) -> Iterator[Finding]:
        """All findings, in the order of rules and subjects."""
        whole = Subject(address="", kind="")
        subjects: dict[type, list[Subject]] = {}
        asking = _Asking({}, {})
        for item in rules:
            kind = item.rule.applies_to
            if kind is Estate:
                yield from self._ask(item, self.estate, whole, asking)
                continue
            if kind not in subjects:
                subjects[kind] = self.estate.subjects(kind)
            for subject in subjects[kind]:
                yield from self._ask(item, subject, subject, asking)

    def _ask(self, item: LoadedRule, about: object, subject: Subject, asking: _Asking) -> Iterator[Finding]:
        demands: Demands | None = None
        try:
            context = asking.contexts.get(id(subject))
            if context is None:
                demands = None if about is self.estate else self.demands_of(subject)
                context = Context(self.estate, demands, self.today, self.demands_of, self.standard, asking.shared)  # type: ignore[arg-type]  # no demands for whole-estate rules
                asking.contexts[id(subject)] = context
            demands = context.demands
            answers: Iterable[Answer] = list(item.check(about, context))
        except Exception as error:
            answers = [crashed(f"rule {item.rule.id}", error)]
        for answer in answers:
            yield self._finding(item, subject, demands, answer)

    def _finding(self, item: LoadedRule, subject: Subject, demands: Demands | None, answer: Answer) -> Finding:
        rule = item.rule
        return Finding(
            rule=rule.id,
            name=rule.name,
            verdict=answer.verdict,
            severity=answer.severity or rule.severity,
            confidence=answer.confidence,
            address=answer.address or subject.address,
            message=answer.message,
            found=answer.found,
            wanted=answer.wanted,
            fix=answer.fix,
            where=answer.where or subject.where,
            environment=demands.environment if demands else "",
            environment_source=demands.environment_source if demands else "",
            standard=getattr(demands, rule.demand).source if demands and rule.demand else "",
            kind=subject.kind,
            source=self.estate.source,
        )
