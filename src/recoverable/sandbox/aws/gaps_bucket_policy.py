"""Bucket policies with conditions: moto leaves conditions out, so a denial of plain HTTP would deny every request.

The laptop cloud answers plain HTTP on this machine alone, and stands for S3 behind TLS: requests count as sent over TLS 1.3, by someone
without a second factor. A statement whose conditions are not met, or ask for what nobody here knows, does not count.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

HERE: dict[str, str] = {"aws:securetransport": "true", "s3:tlsversion": "1.3", "aws:multifactorauthpresent": "false"}
"""What is true of every request to the laptop cloud."""


def read_conditions() -> None:
    """Have moto's buckets read the conditions of their policies."""
    from moto.iam.access_control import IAMPolicy, PermissionResult
    from moto.s3.models import FakeBucket

    def get_permission(self: Any, action: str, resource: str) -> Any:
        if self.policy is None:
            return PermissionResult.NEUTRAL
        document = json.loads(self.policy)
        stated = document.get("Statement", [])
        counting = [each for each in (stated if isinstance(stated, list) else [stated]) if holds(each.get("Condition"))]
        if not counting:
            return PermissionResult.NEUTRAL
        return IAMPolicy(json.dumps({**document, "Statement": counting})).is_action_permitted(action, resource)

    FakeBucket.get_permission = get_permission  # type: ignore[method-assign]  # the point: moto offers no hook


def holds(condition: Mapping[str, Mapping[str, Any]] | None) -> bool:
    """Whether all tests of a condition are met by a request to the laptop cloud."""
    return all(_met(operator, name, wanted) for operator, tests in (condition or {}).items() for name, wanted in tests.items())


def _met(operator: str, name: str, wanted: Any) -> bool:
    """One test. Only the operators that policies of transport and second factor use are read."""
    found, choices = HERE.get(name.lower()), [str(each).lower() for each in (wanted if isinstance(wanted, list) else [wanted])]
    if found is None:
        return False
    if operator.lower().removesuffix("ifexists") == "bool":
        return found in choices
    if operator.lower().removesuffix("ifexists") == "numericlessthan":
        return any(float(found) < float(each) for each in choices)
    return False
