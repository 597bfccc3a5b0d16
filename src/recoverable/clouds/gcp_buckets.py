"""Cloud Storage buckets: the provider keeps everything but IAM in one resource.

Defaults: terraform-provider-google 7.x documentation of ``google_storage_bucket``. Cloud Storage
answers TLS only (https://cloud.google.com/storage/docs/encryption), so there is no ``tls`` feature.
"""

from __future__ import annotations

from typing import Any

from recoverable.clouds.common import key_of, lifecycle_meta
from recoverable.clouds.gcp_bucket_access import ACCESS_TYPES, LOG_TYPES, log_targets, public_of
from recoverable.clouds.gcp_common import AT_REST, google_fields, is_set, location_of, seconds, target_of, whole_days
from recoverable.clouds.index import Index
from recoverable.model.estate import Bucket, Estate, Lock, Noncurrent, Replica
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, absent, default, stated, unknown

BUCKET, TRANSFER = "google_storage_bucket", "google_storage_transfer_job"
TYPES = frozenset({BUCKET, TRANSFER}) | ACCESS_TYPES | LOG_TYPES
FEATURES = frozenset({"versioning", "encryption", "lock", "noncurrent", "public", "force-destroy", "transition", "soft-delete", "location"})
WIDE_LOCATIONS = frozenset({"us", "eu", "asia", "nam4", "eur4", "eur5", "eur7", "eur8", "asia1"})
"""Multi-regions and predefined dual-regions: https://cloud.google.com/storage/docs/locations"""
SOFT_DELETE = f"{BUCKET}: soft delete keeps deleted objects 7 days (604800 s) by default"
PARTIAL = ("matches_prefix", "matches_suffix", "matches_storage_class")


def add_buckets(index: Index, estate: Estate) -> None:
    """Map every Cloud Storage bucket of the input."""
    buckets = index.of_type(BUCKET)
    if not buckets:
        return
    logs, copies = log_targets(index), _copies(index)
    targets = {item.sink.address: item.job for items in copies.values() for item in items if item.sink is not None}
    for raw in buckets:
        estate.buckets.append(_bucket(index, raw, logs, targets, copies.get(raw.address, [])))


def _bucket(index: Index, raw: RawResource, logs: dict[str, str], targets: dict[str, str], copies: list[_Copy]) -> Bucket:
    role, reason = "primary", ""
    name = raw.attrs.get("name")
    if raw.address in targets:
        role, reason = "replica-target", f"{targets[raw.address]} copies into it"
    elif hit := logs.get(raw.address) or (logs.get(name) if isinstance(name, str) else None):
        role, reason = "log", f"{hit} writes logs into it"
    replicas = [item.replica for item in copies]
    bucket = Bucket(
        kind="gcs-bucket",
        role=role,
        role_reason=reason,
        features=FEATURES,
        name=raw.text("name"),
        encrypted=default(True, "encryption", raw.where, AT_REST),
        kms_key=key_of(raw, "encryption.default_kms_key_name"),
        versioning=raw.boolean("versioning.enabled", False, f"{BUCKET}: default false"),
        lock=_lock(raw),
        replicas=replicas,
        replication=stated(True, TRANSFER, replicas[0].where) if replicas else default(False, TRANSFER, raw.where, "none is declared"),
        noncurrent=_noncurrent(raw),
        public=public_of(index, raw),
        force_destroy=raw.boolean("force_destroy", False, f"{BUCKET}: default false"),
        soft_delete_days=whole_days(raw.value("soft_delete_policy.retention_duration_seconds", 604800, SOFT_DELETE)),
        multi_region=_multi_region(raw),
        turbo_replication=raw.text("rpo", "DEFAULT", f"{BUCKET}: default replication").map(lambda word: word == "ASYNC_TURBO"),
        prevent_destroy=lifecycle_meta(raw),
        **google_fields(raw, region=_location(raw)),
    )
    bucket.fixes = {
        "versioning": "Add versioning { enabled = true }.",
        "kms-key": "Add encryption { default_kms_key_name } with a Cloud KMS key in the bucket's location.",
        "lock": "Add retention_policy { retention_period }; is_locked = true cannot be undone.",
        "noncurrent": "Add a lifecycle_rule that deletes by days_since_noncurrent_time.",
        "transition": "Add a lifecycle_rule with action SetStorageClass, or autoclass { enabled = true }.",
        "public": 'Set public_access_prevention = "enforced".',
        "soft-delete": "Set soft_delete_policy { retention_duration_seconds = 604800 } or more.",
        "location": "Create it in a multi-region or dual-region (the location of a bucket cannot be changed), or copy it by a transfer job.",
    }
    return bucket


def _location(raw: RawResource) -> Value[str]:
    place = location_of(raw)
    return default("us", "location", raw.where, "Cloud Storage creates buckets in US by default") if place.absent else place


def _multi_region(raw: RawResource) -> Value[bool]:
    """A multi-region or dual-region keeps objects in two regions; anything else in one."""
    regions = raw.raw("custom_placement_config.data_locations")
    path = "custom_placement_config.data_locations"
    if isinstance(regions, list) and len(regions) > 1:
        return stated(True, path, raw.locate(path), "a dual-region")
    if isinstance(regions, Unknown) or isinstance(raw.raw("custom_placement_config"), Unknown):
        return unknown(raw.value(path).note, path, raw.locate(path))
    place = _location(raw)
    if not place.known:
        return unknown(place.note, "location", place.where)
    return Value(place.kind, place.data in WIDE_LOCATIONS, "location", place.where, f"location {place.data}")


def _lock(raw: RawResource) -> Lock:
    """A retention policy; locking it cannot be undone."""
    blocks = raw.blocks("retention_policy")
    path = "retention_policy.retention_period"
    if isinstance(blocks, Unknown):
        doubt: Value[Any] = unknown(blocks.expression, "retention_policy", raw.where)
        return Lock(enabled=doubt, mode=doubt, days=doubt)
    if not blocks:
        return Lock(enabled=absent("retention_policy", raw.where), mode=absent("retention_policy.is_locked"), days=absent(path))
    days = whole_days(raw.value(path))
    locked = raw.boolean("retention_policy.is_locked", False, f"{BUCKET}: default false")
    enabled = stated(True, "retention_policy", raw.locate("retention_policy"))
    return Lock(enabled=enabled, mode=locked.map(lambda on: "locked" if on else "unlocked"), days=days)


def _noncurrent(raw: RawResource) -> Noncurrent:
    """What the lifecycle rules delete and move: conditions of one rule must all hold, and the shortest rule decides.

    What is not known never hides a number that is.
    """
    rules = raw.blocks("lifecycle_rule")
    if isinstance(rules, Unknown):
        return _doubtful(rules.expression, raw)
    shortest: Value[int] = absent("lifecycle_rule", raw.where)
    keep: Value[int] = absent("lifecycle_rule", raw.where)
    doubt: Value[Any] | None = None
    everywhere = False
    auto = raw.boolean("autoclass.enabled")
    transition: Value[bool] = auto if auto.is_true or auto.unknown else absent("lifecycle_rule", raw.where)
    for number, rule in enumerate(rules):
        path = f"lifecycle_rule.{number}"
        action = raw.text(f"{path}.action.type")
        if "*" in rule or action.unknown:
            doubt = doubt or unknown(rule["*"].expression if "*" in rule else action.note, path, raw.where)
            transition = transition if transition.is_true else doubt
            continue
        if action.data == "SetStorageClass" and not transition.is_true:
            transition = stated(True, path, raw.locate(path))
        if action.data != "Delete" or _only_locks(raw, f"{path}.condition"):
            continue
        days, versions = _deletes(raw, f"{path}.condition")
        if days.unknown:
            doubt = doubt or days
        elif days.known and not (shortest.known and (days.data or 0) >= (shortest.data or 0)):
            shortest, keep = days, versions
        everywhere = everywhere or not (days.absent or any(is_set(raw, f"{path}.condition.{name}") for name in PARTIAL))
    if doubt is not None and not shortest.known:
        shortest = keep = doubt
    lifecycle = stated(bool(rules), "lifecycle_rule", raw.where) if doubt is None or shortest is doubt else doubt
    partial = shortest.known and not everywhere
    return Noncurrent(expires_days=shortest, keep_versions=keep, transition=transition, lifecycle=lifecycle, partial=partial)


def _only_locks(raw: RawResource, path: str) -> bool:
    """Whether a rule is for the lock files of a state backend, whose versions are worth nothing."""
    suffixes, prefixes = raw.raw(f"{path}.matches_suffix"), raw.raw(f"{path}.matches_prefix")
    locks = [str(each).endswith(".tflock") for each in suffixes] if isinstance(suffixes, list) else []
    locks += [".pulumi/locks" in str(each) for each in prefixes] if isinstance(prefixes, list) else []
    return bool(locks) and all(locks)


def _doubtful(note: str, raw: RawResource) -> Noncurrent:
    doubt: Value[Any] = unknown(note, "lifecycle_rule", raw.where)
    return Noncurrent(expires_days=doubt, keep_versions=doubt, transition=doubt, lifecycle=doubt)


def _deletes(raw: RawResource, path: str) -> tuple[Value[int], Value[int]]:
    """After how many days a Delete rule takes noncurrent versions, and how many newer ones it keeps.

    Only ``days_since_noncurrent_time`` counts from when a version became noncurrent. ``age`` counts from its creation, so one that is older
    goes on the day it is overwritten; the other conditions ask for no age at all.
    https://cloud.google.com/storage/docs/lifecycle#conditions
    """
    state = raw.text(f"{path}.with_state")
    if state.data == "LIVE":
        return absent(path), absent(path)
    if state.unknown:
        return unknown(state.note, state.path, state.where), absent(path)
    versions = _positive(raw, f"{path}.num_newer_versions")
    days = _positive(raw, f"{path}.days_since_noncurrent_time")
    if not days.absent:
        return days, versions
    age = _positive(raw, f"{path}.age")
    wanted = f"{path}.days_since_noncurrent_time"
    if versions.unknown or (versions.absent and age.unknown):
        return (versions if versions.unknown else age), versions
    if versions.known:
        return _at_once(
            versions, wanted, f"num_newer_versions alone deletes a version as soon as {versions.data} newer ones are there"
        ), versions
    if age.known:
        note = f"age counts from the creation of a version: one that is older than {age.data} days when it is overwritten goes at once"
        return _at_once(age, wanted, note), versions
    before = raw.text(f"{path}.noncurrent_time_before")
    if not before.absent:
        return _at_once(before, wanted, "noncurrent_time_before deletes every version that became noncurrent before it"), versions
    if state.data == "ARCHIVED" and not is_set(raw, f"{path}.created_before") and not is_set(raw, f"{path}.custom_time_before"):
        return _at_once(state, wanted, "with_state = ARCHIVED alone deletes every noncurrent version"), versions
    return absent(path), versions


def _at_once(condition: Value[Any], path: str, note: str) -> Value[int]:
    """No days at all, for a condition that does not count them; ``path`` is the one that would."""
    return Value(condition.kind, 0 if condition.known else None, path, condition.where, note if condition.known else condition.note)


def _positive(raw: RawResource, path: str) -> Value[int]:
    """The provider leaves a condition of 0 out, unless ``send_…_if_zero`` says otherwise."""
    value = raw.number(path)
    head, _, name = path.rpartition(".")
    if value.known and value.data == 0 and not raw.boolean(f"{head}.send_{name}_if_zero", False).is_true:
        return absent(path, value.where)
    return value


class _Copy:
    """One transfer job that copies a bucket into another."""

    def __init__(self, job: RawResource, sink: RawResource | None, path: str) -> None:
        self.job = job.address
        self.sink = sink
        place = (
            _location(sink)
            if sink
            else unknown(f"the location of the bucket {job.address} copies to, which is not in this input", path, job.where)
        )
        self.replica = Replica(
            enabled=job.text("status", "ENABLED", f"{TRANSFER}: default ENABLED").map(lambda word: word == "ENABLED"),
            target=sink.address if sink else "",
            target_region=place,
            time_control=absent(path, job.where),
            where=job.where,
        )


def _copies(index: Index) -> dict[str, list[_Copy]]:
    """Transfer jobs between buckets, by the address of the source."""
    found: dict[str, list[_Copy]] = {}
    for job in index.of_type(TRANSFER):
        for spec in ("replication_spec", "transfer_spec"):
            if not is_set(job, f"{spec}.gcs_data_source") or (spec == "transfer_spec" and not _repeats(job)):
                continue
            source = target_of(index, job, f"{spec}.gcs_data_source.bucket_name", BUCKET)
            sink = target_of(index, job, f"{spec}.gcs_data_sink.bucket_name", BUCKET)
            if source is not None:
                found.setdefault(source.address, []).append(_Copy(job, sink, spec))
    return found


def _repeats(job: RawResource) -> bool:
    """A job with a start date and no end date repeats every day, or as often as it says."""
    if is_set(job, "event_stream"):
        return True
    every = seconds(job.text("schedule.repeat_interval", "86400s"))
    return is_set(job, "schedule") and not is_set(job, "schedule.schedule_end_date") and (not every.known or (every.data or 0) > 0)
