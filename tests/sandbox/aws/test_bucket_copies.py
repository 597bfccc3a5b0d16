"""Object lock and replication through the stand-in provider, on moto with our answers for what it drops."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from recoverable.sandbox.aws.cloud import AwsCloud
from tests.support.provider import Aborted, Calls, urn_of

BUCKET = "aws:s3/bucket:Bucket"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
ROLE = "arn:aws:iam::123456789012:role/copies"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/9f0e"
MINUTES = {"minutes": 15}


def rule(destination: str = "replica", **more: Any) -> dict[str, Any]:
    """A rule with everything that protects."""
    return {
        "id": "all",
        "priority": 1,
        "status": "Enabled",
        "filter": {"prefix": ""},
        "deleteMarkerReplication": {"status": "Enabled"},
        "sourceSelectionCriteria": {"sseKmsEncryptedObjects": {"status": "Enabled"}, "replicaModifications": {"status": "Enabled"}},
        "destination": {
            "bucket": f"arn:aws:s3:::{destination}",
            "storageClass": "STANDARD_IA",
            "encryptionConfiguration": {"replicaKmsKeyId": KEY},
            "replicationTime": {"status": "Enabled", "time": MINUTES},
            "metrics": {"status": "Enabled", "eventThreshold": MINUTES},
        },
        **more,
    }


@pytest.fixture
def pair(s3: Any, cloud: AwsCloud, name: str) -> tuple[str, str]:
    """Two versioned buckets in two regions."""
    for each, region in ((name, "eu-west-1"), (f"{name}-r", "eu-central-1")):
        client = cloud.client("s3", region)
        client.create_bucket(Bucket=each, CreateBucketConfiguration={"LocationConstraint": region})
        client.put_bucket_versioning(Bucket=each, VersioningConfiguration={"Status": "Enabled"})
    return name, f"{name}-r"


def test_fake_a_whole_rule_is_set_and_read_back_by_anybody(aws: Calls, s3: Any, pair: tuple[str, str]) -> None:
    """Moto drops the criteria and says that delete markers are not replicated; the answer is ours."""
    made = aws.up(REPLICATION, "r", bucket=pair[0], role=ROLE, rules=[rule(pair[1])])
    held = s3.get_bucket_replication(Bucket=pair[0])["ReplicationConfiguration"]
    assert held["Role"] == ROLE
    found = held["Rules"][0]
    assert found["SourceSelectionCriteria"] == {
        "SseKmsEncryptedObjects": {"Status": "Enabled"},
        "ReplicaModifications": {"Status": "Enabled"},
    }
    assert found["DeleteMarkerReplication"] == {"Status": "Enabled"}
    assert found["Destination"]["EncryptionConfiguration"] == {"ReplicaKmsKeyID": KEY}
    assert found["Destination"]["ReplicationTime"] == {"Status": "Enabled", "Time": {"Minutes": 15}}
    assert found["Destination"]["Metrics"] == {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}
    assert aws.refresh(made) == []


def test_fake_a_disabled_rule_and_a_removed_configuration_show(aws: Calls, s3: Any, pair: tuple[str, str]) -> None:
    made = aws.up(REPLICATION, "r", bucket=pair[0], role=ROLE, rules=[rule(pair[1])])
    held = s3.get_bucket_replication(Bucket=pair[0])["ReplicationConfiguration"]
    held["Rules"][0]["Status"] = "Disabled"
    s3.put_bucket_replication(Bucket=pair[0], ReplicationConfiguration=held)
    assert aws.refresh(made) == ["rules[0].status"]
    s3.delete_bucket_replication(Bucket=pair[0])
    assert aws.refresh(made) == ["gone"]


def test_fake_an_old_rule_without_a_filter_reads_back_as_stated(aws: Calls, pair: tuple[str, str]) -> None:
    stated = {"id": "old", "status": "Enabled", "prefix": "a/", "destination": {"bucket": f"arn:aws:s3:::{pair[1]}"}}
    made = aws.up(REPLICATION, "r", bucket=pair[0], role=ROLE, rules=[stated])
    assert aws.refresh(made) == []
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


def test_both_buckets_must_be_versioned(aws: Calls, s3: Any, pair: tuple[str, str]) -> None:
    s3.put_bucket_versioning(Bucket=pair[1], VersioningConfiguration={"Status": "Suspended"})
    with pytest.raises(Aborted, match=f"InvalidRequest: Destination bucket must have versioning enabled: {pair[1]}"):
        aws.up(REPLICATION, "r", bucket=pair[0], role=ROLE, rules=[rule(pair[1])])
    s3.put_bucket_versioning(Bucket=pair[1], VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_versioning(Bucket=pair[0], VersioningConfiguration={"Status": "Suspended"})
    with pytest.raises(Aborted, match="Versioning must be 'Enabled' on the bucket"):
        aws.up(REPLICATION, "r", bucket=pair[0], role=ROLE, rules=[rule(pair[1])])


def test_the_destination_must_exist_and_have_object_lock_where_the_source_has(aws: Calls, pair: tuple[str, str], name: str) -> None:
    with pytest.raises(Aborted, match="Destination bucket must exist"):
        aws.up(REPLICATION, "r", bucket=pair[0], role=ROLE, rules=[rule(f"{name}-none")])
    aws.up(BUCKET, "l", bucket=f"{name}-l", objectLockEnabled=True)
    with pytest.raises(Aborted, match=f"{name}-l has object lock, so the destination {pair[1]} must have it too"):
        aws.up(REPLICATION, "r", bucket=f"{name}-l", role=ROLE, rules=[rule(pair[1])])


def without(path: str) -> dict[str, Any]:
    """The whole rule without one part."""
    made = copy.deepcopy(rule())
    *parents, last = path.split(".")
    place = made
    for each in parents:
        place = place[each]
    del place[last]
    return made


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        (without("destination.metrics"), "`rules[0].destination.metrics`: must be enabled together with replicationTime"),
        (without("deleteMarkerReplication"), "`rules[0].deleteMarkerReplication`: must be stated in a rule that has a filter"),
        (
            without("destination.encryptionConfiguration"),
            "`rules[0].destination.encryptionConfiguration`: must be stated where sseKmsEncryptedObjects is",
        ),
        (
            without("sourceSelectionCriteria.sseKmsEncryptedObjects"),
            "`rules[0].sourceSelectionCriteria.sseKmsEncryptedObjects`: must be stated where encryptionConfiguration is",
        ),
        (without("filter"), "`rules[0].filter`: must be stated (it may be empty) in a rule with a priority or delete markers"),
        (rule("orders"), "`rules[0].destination.bucket`: is the source: a bucket is not replicated into itself"),
        (
            {**rule(), "destination": {**rule()["destination"], "replicationTime": {"status": "Enabled", "time": {"minutes": 30}}}},
            "`rules[0].destination.replicationTime.time.minutes`: 30 is not 15, the only value",
        ),
    ],
)
def test_rules_that_s3_refuses_are_refused_by_path(aws: Calls, stated: dict[str, Any], reason: str) -> None:
    assert aws.check(urn_of(REPLICATION, "r"), {"bucket": "orders", "role": ROLE, "rules": [stated]})[1] == [reason]


def test_two_rules_with_one_priority_and_a_role_that_is_none_are_refused(aws: Calls) -> None:
    failures = aws.check(urn_of(REPLICATION, "r"), {"bucket": "orders", "role": "copies", "rules": [rule(), rule(id="two")]})[1]
    assert failures == [
        "`role`: wants the ARN of a role",
        "`rules[0].priority`: 1 is the priority of two rules",
        "`rules[1].priority`: 1 is the priority of two rules",
    ]


def test_fake_object_lock_gets_a_default_retention_and_keeps_the_lock(aws: Calls, s3: Any, name: str) -> None:
    aws.up(BUCKET, "b", bucket=name, objectLockEnabled=True)
    made = aws.up(LOCK, "l", bucket=name, rule={"defaultRetention": {"mode": "GOVERNANCE", "days": 30}})
    held = s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]
    assert held["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 30}
    assert aws.refresh(made) == []
    aws.update(made, bucket=name, rule={"defaultRetention": {"mode": "COMPLIANCE", "years": 1}})
    assert s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Years"] == 1
    assert aws.refresh(made) == []
    aws.delete(made)
    assert s3.get_object_lock_configuration(Bucket=name)["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}


def test_object_lock_needs_versioning_first(aws: Calls, s3: Any, bucket: str) -> None:
    stated = {"bucket": bucket, "rule": {"defaultRetention": {"mode": "GOVERNANCE", "days": 30}}}
    with pytest.raises(Aborted, match="InvalidBucketState: Versioning must be 'Enabled'"):
        aws.up(LOCK, "l", **stated)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    assert aws.refresh(aws.up(LOCK, "l", **stated)) == []


@pytest.mark.parametrize(
    ("retention", "reason"),
    [
        ({"mode": "GOVERNANCE", "days": 1, "years": 1}, "`rule.defaultRetention`: wants either days or years"),
        ({"mode": "GOVERNANCE"}, "`rule.defaultRetention`: wants either days or years"),
        ({"mode": "SOFT", "days": 1}, "`rule.defaultRetention.mode`: SOFT is none of GOVERNANCE, COMPLIANCE"),
        ({"mode": "COMPLIANCE", "days": 0}, "`rule.defaultRetention.days`: 0 is not in 1 to 36500"),
        ({"mode": "COMPLIANCE", "years": 101}, "`rule.defaultRetention.years`: 101 is not in 1 to 100"),
    ],
)
def test_retentions_that_s3_refuses_are_refused(aws: Calls, retention: dict[str, Any], reason: str) -> None:
    assert aws.check(urn_of(LOCK, "l"), {"bucket": "orders", "rule": {"defaultRetention": retention}})[1] == [reason]
