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
    """Whether a statement denies everyone everything in the bucket when the transport is not TLS."""
    return any(_denies_plain_http(statement) for statement in statements(document))


def _denies_plain_http(statement: dict[str, Any]) -> bool:
    """All of it has to hold: an added condition, a single principal or the bucket without its objects leave plain HTTP open."""
    if statement.get("Effect") != "Deny" or not _is_everyone(statement.get("Principal")):
        return False
    if not any(action.lower() in ("s3:*", "*") for action in many(statement.get("Action"))):
        return False
    if not any(resource == "*" or resource.endswith(("/*", ":*")) for resource in many(statement.get("Resource"))):
        return False
    tests = _tests(statement)
    if len(tests) != 1:
        return False
    operator, name, values = tests[0]
    return operator.startswith("bool") and name == "aws:securetransport" and [value.lower() for value in values] == ["false"]


def grants_everyone(policy: Value[str]) -> bool:
    """Whether a known policy allows everyone something, without a condition that narrows who.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
    """
    if not policy.known:
        return False
    for statement in statements(str(policy.data)):
        if statement.get("Effect") != "Allow" or not (_is_everyone(statement.get("Principal")) or "NotPrincipal" in statement):
            continue
        if all(name in NOT_NARROWING or name.startswith("s3:existingobjecttag/") for _, name, _ in _tests(statement)):
            return True
    return False


NOT_NARROWING = frozenset(
    {
        "aws:securetransport", "aws:referer", "aws:useragent", "aws:currenttime", "aws:epochtime", "s3:tlsversion", "s3:prefix", "s3:delimiter",
        "s3:max-keys", "s3:authtype", "s3:signatureversion", "s3:signatureage", "s3:versionid",
    }
)
"""Conditions anybody can meet: S3 still calls such a policy public."""


def _is_everyone(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, dict) and ("*" in many(principal.get("AWS")) or "*" in many(principal.get("*"))))


def _tests(statement: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """The condition as (operator, key, values), operator and key in small letters; all of them have to hold."""
    conditions = statement.get("Condition")
    found = []
    for operator, tests in (conditions if isinstance(conditions, dict) else {}).items():
        for name, value in (tests if isinstance(tests, dict) else {"": tests}).items():
            found.append((str(operator).lower(), str(name).lower(), many(value)))
    return found
