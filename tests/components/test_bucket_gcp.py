"""Bucket on Google Cloud under Pulumi's mocks: the same words, and what that cloud cannot do is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.components.bucket import Bucket, BucketArgs, ObjectLockArgs, StorageClass, TransitionArgs
from recoverable.components.policy import Cloud, ProtectionPolicy
from recoverable.components.refusal import RefusedError
from tests.components.bucket_samples import open_questions
from tests.components.harness import Built, build

DAY = 86400
EXCLUDES = "Cloud Storage has no lock of versions, and its retention policy excludes versioning (https://rules.sonarsource.com/terraform/RSPEC-6412)."


def program(environment: str, region: str | None, home: str | None = None, **more: Any) -> Callable[[], Bucket]:
    def run() -> Bucket:
        policy = ProtectionPolicy(
            environment=environment, alert_address="ops@acme.example", replica_region=region, owner="shop", cloud=Cloud.GCP, region=home
        )
        return Bucket("uploads", BucketArgs(policy=policy, **more))

    return run


def made(tmp_path: Path, environment: str = "prod", standard: str = "", *, preview: bool = True, **more: Any) -> Built:
    if standard:
        (tmp_path / "recoverable.toml").write_text(f"schema = 1\n{standard}")
    region = more.pop("region", "europe-west4" if environment == "prod" else None)
    return build(program(environment, region, **more), folder=tmp_path, preview=preview, stack=environment)


def bucket(built: Built) -> dict[str, Any]:
    return built.one("gcp:storage/bucket:Bucket").inputs


@pytest.mark.parametrize("environment", ["prod", "staging", "dev"])
@pytest.mark.parametrize("preview", [True, False])
def test_all_rules_pass_by_construction(tmp_path: Path, environment: str, preview: bool) -> None:
    assert open_questions(made(tmp_path, environment, preview=preview), tmp_path) == []


@pytest.mark.parametrize(
    "standard",
    [
        "[environments.prod]\nbackup_retention_days = 400\n",
        "[environments.prod]\ncustomer_managed_key = true\n",
        "[environments.prod]\nsecond_region = false\n",
        '[environments.prod]\nrpo_minutes = "none"\n',
    ],
)
def test_all_rules_pass_under_other_standards(tmp_path: Path, standard: str) -> None:
    assert open_questions(made(tmp_path, standard=standard), tmp_path) == []


@pytest.mark.parametrize(
    ("environment", "days", "protect", "retain"), [("prod", 30, True, True), ("staging", 21, True, False), ("dev", 14, False, False)]
)
def test_the_environment_decides_retention_and_protection(tmp_path: Path, environment: str, days: int, protect: bool, retain: bool) -> None:
    built = made(tmp_path, environment)
    assert bucket(built)["lifecycleRules"][0] == {
        "action": {"type": "Delete"},
        "condition": {"daysSinceNoncurrentTime": days, "withState": "ARCHIVED"},
    }
    assert {child.name: (child.protect, child.retain) for child in built.children if child.custom} == {
        "uploads-keyring": (protect, retain),
        "uploads-key": (protect, retain),
        "uploads-key-grant": (False, False),
        "uploads-bucket": (protect, retain),
    }


def test_the_bucket_is_versioned_private_uniform_and_under_its_own_key(tmp_path: Path) -> None:
    built = made(tmp_path, preview=False)
    found = bucket(built)
    assert found["versioning"] == {"enabled": True}
    assert found["publicAccessPrevention"] == "enforced"
    assert found["uniformBucketLevelAccess"] is True
    assert found["forceDestroy"] is False
    assert found["encryption"]["defaultKmsKeyName"] == "uploads-key-id"
    key = built.one("CryptoKey").inputs
    assert (key["rotationPeriod"], key["destroyScheduledDuration"]) == ("7776000s", "10368000s")
    for name in ("uploads-bucket", "uploads-key"):
        labels = next(child.inputs["labels"] for child in built.children if child.name == name)
        assert labels == {"recoverable-environment": "prod", "recoverable-owner": "shop", "recoverable-component": "uploads"}


def test_cloud_storage_may_use_the_key_before_the_bucket_needs_it(tmp_path: Path) -> None:
    built = made(tmp_path, preview=False)
    grant = built.one("CryptoKeyIAMMember").inputs
    assert grant["role"] == "roles/cloudkms.cryptoKeyEncrypterDecrypter"
    assert grant["member"] == "serviceAccount:service-1@gs-project-accounts.iam.gserviceaccount.com"
    assert any(urn.endswith("uploads-key-grant") for urn in built.one("gcp:storage/bucket:Bucket").depends)


def test_a_given_key_is_used_and_granted_and_none_is_made(tmp_path: Path) -> None:
    key = "projects/acme/locations/europe/keyRings/main/cryptoKeys/data"
    built = made(tmp_path, kms_key=key)
    assert built.of("CryptoKey") == []
    assert bucket(built)["encryption"]["defaultKmsKeyName"] == built.one("CryptoKeyIAMMember").inputs["cryptoKeyId"] == key


def test_two_regions_of_one_area_are_a_dual_region_with_turbo_replication_and_its_key_beside_it(tmp_path: Path) -> None:
    built = made(tmp_path)
    found = bucket(built)
    assert found["location"] == "EU"
    assert found["customPlacementConfig"] == {"dataLocations": ["EUROPE-WEST1", "EUROPE-WEST4"]}
    assert found["rpo"] == "ASYNC_TURBO"
    assert built.one("KeyRing").inputs["location"] == "europe"
    evidence = built.outputs["uploads"]["evidence"]
    assert (evidence["achievedRpoMinutes"], evidence["rpoMechanism"]) == (15, "turbo replication between two regions: 15 minutes")


def test_one_region_has_its_key_there_and_no_replication(tmp_path: Path) -> None:
    built = made(tmp_path, "dev")
    assert bucket(built)["location"] == "EUROPE-WEST1"
    assert "customPlacementConfig" not in bucket(built)
    assert "rpo" not in bucket(built)
    assert built.one("KeyRing").inputs["location"] == "europe-west1"


def test_a_multi_region_is_enough_where_no_rpo_binds(tmp_path: Path) -> None:
    found = bucket(made(tmp_path, standard='[environments.prod]\nrpo_minutes = "none"\n', region="EU"))
    assert found["location"] == "EU"
    assert "customPlacementConfig" not in found
    assert "rpo" not in found


@pytest.mark.parametrize(("retention", "soft"), [(30, 30), (90, 90), (400, 90)])
def test_soft_delete_lasts_as_the_retention_as_far_as_it_goes_and_versioning_keeps_the_rest(
    tmp_path: Path, retention: int, soft: int
) -> None:
    found = bucket(made(tmp_path, retention_days=retention))
    assert found["softDeletePolicy"] == {"retentionDurationSeconds": soft * DAY}
    assert found["lifecycleRules"][0]["condition"]["daysSinceNoncurrentTime"] == retention


def test_soft_delete_is_never_below_a_week(tmp_path: Path) -> None:
    built = made(tmp_path, "dev", "[environments.dev]\nbackup_retention_days = 3\n")
    assert bucket(built)["softDeletePolicy"] == {"retentionDurationSeconds": 7 * DAY}
    assert open_questions(built, tmp_path) == []


def test_moves_that_were_asked_for_take_the_place_of_autoclass(tmp_path: Path) -> None:
    assert bucket(made(tmp_path))["autoclass"] == {"enabled": True}
    built = made(tmp_path, retention_days=120, noncurrent_transitions=[TransitionArgs(days=30, storage_class=StorageClass.COLDLINE)])
    found = bucket(built)
    assert "autoclass" not in found
    assert found["lifecycleRules"][2] == {
        "action": {"type": "SetStorageClass", "storageClass": "COLDLINE"},
        "condition": {"daysSinceNoncurrentTime": 30, "withState": "ARCHIVED"},
    }


def test_an_existing_bucket_is_adopted_under_its_name(tmp_path: Path) -> None:
    child = made(tmp_path, import_id="acme-uploads").one("gcp:storage/bucket:Bucket")
    assert (child.import_id, child.inputs["name"]) == ("acme-uploads", "acme-uploads")


def test_outputs_are_known_before_the_bucket_exists(tmp_path: Path) -> None:
    found = made(tmp_path, bucket_name="acme-uploads").outputs["uploads"]
    assert (found["bucket_name"], found["url"]) == ("acme-uploads", "gs://acme-uploads")
    assert found["arn"] == found["evidence"]["store"] == "https://www.googleapis.com/storage/v1/b/acme-uploads"


CASES: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "object lock": (
        "prod",
        "",
        {"object_lock": ObjectLockArgs()},
        f'object_lock = "a lock" is refused: leave it out on Google Cloud. {EXCLUDES}',
    ),
    "object lock that the standard demands": (
        "prod",
        "[environments.prod]\nobject_lock = true\n",
        {},
        f"object_lock = True is refused: Google Cloud cannot do what prod demands (recoverable.toml:3). {EXCLUDES}",
    ),
    "another area": (
        "prod",
        "",
        {"region": "us-east1"},
        'replica_region = "us-east1" is refused: a region of the same area as europe-west1 (both us-, both europe-, or both asia-). '
        "Cloud Storage pairs no others; a bucket cannot be moved later.",
    ),
    "a multi-region elsewhere": (
        "prod",
        "",
        {"region": "US"},
        'replica_region = "US" is refused: the multi-region of europe-west1. The bucket would not lie in its own region.',
    ),
    "a multi-region where an RPO binds": (
        "prod",
        "",
        {"region": "EU"},
        'replica_region = "EU" is refused: prod has an RPO of 15 minutes (built-in). '
        "Turbo replication works between two named regions only, not in a multi-region.",
    ),
    "the same region": (
        "prod",
        "",
        {"replica_region": "europe-west1"},
        'replica_region = "europe-west1" is refused: the bucket itself is in europe-west1. A copy beside the original is lost with it.',
    ),
    "RPO without turbo replication": (
        "prod",
        "",
        {"time_control": False},
        "time_control = False is refused: prod has an RPO of 15 minutes (built-in). "
        "Replication without turbo replication promises no time at all.",
    ),
    "soft delete off": (
        "dev",
        "",
        {"soft_delete_days": 0},
        "soft_delete_days = 0 is refused: a whole number from 7 to 90. Cloud Storage takes no other; longer is retention_days.",
    ),
    "soft delete too long": (
        "dev",
        "",
        {"soft_delete_days": 91},
        "soft_delete_days = 91 is refused: a whole number from 7 to 90. Cloud Storage takes no other; longer is retention_days.",
    ),
    "deletions into the copy": (
        "prod",
        "",
        {"replicate_deletes": True},
        "replicate_deletes = True is refused: leave it out on Google Cloud. A bucket in two regions is one bucket.",
    ),
    "policy statements": (
        "dev",
        "",
        {"policy_statements": [{}]},
        'policy_statements = "a value" is refused: leave it out on Google Cloud. Grant roles with storage.BucketIAMMember.',
    ),
    "a class of S3": (
        "dev",
        "",
        {"transitions": [TransitionArgs(days=30, storage_class=StorageClass.GLACIER)]},
        'transitions[0].storage_class = "GLACIER" is refused: Cloud Storage has NEARLINE, COLDLINE, ARCHIVE. '
        "The other cloud's classes do not exist here.",
    ),
    "versions deleted before the minimum stay": (
        "dev",
        "",
        {"noncurrent_transitions": [TransitionArgs(days=10, storage_class=StorageClass.NEARLINE)]},
        'noncurrent_transitions[0] = "NEARLINE after 10 days" is refused: versions are kept 14 days, this needs 40. '
        "NEARLINE charges 30 days at least: moving them costs more than it saves.",
    ),
    "a name of Google's": (
        "dev",
        "",
        {"bucket_name": "my-google-data"},
        'bucket_name = "my-google-data" is refused: a name that does not begin with "goog" or hold "google". '
        "Cloud Storage keeps it for itself.",
    ),
}


@pytest.mark.parametrize(("environment", "standard", "more", "message"), CASES.values(), ids=CASES)
def test_refused_with_field_value_bound_and_reason(
    tmp_path: Path, environment: str, standard: str, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        made(tmp_path, environment, standard, **more)
    assert str(refused.value) == f'Bucket "uploads": {message}'
