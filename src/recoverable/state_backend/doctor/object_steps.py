"""State is written, read back, found encrypted, and found again after it was replaced."""

from __future__ import annotations

import json

from recoverable.state_backend.calls import CallError
from recoverable.state_backend.doctor.scratch import sse_headers
from recoverable.state_backend.doctor.step import CouldNotRunError, FailedError
from recoverable.state_backend.doctor.visit import STATE, CommonVisit, Visit

PLAIN = "plain.json"
HEADER = "s3:x-amz-server-side-encryption"
"""The beginning of the condition keys of both headers."""
KMS = ("aws:kms", "aws:kms:dsse")


def write(visit: CommonVisit) -> str:
    """A state is written with the headers of the printed settings, and read back as it was written."""
    body = _state(visit, 1)
    try:
        visit.first_version = visit.scratch.put(STATE, body)
    except CallError as error:
        raise visit.refused(error, "writing state") from None
    try:
        found = visit.scratch.get(STATE)
    except CallError as error:
        raise visit.refused(error, "reading state") from None
    if found != body:
        raise FailedError("what is read is not what was written", "Do not keep state there.")
    return "it is read as it was written"


def encryption(visit: Visit) -> str:
    """The object says that it is encrypted as the settings ask for."""
    return _encrypted(visit, STATE, "what clients write")


def default_encryption(visit: Visit) -> str:
    """A client that sends no header is encrypted with the same key, or is refused."""
    try:
        visit.scratch.put(PLAIN, b"{}", headers=False)
    except CallError as error:
        if error.denied and _demands_headers(visit):
            return "an object without encryption headers is refused by the bucket's policy; the printed settings send them"
        if error.denied:
            why = "an object without encryption headers is denied, and not by the bucket's policy: the default key may be one that nobody here may use"
            raise CouldNotRunError(why, f"Compare the bucket's default key with the settings. {visit.fix_policy()}") from None
        raise visit.refused(error, "writing without encryption headers") from None
    return _encrypted(visit, PLAIN, "what is written without a header")


def _demands_headers(visit: Visit) -> bool:
    """Whether a statement of the bucket's policy denies writes by their encryption headers."""
    try:
        said = str(visit.aws.call("s3", "get_bucket_policy", Bucket=visit.backend.bucket).get("Policy", ""))
        statements = json.loads(said).get("Statement", [])
    except CallError as error:
        if error.code == "NoSuchBucketPolicy":
            return False
        raise visit.unreadable(error, "s3:GetBucketPolicy") from None
    except (ValueError, AttributeError):
        return False
    listed = statements if isinstance(statements, list) else [statements]
    return any(each.get("Effect") == "Deny" and HEADER in json.dumps(each.get("Condition", {})).lower() for each in listed)


def _encrypted(visit: Visit, name: str, what: str) -> str:
    backend = visit.backend
    try:
        held = visit.scratch.head(name)
    except CallError as error:
        raise visit.refused(error, "reading its headers") from None
    algorithm, key = str(held.get("ServerSideEncryption") or ""), str(held.get("SSEKMSKeyId") or "")
    wanted = sse_headers(backend)
    fix = (
        f"Set the bucket's default encryption to {wanted['ServerSideEncryption']}"
        + (f" with {backend.kms_key}" if backend.kms_key else "")
        + ": aws s3api put-bucket-encryption."
    )
    if not algorithm:
        raise FailedError(f"{what} is not encrypted", fix)
    if not backend.kms_key:
        return f"{what} is encrypted ({algorithm})"
    if algorithm not in KMS:
        raise FailedError(f"{what} is encrypted with {algorithm}, and not under the key", fix)
    if _id(visit, key) != _id(visit, backend.kms_key):
        raise FailedError(f"{what} is encrypted under another key: {key or 'S3 names none'}", fix)
    return f"{what} is encrypted under the key"


def _id(visit: Visit, key: str) -> str:
    """A key's own id, of its id, ARN or alias."""
    if "alias/" in key:
        try:
            return str(visit.aws.call("kms", "describe_key", KeyId=key)["KeyMetadata"]["KeyId"])
        except CallError:
            return key
    return key.rpartition("/")[2]


def older_version(visit: CommonVisit) -> str:
    """A state that was replaced is read by its version."""
    fix = "Enable versioning: without it the state before the last write is gone for good."
    if visit.first_version in ("", "null"):
        raise FailedError("the bucket gives what is written no version", fix)
    try:
        second = visit.scratch.put(STATE, _state(visit, 2))
        before, now = visit.scratch.get(STATE, visit.first_version), visit.scratch.get(STATE)
    except CallError as error:
        if error.code in ("NoSuchVersion", "NoSuchKey", "404"):
            raise FailedError("the version that was replaced is gone", fix) from None
        raise visit.refused(error, "reading an older version") from None
    if second == visit.first_version:
        raise FailedError("two writes got the same version", fix)
    if before != _state(visit, 1) or now != _state(visit, 2):
        raise FailedError("a version does not hold what was written as it", "Do not keep state there.")
    return "the state before the last write is read by its version"


def _state(visit: CommonVisit, serial: int) -> bytes:
    """An empty state of Terraform, whose lineage is this run."""
    return json.dumps({"version": 4, "serial": serial, "lineage": visit.scratch.run, "outputs": {}, "resources": []}).encode()
