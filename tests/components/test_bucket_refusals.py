"""What a bucket on AWS refuses, each with its whole message, and that nothing was registered by then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.components.bucket import Bucket, BucketArgs, LockMode, ObjectLockArgs, StorageClass, TransitionArgs
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.refusal import RefusedError
from tests.components.bucket_samples import made
from tests.components.harness import build

LETTERS = "lower case letters, digits and dashes or dots, ends with a letter or digit"
S = StorageClass


def move(days: Any, to: Any) -> TransitionArgs:
    return TransitionArgs(days=days, storage_class=to)


CASES: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "weaker retention": (
        "prod",
        "",
        {"retention_days": 29},
        "retention_days = 29 is refused: prod demands at least 30 days (built-in). A version that is deleted sooner cannot be restored.",
    ),
    "weaker retention than the file says": (
        "prod",
        "[environments.prod]\nbackup_retention_days = 90\n",
        {"retention_days": 89},
        "retention_days = 89 is refused: prod demands at least 90 days (recoverable.toml:3). "
        "A version that is deleted sooner cannot be restored.",
    ),
    "no retention": (
        "prod",
        "",
        {"retention_days": 0},
        "retention_days = 0 is refused: a whole number from 1 to 36500. Versions are kept for a number of days.",
    ),
    "retention above the maximum": (
        "prod",
        "[environments.prod]\nbackup_retention_days_max = 60\n",
        {"retention_days": 61},
        "retention_days = 61 is refused: prod allows 60 days at most (recoverable.toml:3). Data that had to be deleted would live on.",
    ),
    "retention that is no number of days": (
        "dev",
        "",
        {"retention_days": True},
        "retention_days = True is refused: it takes int, not bool. Nothing is guessed.",
    ),
    "no copy": (
        "prod",
        "",
        {"replicate": False},
        "replicate = False is refused: prod demands a second region (built-in). The loss of a region takes the only copy.",
    ),
    "copy in the same region": (
        "prod",
        "",
        {"replica_region": "eu-west-1"},
        'replica_region = "eu-west-1" is refused: the bucket itself is in eu-west-1. A copy beside the original is lost with it.',
    ),
    "copy nowhere": (
        "dev",
        "",
        {"replicate": True},
        "replica_region = None is refused: replicate is true. Name it here or in the ProtectionPolicy.",
    ),
    "copy that only this kind of store needs, nowhere": (
        "dev",
        '[kinds."s3-bucket"]\nsecond_region = true\n',
        {},
        "replica_region = None is refused: dev demands a second region (recoverable.toml:3). Name it here or in the ProtectionPolicy.",
    ),
    "region for a copy that is not wanted": (
        "dev",
        "",
        {"replicate": False, "replica_region": "eu-central-1"},
        'replica_region = "eu-central-1" is refused: leave it out where replicate is false. Nothing would go there.',
    ),
    "RPO without time control": (
        "prod",
        "",
        {"time_control": False},
        "time_control = False is refused: prod has an RPO of 15 minutes (built-in). "
        "Replication without Replication Time Control promises no time at all.",
    ),
    "RPO that nothing reaches": (
        "prod",
        "[environments.prod]\nrpo_minutes = 14\n",
        {},
        "rpo_minutes = 14 is refused: Replication Time Control promises 15 minutes. "
        "prod has an RPO of 14 minutes (recoverable.toml:3); no replication is faster.",
    ),
    "time control without a copy": (
        "dev",
        "",
        {"time_control": True},
        "time_control = True is refused: there is no second copy here. Set replicate = True or leave it out.",
    ),
    "key of a copy without a copy": (
        "dev",
        "",
        {"replica_kms_key": "arn:aws:kms:eu-west-1:123456789012:key/0a1b"},
        'replica_kms_key = "arn:aws:kms:eu-west-1:123456789012:key/0a1b" is refused: there is no second copy here. '
        "Set replicate = True or leave it out.",
    ),
    "deletions into no copy": (
        "dev",
        "",
        {"replicate_deletes": True},
        "replicate_deletes = True is refused: there is no second copy here. Set replicate = True or leave it out.",
    ),
    "lock off where it is demanded": (
        "prod",
        "[environments.prod]\nobject_lock = true\n",
        {"object_lock": ObjectLockArgs(enabled=False)},
        "object_lock.enabled = False is refused: prod demands object lock (recoverable.toml:3). "
        "Without it whoever may delete versions may delete the data.",
    ),
    "lock shorter than the retention": (
        "prod",
        "",
        {"object_lock": ObjectLockArgs(days=29)},
        "object_lock.days = 29 is refused: prod demands a retention of 30 days (built-in). "
        "A lock that ends before the retention leaves the rest of it unprotected.",
    ),
    "lifecycle shorter than the lock": (
        "prod",
        "",
        {"retention_days": 60, "object_lock": ObjectLockArgs(days=61)},
        "retention_days = 60 is refused: at least object_lock.days (61). "
        "S3 does not delete a locked version: the lifecycle would promise what it cannot do.",
    ),
    "COMPLIANCE unacknowledged": (
        "prod",
        "",
        {"object_lock": ObjectLockArgs(mode=LockMode.COMPLIANCE)},
        "object_lock.acknowledgement = None is refused: COMPLIANCE needs the words "
        '"nobody can delete or shorten this, and it cannot be undone". '
        "For 30 days not even the root user can delete what was written, and every byte of it is paid for.",
    ),
    "COMPLIANCE acknowledged in other words": (
        "prod",
        "",
        {"object_lock": ObjectLockArgs(mode=LockMode.COMPLIANCE, acknowledgement="yes", days=365)},
        'object_lock.acknowledgement = "yes" is refused: COMPLIANCE needs the words '
        '"nobody can delete or shorten this, and it cannot be undone". '
        "For 365 days not even the root user can delete what was written, and every byte of it is paid for.",
    ),
    "a mode that S3 does not have": (
        "prod",
        "",
        {"object_lock": ObjectLockArgs(mode="LEGAL")},  # type: ignore[arg-type]  # what an untyped program may write
        'object_lock.mode = "LEGAL" is refused: it is one of GOVERNANCE, COMPLIANCE. There is no other.',
    ),
    "emptied by a destroy in production": (
        "prod",
        "",
        {"force_destroy": True},
        "force_destroy = True is refused: not in prod. A destroy would delete every object and version.",
    ),
    "one zone": (
        "prod",
        "",
        {"transitions": [move(30, S.ONEZONE_IA)]},
        'transitions[0].storage_class = "ONEZONE_IA" is refused: prod demands more than one zone (built-in). '
        "What lies in one zone is lost with it.",
    ),
    "infrequent access too soon": (
        "prod",
        "",
        {"transitions": [move(29, S.STANDARD_IA)]},
        "transitions[0].days = 29 is refused: at least 30 for STANDARD_IA. S3 refuses an earlier move, or charges the stay before it.",
    ),
    "upwards": (
        "prod",
        "",
        {"transitions": [move(30, S.GLACIER_IR), move(200, S.STANDARD_IA)]},
        'transitions[1].storage_class = "STANDARD_IA" is refused: colder than GLACIER_IR. S3 moves objects down only.',
    ),
    "before the minimum stay": (
        "prod",
        "",
        {"transitions": [move(30, S.STANDARD_IA), move(59, S.GLACIER_IR)]},
        "transitions[1].days = 59 is refused: at least 60 for GLACIER_IR. S3 refuses an earlier move, or charges the stay before it.",
    ),
    "the other cloud's class": (
        "prod",
        "",
        {"transitions": [move(30, S.NEARLINE)]},
        'transitions[0].storage_class = "NEARLINE" is refused: S3 has STANDARD_IA, INTELLIGENT_TIERING, ONEZONE_IA, GLACIER_IR, '
        "GLACIER, DEEP_ARCHIVE. The other cloud's classes do not exist here.",
    ),
    "a negative day": (
        "prod",
        "",
        {"noncurrent_transitions": [move(-1, S.GLACIER)]},
        "noncurrent_transitions[0].days = -1 is refused: a whole number from 0 to 36500. It is a number of days.",
    ),
    "versions deleted before the minimum stay": (
        "prod",
        "",
        {"noncurrent_transitions": [move(1, S.GLACIER)], "retention_days": 90},
        'noncurrent_transitions[0] = "GLACIER after 1 days" is refused: versions are kept 90 days, this needs 91. '
        "GLACIER charges 90 days at least: moving them costs more than it saves.",
    ),
    "soft delete": (
        "dev",
        "",
        {"soft_delete_days": 7},
        "soft_delete_days = 7 is refused: leave it out on AWS. S3 has no soft delete; retention_days keeps versions.",
    ),
    "a bare key id": (
        "dev",
        "",
        {"kms_key": "0a1b"},
        'kms_key = "0a1b" is refused: the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID). '
        "An alias or a bare id cannot stand in a role's policy.",
    ),
    "AWS's own key": (
        "dev",
        "",
        {"kms_key": "arn:aws:kms:eu-west-1:123456789012:alias/aws/s3"},
        'kms_key = "arn:aws:kms:eu-west-1:123456789012:alias/aws/s3" is refused: a key of your own. '
        "AWS's own key cannot be shared with the account that keeps the copies.",
    ),
    "a key elsewhere": (
        "prod",
        "",
        {"replica_kms_key": "arn:aws:kms:eu-west-1:123456789012:key/0a1b"},
        'replica_kms_key = "arn:aws:kms:eu-west-1:123456789012:key/0a1b" is refused: a key in eu-central-1. '
        "The key is in eu-west-1; a store takes keys of its own place only.",
    ),
    "adopted under another name": (
        "dev",
        "",
        {"import_id": "acme-uploads", "bucket_name": "acme-new"},
        'bucket_name = "acme-new" is refused: import_id is acme-uploads. A bucket is adopted under the name that it has.',
    ),
    "a short name": (
        "dev",
        "",
        {"bucket_name": "ab"},
        'bucket_name = "ab" is refused: 3 to 63 characters, with what is added to it (2 here). S3 takes no other.',
    ),
    "a name too long for its copy": (
        "prod",
        "",
        {"bucket_name": "a" * 56},
        f'bucket_name = "{"a" * 56}" is refused: 3 to 63 characters, with what is added to it (64 here). S3 takes no other.',
    ),
    "a reserved name": (
        "dev",
        "",
        {"bucket_name": "xn--acme"},
        'bucket_name = "xn--acme" is refused: a name without "xn--". S3 keeps it for itself.',
    ),
}


@pytest.mark.parametrize(("environment", "standard", "more", "message"), CASES.values(), ids=CASES)
def test_refused_with_field_value_bound_and_reason(
    tmp_path: Path, environment: str, standard: str, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(RefusedError) as refused:
        made(tmp_path, environment, standard, **more)
    assert str(refused.value) == f'Bucket "uploads": {message}'


@pytest.mark.parametrize("name", ["Acme", "acme_data", "-acme", "acme-", "192.168.5.4", "a..b", "acme data", "bucket-s3alias"])
def test_names_that_s3_refuses_are_refused_before_anything_is_made(tmp_path: Path, name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        made(tmp_path, "dev", bucket_name=name)
    kept = 'a name without "-s3alias". S3 keeps it for itself.'
    why = kept if name.endswith("-s3alias") else f"{LETTERS}. S3 takes no other."
    assert str(refused.value) == f'Bucket "uploads": bucket_name = "{name}" is refused: {why}'


@pytest.mark.parametrize(("name", "bound"), [("my_uploads", LETTERS), ("u" * 41, "3 to 63 characters, with what is added to it (64 here)")])
def test_a_components_name_has_to_make_a_name_for_its_copy_too(tmp_path: Path, name: str, bound: str) -> None:
    policy = ProtectionPolicy(environment="dev", replica_region="eu-central-1", region="eu-west-1")
    with pytest.raises(RefusedError) as refused:
        build(lambda: Bucket(name, BucketArgs(policy=policy, replicate=True)), folder=tmp_path)
    assert str(refused.value) == f'Bucket "{name}": name = "{name}" is refused: {bound}. S3 takes no other.'


@pytest.mark.parametrize("name", ["abc", "a.b.c", "0-1", "a" * 63])
def test_names_that_s3_takes_are_taken(tmp_path: Path, name: str) -> None:
    assert made(tmp_path, "dev", bucket_name=name).one("aws:s3/bucket:Bucket").inputs["bucket"] == name


@pytest.mark.parametrize("days", [30, 31, 3650])
def test_the_standards_number_and_stronger_ones_are_taken(tmp_path: Path, days: int) -> None:
    assert made(tmp_path, retention_days=days).children
