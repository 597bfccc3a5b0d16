"""JSON as Terraform prints and reads it: sorted keys, no blanks, and HTML's signs escaped."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl.functions_signature import FunctionError, Param, Table, not_evaluated
from recoverable.readers.hcl.hcl_numbers import parse_number, to_text
from recoverable.readers.hcl.hcl_types import ANY, STRING
from recoverable.readers.hcl.hcl_values import has_unknown, joined, normal_text

TABLE = Table()
_LONE = re.compile("[\ud800-\udfff]")  # half of an escaped pair, which no text can hold
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


@TABLE.add("jsonencode", Param(ANY, nullable=True), unknown_aware=True)
def _jsonencode(value: Any) -> Any:
    return joined(value, not_null=True) if has_unknown(value) else json_text(value)


@TABLE.add("jsondecode", STRING, unknown_aware=True)
def _jsondecode(text: Any) -> Any:
    if isinstance(text, Unknown):
        return joined(text)
    try:
        return _normal(json.loads(text, parse_int=parse_number, parse_float=parse_number, parse_constant=_refuse))
    except RecursionError:
        return not_evaluated("jsondecode", "it is nested too deeply")
    except json.JSONDecodeError as error:
        raise FunctionError(f"jsondecode: {error}") from None


def json_text(value: Any) -> str:
    """A value that holds no unknown, as JSON."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    if isinstance(value, list):
        return "[" + ",".join(json_text(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_text(key)}:{json_text(value[key])}" for key in sorted(value)) + "}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float) and math.isinf(value):
        raise FunctionError("infinity has no JSON form")
    return to_text(value)


def _refuse(word: str) -> Any:
    raise FunctionError(f"jsondecode: {word} is no JSON")


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return normal_text(_LONE.sub("\ufffd", value))
    if isinstance(value, list):
        return [_normal(item) for item in value]
    if isinstance(value, dict):
        return {normal_text(key): _normal(item) for key, item in value.items()}
    return value
