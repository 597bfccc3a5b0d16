"""What Neon's API takes: fields and parameters by call, from its OpenAPI description. Anything else is refused by the fake."""

from __future__ import annotations

import datetime
import re
from typing import Any

BRANCH = {"name", "parent_id", "parent_lsn", "parent_timestamp", "protected", "archived", "init_source", "expires_at"}
ENDPOINT = {"type", "settings", "autoscaling_limit_min_cu", "autoscaling_limit_max_cu", "provisioner", "suspend_timeout_seconds"}
PAGES = {"limit", "cursor", "sort_by", "sort_order", "search"}
URI = {"branch_id", "endpoint_id", "database_name", "role_name", "pooled"}
LSN = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}\Z")
LONGEST_EXPIRY = datetime.timedelta(days=30)


class BadRequestError(Exception):
    """A field or parameter that the API does not know, or cannot use."""


def only(found: Any, known: set[str], where: str) -> dict[str, Any]:
    """An object with known fields alone."""
    if not isinstance(found, dict):
        raise BadRequestError(f"{where} must be an object")
    unknown = sorted(set(found) - known)
    if unknown:
        raise BadRequestError(f"{where}: unknown field {unknown[0]}")
    return found


def branch_request(body: Any, now: datetime.datetime) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, str]]:
    """Branch, endpoints and annotation of a request to make a branch."""
    whole = only(body or {}, {"branch", "endpoints", "annotation_value"}, "the body")
    branch = only(whole.get("branch", {}), BRANCH, "branch")
    if "parent_lsn" in branch and "parent_timestamp" in branch:
        raise BadRequestError("parent_lsn and parent_timestamp cannot be used together")
    if "parent_lsn" in branch and not LSN.match(str(branch["parent_lsn"])):
        raise BadRequestError("parent_lsn is no LSN")
    if not 1 <= len(branch.get("name", "x")) <= 256:
        raise BadRequestError("branch name must have 1 to 256 characters")
    if "expires_at" in branch and not now < time_of(branch["expires_at"], "expires_at") <= now + LONGEST_EXPIRY:
        raise BadRequestError("expires_at must be in the future and within 30 days")
    endpoints = [only(each, ENDPOINT, "endpoints") for each in whole.get("endpoints", [])]
    for each in endpoints:
        if each.get("type") not in ("read_write", "read_only"):
            raise BadRequestError("endpoints.type must be read_write or read_only")
    if sum(each["type"] == "read_write" for each in endpoints) > 1:
        raise BadRequestError("a branch can have one read_write endpoint")
    note = whole.get("annotation_value", {})
    if not isinstance(note, dict) or not all(isinstance(value, str) for value in note.values()):
        raise BadRequestError("annotation_value must map texts to texts")
    return branch, endpoints, note


def time_of(text: Any, where: str) -> datetime.datetime:
    """A time of RFC 3339, with its zone."""
    try:
        found = datetime.datetime.fromisoformat(str(text))
    except ValueError:
        raise BadRequestError(f"{where} is no time") from None
    if found.tzinfo is None:
        raise BadRequestError(f"{where} has no time zone")
    return found.astimezone(datetime.UTC)
