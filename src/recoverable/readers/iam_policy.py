"""``aws_iam_policy_document``: the JSON text that the AWS provider makes of its blocks.

Of a document that is known in part there is a sketch: a placeholder where anything may stand, a
whole statement among them. A later document replaces the statements of the same Sid in those
before, so where one is unknown, any statement with a Sid before it is in doubt as well.
"""

from __future__ import annotations

import json
from typing import Any

from recoverable.model.sketches import HOLE, filled

# In the provider's own order of keys.
_LISTS = (
    ("actions", "Action"), ("not_actions", "NotAction"), ("resources", "Resource"), ("not_resources", "NotResource"),
)  # fmt: skip


def policy_text(attrs: dict[str, Any], minified: bool = False) -> str | None:
    """The policy document; None when a document it builds upon is no JSON."""
    document = _document(attrs)
    if document is None or minified:
        return None if document is None else json.dumps(document, separators=(",", ":"))
    return json.dumps(document, indent=2)


def policy_sketch(attrs: dict[str, Any]) -> str:
    """The policy document with placeholders for what is unknown of its blocks; "" where nothing can be said."""
    document = _document(filled(attrs))
    return "" if document is None else json.dumps(document)


def _document(attrs: dict[str, Any]) -> dict[str, Any] | None:
    identity, statements = "", []
    try:
        for source in _documents(attrs, "source_policy_documents", "source_json"):
            identity = source.get("Id", identity)
            statements += _listed(source.get("Statement", []))
        # The blocks do not replace one another: the provider refuses two of the same Sid.
        given = {id(statement) for statement in statements}
        for block in _listed(attrs.get("statement", [])):
            _put(statements, _statement(block), given)
        for source in _documents(attrs, "override_policy_documents", "override_json"):
            for statement in _listed(source.get("Statement", [])):
                _put(statements, statement)
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        return None
    identity = attrs.get("policy_id") or identity
    return {"Version": attrs.get("version", "2012-10-17")} | ({"Id": identity} if identity else {}) | {"Statement": statements}


def _documents(attrs: dict[str, Any], *names: str) -> list[dict[str, Any]]:
    """The documents of the list and of the attribute that came before it; one that is unknown is one unknown statement."""
    return [_read(text) for name in names for text in _listed(attrs.get(name) or []) if text]


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
        if not isinstance(found, dict) or any(HOLE in key for key in found):
            raise ValueError("no policy document")
    except (ValueError, TypeError, RecursionError):
        if HOLE not in text:
            raise
        return {"Statement": [HOLE]}
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _put(statements: list[Any], statement: Any, before: set[int] | None = None) -> None:
    """Add a statement; it replaces the one of the same Sid (among those ``before``), and where its own is unknown it may replace any."""
    sid = statement.get("Sid") if isinstance(statement, dict) else HOLE
    doubtful = HOLE in str(sid)
    for index, present in enumerate(statements):
        other = present.get("Sid") if isinstance(present, dict) and (before is None or id(present) in before) else None
        if sid and other == sid and not doubtful:
            statements[index] = statement
            return
        if other and (doubtful or (sid and HOLE in str(other))):
            statements[index] = HOLE
    statements.append(statement)


def _statement(block: Any) -> Any:
    if not isinstance(block, dict) or "*" in block:
        return HOLE
    found: dict[str, Any] = {"Sid": block["sid"]} if block.get("sid") else {}
    found["Effect"] = block.get("effect") or "Allow"
    for name, key in _LISTS:
        if block.get(name):
            found[key] = _one_or_many(block[name])
    for name, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        if block.get(name):
            found[key] = _principals(block[name])
    conditions = _conditions(block.get("condition", []))
    if conditions:
        found["Condition"] = conditions
    return found


def _conditions(blocks: Any) -> Any:
    if not isinstance(blocks, list):
        return blocks
    found: dict[str, Any] = {}
    for block in blocks:
        if "*" in block:
            found[HOLE] = HOLE
        else:
            found.setdefault(block["test"], {})[block["variable"]] = _in_order(block.get("values", []))
    return found


def _one_or_many(values: Any) -> Any:
    """A set, sorted backwards; of unknown texts no two are known to be the same."""
    if not isinstance(values, list):
        return values
    known = {str(value) for value in values if HOLE not in str(value)}
    ordered = sorted([*known, *(str(value) for value in values if HOLE in str(value))], reverse=True)
    return ordered[0] if len(ordered) == 1 else ordered


def _in_order(values: Any) -> Any:
    if not isinstance(values, list):
        return values
    return str(values[0]) if len(values) == 1 else [str(value) for value in values]


def _principals(blocks: Any) -> Any:
    if not isinstance(blocks, list):
        return blocks
    found: dict[str, list[str]] = {}
    for block in blocks:
        if "*" in block:
            found.setdefault(HOLE, []).append(HOLE)
        else:
            found.setdefault(block["type"], []).extend(str(item) for item in _listed(block.get("identifiers", [])))
    if found == {"*": ["*"]}:
        return "*"
    return {kind: _one_or_many(list(values)) for kind, values in found.items()}
