"""What a state backend refuses on AWS, each with its whole message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.components.bucket_checks import LockMode, ObjectLockArgs
from recoverable.components.refusal import RefusedError
from tests.components.state_samples import state

LOCKED = "[environments.prod]\nobject_lock = true\n"
CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    "weaker retention": (
        "",
        {"retention_days": 7},
        "retention_days = 7 is refused: prod demands at least 30 days (built-in). A version that is deleted sooner cannot be restored.",
    ),
    "no copy": (
        "",
        {"replicate": False},
        "replicate = False is refused: prod demands a second region (built-in). The loss of a region takes the only copy.",
    ),
    "RPO without time control": (
        "",
        {"time_control": False},
        "time_control = False is refused: prod has an RPO of 15 minutes (built-in). "
        "Replication without Replication Time Control promises no time at all.",
    ),
    "a lock that only the standard asks for": (
        LOCKED,
        {},
        "object_lock = None is refused: prod demands object lock (recoverable.toml:3). "
        "A lock keeps every version of every lock file too, so it is not put on state unasked. "
        "Give object_lock = ObjectLockArgs() for GOVERNANCE, or except state buckets from the standard.",
    ),
    "no lock where it is demanded": (
        LOCKED,
        {"object_lock": ObjectLockArgs(enabled=False)},
        "object_lock.enabled = False is refused: prod demands object lock (recoverable.toml:3). "
        "Without it whoever may delete versions may delete the data.",
    ),
    "COMPLIANCE on state": (
        "",
        {"object_lock": ObjectLockArgs(mode=LockMode.COMPLIANCE)},
        'object_lock.mode = "COMPLIANCE" is refused: GOVERNANCE for state. A state with a secret in it could be deleted by nobody.',
    ),
    "no second factor where it is required": (
        '[environments.prod]\nmfa_delete = "required"\n',
        {"mfa_to_delete_versions": False},
        "mfa_to_delete_versions = False is refused: prod requires it (recoverable.toml:3). Old versions are the only way back.",
    ),
    "backups shorter than the retention": (
        "",
        {"backup_days": 29},
        "backup_days = 29 is refused: at least the retention of 30 days. These are Pulumi's own copies of state.",
    ),
    "locks longer than state": (
        "",
        {"lock_version_days": 31},
        "lock_version_days = 31 is refused: a whole number from 1 to 30. No longer than state itself.",
    ),
    "a key that Terraform refuses": (
        "",
        {"state_keys": ["/terraform.tfstate"]},
        'state_keys[0] = "/terraform.tfstate" is refused: a name without a slash at its beginning or end. Terraform refuses it.',
    ),
    "a key twice": (
        "",
        {"state_keys": ["a", "b", "a"]},
        'state_keys[0] = "a" is refused: each key once. Two states in one object overwrite each other.',
    ),
    "a key in Pulumi's folder": (
        "",
        {"state_keys": [".pulumi/a"]},
        'state_keys[0] = ".pulumi/a" is refused: a name outside .pulumi/. Pulumi keeps its own state there.',
    ),
    "a key that the rule for another's lock reaches": (
        "",
        {"state_keys": ["a", "a.tflock-old"]},
        'state_keys[1] = "a.tflock-old" is refused: a name that is not below a.tflock. Its versions would expire with those of the lock.',
    ),
    "a key that is a lock": (
        "",
        {"state_keys": ["a.tflock"]},
        'state_keys[0] = "a.tflock" is refused: a name that is not below a state.tflock. Its versions would expire with those of the lock.',
    ),
    "the default workspace": (
        "",
        {"workspaces": ["default"]},
        'workspaces[0] = "default" is refused: a workspace\'s name, without a slash. The default workspace lies at the key itself.',
    ),
    "everyone": (
        "",
        {"trusted_principals": ["*"]},
        'trusted_principals[0] = "*" is refused: the ARN of a role, a user or an account\'s root. Everyone else must stay outside.',
    ),
    "trust said twice": (
        "",
        {"trusted_principals": [], "assume_role_policy": "{}"},
        'assume_role_policy = "a policy" is refused: trusted_principals or assume_role_policy, not both. One of them would be dropped.',
    ),
    "emptied by a destroy in production": (
        "",
        {"force_destroy": True},
        "force_destroy = True is refused: not in prod. A destroy would delete every object and version.",
    ),
}


@pytest.mark.parametrize(("standard", "more", "message"), CASES.values(), ids=CASES)
def test_refused_with_field_value_bound_and_reason(tmp_path: Path, standard: str, more: dict[str, Any], message: str) -> None:
    with pytest.raises(RefusedError) as refused:
        state(tmp_path, "prod", standard, **more)
    assert str(refused.value) == f'StateBackend "infra": {message}'


def test_a_key_of_a_copy_without_a_copy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as refused:
        state(tmp_path, "dev", replica_kms_key="arn:aws:kms:eu-west-1:123456789012:key/0a1b")
    assert str(refused.value) == (
        'StateBackend "infra": replica_kms_key = "a key" is refused: there is no second copy here. Set replicate = True or leave it out.'
    )
