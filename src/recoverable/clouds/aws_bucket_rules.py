"""Lifecycle and replication rules of S3 buckets, from companions or inline blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from recoverable.clouds.common import region_of
from recoverable.clouds.index import Index
from recoverable.model.estate import Noncurrent, Replica
from recoverable.model.raw import RawResource
from recoverable.model.values import Location, Unknown, Value, absent, default, stated, unknown

Inline = Callable[[Index, RawResource, str, str], Any]


def noncurrent_of(index: Index, raw: RawResource, inline: Inline) -> Noncurrent:
    """What the lifecycle does with noncurrent versions, over the whole bucket or a part of it."""
    joined = index.companions(raw, "aws_s3_bucket_lifecycle_configuration")
    if joined.first:
        return _lifecycle(joined.first, "rule", "noncurrent_days")
    old = inline(index, raw, "lifecycle_rule", "aws_s3_bucket_lifecycle_configuration")
    if isinstance(old, Unknown):
        return _doubtful(old.expression, raw)
    if old is not None:
        return _lifecycle(raw, "lifecycle_rule", "days")
    if joined.doubt:
        return _doubtful(joined.doubt, raw)
    return Noncurrent(lifecycle=default(False, "aws_s3_bucket_lifecycle_configuration", raw.where, "no lifecycle"))


def _doubtful(note: str, raw: RawResource) -> Noncurrent:
    doubt: Value[Any] = unknown(note, "aws_s3_bucket_lifecycle_configuration", raw.where)
    return Noncurrent(expires_days=doubt, keep_versions=doubt, transition=doubt, lifecycle=doubt)


def _lifecycle(source: RawResource, path: str, days_name: str) -> Noncurrent:
    rules = source.blocks(path)
    if isinstance(rules, Unknown):
        return _doubtful(rules.expression, source)
    shortest: Value[int] = absent("noncurrent_version_expiration", source.where)
    keep: Value[int] = absent("newer_noncurrent_versions", source.where)
    transition: Value[bool] = absent("transition", source.where)
    for number, rule in enumerate(rules):
        if "*" in rule:
            return _doubtful(rule["*"].expression, source)
        on = _enabled(source, f"{path}.{number}")
        if on.is_false:
            continue
        here = f"{path}.{number}.noncurrent_version_expiration"
        days = source.number(f"{here}.{days_name}")
        if days.absent:
            days = source.number(f"{here}.days")
        if not days.absent and on.unknown:
            days = unknown(on.note, here, on.where)
        if not days.absent and (not shortest.known or (days.known and (days.data or 0) < (shortest.data or 0)) or days.unknown):
            shortest = days
            keep = source.number(f"{here}.newer_noncurrent_versions")
        for name in ("transition", "noncurrent_version_transition"):
            moved = source.blocks(f"{path}.{number}.{name}")
            if isinstance(moved, Unknown):
                transition = unknown(moved.expression, name, source.where)
            elif moved and not transition.is_true:
                transition = stated(True, name, source.locate(f"{path}.{number}.{name}"))
    return Noncurrent(expires_days=shortest, keep_versions=keep, transition=transition, lifecycle=stated(bool(rules), path, source.where))


def _enabled(source: RawResource, path: str) -> Value[bool]:
    """Companions say ``status = "Enabled"``, inline blocks ``enabled = true``."""
    status = source.text(f"{path}.status")
    if not status.absent:
        return status.map(lambda word: word == "Enabled")
    return source.boolean(f"{path}.enabled", True)


def replicas_of(index: Index, raw: RawResource, inline: Inline) -> tuple[Value[bool], list[Replica]]:
    """Whether replication is set up, and each rule of it."""
    joined = index.companions(raw, "aws_s3_bucket_replication_configuration")
    source, path = joined.first, "rule"
    if source is None:
        old = inline(index, raw, "replication_configuration", "aws_s3_bucket_replication_configuration")
        if isinstance(old, Unknown):
            return unknown(old.expression, "replication_configuration", raw.where), []
        if old is None:
            if joined.doubt:
                return unknown(joined.doubt, "aws_s3_bucket_replication_configuration", raw.where), []
            return default(False, "aws_s3_bucket_replication_configuration", raw.where, "none is declared"), []
        source, path = raw, "replication_configuration.rules"
    rules = source.blocks(path)
    if isinstance(rules, Unknown):
        return unknown(rules.expression, path, source.where), []
    replicas = [_replica(index, source, f"{path}.{number}") for number in range(len(rules))]
    return stated(bool(replicas), path, source.where), replicas


def _replica(index: Index, source: RawResource, path: str) -> Replica:
    destination = f"{path}.destination"
    status = source.text(f"{path}.status", "Enabled").map(lambda word: word == "Enabled")
    target, region = _target(index, source, f"{destination}.bucket")
    rtc = source.text(f"{destination}.replication_time.status").map(lambda word: word == "Enabled")
    selected = source.text(f"{path}.source_selection_criteria.sse_kms_encrypted_objects.status").map(lambda word: word == "Enabled")
    if selected.absent:
        selected = source.boolean(f"{path}.source_selection_criteria.sse_kms_encrypted_objects.enabled")
    key = source.text(f"{destination}.encryption_configuration.replica_kms_key_id")
    if key.absent:
        key = source.text(f"{destination}.replica_kms_key_id")
    return Replica(
        enabled=status,
        target=target,
        target_region=region,
        time_control=rtc,
        kms_selected=selected,
        kms_target_key=key,
        whole_bucket=_whole(source, path),
        where=source.locate(path),
    )


def _whole(source: RawResource, path: str) -> bool:
    """Whether a rule has no prefix and no tag filter."""
    names = ("prefix", "filter.prefix", "filter.tag", "filter.and", "filter.tags")
    return all(source.raw(f"{path}.{name}") in (None, "", [], {}) for name in names)


def _target(index: Index, source: RawResource, path: str) -> tuple[str, Value[str]]:
    """The destination bucket's address and region."""
    raw = source.raw(path)
    where: Location | None = source.locate(path)
    if isinstance(raw, Unknown):
        found, exact = index.resolve(raw.refs, "aws_s3_bucket")
        if exact and found:
            return found[0].address, region_of(found[0])
        return "", unknown(raw.expression, path, where)
    if raw is None:
        return "", absent(path, where)
    name = str(raw).rsplit(":", 1)[-1]
    for bucket in index.of_type("aws_s3_bucket"):
        if name in (bucket.attrs.get("bucket"), bucket.attrs.get("id")):
            return bucket.address, region_of(bucket)
    return name, unknown(f"the region of bucket {name}, which is not in this input", path, where)
