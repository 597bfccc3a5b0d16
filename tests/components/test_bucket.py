"""Bucket on AWS under Pulumi's mocks: what is asked of the engine, and what the rules say of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pulumi
import pytest

from recoverable.components.bucket import Bucket, BucketArgs, LockMode, ObjectLockArgs, StorageClass, TransitionArgs
from recoverable.components.bucket_checks import CANNOT_BE_UNDONE
from recoverable.components.policy import ProtectionPolicy
from tests.components.bucket_samples import expiry, lifecycle, made, open_questions, permissions, policy_of, program
from tests.components.harness import UNKNOWN, build

KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
STORED = {"Key", "Bucket"}
GUARDS = {
    "BucketVersioning",
    "BucketServerSideEncryptionConfiguration",
    "BucketPublicAccessBlock",
    "BucketOwnershipControls",
    "BucketPolicy",
    "BucketObjectLockConfiguration",
}


def test_names_of_children_do_not_depend_on_the_environment_or_the_numbers(tmp_path: Path) -> None:
    prod = {child.name for child in made(tmp_path).children}
    dev = {child.name for child in made(tmp_path, "dev", retention_days=99).children}
    assert dev < prod


@pytest.mark.parametrize("environment", ["prod", "staging", "dev"])
@pytest.mark.parametrize("preview", [True, False])
def test_all_rules_pass_by_construction(tmp_path: Path, environment: str, preview: bool) -> None:
    assert open_questions(made(tmp_path, environment, preview=preview), tmp_path) == []


@pytest.mark.parametrize(
    "standard",
    [
        "[environments.prod]\nbackup_retention_days = 400\n",
        "[environments.prod]\nobject_lock = true\n",
        "[environments.prod]\ncustomer_managed_key = true\n",
        "[environments.prod]\nsecond_region = false\n",
        '[environments.prod]\nrpo_minutes = "none"\n',
        "[environments.prod]\nrpo_minutes = 60\n",
        "[environments.prod]\nbackup_retention_days = 400\nobject_lock = true\ncustomer_managed_key = true\n",
        '[kinds."s3-bucket"]\nbackup_retention_days = 90\nobject_lock = true\n',
    ],
)
def test_all_rules_pass_under_other_standards(tmp_path: Path, standard: str) -> None:
    assert open_questions(made(tmp_path, standard=standard), tmp_path) == []


@pytest.mark.parametrize(
    ("environment", "days", "protect", "retain"), [("prod", 30, True, True), ("staging", 21, True, False), ("dev", 14, False, False)]
)
def test_the_environment_decides_retention_and_protection(tmp_path: Path, environment: str, days: int, protect: bool, retain: bool) -> None:
    built = made(tmp_path, environment)
    assert expiry(built) == days
    for child in built.children:
        kind = child.token.split(":")[-1]
        if child.custom:
            assert child.protect is (protect and kind in STORED), child.name
            assert child.retain is (retain and kind in STORED | GUARDS), child.name


def test_every_child_that_takes_tags_has_the_environment_owner_component_and_the_callers(tmp_path: Path) -> None:
    built = made(tmp_path, tags={"cost-centre": "42"})
    tagged = {child.name: child.inputs["tags"] for child in built.children if "tags" in child.inputs}
    assert set(tagged) == {"uploads-bucket", "uploads-key", "uploads-replica-bucket", "uploads-replica-key", "uploads-replication-role"}
    for tags in tagged.values():
        assert tags == {
            "recoverable:environment": "prod",
            "recoverable:owner": "shop-team",
            "recoverable:component": "uploads",
            "cost-centre": "42",
        }


def test_children_hang_below_the_component_and_each_says_its_region(tmp_path: Path) -> None:
    built = made(tmp_path)
    for child in built.children:
        if child.custom:
            assert child.parent.endswith("recoverable:index:Bucket::uploads"), child.name
            if not child.token.startswith("aws:iam"):
                assert child.inputs["region"] == ("eu-central-1" if "-replica-" in child.name else "eu-west-1"), child.name


def test_both_buckets_are_encrypted_under_keys_of_their_own_with_a_bucket_key(tmp_path: Path) -> None:
    built = made(tmp_path, preview=False)
    for name, region in (("uploads", "eu-west-1"), ("uploads-replica", "eu-central-1")):
        (rule,) = built.one("BucketServerSideEncryptionConfiguration", f"{name}-encryption").inputs["rules"]
        assert rule["bucketKeyEnabled"] is True
        assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "aws:kms"
        assert rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"].endswith(f":{name}-key")
        key = built.one("Key", f"{name}-key").inputs
        assert (key["enableKeyRotation"], key["deletionWindowInDays"], key["region"]) == (True, 30, region)


def test_a_given_key_is_used_and_none_is_made(tmp_path: Path) -> None:
    built = made(tmp_path, "dev", kms_key=KEY)
    assert built.of("Key") == []
    (rule,) = built.one("BucketServerSideEncryptionConfiguration").inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"] == KEY


def test_a_key_that_is_known_after_up_only_goes_through_a_preview(tmp_path: Path) -> None:
    def run() -> None:
        from pulumi_aws import kms

        policy = ProtectionPolicy(environment="prod", alert_address="ops@acme.example", replica_region="eu-central-1", owner="a-team")
        given = kms.Key("own", enable_key_rotation=True, deletion_window_in_days=30)
        Bucket("uploads", BucketArgs(policy=policy, kms_key=given.arn, replica_kms_key=given.arn))

    built = build(run, folder=tmp_path)
    (rule,) = built.one("BucketServerSideEncryptionConfiguration", "uploads-encryption").inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"] == UNKNOWN
    assert open_questions(built, tmp_path) == []


def test_versioning_is_on_public_access_blocked_and_acls_are_off(tmp_path: Path) -> None:
    built = made(tmp_path)
    for child in built.of("BucketVersioning"):
        assert child.inputs["versioningConfiguration"] == {"status": "Enabled"}
    for child in built.of("BucketPublicAccessBlock"):
        flags = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
        assert all(child.inputs[flag] is True for flag in flags)
    for child in built.of("BucketOwnershipControls"):
        assert child.inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


@pytest.mark.parametrize("side", ["uploads", "uploads-replica"])
def test_plain_http_and_old_tls_are_denied_for_the_bucket_and_its_objects(tmp_path: Path, side: str) -> None:
    statements = policy_of(made(tmp_path), f"{side}-policy")
    arn = f"arn:aws:s3:::{side}-bucket-1a2b3c4"
    for sid, condition in {
        "DenyPlainHttp": {"Bool": {"aws:SecureTransport": "false"}},
        "DenyOldTls": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    }.items():
        assert statements[sid] == {
            "Sid": sid,
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [arn, f"{arn}/*"],
            "Condition": condition,
        }


def test_puts_without_an_encryption_header_are_not_denied(tmp_path: Path) -> None:
    """Clients that send no header get the bucket's default encryption; a denial would lock them out."""
    assert set(policy_of(made(tmp_path))) == {"DenyPlainHttp", "DenyOldTls"}


def test_the_callers_statements_join_the_buckets_only_policy(tmp_path: Path) -> None:
    extra = {"Sid": "Readers", "Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject", "Resource": "*"}
    built = made(tmp_path, "dev", policy_statements=[extra])
    assert policy_of(built)["Readers"] == extra
    assert "DenyPlainHttp" in policy_of(built)


@pytest.mark.parametrize("side", ["uploads", "uploads-replica"])
def test_lifecycle_of_both_sides(tmp_path: Path, side: str) -> None:
    rules = lifecycle(made(tmp_path), f"{side}-lifecycle")
    assert all(rule["status"] == "Enabled" and rule["filter"] == {"prefix": ""} for rule in rules.values())
    assert rules["abandoned-uploads"]["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}
    assert rules["expired-delete-markers"]["expiration"] == {"expiredObjectDeleteMarker": True}
    assert rules["cheaper-storage"]["transitions"] == [{"days": 30, "storageClass": "INTELLIGENT_TIERING"}]
    assert rules["old-versions"]["noncurrentVersionExpiration"] == {"noncurrentDays": 30}


@pytest.mark.parametrize(("days", "moves"), [(59, None), (60, [{"noncurrentDays": 30, "storageClass": "STANDARD_IA"}])])
def test_old_versions_move_only_where_the_minimum_stay_is_kept(tmp_path: Path, days: int, moves: Any) -> None:
    rule = lifecycle(made(tmp_path, retention_days=days))["old-versions"]
    assert rule.get("noncurrentVersionTransitions") == moves


def test_transitions_that_were_asked_for(tmp_path: Path) -> None:
    built = made(
        tmp_path,
        retention_days=300,
        transitions=[TransitionArgs(days=30, storage_class=StorageClass.STANDARD_IA), TransitionArgs(90, StorageClass.GLACIER_IR)],
        noncurrent_transitions=[TransitionArgs(days=1, storage_class=StorageClass.GLACIER)],
    )
    rules = lifecycle(built)
    assert [move["storageClass"] for move in rules["cheaper-storage"]["transitions"]] == ["STANDARD_IA", "GLACIER_IR"]
    assert rules["old-versions"]["noncurrentVersionTransitions"] == [{"noncurrentDays": 1, "storageClass": "GLACIER"}]
    assert "cheaper-storage" not in lifecycle(made(tmp_path, transitions=[], noncurrent_transitions=[]))


def test_no_lock_unless_asked_for_or_demanded(tmp_path: Path) -> None:
    built = made(tmp_path)
    assert built.of("BucketObjectLockConfiguration") == []
    assert all("objectLockEnabled" not in child.inputs for child in built.of("aws:s3/bucket:Bucket"))


def test_a_lock_holds_on_both_sides_for_the_retention(tmp_path: Path) -> None:
    built = made(tmp_path, preview=False, object_lock=ObjectLockArgs())
    for side in ("uploads", "uploads-replica"):
        lock = built.one("BucketObjectLockConfiguration", f"{side}-lock").inputs
        assert lock["rule"] == {"defaultRetention": {"mode": "GOVERNANCE", "days": 30}}
    assert {"s3:GetObjectRetention", "s3:GetObjectLegalHold"} <= set(permissions(built)["ReadVersions"]["Action"])


def test_a_longer_lock_keeps_old_versions_as_long(tmp_path: Path) -> None:
    assert expiry(made(tmp_path, object_lock=ObjectLockArgs(days=100))) == 100


def test_compliance_is_built_when_it_is_acknowledged_and_the_bucket_says_so(tmp_path: Path) -> None:
    lock = ObjectLockArgs(mode=LockMode.COMPLIANCE, acknowledgement=CANNOT_BE_UNDONE)
    built = made(tmp_path, object_lock=lock)
    assert built.one("BucketObjectLockConfiguration", "uploads-lock").inputs["rule"]["defaultRetention"]["mode"] == "COMPLIANCE"
    assert built.one("aws:s3/bucket:Bucket", "uploads-bucket").inputs["tags"]["recoverable:compliance-lock"] == "acknowledged"
    assert open_questions(built, tmp_path) == []


def test_access_is_logged_where_a_bucket_for_it_is_given(tmp_path: Path) -> None:
    found = made(tmp_path, "dev", access_log_bucket="acme-logs").one("BucketLogging").inputs
    assert (found["targetBucket"], found["targetPrefix"]) == ("acme-logs", "uploads/")
    assert made(tmp_path, "dev").of("BucketLogging") == []


def test_a_bucket_is_never_emptied_by_a_destroy_unless_asked_for(tmp_path: Path) -> None:
    assert made(tmp_path, "dev").one("aws:s3/bucket:Bucket").inputs["forceDestroy"] is False
    assert made(tmp_path, "dev", force_destroy=True).one("aws:s3/bucket:Bucket").inputs["forceDestroy"] is True


def test_an_existing_bucket_is_adopted_under_its_name_and_its_lock_replaces_nothing(tmp_path: Path) -> None:
    built = made(tmp_path, import_id="acme-uploads", object_lock=ObjectLockArgs())
    bucket = built.one("aws:s3/bucket:Bucket", "uploads-bucket")
    assert (bucket.import_id, bucket.inputs["bucket"]) == ("acme-uploads", "acme-uploads")
    assert "objectLockEnabled" not in bucket.inputs
    copy = built.one("aws:s3/bucket:Bucket", "uploads-replica-bucket")
    assert (copy.import_id, copy.inputs["bucket"]) == ("", "acme-uploads-replica")


def test_children_are_escape_hatches_and_evidence_joins_the_policys(tmp_path: Path) -> None:
    seen: list[Any] = []

    def run() -> None:
        policy = ProtectionPolicy(environment="dev")
        bucket = Bucket("uploads", BucketArgs(policy=policy))
        assert bucket.parts.main.lifecycle.rules is not None
        policy.evidence.apply(seen.extend)
        pulumi.export("bucket", bucket.bucket_name)

    build(run, folder=tmp_path, preview=False)
    assert [entry["store"] for entry in seen] == ["arn:aws:s3:::uploads-bucket-1a2b3c4"]


def test_arguments_may_come_as_another_language_sends_them(tmp_path: Path) -> None:
    def run() -> None:
        policy = {"environment": "dev", "region": "eu-west-1"}
        wire: Any = {
            "policy": policy,
            "retention_days": 90.0,
            "object_lock": {"mode": "GOVERNANCE", "days": 90.0},
            "noncurrent_transitions": [{"days": 30.0, "storage_class": "STANDARD_IA"}],
        }
        Bucket("uploads", wire)

    built = build(run, folder=tmp_path)
    assert expiry(built) == 90
    assert built.one("BucketObjectLockConfiguration").inputs["rule"]["defaultRetention"]["days"] == 90


def test_another_partitions_region_makes_that_partitions_arns(tmp_path: Path) -> None:
    built = build(program("dev", None), folder=tmp_path, region="cn-north-1")
    assert policy_of(built)["DenyPlainHttp"]["Resource"][0] == "arn:aws-cn:s3:::uploads-bucket-1a2b3c4"
