"""Findings that say the same thing about several instances of one resource are shown once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recoverable.model.finding import Finding


@dataclass(slots=True)
class Group:
    """Findings that differ in nothing but their address."""

    findings: list[Finding]

    @property
    def first(self) -> Finding:
        """The finding that stands for all."""
        return self.findings[0]

    @property
    def others(self) -> list[str]:
        """The addresses of the rest."""
        return [found.address for found in self.findings[1:]]


def grouped(findings: Iterable[Finding]) -> list[Group]:
    """Group instances of ``count`` and ``for_each``; each group stands where its first finding stood."""
    groups: dict[object, Group] = {}
    for found in findings:
        key = (
            (found.file, found.line, found.rule, found.verdict, found.severity, found.confidence),
            (found.found, found.wanted, found.environment, found.environment_source, found.standard, found.source),
            (_without(found.message, found.address), _without(found.fix, found.address), found.suppressed),
        )
        group = groups.get(key)
        if group is None:
            groups[key] = Group([found])
        else:
            group.findings.append(found)
    return list(groups.values())


def _without(text: str, address: str) -> str:
    return text.replace(address, "\0") if address else text
