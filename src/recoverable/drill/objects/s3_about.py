"""What S3's answer to HeadObject says of a version, in the words of rungs."""

from __future__ import annotations

from recoverable.drill.aws.clients import Json
from recoverable.drill.objects.buckets import About, Lock
from recoverable.drill.objects.noted_hash import noted_hash


def about(head: Json) -> About:
    """Mode and end of its lock, its hold, encryption, replication and hash."""
    mode, until = str(head.get("ObjectLockMode", "")).lower(), head.get("ObjectLockRetainUntilDate")
    return About(
        encryption=str(head.get("ServerSideEncryption", "")),
        key=str(head.get("SSEKMSKeyId", "")),
        locks=(Lock(mode, until),) if mode and until is not None else (),
        held=head.get("ObjectLockLegalHoldStatus") == "ON",
        replication=str(head.get("ReplicationStatus", "")),
        noted=noted_hash(head),
    )
