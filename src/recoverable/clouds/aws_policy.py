"""Reads IAM policy documents as far as backup rules need them, and as far as they are known.

Every question has three answers: True, False, and None where a part that is unknown decides. Of
a policy with unknown parts its sketch is read (model/sketches.py): a placeholder may be anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from recoverable.clouds.aws_policy_conditions import open_to_all
from recoverable.model.raw import RawResource
from recoverable.model.sketches import HOLE
from recoverable.model.values import Unknown, Value

LONGEST_ARN = 2048
_S3_ARN = re.compile(r"arn:[^:]*:s3:::")
_ANY_NAME = "\0"


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as the input has it, and its text or sketch."""

    value: Value[str]
    text: str


def policy_of(raw: RawResource, path: str) -> Policy:
    """The policy at a path of a resource."""
    found, value = raw.raw(path), raw.text(path)
    return Policy(value, (found.sketch or HOLE) if isinstance(found, Unknown) else str(value.data or ""))


def statements(text: str) -> list[Any]:
    """The statements of a document or its sketch; a placeholder stands for any number of unknown ones, text that is no policy has none."""
    unknown: list[Any] = [HOLE] if HOLE in text else []
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError):
        return unknown
    if not isinstance(policy, dict) or any(HOLE in key for key in policy):
        return unknown
    found = policy.get("Statement")
    return [
        HOLE if _is_open(item) else item
        for item in (found if isinstance(found, list) else [found])
        if isinstance(item, dict) or _is_open(item)
    ]


def denies_plain_http(text: str, bucket: str = "") -> bool | None:
    """Whether a statement denies everyone everything in the bucket when the transport is not TLS.

    ``bucket`` is the bucket's name, "" where it is not known. AWS's own example denies both the bucket and its
    objects; a denial for the objects alone is taken as one, because it guards the data, and one for the bucket alone is not.
    """
    return _any(_denies_plain_http(statement, bucket) for statement in statements(text))


def _denies_plain_http(statement: Any, bucket: str) -> bool | None:
    """All of it has to hold: an added condition, a single principal or the bucket without its objects leave plain HTTP open."""
    if statement == HOLE:
        return None
    return _all(
        [
            _is(statement.get("Effect"), "Deny"),
            _is_everyone(statement.get("Principal")),
            _any(_is(action.lower(), wanted) for action in many(statement.get("Action")) for wanted in ("s3:*", "*")),
            _covers_objects(many(statement.get("Resource")), bucket),
            _only_plain_http(statement.get("Condition")),
        ]
    )


def grants_everyone(text: str) -> bool | None:
    """Whether a policy allows everyone something, without a condition that narrows who.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
    """
    return _any(_grants_everyone(statement) for statement in statements(text))


def _grants_everyone(statement: Any) -> bool | None:
    if statement == HOLE:
        return None
    everyone = True if "NotPrincipal" in statement else _is_everyone(statement.get("Principal"))
    condition = statement.get("Condition")
    open_tests = [open_to_all(operator, name, values) for operator, name, values in _tests(condition)]
    return _all([_is(statement.get("Effect"), "Allow"), everyone, None if _is_open(condition) else _all(open_tests)])


def _is_everyone(principal: Any) -> bool | None:
    if not isinstance(principal, dict):
        return _any(_is(item, "*") for item in many(principal))
    unknown_kind = [None for kind in principal if HOLE in kind]
    return _any([*unknown_kind, *(_is(item, "*") for kind in ("AWS", "*") for item in many(principal.get(kind)))])


def _only_plain_http(condition: Any) -> bool | None:
    """Whether the condition is that the transport is not TLS, and nothing else."""
    if _is_open(condition):
        return None
    tests = _tests(condition)
    transport = [(operator, values) for operator, name, values in tests if name == "aws:securetransport"]
    others = [name for _, name, _ in tests if name != "aws:securetransport"]
    if any(HOLE not in name for name in others) or len(transport) > 1 or not tests:
        return False
    if others or not transport:
        return None
    operator, values = transport[0]
    if HOLE in operator:
        return None
    return _all([operator.startswith("bool"), len(values) == 1, *(_is(value.lower(), "false") for value in values)])


def _covers_objects(resources: list[str], bucket: str) -> bool | None:
    """Whether the resources are all objects of the bucket.

    A placeholder counts as the bucket: S3 refuses the policy of a bucket for anything but the
    bucket and what is in it. Where a resource is unknown as a whole, that is all one knows, and
    two different ones cannot both be the bucket.
    """
    lone = [resource for resource in resources if resource == HOLE]
    known = [resource for resource in resources if resource != HOLE]
    if any(resource.endswith("*") and _fits_bucket(resource, bucket, "/") for resource in known):
        return True
    if lone and len(resources) > 1 and all(_fits_bucket(resource, bucket) for resource in known):
        return True
    # The ARN of a resource names no objects; any other placeholder at the end may.
    may = [resource for resource in known if resource.endswith(HOLE) and resource != f"arn:{HOLE}" and _fits_bucket(resource, bucket)]
    return None if lone or may else False


def _fits_bucket(resource: str, bucket: str, end: str = "") -> bool:
    """Whether a resource takes in the bucket's ARN, or what comes after it; any bucket's where the name is unknown."""
    pattern = _S3_ARN.sub("arn:aws:s3:::", resource.replace(HOLE, _ANY_NAME))
    if not bucket:
        return "/" not in (pattern.removesuffix("*").removesuffix("/") if end else pattern)
    return _fits(pattern, f"arn:aws:s3:::{bucket}{end}")


def _fits(pattern: str, text: str, wildcards: bool = True) -> bool:
    """Whether a text fits a pattern of placeholders (anything without a slash) and of IAM's wildcards."""
    if len(pattern) > LONGEST_ARN:
        return False
    places = {0}
    for char in pattern:
        if char == _ANY_NAME:
            places = {end for start in places for end in range(start, len(text) + 1) if "/" not in text[start:end]}
        elif wildcards and char == "*":
            places = set(range(min(places), len(text) + 1))
        else:
            places = {place + 1 for place in places if place < len(text) and (text[place] == char or (wildcards and char == "?"))}
        if not places:
            return False
    return len(text) in places


def many(value: Any) -> list[str]:
    """A policy element that may be one text or a list of them."""
    if isinstance(value, list):
        return [str(item) for item in value]
    return [] if value is None else [str(value)]


def _tests(condition: Any) -> list[tuple[str, str, list[str]]]:
    """The condition as (operator, key, values), operator and key in small letters; all of them have to hold."""
    found = []
    for operator, tests in (condition if isinstance(condition, dict) else {}).items():
        for name, value in (tests if isinstance(tests, dict) else {str(tests) if _is_open(tests) else "": tests}).items():
            found.append((str(operator).lower(), str(name).lower(), many(value)))
    return found


def _is_open(value: Any) -> bool:
    """Whether a value may be anything, or an object may have any member."""
    return value == HOLE or (isinstance(value, dict) and any(HOLE in key for key in value))


def _is(text: Any, wanted: str) -> bool | None:
    """Whether a text with placeholders is the one that is wanted; None where it may be."""
    if not isinstance(text, str) or HOLE not in text:
        return bool(text == wanted)
    return None if _fits(text.replace(HOLE, _ANY_NAME), wanted, wildcards=False) else False


def _any(answers: Iterable[bool | None]) -> bool | None:
    """True if one is true, else None if one is unknown."""
    certain: bool | None = False
    for answer in answers:
        if answer:
            return True
        certain = None if answer is None else certain
    return certain


def _all(answers: Iterable[bool | None]) -> bool | None:
    """False if one is false, else None if one is unknown."""
    certain: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        certain = None if answer is None else certain
    return certain
