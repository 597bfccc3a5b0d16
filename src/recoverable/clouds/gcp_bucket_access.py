"""Who may read a Cloud Storage bucket, and which buckets are written to by logging."""

from __future__ import annotations

import json
from typing import Any

from recoverable.clouds.gcp_common import target_of
from recoverable.clouds.index import Index
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, default, stated, unknown

BUCKET = "google_storage_bucket"
MEMBER, BINDING, POLICY = "google_storage_bucket_iam_member", "google_storage_bucket_iam_binding", "google_storage_bucket_iam_policy"
ACL, CONTROL, DEFAULT_CONTROL = (
    "google_storage_bucket_acl",
    "google_storage_bucket_access_control",
    "google_storage_default_object_access_control",
)
ACCESS_TYPES = frozenset({MEMBER, BINDING, POLICY, ACL, CONTROL, DEFAULT_CONTROL})
SINKS = (
    "google_logging_project_sink",
    "google_logging_folder_sink",
    "google_logging_organization_sink",
    "google_logging_billing_account_sink",
)
LOG_TYPES = frozenset(SINKS)
EVERYONE = ("allUsers", "allAuthenticatedUsers")
PUBLIC_ACLS = ("publicRead", "publicReadWrite", "authenticatedRead")
GRANTS = ((MEMBER, "member"), (BINDING, "members"), (POLICY, "policy_data"), (CONTROL, "entity"), (DEFAULT_CONTROL, "entity"))
LOG_HOST = "storage.googleapis.com/"


def public_of(index: Index, raw: RawResource) -> Value[bool]:
    """Whether anything in the input opens the bucket to everyone, and nothing shuts it."""
    shut = raw.text("public_access_prevention", "inherited", f"{BUCKET}: default inherited")
    if shut.data == "enforced":
        return stated(False, "public_access_prevention", shut.where, "public_access_prevention is enforced")
    doubts: list[Value[bool]] = []
    for kind, attribute in GRANTS:
        joined = index.companions(raw, kind, "bucket", ("name",))
        for grant in joined.found:
            open_to, doubt = _everyone(grant.raw(attribute))
            if open_to:
                return stated(True, attribute, grant.where, f"{grant.address} grants it to {open_to}")
            if doubt:
                doubts.append(unknown(doubt, attribute, grant.where))
        if joined.doubt and not index.partial:
            doubts.append(unknown(joined.doubt, attribute, raw.where))
    for holder, attribute in [
        (raw, "predefined_acl"),
        *((item, "predefined_acl") for item in index.companions(raw, ACL, "bucket", ("name",)).found),
    ]:
        word = holder.text(attribute)
        if word.data in PUBLIC_ACLS:
            return stated(True, attribute, word.where, f'{attribute} = "{word.data}"')
        open_to, _ = _everyone(holder.raw("role_entity") or holder.raw("role_entities"))
        if open_to:
            return stated(True, "role_entity", holder.where, f"{holder.address} grants it to {open_to}")
    if shut.unknown:
        doubts.append(unknown(shut.note, "public_access_prevention", shut.where))
    if doubts:
        return doubts[0]
    return default(False, "public_access_prevention", raw.where, "a new bucket is private, and nothing here grants it to allUsers")


def _everyone(found: Any) -> tuple[str, str]:
    """Whom a grant opens the bucket to, and why that may not be known.

    A value made from another resource (a service account's e-mail) is not everyone.
    """
    if isinstance(found, Unknown):
        return "", "" if found.refs else found.expression
    for item in found if isinstance(found, list) else [found]:
        if isinstance(item, Unknown):
            if not item.refs:
                return "", item.expression
        elif isinstance(item, str):
            hit = next((name for name in EVERYONE if name == item.rsplit(":", 1)[-1] or _in_policy(item, name)), "")
            if hit:
                return hit, ""
    return "", ""


def _in_policy(text: str, name: str) -> bool:
    if not text.lstrip().startswith("{"):
        return False
    try:
        bindings = json.loads(text).get("bindings") or []
    except (ValueError, AttributeError):
        return False
    return any(name in (binding.get("members") or ()) for binding in bindings if isinstance(binding, dict))


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
        targets.setdefault(found.removeprefix(LOG_HOST), raw.address)
    elif isinstance(found, Unknown):
        bucket = target_of(index, raw, attribute, BUCKET)
        if bucket is not None and bucket.address != raw.address:
            targets.setdefault(bucket.address, raw.address)
