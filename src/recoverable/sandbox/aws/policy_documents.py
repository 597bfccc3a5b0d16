"""Policy documents: what IAM refuses in them, and the function that makes them of statements."""

from __future__ import annotations

import json
import zlib
from typing import Any

from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.provider.handler import Function, RefusedError, Values

VERSION = "2012-10-17"


def statements_of(policy: str) -> list[Values] | str:
    """The statements of a policy, or why it is none."""
    try:
        document = json.loads(policy)
    except ValueError:
        return "is no JSON"
    if not isinstance(document, dict) or "Statement" not in document:
        return "has no Statement"
    stated = document["Statement"]
    found = stated if isinstance(stated, list) else [stated]
    return found if all(isinstance(each, dict) for each in found) else "has a statement that is no object"


def malformed(policy: str, trust: bool) -> str:
    """Why IAM refuses a policy of an identity, or (``trust``) of who may assume a role; "" where it does not."""
    found = statements_of(policy)
    if isinstance(found, str):
        return f"MalformedPolicyDocument: the policy {found}"
    wanted, banned = ("Principal", "Resource") if trust else ("Resource", "Principal")
    for each in found:
        if each.get("Effect") not in ("Allow", "Deny"):
            return f"MalformedPolicyDocument: Effect is {each.get('Effect')!r}, and must be Allow or Deny"
        for part in ("Action", wanted):
            if part not in each and f"Not{part}" not in each:
                return f"MalformedPolicyDocument: a statement lacks {part}"
        if banned in each or f"Not{banned}" in each:
            return f"MalformedPolicyDocument: Has prohibited field {banned}"
    return ""


class PolicyDocument(Function[AwsCloud]):
    """``aws.iam.get_policy_document``: statements, with those of other documents before (``source``) or over (``override``) them."""

    token = "aws:iam/getPolicyDocument:getPolicyDocument"

    def call(self, cloud: AwsCloud, arguments: Values) -> Values:
        """The document, as the provider writes it."""
        merged: list[Values] = []
        for text in arguments.get("sourcePolicyDocuments") or []:
            merged += _given(text)
        merged += [_statement(each) for each in arguments.get("statements") or []]
        sids = [each["Sid"] for each in merged if each.get("Sid")]
        if len(set(sids)) < len(sids):
            raise RefusedError(f"two statements have one Sid: {sorted({sid for sid in sids if sids.count(sid) > 1})}")
        for text in arguments.get("overridePolicyDocuments") or []:
            for over in _given(text):
                merged = [each for each in merged if not over.get("Sid") or each.get("Sid") != over["Sid"]] + [over]
        document = {"Version": arguments.get("version") or VERSION}
        if arguments.get("policyId"):
            document["Id"] = arguments["policyId"]
        whole = {**document, "Statement": merged}
        text = json.dumps(whole, indent=2)
        return {"id": str(zlib.crc32(text.encode())), "json": text, "minifiedJson": json.dumps(whole, separators=(",", ":"))}


def _given(text: str) -> list[Values]:
    found = statements_of(text)
    if isinstance(found, str):
        raise RefusedError(f"a policy document that is merged {found}")
    return found


def _statement(stated: Values) -> Values:
    """One statement: lists of one stand alone, as the provider writes them."""
    made: Values = {"Sid": stated.get("sid"), "Effect": stated.get("effect") or "Allow"}
    for key, name in (("Action", "actions"), ("NotAction", "notActions"), ("Resource", "resources"), ("NotResource", "notResources")):
        made[key] = _one_or_many(stated.get(name))
    made["Principal"] = _principals(stated.get("principals"))
    made["NotPrincipal"] = _principals(stated.get("notPrincipals"))
    conditions: dict[str, dict[str, Any]] = {}
    for each in stated.get("conditions") or []:
        conditions.setdefault(each["test"], {})[each["variable"]] = _one_or_many(each["values"])
    made["Condition"] = conditions or None
    return {key: value for key, value in made.items() if value is not None}


def _one_or_many(values: list[str] | None) -> Any:
    if not values:
        return None
    return values[0] if len(values) == 1 else sorted(values)


def _principals(stated: list[Values] | None) -> Any:
    """``*`` for everybody, else identifiers by type."""
    if not stated:
        return None
    if stated == [{"type": "*", "identifiers": ["*"]}]:
        return "*"
    found: dict[str, list[str]] = {}
    for each in stated:
        found.setdefault(each["type"], []).extend(each["identifiers"])
    return {kind: _one_or_many(names) for kind, names in found.items()}
