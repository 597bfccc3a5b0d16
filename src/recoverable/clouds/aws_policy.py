"""Reads IAM policy documents as far as backup rules need them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from recoverable.model.values import Value


def statements(document: str) -> Iterator[dict[str, Any]]:
    """The statements of a policy document; text that is no policy has none."""
    try:
        policy = json.loads(document)
    except (ValueError, RecursionError):
        return
    found = policy.get("Statement") if isinstance(policy, dict) else None
    for statement in found if isinstance(found, list) else [found]:
        if isinstance(statement, dict):
            yield statement


def many(value: Any) -> list[str]:
    """A policy element that may be one text or a list of them."""
    if isinstance(value, list):
        return [str(item) for item in value]
    return [] if value is None else [str(value)]


def denies_plain_http(document: str) -> bool:
    """Whether a statement denies everyone when the transport is not TLS."""
    for statement in statements(document):
        if statement.get("Effect") != "Deny":
            continue
        conditions = statement.get("Condition")
        for operator, tests in (conditions if isinstance(conditions, dict) else {}).items():
            if not str(operator).startswith("Bool") or not isinstance(tests, dict):
                continue
            for name, value in tests.items():
                if name.lower() == "aws:securetransport" and [item.lower() for item in many(value)] == ["false"]:
                    return any(action in ("s3:*", "*") for action in many(statement.get("Action")))
    return False


def grants_everyone(policy: Value[str]) -> bool:
    """Whether a known policy allows everyone something without a condition."""
    if not policy.known:
        return False
    for statement in statements(str(policy.data)):
        principal = statement.get("Principal")
        everyone = principal == "*" or (isinstance(principal, dict) and "*" in many(principal.get("AWS")))
        if statement.get("Effect") == "Allow" and everyone and not statement.get("Condition"):
            return True
    return False
