"""Lifecycle and replication rules of S3 buckets, from companions or inline blocks."""

from __future__ import annotations

from typing import Any

from recoverable.clouds.common import region_of
from recoverable.clouds.index import Index
from recoverable.model.estate import Noncurrent, Replica
from recoverable.model.raw import RawResource
from recoverable.model.values import Location, Unknown, Value, absent, default, stated, unknown

ELSEWHERE = "audit_bucket_elsewhere"
"""A bucket of which a running account says no more than where it is."""
LATER = "a dynamic block that is known after apply"


def left_out(source: RawResource, path: str) -> bool:
    """Whether a companion is without the block it cannot be without: a plan leaves a dynamic block out whose number it does not know."""
    return path not in source.references and bool(source.references) and "." not in path and source.type != "aws_s3_bucket"


def inline(index: Index, raw: RawResource, name: str, companion: str) -> Any:
    """An inline block of the old style: data, Unknown, or None where it is not there.

    A plan shows these attributes as read back from the bucket even where nobody writes them;
    what was read back is stale when the plan deletes the companion that made it so.
    """
    found = raw.raw(name)
    if found is None or found == []:
        return None
    return None if raw.references and name not in raw.references and index.was(raw, companion) else found


def noncurrent_of(index: Index, raw: RawResource) -> Noncurrent:
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
    """The shortest rule decides. What is not known never hides a number that is."""
    rules = source.blocks(path)
    if isinstance(rules, Unknown):
        return _doubtful(rules.expression, source)
    if not rules and left_out(source, path):
        return _doubtful(LATER, source)
    shortest: Value[int] = absent("noncurrent_version_expiration", source.where)
    keep: Value[int] = absent("newer_noncurrent_versions", source.where)
    transition: Value[bool] = absent("transition", source.where)
    doubt: Value[Any] | None = None
    everywhere = switched = False
    for number, rule in enumerate(rules):
        if "*" in rule:
            doubt = doubt or unknown(rule["*"].expression, path, source.where)
            continue
        on = _enabled(source, f"{path}.{number}")
        if on.is_false:
            continue
        transition = _transition(source, f"{path}.{number}", on, transition)
        here = f"{path}.{number}.noncurrent_version_expiration"
        days = source.number(f"{here}.{days_name}")
        if days.absent:
            days = source.number(f"{here}.days")
        if days.absent or _only_locks(source, f"{path}.{number}"):
            continue
        everywhere = everywhere or _whole(source, f"{path}.{number}")
        if days.unknown or on.unknown:
            doubt = doubt or (days if days.unknown else unknown(on.note, here, on.where))
            switched = switched or on.unknown
        elif not shortest.known or (days.data or 0) < (shortest.data or 0):
            shortest, keep = days, source.number(f"{here}.newer_noncurrent_versions")
    if doubt is not None and not shortest.known:
        shortest = doubt
    lifecycle = stated(bool(rules), path, source.where) if doubt is None or (shortest is doubt and not switched) else doubt
    return Noncurrent(
        expires_days=shortest,
        keep_versions=keep,
        transition=transition,
        lifecycle=lifecycle,
        partial=not shortest.absent and not everywhere,
    )


def _transition(source: RawResource, path: str, on: Value[bool], before: Value[bool]) -> Value[bool]:
    """Whether a rule, or one before it, moves data to cheaper storage."""
    for name in ("transition", "noncurrent_version_transition"):
        moved = source.blocks(f"{path}.{name}")
        if before.is_true:
            break
        if isinstance(moved, Unknown) or (moved and on.unknown):
            before = unknown(moved.expression if isinstance(moved, Unknown) else on.note, name, source.where)
        elif moved:
            before = stated(True, name, source.locate(f"{path}.{name}"))
    return before


def _only_locks(source: RawResource, path: str) -> bool:
    """Whether a rule is for the lock files of a state backend, whose versions are worth nothing."""
    prefixes = [source.raw(f"{path}.{name}") for name in ("prefix", "filter.prefix", "filter.and.prefix")]
    return any(isinstance(prefix, str) and (prefix.endswith(".tflock") or ".pulumi/locks" in prefix) for prefix in prefixes)


def _enabled(source: RawResource, path: str) -> Value[bool]:
    """Companions say ``status = "Enabled"``, inline blocks ``enabled = true``."""
    status = source.text(f"{path}.status")
    if not status.absent:
        return status.map(lambda word: word == "Enabled")
    return source.boolean(f"{path}.enabled", True)


def replicas_of(index: Index, raw: RawResource) -> tuple[Value[bool], list[Replica]]:
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
    if not rules and left_out(source, path):
        return unknown(LATER, path, source.where), []
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
    names = (
        "prefix",
        "filter.prefix",
        "filter.tag",
        "filter.and",
        "filter.tags",
        "tags",
        "filter.object_size_greater_than",
        "filter.object_size_less_than",
    )
    found = {name: source.raw(f"{path}.{name}") for name in names}
    if isinstance(found["prefix"], Unknown) and found["prefix"].expression == "a dynamic block":
        del found["prefix"]  # the old attribute is computed: a plan does not know it where nobody writes it
    return all(value in (None, "", 0, [], {}) for value in found.values())


def _target(index: Index, source: RawResource, path: str) -> tuple[str, Value[str]]:
    """The destination bucket's address and region."""
    raw = source.raw(path)
    where: Location | None = source.locate(path)
    if isinstance(raw, Unknown):
        found, exact = index.reach(raw, "aws_s3_bucket")
        if exact and found:
            return found[0].address, region_of(found[0])
        return "", unknown(raw.expression, path, where)
    if raw is None:
        return "", absent(path, where)
    name = str(raw).rsplit(":", 1)[-1]
    for kind in ("aws_s3_bucket", ELSEWHERE):
        for bucket in index.named(name, kind, ("bucket", "id")):
            return bucket.address, region_of(bucket)
    return name, unknown(f"the region of bucket {name}, which is not in this input", path, where)
