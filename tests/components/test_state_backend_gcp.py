"""StateBackend on Google Cloud under Pulumi's mocks: the same words, and what that cloud cannot do is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.components.bucket_checks import ObjectLockArgs
from recoverable.components.policy import Cloud
from recoverable.components.refusal import RefusedError
from recoverable.model.finding import Verdict
from tests.components.bucket_samples import open_questions
from tests.components.harness import Built
from tests.components.state_samples import outputs, state
from tests.support.judging import judge_code

EXCLUDES = "Cloud Storage has no lock of versions, and its retention policy excludes versioning (https://rules.sonarsource.com/terraform/RSPEC-6412)."
GROUP = "group:infra@acme.example"


def made(tmp_path: Path, environment: str = "prod", standard: str = "", **more: Any) -> Built:
    return state(tmp_path, environment, standard, cloud=Cloud.GCP, **more)


def bucket(built: Built) -> dict[str, Any]:
    return built.one("gcp:storage/bucket:Bucket").inputs


@pytest.mark.parametrize("environment", ["prod", "staging", "dev"])
def test_all_rules_pass_by_construction(tmp_path: Path, environment: str) -> None:
    assert open_questions(made(tmp_path, environment), tmp_path) == []


def test_versions_of_locks_go_in_days_those_of_state_after_the_retention(tmp_path: Path) -> None:
    rules = bucket(made(tmp_path, pulumi_prefix="team"))["lifecycleRules"]
    deleted = [rule["condition"] for rule in rules if rule["action"] == {"type": "Delete"}]
    assert deleted == [
        {"daysSinceNoncurrentTime": 30, "withState": "ARCHIVED"},
        {"daysSinceNoncurrentTime": 7, "withState": "ARCHIVED", "matchesSuffixes": [".tflock"]},
        {"daysSinceNoncurrentTime": 7, "withState": "ARCHIVED", "matchesPrefixes": ["team/.pulumi/locks/"]},
        {"age": 30, "withState": "LIVE", "matchesPrefixes": ["team/.pulumi/backups/"]},
    ]


def test_only_pulumis_history_moves_and_not_to_an_archive_class(tmp_path: Path) -> None:
    found = bucket(made(tmp_path))
    moved = [rule for rule in found["lifecycleRules"] if rule["action"]["type"] == "SetStorageClass"]
    assert [(rule["action"]["storageClass"], rule["condition"]["matchesPrefixes"]) for rule in moved] == [
        ("NEARLINE", [".pulumi/history/"])
    ]
    assert "autoclass" not in found


def test_the_bucket_is_guarded_like_every_bucket_and_lies_in_two_regions(tmp_path: Path) -> None:
    found = bucket(made(tmp_path, preview=False))
    assert found["versioning"] == {"enabled": True}
    assert found["publicAccessPrevention"] == "enforced"
    assert found["uniformBucketLevelAccess"] is True
    assert found["encryption"]["defaultKmsKeyName"] == "infra-key-id"
    assert found["customPlacementConfig"] == {"dataLocations": ["EUROPE-WEST1", "EUROPE-WEST4"]}
    assert found["rpo"] == "ASYNC_TURBO"


def test_members_may_use_objects_and_the_key_and_nothing_else(tmp_path: Path) -> None:
    built = made(tmp_path, trusted_principals=[GROUP])
    member = built.one("BucketIAMMember").inputs
    assert (member["role"], member["member"]) == ("roles/storage.objectUser", GROUP)
    user = built.one("CryptoKeyIAMMember", "infra-key-member-1").inputs
    assert (user["role"], user["member"]) == ("roles/cloudkms.cryptoKeyEncrypterDecrypter", GROUP)
    assert made(tmp_path).of("BucketIAMMember") == []


def test_protection_is_on_the_data_and_its_keys_only(tmp_path: Path) -> None:
    built = made(tmp_path, trusted_principals=[GROUP])
    kept = {child.name for child in built.children if child.protect and child.retain}
    assert kept == {"infra-bucket", "infra-key", "infra-keyring"}


def test_clients_are_told_where_state_is_and_which_key_protects_secrets(tmp_path: Path) -> None:
    key = "projects/acme/locations/europe/keyRings/main/cryptoKeys/state"
    found = outputs(made(tmp_path, bucket_name="acme-state", kms_key=key, pulumi_prefix="team", state_keys=["network"]))
    assert found["pulumi_login_url"] == "gs://acme-state/team"
    assert found["pulumi_secrets_provider"] == f"gcpkms://{key}"
    assert found["backend_hcl"] == {
        "network": (
            "terraform {\n"
            '  backend "gcs" {\n'
            '    bucket             = "acme-state"\n'
            '    prefix             = "network"\n'
            f'    kms_encryption_key = "{key}"\n'
            "  }\n"
            "}\n"
        )
    }
    assert "gs://acme-state/network/default.tfstate" in found["restore_instructions"]
    assert "gs://acme-state/team/.pulumi/stacks/" in found["restore_instructions"]
    assert outputs(made(tmp_path, bucket_name="acme-state"))["pulumi_login_url"] == "gs://acme-state"


def test_the_backend_block_is_terraform_that_our_own_rules_pass(tmp_path: Path) -> None:
    hcl = outputs(made(tmp_path, bucket_name="acme-state", preview=False))["backend_hcl"]["terraform.tfstate"]
    found = [item for item in judge_code(hcl, tmp_path) if item.rule.startswith("RCV07")]
    assert {item.rule for item in found} == {"RCV070", "RCV071", "RCV072"}
    assert all(item.verdict is Verdict.PASS for item in found)


CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    "a table": (
        "",
        {"lock_table": True},
        "lock_table = True is refused: leave it out on Google Cloud. Terraform's gcs backend locks by itself.",
    ),
    "a second factor": (
        "",
        {"mfa_to_delete_versions": True},
        "mfa_to_delete_versions = True is refused: leave it out on Google Cloud. "
        "Cloud Storage has no such condition; soft delete keeps what is deleted.",
    ),
    "a lock": (
        "",
        {"object_lock": ObjectLockArgs()},
        f'object_lock = "a lock" is refused: leave it out on Google Cloud. {EXCLUDES}',
    ),
    "a lock that the standard demands": (
        "[environments.prod]\nobject_lock = true\n",
        {},
        f"object_lock = True is refused: Google Cloud cannot do what prod demands (recoverable.toml:3). {EXCLUDES}",
    ),
    "everyone": (
        "",
        {"trusted_principals": ["allUsers"]},
        'trusted_principals[0] = "allUsers" is refused: a member such as group:infra@acme.example. State is nobody else\'s.',
    ),
    "an endpoint": (
        "",
        {"endpoint": "http://127.0.0.1:1"},
        'endpoint = "http://127.0.0.1:1" is refused: leave it out on Google Cloud. Pulumi\'s gs:// URLs take none.',
    ),
}


@pytest.mark.parametrize(("standard", "more", "message"), CASES.values(), ids=CASES)
def test_refused_with_field_value_bound_and_reason(tmp_path: Path, standard: str, more: dict[str, Any], message: str) -> None:
    with pytest.raises(RefusedError) as refused:
        made(tmp_path, "prod", standard, **more)
    assert str(refused.value) == f'StateBackend "infra": {message}'
