"""From which copies a declared store could be restored, in words: its own backups, those of backup plans, versions, replicas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.estate import Bucket, Database, PlanRule, Secret, StateBackend, Store, Subject, Volume
from recoverable.model.values import Value


def copies_of(subject: Subject) -> Iterator[str]:
    """The copies; nothing where none is declared. What cannot be known before apply is named as such."""
    if isinstance(subject, Database):
        yield from _of_database(subject)
    elif isinstance(subject, Bucket):
        yield from _of_bucket(subject)
    elif isinstance(subject, Volume):
        yield from _own(subject.own_backups, subject.retention_days, "days")
    elif isinstance(subject, Secret):
        kept = subject.recovery_days
        yield f"its versions; a deleted secret for {_count(kept.data)}" if kept.known else "its versions"
    elif isinstance(subject, StateBackend):
        yield from _of_state(subject)
    if isinstance(subject, Store):
        yield from _of_plans(subject)


def _of_database(database: Database) -> Iterator[str]:
    region = f" in {database.region.data}" if database.region.known else ""
    for text in _own(database.backups, database.retention_days, database.retention_unit):
        yield text + region
    if database.pitr.is_true:
        days = database.pitr_days
        yield (
            f"any moment of the last {_count(days.data)} (point-in-time recovery)" if days.known else "any moment (point-in-time recovery)"
        )
    elif database.pitr.unknown:
        yield "point-in-time recovery: unknown before apply"
    if database.second_region.is_true:
        yield "its backups in a second region"


def _own(backups: Value[bool], days: Value[int], unit: str) -> Iterator[str]:
    if days.unknown or (backups.unknown and not days.known):
        yield "backups of its own: unknown before apply"
    elif days.known and days.data and not (backups.known and not backups.data):
        yield f"backups of its own, {_count(days.data, unit)}"
    elif backups.is_true and not days.known:
        yield "backups of its own"


def _of_bucket(bucket: Bucket) -> Iterator[str]:
    if bucket.versioning.is_true:
        days = bucket.noncurrent.expires_days
        yield (
            f"noncurrent versions, {_count(days.data)}"
            if days.known
            else "noncurrent versions" + _unsure(days, ", for a time unknown before apply")
        )
    elif bucket.versioning.unknown:
        yield "noncurrent versions: unknown before apply"
    if bucket.soft_delete_days.known and bucket.soft_delete_days.data:
        yield f"soft-deleted objects, {_count(bucket.soft_delete_days.data)}"
    for each in bucket.replicas:
        if not each.enabled.is_false:
            region = f" in {each.target_region.data}" if each.target_region.known else ""
            part = "" if each.whole_bucket else ", of a part of it"
            yield f"replica {each.target or 'bucket'}{region}{part}{_unsure(each.enabled, ': unknown before apply')}"


def _of_state(state: StateBackend) -> Iterator[str]:
    if state.versioned.is_true:
        yield "versions of its objects"
    elif state.versioned.unknown:
        yield "versions: unknown before apply"
    elif state.versioned.absent:
        yield "versions, if its bucket keeps them: it is declared elsewhere"


def _of_plans(store: Store) -> Iterator[str]:
    for rule in store.plans:
        yield from _of_rule(rule)
    if store.plans_unknown:
        yield f"a backup plan that may select it ({store.plans_unknown})"


def _of_rule(rule: PlanRule) -> Iterator[str]:
    kept = (
        f", {_count(rule.delete_days.data)}" if rule.delete_days.known else _unsure(rule.delete_days, ", for a time unknown before apply")
    )
    yield f"backup plan {rule.plan or rule.address}: vault {rule.vault or 'unnamed'}{kept}"
    for vault, region, days in zip(rule.copies, rule.copy_regions, rule.copy_days, strict=False):
        name = vault.data if vault.known else "in another vault"
        place = f" in {region.data}" if region.known else ""
        yield f"copy of it: {name}{place}" + (f", {_count(days.data)}" if days.known else "")


def _count(number: int | None, unit: str = "days") -> str:
    return f"1 {unit.removesuffix('s')}" if number == 1 else f"{number} {unit}"


def _unsure(value: Value[Any], text: str) -> str:
    return text if value.unknown else ""
