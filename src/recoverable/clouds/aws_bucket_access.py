"""Who may read an S3 bucket: the block of public access, access lists and policies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.clouds.aws_bucket_rules import inline
from recoverable.clouds.aws_policy import Policy, grants_everyone, policy_of
from recoverable.clouds.index import Index
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind, Unknown, Value, absent, default, stated, unknown

BLOCK, ACL, POLICY = "aws_s3_bucket_public_access_block", "aws_s3_bucket_acl", "aws_s3_bucket_policy"
BLOCKED = "S3 blocks public access on every new bucket since 2023-04"
PUBLIC_ACLS = ("public-read", "public-read-write", "authenticated-read")
BLOCK_FLAGS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
EVERYONE = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
"""How the URIs of S3's public groups end: https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee"""


def public_of(index: Index, raw: RawResource) -> Value[bool]:
    """Whether anything opens the bucket to everyone, and nothing shuts it."""
    block = index.companions(raw, BLOCK)
    if block.first:
        return _open_by_flags(block.first)
    gone = index.was(raw, BLOCK)
    if gone and not gone.boolean("skip_destroy").is_true:
        return stated(True, BLOCK, raw.where, f"{gone.address} is deleted, and with it the block of public access")
    doubts = [unknown(block.doubt, BLOCK, raw.where)] if block.doubt else []
    for answer in (*_by_acl(index, raw), *_by_policy(index, raw)):
        if answer.is_true:
            return answer
        doubts += [answer] if answer.unknown else []
    return doubts[0] if doubts else default(False, BLOCK, raw.where, BLOCKED)


def _open_by_flags(block: RawResource) -> Value[bool]:
    flags = [block.boolean(name, False, f"{BLOCK}: default false") for name in BLOCK_FLAGS]
    for flag in flags:
        if flag.known and not flag.data:
            return Value(Kind.STATED, True, flag.path, flag.where or block.where, f"{flag.path} is false")
    doubt = next((flag for flag in flags if flag.unknown), None)
    return unknown(doubt.note, doubt.path, doubt.where) if doubt else stated(False, BLOCK, block.where)


def _by_acl(index: Index, raw: RawResource) -> Iterator[Value[bool]]:
    """Access lists: the companion's, else the bucket's own in the old style, and what may be there."""
    joined = index.companions(raw, ACL)
    if joined.first:
        yield _acl(joined.first, joined.first.raw("access_control_policy.grant"), "access_control_policy.grant", "grantee.uri")
        return
    yield _acl(raw, inline(index, raw, "grant", ACL), "grant", "uri")
    for maybe in joined.maybe:
        if maybe.resource is not None:
            path = "access_control_policy.grant"
            answer = _acl(maybe.resource, maybe.resource.raw(path), path, "grantee.uri")
            if answer.is_true or answer.unknown:
                yield unknown(maybe.reason, ACL, raw.where)


def _acl(holder: RawResource, grants: Any, path: str, uri: str) -> Value[bool]:
    """One access list: a canned one, or grants that name a group by its URI."""
    word = holder.text("acl")
    if word.data in PUBLIC_ACLS:
        return stated(True, "acl", word.where, f'acl = "{word.data}"')
    found: Value[bool] = unknown(word.note, "acl", word.where) if word.unknown else absent("acl", holder.where)
    for number in range(len(grants)) if isinstance(grants, list) else ():
        group = holder.text(f"{path}.{number}.{uri}")
        if group.known and str(group.data).endswith(EVERYONE):
            return stated(True, path, group.where, f"it grants access to {group.data}")
        if group.unknown:
            found = unknown(group.note, path, group.where)
    return unknown(grants.expression, path, holder.locate(path)) if isinstance(grants, Unknown) else found


def _by_policy(index: Index, raw: RawResource) -> Iterator[Value[bool]]:
    """Policies: the companion's and the bucket's own, and what may be there."""
    for policy in policies_of(index, raw):
        answer = grants_everyone(policy.text)
        if answer:
            yield stated(True, "policy", policy.value.where, "a policy grants access to everyone")
        elif answer is None:
            yield unknown(policy.value.note, "policy", policy.value.where)
    joined = index.companions(raw, POLICY)
    for maybe in joined.maybe if not joined.found else ():
        if maybe.resource is not None and grants_everyone(policy_of(maybe.resource, "policy").text) is not False:
            yield unknown(maybe.reason, "policy", raw.where)


def policies_of(index: Index, raw: RawResource) -> list[Policy]:
    """The policies that surely apply to a bucket."""
    found = [policy_of(item, "policy") for item in index.companions(raw, POLICY).found]
    own = policy_of(raw, "policy")
    return found if own.value.absent else [*found, own]
