"""StateBackend on AWS under Pulumi's mocks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from recoverable.components.bucket_checks import ObjectLockArgs
from recoverable.model.finding import Verdict
from tests.components.bucket_samples import open_questions
from tests.components.harness import Built
from tests.components.state_samples import outputs, state
from tests.support.judging import judge_code

STORED = {"Key", "ReplicaKey", "Bucket", "Table"}
GUARDS = {
    "BucketVersioning",
    "BucketServerSideEncryptionConfiguration",
    "BucketPublicAccessBlock",
    "BucketOwnershipControls",
    "BucketPolicy",
    "BucketObjectLockConfiguration",
}
KEY_ACTIONS = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
BUCKET = "arn:aws:s3:::infra-bucket-1a2b3c4"
ADMIN = "arn:aws:iam::123456789012:role/infra-admin"


def lifecycle(built: Built, name: str = "infra-lifecycle") -> dict[str, dict[str, Any]]:
    return {rule["id"]: rule for rule in built.one("BucketLifecycleConfiguration", name).inputs["rules"]}


def statements(text: str) -> dict[str, dict[str, Any]]:
    return {statement["Sid"]: statement for statement in json.loads(text)["Statement"]}


@pytest.mark.parametrize("environment", ["prod", "staging", "dev"])
@pytest.mark.parametrize("preview", [True, False])
def test_all_rules_pass_by_construction(tmp_path: Path, environment: str, preview: bool) -> None:
    assert open_questions(state(tmp_path, environment, preview=preview), tmp_path) == []


@pytest.mark.parametrize(
    "standard",
    [
        "[environments.prod]\nbackup_retention_days = 400\n",
        "[environments.prod]\ncustomer_managed_key = true\n",
        "[environments.prod]\nsecond_region = false\n",
        '[environments.prod]\nrpo_minutes = "none"\n',
        '[environments.prod]\nmfa_delete = "required"\n',
    ],
)
def test_all_rules_pass_under_other_standards(tmp_path: Path, standard: str) -> None:
    assert open_questions(state(tmp_path, standard=standard), tmp_path) == []


def test_where_the_standard_demands_a_lock_one_that_was_asked_for_passes(tmp_path: Path) -> None:
    standard = "[environments.prod]\nobject_lock = true\n"
    assert open_questions(state(tmp_path, standard=standard, object_lock=ObjectLockArgs()), tmp_path) == []


def test_state_is_not_locked_unasked(tmp_path: Path) -> None:
    assert state(tmp_path).of("BucketObjectLockConfiguration") == []


@pytest.mark.parametrize(
    ("environment", "days", "protect", "retain"), [("prod", 30, True, True), ("staging", 21, True, False), ("dev", 14, False, False)]
)
def test_the_environment_decides_retention_and_protection(tmp_path: Path, environment: str, days: int, protect: bool, retain: bool) -> None:
    built = state(tmp_path, environment, trusted_principals=[ADMIN])
    assert lifecycle(built)["old-versions"]["noncurrentVersionExpiration"] == {"noncurrentDays": days}
    assert built.one("Table").inputs["deletionProtectionEnabled"] is protect
    for child in built.children:
        kind = child.token.split(":")[-1]
        if child.custom:
            assert child.protect is (protect and kind in STORED), child.name
            assert child.retain is (retain and kind in STORED | GUARDS), child.name


def test_every_child_that_takes_tags_has_them(tmp_path: Path) -> None:
    built = state(tmp_path, trusted_principals=[ADMIN], tags={"team": "infra"})
    tagged = {child.name for child in built.children if "tags" in child.inputs}
    assert tagged == {
        *("infra-bucket", "infra-key", "infra-replica-bucket", "infra-replica-key", "infra-locks"),
        *("infra-replication-role", "infra-terraform-role", "infra-pulumi-role"),
    }
    assert all(child.inputs["tags"]["team"] == "infra" for child in built.children if "tags" in child.inputs)


@pytest.mark.parametrize("side", ["infra", "infra-replica"])
def test_versions_of_locks_expire_in_days_and_those_of_state_keep_the_retention(tmp_path: Path, side: str) -> None:
    built = state(tmp_path, state_keys=["network/terraform.tfstate"], workspaces=["blue"], pulumi_prefix="team")
    rules = lifecycle(built, f"{side}-lifecycle")
    short = {rule["filter"]["prefix"] for rule in rules.values() if rule.get("noncurrentVersionExpiration") == {"noncurrentDays": 7}}
    assert short == {
        "team/.pulumi/locks/",
        "network/terraform.tfstate.tflock",
        "env:/blue/network/terraform.tfstate.tflock",
    }
    long = [rule for rule in rules.values() if rule.get("noncurrentVersionExpiration") == {"noncurrentDays": 30}]
    assert [rule["filter"] for rule in long] == [{"prefix": ""}]


def test_pulumis_own_backups_end_after_the_retention_and_its_history_never(tmp_path: Path) -> None:
    rules = lifecycle(state(tmp_path))
    assert rules["pulumi-backups"]["filter"] == {"prefix": ".pulumi/backups/"}
    assert rules["pulumi-backups"]["expiration"] == {"days": 30}
    assert "expiration" not in rules["pulumi-history"]
    ended = [rule["id"] for rule in rules.values() if "days" in rule.get("expiration", {})]
    assert ended == ["pulumi-backups"]


def test_nothing_ever_moves_to_an_archive_class(tmp_path: Path) -> None:
    for rule in lifecycle(state(tmp_path, retention_days=400)).values():
        for move in [*rule.get("transitions", []), *rule.get("noncurrentVersionTransitions", [])]:
            assert move["storageClass"] == "INTELLIGENT_TIERING"


def test_puts_without_an_encryption_header_are_not_denied(tmp_path: Path) -> None:
    found = statements(state(tmp_path).one("BucketPolicy", "infra-policy").inputs["policy"])
    assert set(found) == {"DenyPlainHttp", "DenyOldTls"}


def test_versions_are_deleted_with_a_second_factor_only_where_that_is_asked_for_or_required(tmp_path: Path) -> None:
    built = state(tmp_path, mfa_to_delete_versions=True)
    found = statements(built.one("BucketPolicy", "infra-policy").inputs["policy"])["DenyVersionDeletionWithoutMfa"]
    assert (found["Effect"], found["Principal"], found["Action"]) == ("Deny", "*", "s3:DeleteObjectVersion")
    assert found["Resource"] == f"{BUCKET}/*"
    assert found["Condition"] == {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    assert lifecycle(built)["old-versions"]["noncurrentVersionExpiration"] == {"noncurrentDays": 30}
    required = state(tmp_path, standard='[environments.prod]\nmfa_delete = "required"\n')
    for side in ("infra", "infra-replica"):
        assert "DenyVersionDeletionWithoutMfa" in statements(required.one("BucketPolicy", f"{side}-policy").inputs["policy"])


def test_the_lock_table_is_recoverable_protected_and_under_the_key(tmp_path: Path) -> None:
    table = state(tmp_path, preview=False).one("Table").inputs
    assert (table["hashKey"], table["billingMode"]) == ("LockID", "PAY_PER_REQUEST")
    assert table["attributes"] == [{"name": "LockID", "type": "S"}]
    assert table["pointInTimeRecovery"] == {"enabled": True, "recoveryPeriodInDays": 35}
    assert table["deletionProtectionEnabled"] is True
    assert table["serverSideEncryption"] == {"enabled": True, "kmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:infra-key"}


def test_without_a_table_old_clients_get_nothing(tmp_path: Path) -> None:
    built = state(tmp_path, preview=False, lock_table=False)
    assert built.of("Table") == []
    assert outputs(built).get("backend_hcl_with_table") is None
    assert "LockTable" not in statements(outputs(built)["terraform_policy"])


def test_state_is_copied_to_the_second_region_within_15_minutes(tmp_path: Path) -> None:
    (rule,) = state(tmp_path).one("BucketReplicationConfig").inputs["rules"]
    assert rule["destination"]["replicationTime"] == {"status": "Enabled", "time": {"minutes": 15}}
    assert rule["sourceSelectionCriteria"] == {"sseKmsEncryptedObjects": {"status": "Enabled"}}
    assert rule["deleteMarkerReplication"] == {"status": "Disabled"}


def test_terraform_gets_the_least_that_it_needs(tmp_path: Path) -> None:
    built = state(tmp_path, preview=False, state_keys=["network/terraform.tfstate"])
    found = statements(outputs(built)["terraform_policy"])
    key = f"{BUCKET}/network/terraform.tfstate"
    assert {sid: (statement["Action"], statement["Resource"]) for sid, statement in found.items()} == {
        "List": (["s3:ListBucket"], BUCKET),
        "State": (["s3:GetObject", "s3:PutObject"], [key]),
        "Locks": (["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [f"{key}.tflock"]),
        "LockTable": (
            ["dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"],
            "arn:aws:dynamodb:eu-west-1:123456789012:infra-locks",
        ),
        "Key": (KEY_ACTIONS, "arn:aws:kms:eu-west-1:123456789012:infra-key"),
    }
    assert found["List"]["Condition"] == {"StringLike": {"s3:prefix": ["network/terraform.tfstate", "env:/*"]}}
    assert all(statement["Effect"] == "Allow" for statement in found.values())


def test_named_workspaces_may_be_deleted_and_the_default_may_not(tmp_path: Path) -> None:
    found = statements(outputs(state(tmp_path, preview=False, workspaces=["blue"]))["terraform_policy"])
    assert found["Workspaces"]["Resource"] == [f"{BUCKET}/env:/blue/terraform.tfstate", f"{BUCKET}/env:/blue/terraform.tfstate.tflock"]
    assert "s3:DeleteObject" in found["Workspaces"]["Action"]
    assert "s3:DeleteObject" not in found["State"]["Action"]


def test_pulumi_gets_what_lies_below_its_folder(tmp_path: Path) -> None:
    found = statements(outputs(state(tmp_path, preview=False, pulumi_prefix="/team/"))["pulumi_policy"])
    assert {sid: (statement["Action"], statement["Resource"]) for sid, statement in found.items()} == {
        "List": (["s3:ListBucket"], BUCKET),
        "State": (["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [f"{BUCKET}/team/.pulumi/*"]),
        "Key": (KEY_ACTIONS, "arn:aws:kms:eu-west-1:123456789012:infra-key"),
    }
    assert found["List"]["Condition"] == {"StringLike": {"s3:prefix": ["team/.pulumi", "team/.pulumi/*"]}}


def test_roles_are_made_for_those_who_are_trusted_and_hold_these_policies(tmp_path: Path) -> None:
    assert [role.name for role in state(tmp_path, "dev").of("Role")] == []
    built = state(tmp_path, "dev", preview=False, trusted_principals=[ADMIN])
    for client in ("terraform", "pulumi"):
        trust = json.loads(built.one("Role", f"infra-{client}-role").inputs["assumeRolePolicy"])["Statement"]
        assert trust == [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": [ADMIN]}}]
        assert built.one("RolePolicy", f"infra-{client}-permissions").inputs["policy"] == outputs(built)[f"{client}_policy"]
        assert outputs(built)[f"{client}_role_arn"]
    given = state(tmp_path, "dev", assume_role_policy='{"Version": "2012-10-17", "Statement": []}')
    assert given.one("Role", "infra-pulumi-role").inputs["assumeRolePolicy"] == '{"Version": "2012-10-17", "Statement": []}'


def test_the_login_url_says_region_and_how_objects_are_encrypted(tmp_path: Path) -> None:
    url = urlsplit(outputs(state(tmp_path, preview=False))["pulumi_login_url"])
    assert (url.scheme, url.netloc, url.path) == ("s3", "infra-bucket-1a2b3c4", "")
    assert parse_qs(url.query) == {
        "region": ["eu-west-1"],
        "awssdk": ["v2"],
        "ssetype": ["aws:kms"],
        "kmskeyid": ["arn:aws:kms:eu-west-1:123456789012:infra-key"],
    }


def test_an_endpoint_is_in_the_urls_only_when_it_is_given(tmp_path: Path) -> None:
    found = outputs(state(tmp_path, preview=False, endpoint="http://127.0.0.1:5000", pulumi_prefix="team"))
    url = urlsplit(found["pulumi_login_url"])
    options = parse_qs(url.query)
    assert url.path == "/team"
    assert (options["endpoint"], options["use_path_style"], options["disable_https"]) == (["http://127.0.0.1:5000"], ["true"], ["true"])
    assert found["pulumi_secrets_provider"] == "awskms://alias/shop-prod-infra?region=eu-west-1&endpoint=http://127.0.0.1:5000"
    assert "disable_https" not in outputs(state(tmp_path, preview=False, endpoint="https://s3.acme.example"))["pulumi_login_url"]


def test_secrets_are_under_the_same_key_by_its_alias_or_by_its_arn(tmp_path: Path) -> None:
    assert outputs(state(tmp_path))["pulumi_secrets_provider"] == "awskms://alias/shop-prod-infra?region=eu-west-1"
    key = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
    built = state(tmp_path, kms_key=key)
    assert outputs(built)["pulumi_secrets_provider"] == f"awskms:///{key}?region=eu-west-1"
    assert built.of("Alias") == []


def test_the_key_is_the_same_in_the_second_region_so_that_secrets_outlive_the_first(tmp_path: Path) -> None:
    built = state(tmp_path, preview=False)
    key, far = built.one("Key").inputs, built.one("ReplicaKey").inputs
    assert (key["multiRegion"], key["enableKeyRotation"], key["deletionWindowInDays"]) == (True, True, 30)
    assert (far["region"], far["deletionWindowInDays"]) == ("eu-central-1", 30)
    assert far["primaryKeyArn"] == "arn:aws:kms:eu-west-1:123456789012:infra-key"
    found = outputs(built)
    assert found["replica_secrets_provider"].startswith("awskms:///arn:aws:kms:")
    assert found["replica_secrets_provider"].endswith(":infra-replica-key?region=eu-central-1")
    assert found["replica_login_url"].startswith("s3://infra-replica-bucket-1a2b3c4?region=eu-central-1&")
    assert state(tmp_path, "dev").one("Key").inputs["multiRegion"] is True  # it cannot become one later


def test_no_provider_is_named_in_the_second_region_where_the_copy_has_another_key(tmp_path: Path) -> None:
    keys = {"kms_key": "arn:aws:kms:eu-west-1:123456789012:key/0a", "replica_kms_key": "arn:aws:kms:eu-central-1:123456789012:key/0a"}
    assert outputs(state(tmp_path, kms_key=keys["kms_key"])).get("replica_secrets_provider") is None
    assert outputs(state(tmp_path, replica_kms_key=keys["replica_kms_key"])).get("replica_secrets_provider") is None
    both = outputs(state(tmp_path, **keys))
    assert both["replica_secrets_provider"] == f"awskms:///{keys['replica_kms_key']}?region=eu-central-1"


@pytest.mark.parametrize("block", ["backend_hcl", "backend_hcl_with_table"])
def test_the_backend_blocks_are_terraform_that_our_own_rules_pass(tmp_path: Path, block: str) -> None:
    hcl = outputs(state(tmp_path, preview=False))[block]["terraform.tfstate"]
    found = [item for item in judge_code(hcl, tmp_path) if item.rule.startswith("RCV07")]
    assert {item.rule for item in found} == {"RCV070", "RCV071", "RCV072"}
    assert all(item.verdict is Verdict.PASS for item in found)


def test_the_backend_blocks_lock_by_a_file_and_by_the_table(tmp_path: Path) -> None:
    found = outputs(state(tmp_path, preview=False, state_keys=["a/terraform.tfstate", "b/terraform.tfstate"]))
    assert set(found["backend_hcl"]) == set(found["backend_hcl_with_table"]) == {"a/terraform.tfstate", "b/terraform.tfstate"}
    assert found["backend_hcl"]["a/terraform.tfstate"] == (
        "terraform {\n"
        '  required_version = ">= 1.10"\n'
        "\n"
        '  backend "s3" {\n'
        '    bucket       = "infra-bucket-1a2b3c4"\n'
        '    key          = "a/terraform.tfstate"\n'
        '    region       = "eu-west-1"\n'
        "    encrypt      = true\n"
        '    kms_key_id   = "arn:aws:kms:eu-west-1:123456789012:infra-key"\n'
        "    use_lockfile = true\n"
        "  }\n"
        "}\n"
    )
    assert 'dynamodb_table = "infra-locks-1a2b3c4"' in found["backend_hcl_with_table"]["b/terraform.tfstate"]
    assert "use_lockfile" not in found["backend_hcl_with_table"]["b/terraform.tfstate"]


def test_the_way_back_names_the_bucket_and_the_state(tmp_path: Path) -> None:
    text = outputs(state(tmp_path, state_keys=["a/terraform.tfstate"]))["restore_instructions"]
    assert "--copy-source 'infra-bucket-1a2b3c4/a/terraform.tfstate?versionId=VERSION'" in text
    assert ".pulumi/stacks/PROJECT/STACK.json" in text


def test_evidence_says_what_protects_state(tmp_path: Path) -> None:
    evidence = outputs(state(tmp_path, mfa_to_delete_versions=True))["evidence"]
    assert evidence["store"] == BUCKET
    assert (evidence["retentionDays"], evidence["achievedRpoMinutes"]) == (30, 15)
    assert "second factor to delete versions" in evidence["protectedBy"]
