"""What a rule is: data and one pure function. A rule file in ``rules/`` holds ``RULE`` and ``check``."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from recoverable.model.estate import Estate, Subject
from recoverable.model.finding import Answer, Severity, Verdict

if TYPE_CHECKING:
    from recoverable.standard.demands import Demands


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of Terraform that a rule is proven on, through every reader.

    ``case`` is what it shows: ``stated``, ``absent``, ``default``, ``unknown`` or ``other``.
    ``verdict`` is the rule's answer for ``subject`` (an address; "" where there is just one).
    ``before`` is what the stack was before (for rules about changes). ``standard`` is TOML laid
    over the built-in standard. ``only`` names the readers that can see it (``hcl``, ``plan``,
    ``preview``; empty: all), with the reason in ``why_only``.
    """

    code: str
    verdict: Verdict
    case: str = "stated"
    subject: str = ""
    before: str = ""
    standard: str = ""
    only: tuple[str, ...] = ()
    why_only: str = ""
    files: tuple[tuple[str, str], ...] = ()


def good(code: str, case: str = "stated", **more: Any) -> Example:
    """An example the rule passes."""
    return Example(code, Verdict.PASS, case, **more)


def bad(code: str, case: str = "stated", **more: Any) -> Example:
    """An example the rule rejects."""
    return Example(code, Verdict.FAIL, case, **more)


def unsure(code: str, case: str = "unknown", **more: Any) -> Example:
    """An example whose verdict cannot be known before apply."""
    return Example(code, Verdict.UNKNOWN, case, **more)


@dataclass(frozen=True, slots=True)
class Rule:
    """Metadata of one rule.

    ``id`` is never reused; ``name`` is the defect, so that "allow retention-too-short" reads
    right, and equals the file's name. ``applies_to`` is the class of subjects asked about, or
    :class:`~recoverable.model.estate.Estate` for a question about the whole input. ``facts`` are
    the vendor facts it rests on, as (sentence, address of the page).
    ``per_store`` is false for rules whose answers are not about one store (they stay out of the
    matrix of stores against rules). ``demand`` is the field of
    :class:`~recoverable.standard.demands.Demands` whose number the rule asks for.
    """

    id: str
    name: str
    title: str
    severity: Severity
    applies_to: type[Any]
    why: str
    facts: tuple[tuple[str, str], ...]
    examples: tuple[Example, ...]
    since: str = "0.1"
    per_store: bool = True
    demand: str = ""


@dataclass(slots=True)
class Context:
    """What a check may look at besides its subject: the estate, the demands, the day."""

    estate: Estate
    demands: Demands
    today: datetime.date
    demands_of: Callable[[Subject], Demands]
    standard: Any = None
    shared: dict[str, Any] = field(default_factory=dict)


Check = Callable[[Any, Context], Iterable[Answer]]


@dataclass(frozen=True, slots=True)
class LoadedRule:
    """A rule with its check, as the registry hands it out."""

    rule: Rule
    check: Check
