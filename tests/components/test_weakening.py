"""Arguments that would give less than the standard demands without any rule seeing it; each refusal with its whole message."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from recoverable.components.backup_vault import BackupVault, BackupVaultArgs
from recoverable.components.bucket import Bucket, BucketArgs, ObjectLockArgs
from recoverable.components.neon_project import NeonProject, NeonProjectArgs
from recoverable.components.policy import ProtectionPolicy
from recoverable.components.postgres import Postgres, PostgresArgs
from recoverable.components.refusal import RefusedError
from recoverable.components.secrets_store import SecretArgs, Secrets, SecretsArgs
from recoverable.components.state_backend import StateBackend, StateBackendArgs
from tests.components.backup_samples import policy
from tests.components.harness import build

Make = Callable[[ProtectionPolicy, dict[str, Any]], Any]
HERE, THERE = "arn:aws:kms:eu-west-1:123456789012", "arn:aws:kms:eu-central-1:123456789012"
RING = "projects/p/locations/us-east1/keyRings/r/cryptoKeys/k"


def postgres(given: ProtectionPolicy, more: dict[str, Any]) -> Postgres:
    return Postgres("x", PostgresArgs(given, **more))


def bucket(given: ProtectionPolicy, more: dict[str, Any]) -> Bucket:
    return Bucket("xyz", BucketArgs(given, **more))


def vault(given: ProtectionPolicy, more: dict[str, Any]) -> BackupVault:
    return BackupVault("x", BackupVaultArgs(given, **more))


def state(given: ProtectionPolicy, more: dict[str, Any]) -> StateBackend:
    return StateBackend("xyz", StateBackendArgs(given, **more))


def secrets(given: ProtectionPolicy, more: dict[str, Any]) -> Secrets:
    return Secrets("x", SecretsArgs(given, **{"secrets": [SecretArgs("a")], **more}))


def neon(given: ProtectionPolicy, more: dict[str, Any]) -> NeonProject:
    return NeonProject("x", NeonProjectArgs(given, copies_elsewhere="s3://dumps", **more))


def refusal(tmp_path: Path, make: Make, more: dict[str, Any], standard: str = "", config: Any = None, **of_policy: Any) -> str:
    """The whole message, without the component's name."""
    (tmp_path / "recoverable.toml").write_text(f"schema = 1\n{standard}")
    environment = of_policy.pop("environment", "prod")
    with pytest.raises(RefusedError) as refused:
        build(lambda: make(policy(environment, **of_policy), more), folder=tmp_path, config=config)
    return str(refused.value).partition('": ')[2]


AWS_KEYS: list[tuple[Make, str, str]] = [
    (postgres, "kms_key_arn", "eu-west-1"),
    (postgres, "replica_kms_key_arn", "eu-central-1"),
    (vault, "kms_key", "eu-west-1"),
    (vault, "copy_kms_key", "eu-central-1"),
    (secrets, "kms_key", "eu-west-1"),
    (secrets, "replica_kms_key", "eu-central-1"),
    (bucket, "kms_key", "eu-west-1"),
    (bucket, "replica_kms_key", "eu-central-1"),
    (state, "kms_key", "eu-west-1"),
    (state, "replica_kms_key", "eu-central-1"),
]
GOOGLE_KEYS: list[tuple[Make, str, str]] = [
    (postgres, "kms_key_arn", "europe-west1"),
    (secrets, "kms_key", "europe-west1"),
    (bucket, "kms_key", "europe"),
    (state, "kms_key", "europe"),
]


@pytest.mark.parametrize(("make", "field", "region"), AWS_KEYS)
@pytest.mark.parametrize("key", ["", "0a1b", "alias/mine", f"{HERE}:alias/mine"])
def test_a_key_without_its_arn_is_refused(tmp_path: Path, make: Make, field: str, region: str, key: str) -> None:
    bound = "the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID). An alias or a bare id cannot stand in a role's policy."
    assert refusal(tmp_path, make, {field: key}) == f'{field} = "{key}" is refused: {bound}'


@pytest.mark.parametrize(("make", "field", "region"), AWS_KEYS)
@pytest.mark.parametrize("key", ["alias/aws/rds", f"{HERE}:alias/aws/backup"])
def test_the_key_of_aws_is_no_key_of_your_own(tmp_path: Path, make: Make, field: str, region: str, key: str) -> None:
    why = "a key of your own. AWS's own key cannot be shared with the account that keeps the copies."
    assert refusal(tmp_path, make, {field: key}) == f'{field} = "{key}" is refused: {why}'


@pytest.mark.parametrize(("make", "field", "region"), AWS_KEYS)
def test_a_key_of_another_region_is_refused(tmp_path: Path, make: Make, field: str, region: str) -> None:
    key, its = (f"{THERE}:key/0a", "eu-central-1") if region == "eu-west-1" else (f"{HERE}:key/0a", "eu-west-1")
    why = f"a key in {region}. The key is in {its}; a store takes keys of its own place only."
    assert refusal(tmp_path, make, {field: key}) == f'{field} = "{key}" is refused: {why}'


@pytest.mark.parametrize(("make", "field", "region"), GOOGLE_KEYS)
@pytest.mark.parametrize("key", ["", "k", "keyRings/r/cryptoKeys/k"])
def test_a_key_without_its_full_name_is_refused_on_google_cloud(tmp_path: Path, make: Make, field: str, region: str, key: str) -> None:
    both = {field: key, "replica_kms_key": RING} if make is secrets else {field: key}
    bound = "a key's full name (projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY)"
    assert (
        refusal(tmp_path, make, both, cloud="gcp") == f'{field} = "{key}" is refused: {bound}. Without it Google\'s own key would be used.'
    )


@pytest.mark.parametrize(("make", "field", "region"), GOOGLE_KEYS)
def test_a_key_of_another_place_is_refused_on_google_cloud(tmp_path: Path, make: Make, field: str, region: str) -> None:
    both = {field: RING, "replica_kms_key": RING} if make is secrets else {field: RING}
    why = f"a key in {region}. The key is in us-east1; a store takes keys of its own place only."
    assert refusal(tmp_path, make, both, cloud="gcp") == f'{field} = "{RING}" is refused: {why}'


MOST = "".join(f"[environments.{name}]\nbackup_retention_days_max = 40\n" for name in ("prod", "staging", "dev"))
LIVES_ON = "is refused: prod allows 40 days at most (recoverable.toml:3). Data that had to be deleted would live on."
NOWHERE = {"aws:region": "", "gcp:region": ""}
EVERYONE = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}'
TRUST = '"a policy" is refused: a trust that names someone, as JSON. Everyone else must stay outside.'
ALL = "All of a service would never be backed up."
OTHERS: dict[str, tuple[Make, dict[str, Any], dict[str, Any], str]] = {
    "a lock beyond the longest retention": (
        bucket, {"object_lock": ObjectLockArgs(days=41)}, {"standard": MOST}, f"object_lock.days = 41 {LIVES_ON}",
    ),
    "a lock on state beyond the longest retention": (
        state, {"object_lock": ObjectLockArgs(days=41)}, {"standard": MOST}, f"object_lock.days = 41 {LIVES_ON}",
    ),
    "copies of state beyond the longest retention": (state, {"backup_days": 41}, {"standard": MOST}, f"backup_days = 41 {LIVES_ON}"),
    "copies of state for ever": (
        state, {"backup_days": 36501}, {},
        "backup_days = 36501 is refused: 36500 days at most. Data that had to be deleted would live on.",
    ),
    "soft delete beyond the longest retention": (
        bucket, {"soft_delete_days": 41}, {"standard": MOST, "cloud": "gcp"}, f"soft_delete_days = 41 {LIVES_ON}",
    ),
    "anyone of an account that is not named": (
        state, {"trusted_principals": ["arn:aws:iam::*:root"]}, {},
        'trusted_principals[0] = "arn:aws:iam::*:root" is refused: the ARN of a role, a user or an account\'s root. '
        "Everyone else must stay outside.",
    ),
    "everyone is trusted": (state, {"assume_role_policy": EVERYONE}, {}, f"assume_role_policy = {TRUST}"),
    "everyone of AWS is trusted": (state, {"assume_role_policy": EVERYONE.replace('"*"', '{"AWS": ["*"]}')}, {}, f"assume_role_policy = {TRUST}"),
    "a trust of words": (state, {"assume_role_policy": '{"Statement": ["everyone"]}'}, {}, f"assume_role_policy = {TRUST}"),
    "a trust that is no JSON": (state, {"assume_role_policy": "everyone"}, {}, f"assume_role_policy = {TRUST}"),
    "a bucket without a name adopted": (
        bucket, {"import_id": ""}, {},
        'import_id = "" is refused: lower case letters, digits and dashes or dots, ends with a letter or digit. S3 takes no other.',
    ),
    "a name that S3 keeps for itself": (
        bucket, {"bucket_name": "xn--acme"}, {}, 'bucket_name = "xn--acme" is refused: a name without "xn--". S3 keeps it for itself.',
    ),
    "a name that Google keeps for itself": (
        bucket, {"bucket_name": "goog-acme"}, {"cloud": "gcp"},
        'bucket_name = "goog-acme" is refused: a name that does not begin with "goog" or hold "google". Cloud Storage keeps it for itself.',
    ),
    "letters that Cloud Storage does not take": (
        bucket, {"bucket_name": "Acme"}, {"cloud": "gcp"},
        'bucket_name = "Acme" is refused: lower case letters, digits, dashes, dots or underscores, ends with a letter or digit. '
        "Cloud Storage takes no other.",
    ),
    "a name that holds Google's": (
        bucket, {"bucket_name": "acme-google"}, {"cloud": "gcp"},
        'bucket_name = "acme-google" is refused: a name that does not begin with "goog" or hold "google". Cloud Storage keeps it for itself.',
    ),
    "a name too short for Cloud Storage": (
        bucket, {"bucket_name": "ab"}, {"cloud": "gcp"},
        'bucket_name = "ab" is refused: 3 to 63 characters, with what is added to it (2 here). Cloud Storage takes no other.',
    ),
    "a database without a name adopted": (
        postgres, {"import_id": "", "kms_key_arn": f"{HERE}:key/0a"}, {},
        'import_id = "" is refused: the identifier of an existing server. Nothing would be adopted, and a new one made.',
    ),
    "a region of no cloud": (
        bucket, {"replica_region": "EU-WEST-1"}, {},
        'replica_region = "EU-WEST-1" is refused: a region such as eu-central-1. Whether a copy leaves the region is told by the name.',
    ),
    "the same location in capitals": (
        bucket, {"replica_region": "EUROPE-WEST1"}, {"cloud": "gcp"},
        'replica_region = "EUROPE-WEST1" is refused: the bucket itself is in europe-west1. A copy beside the original is lost with it.',
    ),
    "everyone may delete recovery points": (
        vault, {"break_glass_roles": ["*"]}, {},
        'break_glass_roles[0] = "*" is refused: the ARN of one role (arn:aws:iam::ACCOUNT:role/NAME). Whoever matches may delete recovery points.',
    ),
    "everything is excluded": (
        vault, {"excluded": ["*"]}, {}, f'excluded[0] = "*" is refused: an ARN that names something. {ALL}',
    ),
    "every database is excluded": (
        vault, {"excluded": ["arn:aws:rds:*:*:db:*"]}, {}, f'excluded[0] = "arn:aws:rds:*:*:db:*" is refused: an ARN that names something. {ALL}',
    ),
    "no ARN of a vault": (
        vault, {"copy_vault_arn": "x"}, {},
        'copy_vault_arn = "x" is refused: an ARN such as arn:aws:backup:eu-central-1:123456789012:backup-vault:copies. AWS takes no other here.',
    ),
    "a kind that keeps less than another has to": (
        vault, {}, {"standard": '[kinds."backup-plan"]\nbackup_retention_days = 10\nbackup_retention_days_max = 20\n'},
        "retention_days = 30 is refused: prod allows 20 days at most (recoverable.toml:4). "
        "Another kind of store under this plan demands 30 (built-in).",
    ),
    "copies of backups, the region unknown": (
        vault, {}, {"config": NOWHERE},
        "policy.region = None is refused: set it, or aws:region. Whether the copy leaves the region cannot be told without knowing the region.",
    ),
    "copies of a database, the region unknown": (
        postgres, {}, {"config": NOWHERE},
        "policy.region = None is refused: set it, or aws:region. Whether a copy leaves the region cannot be told without the region.",
    ),
    "a bucket on google cloud, the region unknown": (
        bucket, {}, {"config": NOWHERE, "cloud": "gcp", "environment": "dev"},
        "policy.region = None is refused: set it, or gcp:region. The location of a bucket cannot be changed later.",
    ),
    "a vault on google cloud, the region unknown": (
        vault, {"resources": ["projects/acme/instances/orders"]}, {"config": NOWHERE, "cloud": "gcp", "environment": "dev"},
        "policy.region = None is refused: set it, or gcp:region. A vault cannot be moved later.",
    ),
    "secrets on google cloud, the region unknown": (
        secrets, {}, {"config": NOWHERE, "cloud": "gcp", "environment": "dev"},
        "policy.region = None is refused: set it, or gcp:region. The locations of a secret cannot be changed later.",
    ),
    "history of Neon beyond the longest retention": (
        neon, {"retention_days": 25}, {"standard": '[kinds."neon-project"]\nbackup_retention_days = 10\nbackup_retention_days_max = 20\n'},
        "retention_days = 25 is refused: prod allows 20 days at most (recoverable.toml:4). Data that had to be deleted would live on.",
    ),
    "a value that turns out not to be secret": (
        secrets, {"secrets": [SecretArgs("a", value=pulumi.Output.from_input("hunter2"))]}, {},
        'secrets[0].value = "a value that is not secret" is refused: a secret, such as pulumi.Config().require_secret("databaseUrl"), '
        "or None to put the value there later. What stands in the program stands in the repository and in the state.",
    ),
    "a value where a secret's name belongs": (
        secrets, {"secrets": ["hunter2"]}, {},
        'secrets: args = "str" is refused: give SecretArgs or a dict. Nothing else can be read.',
    ),
    "a secret's name that is no text": (
        secrets, {"secrets": [SecretArgs(5)]}, {},  # type: ignore[arg-type]  # what an untyped program may write
        "secrets[0].name = 5 is refused: 1 to 100 letters, digits and _ - /. The cloud takes no other.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHERS)
def test_less_than_the_standard_demands_is_refused_with_field_value_bound_and_reason(tmp_path: Path, name: str) -> None:
    make, more, how, message = OTHERS[name]
    assert refusal(tmp_path, make, more, **how) == message


@pytest.mark.parametrize("name", ["a b", "ü", "x" * 61])
def test_secrets_refuse_a_name_that_no_child_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(RefusedError) as refused:
        build(lambda: Secrets(name, SecretsArgs(policy(), secrets=[SecretArgs("a")])), folder=tmp_path)
    assert str(refused.value) == (
        f'Secrets "{name}": name = "{name}" is refused: at most 60 characters: letters, digits, _ and -. '
        "The names of its children are made of it."
    )
