"""``aws_iam_policy_document``: the JSON text that the AWS provider makes of its blocks."""

from __future__ import annotations

import json
from typing import Any

# In the provider's own order of keys.
_LISTS = (
    ("actions", "Action"), ("not_actions", "NotAction"), ("resources", "Resource"), ("not_resources", "NotResource"),
)  # fmt: skip


def policy_text(attrs: dict[str, Any], minified: bool = False) -> str | None:
    """The policy document; None when a document it builds upon is no JSON."""
    statements: list[dict[str, Any]] = []
    identity = attrs.get("policy_id", "")
    version = attrs.get("version", "2012-10-17")
    try:
        for source in attrs.get("source_policy_documents", []):
            document = json.loads(source) if source else {}
            identity = document.get("Id", identity)
            statements += _listed(document.get("Statement", []))
        for block in attrs.get("statement", []):
            _put(statements, _statement(block))
        for source in attrs.get("override_policy_documents", []):
            for statement in _listed((json.loads(source) if source else {}).get("Statement", [])):
                _put(statements, statement)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return None
    document = {"Version": version} | ({"Id": identity} if identity else {}) | {"Statement": statements}
    return json.dumps(document, separators=(",", ":")) if minified else json.dumps(document, indent=2)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _put(statements: list[dict[str, Any]], statement: dict[str, Any]) -> None:
    """Add a statement; one with the same Sid is replaced."""
    sid = statement.get("Sid")
    for index, present in enumerate(statements):
        if sid and present.get("Sid") == sid:
            statements[index] = statement
            return
    statements.append(statement)


def _statement(block: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"Sid": block["sid"]} if block.get("sid") else {}
    found["Effect"] = block.get("effect", "Allow")
    for name, key in _LISTS:
        if block.get(name):
            found[key] = _one_or_many(block[name])
    for name, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if block.get(name):
            found[key] = _principals(block[name])
    conditions: dict[str, dict[str, Any]] = {}
    for condition in block.get("condition", []):
        conditions.setdefault(condition["test"], {})[condition["variable"]] = _in_order(condition.get("values", []))
    if conditions:
        found["Condition"] = conditions
    return found


def _one_or_many(values: list[Any]) -> Any:
    ordered = sorted({str(value) for value in values}, reverse=True)
    return ordered[0] if len(ordered) == 1 else ordered


def _in_order(values: list[Any]) -> Any:
    return str(values[0]) if len(values) == 1 else [str(value) for value in values]


def _principals(blocks: list[dict[str, Any]]) -> Any:
    found: dict[str, list[str]] = {}
    for block in blocks:
        found.setdefault(block["type"], []).extend(str(item) for item in block.get("identifiers", []))
    if found == {"*": ["*"]}:
        return "*"
    return {kind: _one_or_many(list(values)) for kind, values in found.items()}
