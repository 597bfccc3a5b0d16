"""A region whose answers are given, for what the readers make of single answers that no seeded account gives.

It refuses what the real one refuses: a call that is not in the table, words that the service does not take, a list that does not come in pages.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.validate import ParamValidator

from recoverable.audit.asking import Listed, Region
from recoverable.audit.calls import CALLS
from recoverable.model.values import Unknown


class Answered(Region):
    """An object for one call, a list of entries for a list, and maybe a gap at its end."""

    def __init__(self, answers: dict[str, Any], gap: Unknown | None = None) -> None:
        super().__init__("123456789012", "eu-west-1", "aws", None)
        self.answers, self.gap = answers, gap

    def one(self, service: str, operation: str, about: str = "", **words: Any) -> Any:
        _model(service, operation, words)
        return self.answers.get(operation)

    def pages(self, service: str, operation: str, key: str, about: str = "", **words: Any) -> Listed:
        _listed(service, operation, key, words)
        return Listed(self.answers.get(operation, []), self.gap)

    def each(self, service: str, operation: str, key: str, take: Callable[[Any], object], about: str = "", **words: Any) -> Unknown | None:
        _listed(service, operation, key, words)
        for entry in self.answers.get(operation, []):
            take(entry)
        return self.gap


@lru_cache(maxsize=1)
def _session() -> Any:
    return botocore.session.Session()


@lru_cache(maxsize=64)
def _service(name: str) -> tuple[Any, Any]:
    session = _session()
    return session.get_service_model(name), session.get_component("data_loader").load_service_model(name, "paginators-1")["pagination"]


def _model(service: str, operation: str, words: dict[str, Any]) -> Any:
    assert (service, operation) in CALLS
    found = _service(service)[0].operation_model(operation)
    if found.input_shape is not None:
        report = ParamValidator().validate({name: value for name, value in words.items() if name != "PaginationConfig"}, found.input_shape)
        assert not report.has_errors(), report.generate_report()
    return found


def _listed(service: str, operation: str, key: str, words: dict[str, Any]) -> None:
    found = _model(service, operation, words)
    assert operation in _service(service)[1], f"{xform_name(operation)} does not come in pages"
    assert key in found.output_shape.members
