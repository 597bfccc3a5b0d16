"""The copy of a bucket in a second region: everything that S3 needs for it, and what the outputs say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recoverable.components.bucket import ObjectLockArgs
from recoverable.components.refusal import RefusedError
from tests.components.bucket_samples import made, permissions, program
from tests.components.harness import build


def test_production_gets_a_bucket_its_copy_and_everything_that_guards_them(tmp_path: Path) -> None:
    built = made(tmp_path)
    assert sorted(child.name for child in built.children if child.custom) == sorted(
        [
            *(
                f"uploads-{part}"
                for part in ("bucket", "key", "versioning", "encryption", "access-block", "ownership", "policy", "lifecycle")
            ),
            *(
                f"uploads-replica-{part}"
                for part in ("bucket", "key", "versioning", "encryption", "access-block", "ownership", "policy", "lifecycle")
            ),
            *("uploads-replication-role", "uploads-replication-permissions", "uploads-replication", "uploads-notifications"),
        ]
    )


def test_replication_selects_encrypted_objects_names_a_key_there_and_has_a_time_limit(tmp_path: Path) -> None:
    config = made(tmp_path, preview=False).one("BucketReplicationConfig").inputs
    (rule,) = config["rules"]
    assert config["bucket"] == "uploads-bucket-1a2b3c4"
    assert rule["status"] == "Enabled"
    assert rule["priority"] == 1
    assert rule["filter"] == {"prefix": ""}
    assert rule["deleteMarkerReplication"] == {"status": "Disabled"}
    assert rule["sourceSelectionCriteria"] == {"sseKmsEncryptedObjects": {"status": "Enabled"}}
    assert rule["destination"]["bucket"] == "arn:aws:s3:::uploads-replica-bucket-1a2b3c4"
    assert rule["destination"]["encryptionConfiguration"]["replicaKmsKeyId"].endswith(":uploads-replica-key")
    assert rule["destination"]["replicationTime"] == {"status": "Enabled", "time": {"minutes": 15}}
    assert rule["destination"]["metrics"] == {"status": "Enabled", "eventThreshold": {"minutes": 15}}


def test_replication_waits_for_versioning_on_both_sides_and_for_the_roles_permissions(tmp_path: Path) -> None:
    config = made(tmp_path, object_lock=ObjectLockArgs()).one("BucketReplicationConfig")
    waited = {urn.split("::")[-1] for urn in config.depends}
    assert {
        "uploads-versioning",
        "uploads-replica-versioning",
        "uploads-replication-permissions",
        "uploads-lock",
        "uploads-replica-lock",
    } <= waited


def test_the_replication_role_may_do_what_s3_needs_and_no_more(tmp_path: Path) -> None:
    built = made(tmp_path, preview=False)
    source, copy = "arn:aws:s3:::uploads-bucket-1a2b3c4", "arn:aws:s3:::uploads-replica-bucket-1a2b3c4"
    found = permissions(built)
    assert {sid: (statement["Action"], statement["Resource"]) for sid, statement in found.items()} == {
        "ReadConfiguration": (["s3:GetReplicationConfiguration", "s3:ListBucket"], source),
        "ReadVersions": (["s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging"], f"{source}/*"),
        "WriteReplicas": (["s3:ReplicateObject", "s3:ReplicateTags"], f"{copy}/*"),
        "Decrypt": (["kms:Decrypt"], "arn:aws:kms:eu-west-1:123456789012:uploads-key"),
        "Encrypt": (["kms:Encrypt", "kms:GenerateDataKey"], "arn:aws:kms:eu-west-1:123456789012:uploads-replica-key"),
    }
    for sid, arn, region in (("Decrypt", source, "eu-west-1"), ("Encrypt", copy, "eu-central-1")):
        assert found[sid]["Condition"] == {
            "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
            "StringLike": {"kms:EncryptionContext:aws:s3:arn": [arn, f"{arn}/*"]},
        }
    trust = json.loads(built.one("Role").inputs["assumeRolePolicy"])["Statement"]
    assert trust == [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "s3.amazonaws.com"}}]


def test_deletions_reach_the_copy_only_when_asked_for(tmp_path: Path) -> None:
    built = made(tmp_path, preview=False, replicate_deletes=True)
    assert built.one("BucketReplicationConfig").inputs["rules"][0]["deleteMarkerReplication"] == {"status": "Enabled"}
    assert "s3:ReplicateDelete" in permissions(built)["WriteReplicas"]["Action"]


def test_without_an_rpo_there_is_no_time_control_and_no_number(tmp_path: Path) -> None:
    built = made(tmp_path, standard='[environments.prod]\nrpo_minutes = "none"\n')
    destination = built.one("BucketReplicationConfig").inputs["rules"][0]["destination"]
    assert "replicationTime" not in destination
    assert destination["metrics"] == {"status": "Enabled"}  # late and failed copies are seen all the same
    assert built.outputs["uploads"]["evidence"]["achievedRpoMinutes"] is None


def test_dev_may_have_a_copy_too(tmp_path: Path) -> None:
    built = made(tmp_path, "dev", replica_region="eu-north-1")
    assert built.one("aws:s3/bucket:Bucket", "uploads-replica-bucket").inputs["region"] == "eu-north-1"


def test_deletions_are_heard_on_eventbridge_and_late_replication_on_a_topic(tmp_path: Path) -> None:
    """EventBridge does not carry replication events, so they need a topic."""
    topic = "arn:aws:sns:eu-west-1:123456789012:alarms"
    found = made(tmp_path, replication_topic=topic).one("BucketNotification").inputs
    assert found["eventbridge"] is True
    assert found["topics"][0]["topicArn"] == topic
    assert "s3:Replication:OperationMissedThreshold" in found["topics"][0]["events"]
    assert "topics" not in made(tmp_path).one("BucketNotification").inputs


def test_outputs_say_what_was_built_and_what_replication_leaves_out(tmp_path: Path) -> None:
    found = made(tmp_path).outputs["uploads"]
    assert found["bucket_name"] == "uploads-bucket-1a2b3c4"
    assert found["url"] == "s3://uploads-bucket-1a2b3c4"
    assert found["replica_name"] == "uploads-replica-bucket-1a2b3c4"
    command = found["existing_objects"]
    assert command.startswith("aws s3control create-job")
    generator = json.loads(command.split("--manifest-generator ")[1].strip("'"))
    assert generator["S3JobManifestGenerator"]["SourceBucket"] == "arn:aws:s3:::uploads-bucket-1a2b3c4"
    evidence = found["evidence"]
    assert (evidence["retentionDays"], evidence["demandedRpoMinutes"], evidence["achievedRpoMinutes"]) == (30, 15, 15)
    assert evidence["secondCopy"] == "arn:aws:s3:::uploads-replica-bucket-1a2b3c4"
    assert "replication to eu-central-1" in evidence["protectedBy"]


def test_without_a_copy_its_outputs_are_none(tmp_path: Path) -> None:
    found = made(tmp_path, "dev").outputs["uploads"]
    assert [found.get(name) for name in ("replica_name", "replica_arn", "replica_kms_key_arn", "existing_objects")] == [None] * 4


def test_without_a_known_region_a_copy_is_refused_for_it_may_lie_in_the_same_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(RefusedError) as refused:
        build(program(), folder=tmp_path, config={"aws:region": ""})
    assert str(refused.value) == (
        'Bucket "uploads": policy.region = None is refused: set it, or aws:region. '
        "Whether the copy leaves the region cannot be told without knowing the region."
    )


def test_without_a_known_region_a_bucket_alone_is_made_where_the_provider_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    built = build(program("dev", None), folder=tmp_path, config={"aws:region": ""})
    assert "region" not in built.one("aws:s3/bucket:Bucket").inputs
