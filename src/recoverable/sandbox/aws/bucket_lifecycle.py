"""S3 lifecycle rules: what moves to cheaper classes, and when what expires."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from recoverable.sandbox.aws.bucket_settings import BucketSetting, each
from recoverable.sandbox.aws.calls import said
from recoverable.sandbox.aws.tagging import as_list, as_map
from recoverable.sandbox.provider.handler import Refusal, RefusedError, Values
from recoverable.sandbox.provider.wire import UNKNOWN

CLASSES = ("STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
WARM = ("STANDARD_IA", "ONEZONE_IA")
STAY = 30  # days that an object is billed for in those; https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
ACTIONS = ("transitions", "expiration", "noncurrentVersionTransitions", "noncurrentVersionExpiration", "abortIncompleteMultipartUpload")


class BucketLifecycle(BucketSetting):
    """``aws.s3.BucketLifecycleConfiguration``."""

    token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    missing = ("NoSuchLifecycleConfiguration",)

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """What S3 answers with InvalidArgument or MalformedXML."""
        if not inputs.get("rules"):
            yield Refusal("rules", "a lifecycle configuration needs a rule")
        rules = each(inputs, "rules")
        names = [rule["id"] for _, rule in rules if rule["id"] != UNKNOWN]
        for path, rule in rules:
            if names.count(rule["id"]) > 1:
                yield Refusal(f"{path}.id", f"{rule['id']} is the id of two rules")
            if rule["status"] not in ("Enabled", "Disabled", UNKNOWN):
                yield Refusal(f"{path}.status", f"{rule['status']} is none of Enabled, Disabled")
            if not any(rule.get(action) for action in ACTIONS):
                yield Refusal(path, "at least one action needs to be specified in a rule")
            yield from _of_versions(rule, path, "transitions", "expiration", "days")
            yield from _of_versions(rule, path, "noncurrentVersionTransitions", "noncurrentVersionExpiration", "noncurrentDays")
            yield from _of_markers(rule, path)
            yield from of_filter(rule, path)

    def put(self, s3: Any, bucket: str, inputs: Values) -> None:
        """Set all rules."""
        if s3.get_bucket_versioning(Bucket=bucket).get("MFADelete") == "Enabled":
            raise RefusedError("InvalidBucketState: a bucket with MFA delete takes no lifecycle configuration")
        rules = {"Rules": [as_sent(rule) for rule in inputs["rules"]]}
        minimum = inputs.get("transitionDefaultMinimumObjectSize")
        s3.put_bucket_lifecycle_configuration(
            Bucket=bucket, LifecycleConfiguration=rules, **said(TransitionDefaultMinimumObjectSize=minimum)
        )

    def get(self, s3: Any, bucket: str) -> Values | None:
        """All rules, as the provider writes them."""
        got = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
        return said(
            rules=[as_shown(rule) for rule in got["Rules"]],
            transitionDefaultMinimumObjectSize=got.get("TransitionDefaultMinimumObjectSize"),
        )

    def remove(self, s3: Any, bucket: str, held: Values) -> None:
        """Nothing expires any more."""
        s3.delete_bucket_lifecycle(Bucket=bucket)


def _of_versions(rule: Values, path: str, moves: str, ends: str, days: str) -> Iterator[Refusal]:
    """The order of a rule's days: warm classes after 30, colder ones 30 later, the end after the last move."""
    steps, end = rule.get(moves) or [], rule.get(ends) or {}
    if UNKNOWN in (steps, end):
        return
    known = [step for step in steps if step != UNKNOWN and isinstance(step.get(days), int)]
    warm = [step[days] for step in known if step["storageClass"] in WARM]
    for index, step in enumerate(steps):
        if step == UNKNOWN or step["storageClass"] == UNKNOWN:
            continue
        here = f"{path}.{moves}[{index}]"
        if step["storageClass"] not in CLASSES:
            yield Refusal(f"{here}.storageClass", f"{step['storageClass']} is none of {', '.join(CLASSES)}")
        elif isinstance(step.get(days), int):
            if step["storageClass"] in WARM and step[days] < STAY:
                yield Refusal(f"{here}.{days}", f"{step[days]} is below {STAY} days, from which {step['storageClass']} is possible")
            if step["storageClass"] not in WARM and any(step[days] < first + STAY for first in warm):
                yield Refusal(f"{here}.{days}", f"{step[days]} must be {STAY} days more than the move to {' or '.join(WARM)} ({warm[0]})")
    last = max((step[days] for step in known), default=-1)
    if isinstance(end.get(days), int) and end[days] <= last:
        yield Refusal(f"{path}.{ends}.{days}", f"{end[days]} must be greater than the days of the last transition ({last})")
    if isinstance(end.get(days), int) and end[days] < 1:
        yield Refusal(f"{path}.{ends}.{days}", f"{end[days]} must be a positive number of days")


def _of_markers(rule: Values, path: str) -> Iterator[Refusal]:
    end, kept = rule.get("expiration") or {}, rule.get("noncurrentVersionExpiration") or {}
    if isinstance(end, dict) and end.get("expiredObjectDeleteMarker") is True and (end.get("days") or end.get("date")):
        yield Refusal(f"{path}.expiration.expiredObjectDeleteMarker", "goes with neither days nor a date")
    if isinstance(end, dict) and end.get("days") and end.get("date"):
        yield Refusal(f"{path}.expiration.date", "goes with no days")
    number = kept.get("newerNoncurrentVersions") if isinstance(kept, dict) else None
    if isinstance(number, int) and not 1 <= number <= 100:
        yield Refusal(f"{path}.noncurrentVersionExpiration.newerNoncurrentVersions", f"{number} is not in 1 to 100")


def of_filter(rule: Values, path: str) -> Iterator[Refusal]:
    """A filter says one thing, or several under ``and``; two sizes alone are a range, which the provider takes as one."""
    stated = rule.get("filter")
    if stated is None or stated == UNKNOWN:
        return
    if rule.get("prefix"):
        yield Refusal(f"{path}.prefix", "goes not together with `filter`: state the prefix there")
    words = [name for name in ("and", "prefix", "tag") if stated.get(name)]
    words += ["objectSize"] if {"objectSizeGreaterThan", "objectSizeLessThan"} & stated.keys() else []
    if len(words) > 1:
        yield Refusal(f"{path}.filter", f"states {' and '.join(words)} side by side: put them under `and`")
    if stated.get("and") == {}:
        yield Refusal(f"{path}.filter.and", "says nothing")


def as_sent(rule: Values) -> dict[str, Any]:
    """A rule as S3 takes it."""
    end, kept, abort = rule.get("expiration"), rule.get("noncurrentVersionExpiration"), rule.get("abortIncompleteMultipartUpload")
    prefix = rule.get("prefix") if "filter" not in rule else None
    return said(
        ID=rule["id"],
        Status=rule["status"],
        Prefix=prefix,
        Filter=filter_sent(rule.get("filter") or {}) if prefix is None else None,
        Transitions=[
            said(Days=one.get("days"), Date=one.get("date"), StorageClass=one["storageClass"]) for one in rule.get("transitions") or []
        ]
        or None,
        Expiration=said(Days=end.get("days"), Date=end.get("date"), ExpiredObjectDeleteMarker=end.get("expiredObjectDeleteMarker") or None)
        if end
        else None,
        NoncurrentVersionTransitions=[
            _noncurrent(one, StorageClass=one["storageClass"]) for one in rule.get("noncurrentVersionTransitions") or []
        ]
        or None,
        NoncurrentVersionExpiration=_noncurrent(kept) if kept else None,
        AbortIncompleteMultipartUpload=said(DaysAfterInitiation=abort.get("daysAfterInitiation")) if abort else None,
    )


def _noncurrent(stated: Values, **more: Any) -> dict[str, Any]:
    return said(NoncurrentDays=stated.get("noncurrentDays"), NewerNoncurrentVersions=stated.get("newerNoncurrentVersions"), **more)


def filter_sent(stated: Values) -> dict[str, Any]:
    """A filter as S3 takes it; an empty one means every object."""
    both, tag = stated.get("and"), stated.get("tag")
    if both:
        tags = as_list(both.get("tags")) or None
        return {"And": said(Prefix=both.get("prefix"), Tags=tags, **_sizes_sent(both))}
    if tag:
        return {"Tag": {"Key": tag["key"], "Value": tag["value"]}}
    return _sizes_sent(stated) or {"Prefix": stated.get("prefix", "")}


def _sizes_sent(stated: Values) -> dict[str, Any]:
    return said(ObjectSizeGreaterThan=stated.get("objectSizeGreaterThan"), ObjectSizeLessThan=stated.get("objectSizeLessThan"))


def as_shown(rule: dict[str, Any]) -> Values:
    """A rule as the provider shows it."""
    end, kept, abort = rule.get("Expiration"), rule.get("NoncurrentVersionExpiration"), rule.get("AbortIncompleteMultipartUpload")
    return said(
        id=rule.get("ID"),
        status=rule["Status"],
        prefix=rule.get("Prefix"),
        filter=filter_shown(rule["Filter"]) if "Filter" in rule else None,
        transitions=[
            said(days=one.get("Days"), date=_date(one.get("Date")), storageClass=one["StorageClass"]) for one in rule.get("Transitions", [])
        ]
        or None,
        expiration=said(days=end.get("Days"), date=_date(end.get("Date")), expiredObjectDeleteMarker=end.get("ExpiredObjectDeleteMarker"))
        if end
        else None,
        noncurrentVersionTransitions=[_shown(one, storageClass=one["StorageClass"]) for one in rule.get("NoncurrentVersionTransitions", [])]
        or None,
        noncurrentVersionExpiration=_shown(kept) if kept else None,
        abortIncompleteMultipartUpload=said(daysAfterInitiation=abort.get("DaysAfterInitiation")) if abort else None,
    )


def _shown(got: dict[str, Any], **more: Any) -> Values:
    return said(noncurrentDays=got.get("NoncurrentDays"), newerNoncurrentVersions=got.get("NewerNoncurrentVersions"), **more)


def _date(value: Any) -> str | None:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def filter_shown(got: dict[str, Any]) -> Values:
    """A filter as the provider shows it."""
    both, tag = got.get("And"), got.get("Tag")
    if both:
        return {"and": said(prefix=both.get("Prefix"), tags=as_map(both.get("Tags")) or None, **_sizes_shown(both))}
    if tag:
        return {"tag": {"key": tag["Key"], "value": tag["Value"]}}
    return said(prefix=got.get("Prefix") or None, **_sizes_shown(got))


def _sizes_shown(got: dict[str, Any]) -> Values:
    return said(objectSizeGreaterThan=got.get("ObjectSizeGreaterThan"), objectSizeLessThan=got.get("ObjectSizeLessThan"))
