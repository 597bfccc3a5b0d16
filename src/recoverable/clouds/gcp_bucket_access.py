"""Who may read a Cloud Storage bucket, and which buckets are written to by logging."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from recoverable.clouds.gcp_common import target_of
from recoverable.clouds.given import is_made_of_references
from recoverable.clouds.index import Index
from recoverable.model.raw import RawResource
from recoverable.model.sketches import HOLE
from recoverable.model.values import Unknown, Value, default, stated, unknown

BUCKET = "google_storage_bucket"
MEMBER, BINDING, POLICY = "google_storage_bucket_iam_member", "google_storage_bucket_iam_binding", "google_storage_bucket_iam_policy"
ACL, CONTROL, DEFAULT_ACL, DEFAULT_CONTROL = (
    "google_storage_bucket_acl",
    "google_storage_bucket_access_control",
    "google_storage_default_object_acl",
    "google_storage_default_object_access_control",
)
ACCESS_TYPES = frozenset({MEMBER, BINDING, POLICY, ACL, CONTROL, DEFAULT_ACL, DEFAULT_CONTROL})
SINKS = (
    "google_logging_project_sink",
    "google_logging_folder_sink",
    "google_logging_organization_sink",
    "google_logging_billing_account_sink",
)
LOG_TYPES = frozenset(SINKS)
EVERYONE = ("allUsers", "allAuthenticatedUsers")
PUBLIC_ACLS = ("publicRead", "publicReadWrite", "authenticatedRead")
GRANTS = (
    (MEMBER, "member"), (BINDING, "members"), (POLICY, "policy_data"), (CONTROL, "entity"), (DEFAULT_CONTROL, "entity"),
    (ACL, "role_entity"), (ACL, "role_entities"), (DEFAULT_ACL, "role_entity"), (DEFAULT_ACL, "role_entities"),
)  # fmt: skip
ROLES = ("OWNER", "READER", "WRITER")
IDENTITY = re.compile(r"(?:account|email|email_address|identity|member|principal)$")
"""How attributes end that hold one identity, which is not everyone."""
FREE_TEXT = ("data.terraform_remote_state", "data.google_secret_manager_secret_version", "data.external", "data.http")
LOG_HOST = "storage.googleapis.com/"


def public_of(index: Index, raw: RawResource) -> Value[bool]:
    """Whether anything in the input opens the bucket to everyone, and nothing shuts it."""
    shut = raw.text("public_access_prevention", "inherited", f"{BUCKET}: default inherited")
    if shut.data == "enforced":
        return stated(False, "public_access_prevention", shut.where, "public_access_prevention is enforced")
    doubts: list[Value[bool]] = []
    for answer in (*_grants(index, raw), *_predefined(index, raw)):
        if answer.is_true:
            return answer
        doubts.append(answer)
    if shut.unknown:
        doubts.append(unknown(shut.note, "public_access_prevention", shut.where))
    if doubts:
        return doubts[0]
    return default(False, "public_access_prevention", raw.where, "a new bucket is private, and nothing here grants it to allUsers")


def _grants(index: Index, raw: RawResource) -> Iterator[Value[bool]]:
    """What is granted to everyone, or may be."""
    for kind, attribute in GRANTS:
        joined = index.companions(raw, kind, "bucket", ("name",))
        for grant in joined.found:
            open_to, doubt = everyone(grant, attribute)
            if open_to:
                yield stated(True, attribute, grant.where, f"{grant.address} grants it to {open_to}")
            elif doubt:
                yield unknown(doubt, attribute, grant.where)
        for maybe in joined.maybe:  # grants add up: one that is sure says nothing of another that may be there
            if maybe.resource is not None and any(everyone(maybe.resource, attribute)):
                yield unknown(maybe.reason, attribute, raw.where)


def _predefined(index: Index, raw: RawResource) -> Iterator[Value[bool]]:
    joined = index.companions(raw, ACL, "bucket", ("name",))
    for maybe in joined.maybe:
        word = maybe.resource.text("predefined_acl") if maybe.resource else None
        if word and (word.unknown or word.data in PUBLIC_ACLS):
            yield unknown(maybe.reason, "predefined_acl", raw.where)
    for holder in (raw, *joined.found):
        word = holder.text("predefined_acl")
        if word.data in PUBLIC_ACLS:
            yield stated(True, "predefined_acl", word.where, f'predefined_acl = "{word.data}"')
        elif word.unknown:
            yield unknown(word.note, "predefined_acl", word.where)


def everyone(grant: RawResource, attribute: str) -> tuple[str, str]:
    """Whom a grant opens the bucket to, and why that may not be known."""
    found = grant.raw(attribute)
    if isinstance(found, Unknown):
        return _unknown_members(grant, attribute, found)
    doubt = ""
    for item in found if isinstance(found, list) else [found]:
        hit, why = _unknown_members(grant, attribute, item) if isinstance(item, Unknown) else _in_text(str(item or ""))
        if hit:
            return hit, ""
        doubt = doubt or why
    return "", doubt


def _unknown_members(grant: RawResource, attribute: str, found: Unknown) -> tuple[str, str]:
    """A value made from another resource (a service account's e-mail) is not everyone; a policy or a list made of one may hold more."""
    if found.sketch:
        hit, doubt = _in_text(found.sketch)
        return hit, found.expression if doubt else ""
    whole = found is grant.raw(attribute) and attribute in ("members", "policy_data", "role_entity", "role_entities")
    if grant.planned or grant.engine == "pulumi":
        sure = bool(found.refs) and not whole
    else:
        somebody = bool(found.refs) and all(IDENTITY.search(ref.attribute) and not ref.address.startswith(FREE_TEXT) for ref in found.refs)
        sure = somebody and is_made_of_references(found) and attribute != "policy_data" and not (whole and found.open)
    return "", "" if sure else found.expression


def _in_text(text: str) -> tuple[str, str]:
    """Who of everyone is named by a member, an entry of an access list (``READER:allUsers``) or a policy, or may be by one with placeholders."""
    if text.lstrip().startswith("{"):
        return _in_policy(text)
    role, colon, entity = text.partition(":")
    member = entity if colon and (HOLE in role or role.upper() in ROLES) else text
    if HOLE not in member:
        return (member, "") if member in EVERYONE else ("", "")
    pattern = ".*".join(re.escape(part) for part in member.split(HOLE))
    return "", text if any(re.fullmatch(pattern, name) for name in EVERYONE) else ""


def _in_policy(text: str) -> tuple[str, str]:
    try:
        bindings = json.loads(text).get("bindings") or []
    except (ValueError, AttributeError, RecursionError):
        return "", text if HOLE in text else ""
    doubt = ""
    for binding in bindings if isinstance(bindings, list) else [bindings]:
        members = binding.get("members") or [] if isinstance(binding, dict) else [binding]
        for member in members if isinstance(members, list) else [members]:
            hit, why = _in_text(str(member))
            if hit:
                return hit, ""
            doubt = doubt or why
    return "", doubt


def log_targets(index: Index) -> dict[str, str]:
    """Addresses and names of buckets that logs are written to, with who writes."""
    targets: dict[str, str] = {}
    for raw in index.of_type(BUCKET):
        _note(index, raw, "logging.log_bucket", targets)
    for raw in index.of_type(*SINKS):
        _note(index, raw, "destination", targets)
    return targets


def _note(index: Index, raw: RawResource, attribute: str, targets: dict[str, str]) -> None:
    found = raw.raw(attribute)
    if isinstance(found, str):
        if attribute == "destination" and not found.startswith(LOG_HOST):
            return
        if found != raw.attrs.get("name"):  # one that logs into itself holds data as well
            targets.setdefault(found.removeprefix(LOG_HOST), raw.address)
    elif isinstance(found, Unknown):
        bucket = target_of(index, raw, attribute, BUCKET)
        if bucket is not None and bucket.address != raw.address:
            targets.setdefault(bucket.address, raw.address)
