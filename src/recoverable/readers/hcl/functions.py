"""Terraform's functions by name.

``FUNCTIONS`` answers for evaluated arguments or raises :class:`FunctionError`. A function that is
not here is one whose answer cannot be known before apply (``timestamp``, ``uuid``, ``bcrypt``),
that needs a key (``rsadecrypt``), or that asks for marks the values do not carry
(``issensitive``, ``ephemeralasnull``); the evaluator calls these unknown by name, and does the
lazy ``try`` and ``can`` itself. What is in ``UNKNOWN_AWARE`` takes unknown arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recoverable.readers.hcl import (
    functions_collection,
    functions_date,
    functions_encoding,
    functions_filesystem,
    functions_format,
    functions_hash,
    functions_ip,
    functions_json,
    functions_numeric,
    functions_regex,
    functions_sequence,
    functions_string,
    functions_type,
    functions_yaml,
    functions_yaml_read,
)
from recoverable.readers.hcl.functions_signature import Function, FunctionError

_TABLES = (
    functions_collection.TABLE,
    functions_date.TABLE,
    functions_encoding.TABLE,
    functions_filesystem.TABLE,
    functions_format.TABLE,
    functions_hash.TABLE,
    functions_ip.TABLE,
    functions_json.TABLE,
    functions_numeric.TABLE,
    functions_regex.TABLE,
    functions_sequence.TABLE,
    functions_string.TABLE,
    functions_type.TABLE,
    functions_yaml.TABLE,
    functions_yaml_read.TABLE,
)
SIGNATURES: dict[str, Function] = {name: function for table in _TABLES for name, function in table.functions.items()}
FUNCTIONS: dict[str, Callable[..., Any]] = dict(SIGNATURES)
UNKNOWN_AWARE: frozenset[str] = frozenset(name for name, function in SIGNATURES.items() if function.unknown_aware)

__all__ = ["FUNCTIONS", "SIGNATURES", "UNKNOWN_AWARE", "FunctionError"]
