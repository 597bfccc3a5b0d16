"""Adoption on the laptop cloud: made by hand first, then taken over by a component, previewed and brought up by the real engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from recoverable.components.adoption import AdoptionRefusedError, read_adoption
from recoverable.components.adoption_text import main
from recoverable.sandbox.laptop import Laptop
from tests.support.stacks import Stack

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("laptop")]
REGION = "eu-west-1"
CONFIG = {"aws:region": REGION}
POLICY = 'import recoverable as rc\npolicy = rc.ProtectionPolicy("dev", owner="shop-team")\n'


def client(laptop: Laptop, service: str) -> Any:
    found = laptop.environment()
    return boto3.client(
        service,
        endpoint_url=found["AWS_ENDPOINT_URL"],
        region_name=REGION,
        aws_access_key_id=found["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=found["AWS_SECRET_ACCESS_KEY"],
    )


def bucket_by_hand(laptop: Laptop, name: str) -> Any:
    """A bucket as somebody made it in the console: an object, a tag, a policy, no versions."""
    s3 = client(laptop, "s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "team", "Value": "uploads"}]})
    statement = {
        "Sid": "Partner",
        "Effect": "Allow",
        "Principal": {"AWS": "123456789012"},
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    s3.put_object(Bucket=name, Key="invoice.pdf", Body=b"paid")
    return s3


def database_by_hand(laptop: Laptop, name: str, **more: Any) -> Any:
    """An instance with three days of backups that nothing protects, under a key of its own."""
    key = client(laptop, "kms").create_key()["KeyMetadata"]["Arn"]
    rds = client(laptop, "rds")
    rds.create_db_instance(
        **{
            "DBInstanceIdentifier": name, "Engine": "postgres", "EngineVersion": "17", "DBInstanceClass": "db.t4g.medium", "AllocatedStorage": 20,
            "DBName": "orders", "MasterUsername": "postgres", "ManageMasterUserPassword": True, "MasterUserSecretKmsKeyId": key, "StorageEncrypted": True, "KmsKeyId": key,
            "BackupRetentionPeriod": 3, **more,
        }
    )  # fmt: skip
    return rds, key


def test_an_adopted_bucket_keeps_its_objects_and_gets_its_protections(laptop: Laptop, tmp_path: Path) -> None:
    s3 = bucket_by_hand(laptop, "adopt-uploads")
    program = POLICY + 'rc.Bucket("uploads", rc.BucketArgs(policy, import_id="adopt-uploads"))\n'
    stack = Stack(laptop, tmp_path, program, "adopt-bucket", config=CONFIG)

    report = read_adoption(stack.preview())
    stack.up()

    assert [(each.name, each.imported, each.outcome) for each in report.adopted] == [("uploads-bucket", "adopt-uploads", "kept")]
    assert ("aws s3api get-bucket-policy --bucket adopt-uploads") in [command for _, _, command in report.adopted[0].overwritten]
    assert report.refusals == []
    assert [(each["Key"], each["Size"]) for each in s3.list_objects_v2(Bucket="adopt-uploads")["Contents"]] == [("invoice.pdf", 4)]
    assert s3.get_bucket_versioning(Bucket="adopt-uploads")["Status"] == "Enabled"
    assert "Partner" not in s3.get_bucket_policy(Bucket="adopt-uploads")["Policy"]  # written over, as the report said
    assert stack.preview("--expect-no-changes")["changeSummary"].keys() == {"same"}


def test_the_import_id_can_be_taken_out_once_the_bucket_is_adopted(laptop: Laptop, tmp_path: Path) -> None:
    bucket_by_hand(laptop, "adopt-finished")
    stack = Stack(
        laptop,
        tmp_path,
        POLICY + 'rc.Bucket("uploads", rc.BucketArgs(policy, import_id="adopt-finished"))\n',
        "adopt-finished",
        config=CONFIG,
    )
    stack.up()

    stack.program(POLICY + 'rc.Bucket("uploads", rc.BucketArgs(policy, bucket_name="adopt-finished"))\n')
    document = stack.preview()

    assert read_adoption(document).refusals == []
    assert {step["op"] for step in document["steps"]} <= {"same", "update"}
    stack.up()
    assert stack.preview("--expect-no-changes")["changeSummary"].keys() == {"same"}


def adopted(laptop: Laptop, folder: Path, name: str, key: str) -> Stack:
    """A stack that has taken over the instance as it is."""
    program = POLICY + f'rc.Postgres("orders", rc.PostgresArgs(policy, import_id="{name}", kms_key_arn="{key}"))\n'
    stack = Stack(laptop, folder, program, name, config=CONFIG)
    found = read_adoption(stack.preview())
    assert [(each.name, each.imported, each.outcome) for each in found.adopted] == [("orders-db", name, "kept")]
    stack.up()
    return stack


def test_an_adopted_database_is_then_changed_in_place_and_the_report_says_how(laptop: Laptop, tmp_path: Path) -> None:
    rds, key = database_by_hand(laptop, "adopt-orders")
    stack = adopted(laptop, tmp_path, "adopt-orders", key)
    assert rds.describe_db_instances(DBInstanceIdentifier="adopt-orders")["DBInstances"][0]["BackupRetentionPeriod"] == 3

    stack.program(POLICY + f'rc.Postgres("orders", rc.PostgresArgs(policy, identifier="adopt-orders", kms_key_arn="{key}"))\n')
    found = read_adoption(stack.preview())
    (database,) = [each for each in found.touched if each.name == "orders-db"]
    changes = {change.path: (change.before, change.after, change.effect) for change in database.changes}
    found.require_kept()
    stack.up()

    assert changes["backupRetentionPeriod"] == ("3", "14", "stronger")
    assert changes["deletionProtection"][1:] == ("true", "stronger")
    (held,) = rds.describe_db_instances(DBInstanceIdentifier="adopt-orders")["DBInstances"]
    assert (held["BackupRetentionPeriod"], held["DeletionProtection"], held["KmsKeyId"]) == (14, True, key)
    assert stack.preview("--expect-no-changes")["changeSummary"].keys() == {"same"}


def test_another_key_would_replace_the_adopted_database_and_is_refused(
    laptop: Laptop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rds, key = database_by_hand(laptop, "adopt-wrong-key")
    other = client(laptop, "kms").create_key()["KeyMetadata"]["Arn"]
    stack = adopted(laptop, tmp_path / "project", "adopt-wrong-key", key)

    stack.program(POLICY + f'rc.Postgres("orders", rc.PostgresArgs(policy, identifier="adopt-wrong-key", kms_key_arn="{other}"))\n')
    document = stack.preview()
    (tmp_path / "preview.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(AdoptionRefusedError) as refusal:
        read_adoption(document).require_kept()

    assert str(refusal.value) == (
        f'Instance orders-db would be replaced, and its data lost: kmsKeyId: "{key}" -> "{other}". Make the program agree with what exists.'
    )
    assert main([str(tmp_path / "preview.json")]) == 1
    assert "(forces replacement)" in capsys.readouterr().out
    (held,) = rds.describe_db_instances(DBInstanceIdentifier="adopt-wrong-key")["DBInstances"]
    assert (held["KmsKeyId"], held["BackupRetentionPeriod"]) == (key, 3)
