"""The rules about the gate itself: asked once per run, after everything else."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from recoverable.enforce.crashes import crashed
from recoverable.enforce.engine import Evaluation
from recoverable.enforce.waivers import Waivers
from recoverable.model.estate import Store
from recoverable.model.finding import Finding
from recoverable.model.run import Run
from recoverable.model.values import Location
from recoverable.rules.registry.rule import LoadedRule
from recoverable.standard.load import Standard, stale_review


@dataclass(slots=True)
class Before:
    """What was seen of stores that were judged before, and are not there any more: addresses without an environment, or without an owner."""

    not_found: set[str] = field(default_factory=set)
    without_owner: set[str] = field(default_factory=set)

    def take(self, standard: Standard, evaluation: Evaluation, stores: Collection[Store]) -> None:
        """Keep what the rules about a run ask of some stores."""
        self.without_owner.update(_unowned(standard, evaluation, stores))
        self.not_found.update(evaluation.not_found)


def gate_findings(
    standard: Standard,
    evaluations: Sequence[Evaluation],
    waivers: Waivers,
    rules: Sequence[LoadedRule],
    today: datetime.date,
    *,
    partial: bool,
    before: Before | None = None,
) -> Iterator[Finding]:
    """Findings about waivers, environments, owners and modules that were not read.

    ``partial`` is true where only a part of the input is judged: unused waivers are then no finding. ``before`` are stores of parts that
    were judged before this one.
    """
    seen = before or Before()
    # Asks for the environment of every store, also of those no rule was asked of.
    without_owner = sorted(seen.without_owner.union(*(_unowned(standard, item, item.estate.stores) for item in evaluations)))
    run = Run(
        today=today,
        judges_unused=not partial and len(rules) > 1,
        not_found=sorted(seen.not_found.union(*(item.not_found for item in evaluations))),
        require_environment=standard.require_environment,
        stale_review=stale_review(standard, today) or "",
        reviewed_where=_place(standard.reviewed_where),
        missing_modules=sorted(
            {problem for item in evaluations for problem in item.estate.missing_modules}, key=lambda item: (str(item.where), item.address)
        ),
        without_owner=without_owner,
    )
    source = evaluations[0].estate.source if evaluations else ""
    asked = [item for item in rules if item.rule.applies_to is Run]
    yield from waivers.apply(answer for item in asked if not _about_waivers(item) for answer in _ask(item, run, source))
    # Only now is it known which waivers were of use.
    run.waivers = waivers.uses()
    for item in asked:
        if _about_waivers(item):
            yield from _ask(item, run, source)


def _about_waivers(item: LoadedRule) -> bool:
    return item.rule.name.startswith("waiver-")


def _ask(item: LoadedRule, run: Run, source: str) -> Iterator[Finding]:
    try:
        answers = list(item.check(run, None))  # type: ignore[arg-type]  # rules about the run need no context
    except Exception as error:
        answers = [crashed(f"rule {item.rule.id}", error)]
    for answer in answers:
        yield Finding(
            item.rule.id,
            item.rule.name,
            answer.verdict,
            answer.severity or item.rule.severity,
            answer.confidence,
            answer.address,
            answer.message,
            answer.found,
            answer.wanted,
            answer.fix,
            answer.where,
            kind="gate",
            source=source,
        )


def _unowned(standard: Standard, evaluation: Evaluation, stores: Collection[Store]) -> Iterator[str]:
    """Stores of production that nobody owns."""
    for store in stores:
        if store.role not in ("primary", "clone") or store.tags_unknown:
            continue
        demands = evaluation.demands_of(store)
        if (demands.environment == "strictest" or standard.is_prod_like(demands.environment)) and not demands.owner.value:
            yield store.address


def _place(text: str) -> Location | None:
    """``recoverable.toml:3`` as a location."""
    file, _, line = text.rpartition(":")
    return Location(file, int(line)) if line.isdigit() else None
