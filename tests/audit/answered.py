"""A region whose answers are given, for what the readers make of single answers that no seeded account gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recoverable.audit.asking import Listed, Region
from recoverable.model.values import Unknown


class Answered(Region):
    """A region whose answers are given: an object for one call, a list of entries for a list, and maybe a gap at its end."""

    def __init__(self, answers: dict[str, Any], gap: Unknown | None = None) -> None:
        super().__init__("123456789012", "eu-west-1", "aws", None)
        self.answers, self.gap = answers, gap

    def one(self, service: str, operation: str, about: str = "", **words: Any) -> Any:
        return self.answers.get(operation)

    def pages(self, service: str, operation: str, key: str, about: str = "", **words: Any) -> Listed:
        return Listed(self.answers.get(operation, []), self.gap)

    def each(self, service: str, operation: str, key: str, take: Callable[[Any], object], about: str = "", **words: Any) -> Unknown | None:
        for entry in self.answers.get(operation, []):
            take(entry)
        return self.gap
