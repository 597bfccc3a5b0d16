"""Lifecycle, replication and notifications of a bucket: from the words of S3 to those of Terraform."""

from __future__ import annotations

from typing import Any

from recoverable.audit.resources import Json, block
from recoverable.model.values import Unknown


def lifecycle(rule: Json) -> Json:
    """One lifecycle rule as ``aws_s3_bucket_lifecycle_configuration`` has it."""
    return block(
        id=rule.get("ID"),
        status=rule.get("Status"),
        prefix=rule.get("Prefix"),
        filter=_filter(rule.get("Filter")),
        noncurrent_version_expiration=_expiration(rule.get("NoncurrentVersionExpiration")),
        noncurrent_version_transition=_moves(rule.get("NoncurrentVersionTransitions"), "noncurrent_days", "NoncurrentDays"),
        transition=_moves(rule.get("Transitions"), "days", "Days"),
    )


def replica(rule: Json) -> Json:
    """One replication rule as ``aws_s3_bucket_replication_configuration`` has it."""
    target = rule.get("Destination") or {}
    time = (target.get("ReplicationTime") or {}).get("Status")
    metrics = (target.get("Metrics") or {}).get("Status")
    key = (target.get("EncryptionConfiguration") or {}).get("ReplicaKmsKeyID")
    chosen = ((rule.get("SourceSelectionCriteria") or {}).get("SseKmsEncryptedObjects") or {}).get("Status")
    destination = block(
        bucket=target.get("Bucket"),
        account=target.get("Account"),
        replication_time=[{"status": time}] if time else None,
        metrics=[{"status": metrics}] if metrics else None,
        encryption_configuration=[{"replica_kms_key_id": key}] if key else None,
    )
    return block(
        id=rule.get("ID"),
        status=rule.get("Status"),
        prefix=rule.get("Prefix"),
        filter=_filter(rule.get("Filter")),
        source_selection_criteria=[{"sse_kms_encrypted_objects": [{"status": chosen}]}] if chosen else None,
        destination=[destination],
    )


def notification(found: Json | Unknown | None) -> Json:
    """The receivers of a bucket's events."""
    kinds = {"topic": "TopicConfigurations", "queue": "QueueConfigurations", "lambda_function": "LambdaFunctionConfigurations"}
    if isinstance(found, Unknown):
        return {"topic": found}
    return {name: [{"events": list(item.get("Events", ()))} for item in (found or {}).get(word) or ()] for name, word in kinds.items()}


def _filter(found: Json | None) -> list[Json] | None:
    if found is None:
        return None
    both = found.get("And")
    return [
        block(
            prefix=found.get("Prefix") or None,
            tag=found.get("Tag"),
            object_size_greater_than=found.get("ObjectSizeGreaterThan"),
            object_size_less_than=found.get("ObjectSizeLessThan"),
            **({"and": [block(prefix=both.get("Prefix") or None, tags=both.get("Tags"))]} if both else {}),
        )
    ]


def _expiration(found: Json | None) -> list[Json] | None:
    if found is None:
        return None
    return [block(noncurrent_days=found.get("NoncurrentDays"), newer_noncurrent_versions=found.get("NewerNoncurrentVersions"))]


def _moves(found: Any, days: str, word: str) -> list[Json] | None:
    moves = [block(storage_class=item.get("StorageClass"), **{days: item.get(word)}) for item in found or ()]
    return moves or None
