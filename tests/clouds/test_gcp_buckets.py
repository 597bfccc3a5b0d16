"""Cloud Storage buckets: every mapped attribute stated, absent, by default and unknown."""

from __future__ import annotations

import json
from typing import Any

import pytest

from recoverable.model.estate import Bucket
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind
from tests.clouds.gcp_builders import as_pulumi, estate_of, plan_estate, res, unk

ADDRESS = "google_storage_bucket.b"


def raw_bucket(shape: str = "terraform", **attrs: Any) -> RawResource:
    """A bucket in the EU."""
    body = {"name": "acme-b", "location": "EU"} | attrs
    return res(ADDRESS, **(as_pulumi(body) if shape == "pulumi" else body))


def one(*more: RawResource, shape: str = "terraform", **attrs: Any) -> Bucket:
    """The bucket, with companions."""
    return estate_of(raw_bucket(shape, **attrs), *more).buckets[0]


@pytest.mark.parametrize("shape", ["terraform", "pulumi"])
def test_versioning(shape: str) -> None:
    assert one(shape=shape, versioning=[{"enabled": True}]).versioning.is_true
    assert one(shape=shape, versioning=[{"enabled": False}]).versioning.is_false
    assert one().versioning.kind is Kind.DEFAULT
    assert one(versioning=unk()).versioning.unknown


@pytest.mark.parametrize("shape", ["terraform", "pulumi"])
@pytest.mark.parametrize(("locked", "mode"), [(True, "locked"), (False, "unlocked"), (None, "unlocked")])
def test_retention_policy(shape: str, locked: bool | None, mode: str) -> None:
    policy: dict[str, Any] = {"retention_period": "2592000"} | ({} if locked is None else {"is_locked": locked})
    lock = one(shape=shape, retention_policy=[policy]).lock
    assert (lock.enabled.data, lock.mode.data, lock.days.data) == (True, mode, 30)


def test_retention_policy_absent_and_unknown() -> None:
    assert one().lock.enabled.absent
    assert one().lock.days.absent
    assert one(retention_policy=unk()).lock.enabled.unknown
    assert one(retention_policy=[{"retention_period": unk()}]).lock.days.unknown
    assert one(retention_policy=[{"retention_period": 90000}]).lock.days.data == 1


@pytest.mark.parametrize("shape", ["terraform", "pulumi"])
@pytest.mark.parametrize(("length", "days"), [(0, 0), (604800, 7), (7776000, 90), ("604800", 7)])
def test_soft_delete_stated(shape: str, length: Any, days: int) -> None:
    value = one(shape=shape, soft_delete_policy=[{"retention_duration_seconds": length}]).soft_delete_days
    assert (value.kind, value.data) == (Kind.STATED, days)


def test_soft_delete_default_and_unknown() -> None:
    assert (one().soft_delete_days.kind, one().soft_delete_days.data) == (Kind.DEFAULT, 7)
    assert one(soft_delete_policy=[{}]).soft_delete_days.data == 7
    assert one(soft_delete_policy=unk()).soft_delete_days.unknown
    assert one(soft_delete_policy=[{"retention_duration_seconds": unk()}]).soft_delete_days.unknown


@pytest.mark.parametrize(
    ("location", "wide"),
    [("EU", True), ("us", True), ("ASIA", True), ("NAM4", True), ("EUR4", True), ("EUROPE-WEST1", False), (unk(), None)],
)
def test_location(location: Any, wide: bool | None) -> None:
    assert one(location=location).multi_region.data is wide


def test_dual_region_of_ones_own() -> None:
    assert one(location="EUROPE-WEST1", custom_placement_config=[{"data_locations": ["A", "B"]}]).multi_region.is_true
    assert one(location="EUROPE-WEST1", custom_placement_config=[]).multi_region.is_false
    assert one(location="EUROPE-WEST1", custom_placement_config=unk()).multi_region.unknown
    assert one(location=None).multi_region.is_true
    assert one(location="EUROPE-WEST1").region.data == "europe-west1"


def test_turbo_replication() -> None:
    assert one(rpo="ASYNC_TURBO").turbo_replication.is_true
    assert one().turbo_replication.is_false
    assert one(rpo=unk()).turbo_replication.unknown


def test_encryption() -> None:
    assert one().encrypted.is_true
    assert one().kms_key.absent
    assert one(encryption=[{"default_kms_key_name": "k"}]).kms_key.data == "k"
    assert one(encryption=unk()).kms_key.unknown


def test_force_destroy_and_labels() -> None:
    assert one().force_destroy.is_false
    assert one(force_destroy=True).force_destroy.is_true
    assert one(force_destroy=unk()).force_destroy.unknown
    assert one(labels={"environment": "prod"}).tags == {"environment": "prod"}
    assert "tls" not in one().features


def test_private_by_default_and_shut() -> None:
    assert (one().public.kind, one().public.data) == (Kind.DEFAULT, False)
    assert one(member("allUsers"), public_access_prevention="enforced").public.is_false
    assert one(public_access_prevention=unk()).public.unknown
    assert one(predefined_acl="publicRead").public.is_true


def member(who: Any, bucket: Any = "acme-b") -> RawResource:
    """One IAM member."""
    return res("google_storage_bucket_iam_member.m", bucket=bucket, role="roles/storage.objectViewer", member=who)


POLICY = json.dumps({"bindings": [{"role": "r", "members": ["allUsers"]}]})
LINK = unk("google_storage_bucket.b.name", f"{ADDRESS}.name")


@pytest.mark.parametrize(
    "grant",
    [
        member("allUsers"),
        member("allAuthenticatedUsers", LINK),
        res("google_storage_bucket_iam_binding.b", bucket=LINK, members=["user:a@b.c", "allUsers"]),
        res("google_storage_bucket_iam_policy.p", bucket="acme-b", policy_data=POLICY),
        res("google_storage_bucket_acl.a", bucket="acme-b", predefined_acl="publicRead"),
        res("google_storage_bucket_acl.a", bucket="acme-b", role_entity=["OWNER:project-owners-1", "READER:allUsers"]),
        res("google_storage_bucket_acl.a", bucket="acme-b", role_entities=["READER:allUsers"]),  # as Pulumi names it
        res("google_storage_default_object_acl.d", bucket="acme-b", role_entity=["READER:allUsers"]),
        res("google_storage_default_object_acl.d", bucket="acme-b", role_entities=["READER:allUsers"]),
        res("google_storage_bucket_access_control.c", bucket="acme-b", entity="allUsers"),
        res("google_storage_default_object_access_control.c", bucket="acme-b", entity="allAuthenticatedUsers"),
    ],
)
def test_grants_to_everyone(grant: RawResource) -> None:
    value = one(grant).public
    assert value.is_true
    assert value.note


@pytest.mark.parametrize(
    ("grant", "doubt"),
    [
        (member("user:a@b.c"), False),
        (member("allUsers", "other-bucket"), False),
        (member(unk("google_service_account.a.email", "google_service_account.a.email")), False),
        (member(unk("var.who")), True),
        (member("allUsers", unk("var.bucket")), True),
        (res("google_storage_bucket_iam_policy.p", bucket="acme-b", policy_data='{"bindings": []}'), False),
    ],
)
def test_grants_to_some(grant: RawResource, doubt: bool) -> None:
    value = one(grant).public
    assert value.unknown is doubt
    assert not value.is_true


def rule(action: str = "Delete", **condition: Any) -> dict[str, Any]:
    """One lifecycle rule."""
    return {"action": [{"type": action}], "condition": [condition]}


@pytest.mark.parametrize("shape", ["terraform", "pulumi"])
@pytest.mark.parametrize(
    ("rules", "days", "keep"),
    [
        ([rule(days_since_noncurrent_time=30)], 30, None),
        ([rule(days_since_noncurrent_time=30, num_newer_versions=3)], 30, 3),
        ([rule(num_newer_versions=3)], 0, 3),
        ([rule(age=90)], 0, None),  # age counts from creation: an old version goes when it is overwritten
        ([rule(age=90, with_state="LIVE")], None, None),
        ([rule(age=90, with_state="ARCHIVED")], 0, None),
        ([rule(with_state="ARCHIVED")], 0, None),
        ([rule(with_state="ARCHIVED", created_before="2020-01-01")], None, None),
        ([rule(noncurrent_time_before="2035-01-01")], 0, None),
        ([rule(days_since_noncurrent_time=30), rule(days_since_noncurrent_time=10)], 10, None),
        ([rule(days_since_noncurrent_time=0, num_newer_versions=0, age=0)], None, None),
        ([rule(days_since_noncurrent_time=0, send_days_since_noncurrent_time_if_zero=True)], 0, None),
        ([rule(days_since_noncurrent_time=1, matches_prefix=["tmp/"])], 1, None),
        ([rule(days_since_noncurrent_time=1, matches_suffix=[".tflock"])], None, None),
        ([rule(days_since_noncurrent_time=1, matches_prefix=[".pulumi/locks/"])], None, None),
        ([rule("SetStorageClass", days_since_noncurrent_time=5)], None, None),
        ([], None, None),
    ],
)
def test_noncurrent_versions(shape: str, rules: list[dict[str, Any]], days: int | None, keep: int | None) -> None:
    found = one(shape=shape, lifecycle_rule=rules).noncurrent
    assert (found.expires_days.data, found.keep_versions.data) == (days, keep)
    assert found.lifecycle.data is bool(rules)


def test_noncurrent_versions_unknown() -> None:
    assert one(lifecycle_rule=unk()).noncurrent.lifecycle.unknown
    assert one(lifecycle_rule=[unk()]).noncurrent.expires_days.unknown
    assert one(lifecycle_rule=[rule(days_since_noncurrent_time=unk())]).noncurrent.expires_days.unknown
    mixed = [rule(days_since_noncurrent_time=unk()), rule(days_since_noncurrent_time=400)]
    for rules in (mixed, list(reversed(mixed))):
        found = one(lifecycle_rule=rules).noncurrent
        assert (found.expires_days.data, found.lifecycle.unknown) == (400, True)


def test_a_state_that_is_not_known_decides_whether_a_rule_is_for_versions() -> None:
    assert one(lifecycle_rule=[rule(age=10, with_state=unk())]).noncurrent.expires_days.unknown


def test_a_rule_for_some_objects_leaves_the_others_for_ever() -> None:
    assert one(lifecycle_rule=[rule(days_since_noncurrent_time=40, matches_prefix=["tmp/"])]).noncurrent.partial
    assert not one(lifecycle_rule=[rule(days_since_noncurrent_time=40)]).noncurrent.partial


def test_cheaper_storage() -> None:
    assert one(lifecycle_rule=[rule("SetStorageClass", age=30)]).noncurrent.transition.is_true
    assert one(autoclass=[{"enabled": True}]).noncurrent.transition.is_true
    assert one().noncurrent.transition.absent
    assert one(autoclass=[{"enabled": unk()}]).noncurrent.transition.unknown


COPY = res("google_storage_bucket.copy", name="acme-copy", location="EUROPE-NORTH1")


def job(spec: str = "replication_spec", **attrs: Any) -> RawResource:
    """A transfer job from the bucket to its copy."""
    body = {"gcs_data_source": [{"bucket_name": LINK}], "gcs_data_sink": [{"bucket_name": "acme-copy"}]}
    return res("google_storage_transfer_job.j", **{spec: [body]}, **attrs)


def test_a_transfer_job_is_a_replica() -> None:
    estate = estate_of(raw_bucket(location="EUROPE-WEST1"), COPY, job())
    source, copy = estate.buckets
    assert (source.replicas[0].enabled.data, source.replicas[0].target, source.replicas[0].target_region.data) == (
        True,
        COPY.address,
        "europe-north1",
    )
    assert (source.role, copy.role) == ("primary", "replica-target")
    assert source.replication.is_true
    assert one(COPY, job(status="DISABLED")).replicas[0].enabled.is_false
    assert one(job()).replicas[0].target_region.unknown


def test_only_a_job_that_repeats_counts() -> None:
    start = {"schedule_start_date": [{"year": 2026, "month": 1, "day": 1}]}
    assert one(COPY, job("transfer_spec", schedule=[start])).replicas
    assert not one(COPY, job("transfer_spec", schedule=[start | {"schedule_end_date": start["schedule_start_date"]}])).replicas
    assert not one(COPY, job("transfer_spec")).replicas


@pytest.mark.parametrize(
    "writer",
    [
        res("google_storage_bucket.w", name="w", location="EU", logging=[{"log_bucket": "acme-b"}]),
        res("google_storage_bucket.w", name="w", location="EU", logging=[{"log_bucket": LINK}]),
        res("google_logging_project_sink.s", destination="storage.googleapis.com/acme-b"),
        res("google_logging_organization_sink.s", destination=LINK),
    ],
)
def test_log_buckets(writer: RawResource) -> None:
    assert one(writer).role == "log"


def test_other_sinks_make_no_log_bucket() -> None:
    assert one(res("google_logging_project_sink.s", destination="bigquery.googleapis.com/projects/p/datasets/acme-b")).role == "primary"


def test_real_plan_own_g1() -> None:
    bucket = plan_estate("pairs/own-g1/plan.json").buckets[0]
    assert (bucket.versioning.data, bucket.soft_delete_days.data, bucket.multi_region.data) == (True, 0, True)
    assert bucket.soft_delete_days.kind is Kind.STATED
    assert bucket.public.is_false
