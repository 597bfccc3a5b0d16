"""Which conditions of a bucket's policy narrow who may come: those that S3 itself counts, with values that are fixed.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
"""

from __future__ import annotations

import re

from recoverable.model.sketches import HOLE

NARROWING = frozenset(
    {
        "aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:principalservicename",
        "aws:principalservicenameslist", "aws:sourcearn", "aws:sourcevpc", "aws:sourcevpce", "aws:sourceowner", "aws:sourceaccount",
        "aws:sourceorgid", "aws:sourceorgpaths", "aws:sourcevpcarn", "aws:vpcesourceaccount", "aws:vpcesourceorgid", "aws:userid",
        "s3:dataaccesspointarn", "s3:dataaccesspointaccount", "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)  # fmt: skip
"""What S3 counts: an AWS principal (its account, organization, ARN, service), where the request comes from, and the key that is used."""
EQUALITIES = frozenset({"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike"})
WIDEST = {4: 8, 6: 32}
"""A range of addresses that is wider counts as everybody, unless it is a private one."""
_WILD = re.compile(r"[*?]|\$\{(?!unknown\})")
_FIXED = re.compile(r"\b\d{12}\b|\bo-[a-z0-9]{10,32}\b|^A[A-Z0-9]{15,}:|vpce?-[0-9a-f]+")
"""What fixes an account, an organization, a role or a network in front of a wildcard."""


def open_to_all(operator: str, name: str, values: list[str]) -> bool | None:
    """Whether anybody can meet a test of a condition; operator and name in small letters. None where a part that is unknown decides.

    A value that is unknown as a whole is taken for a fixed one: it is the ARN or id of something.
    """
    if HOLE in operator or HOLE in name:
        return None
    if operator.endswith("ifexists") or operator.startswith("forallvalues:"):
        return True  # a request that does not carry the key meets it
    plain = operator.removeprefix("foranyvalue:")
    if name == "aws:principalisawsservice":
        return not (plain == "bool" and all(value.lower() == "true" for value in values))
    if name == "aws:sourceip":
        wide = [None if HOLE in value else _is_wide(value) for value in values]
        return plain != "ipaddress" or not values or (True if True in wide else None if None in wide else False)
    if name not in NARROWING or plain not in EQUALITIES or not values:
        return True
    return any(_is_wild(value) for value in values)


def _is_wild(value: str) -> bool:
    """Whether a value holds a wildcard or a variable, and nothing before it says whose it is."""
    wild = _WILD.search(value)
    return wild is not None and not _FIXED.search(value[: wild.start()]) and HOLE not in value[: wild.start()]


def _is_wide(value: str) -> bool:
    import ipaddress  # few policies ask for addresses, and every start would pay for it

    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return True
    return network.prefixlen < WIDEST[network.version] and not network.is_private
