"""Conversions by name, and the marks that mean nothing to us.

``issensitive`` and ``ephemeralasnull`` are left out: the values here do not carry those marks,
so the evaluator calls their answers unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recoverable.readers.hcl.functions_signature import Param, Table
from recoverable.readers.hcl.hcl_types import ANY, BOOL, NUMBER, STRING, HclType, convert, list_of, map_of, set_of

TABLE = Table()


def _conversion(wanted: HclType) -> Callable[[Any], Any]:
    return lambda value: convert(value, wanted)


for _name, _type in {
    "tostring": STRING,
    "tonumber": NUMBER,
    "tobool": BOOL,
    "tolist": list_of(ANY),
    "toset": set_of(ANY),
    "tomap": map_of(ANY),
}.items():
    TABLE.add(_name, Param(ANY, nullable=True), unknown_aware=True)(_conversion(_type))


@TABLE.add("sensitive", Param(ANY, nullable=True), unknown_aware=True)
def _sensitive(value: Any) -> Any:
    return value


@TABLE.add("nonsensitive", Param(ANY, nullable=True), unknown_aware=True)
def _nonsensitive(value: Any) -> Any:
    return value
