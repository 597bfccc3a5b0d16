"""What a vault refuses, each with its whole message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.components.backup_vault import BackupVault, BackupVaultArgs, VaultLockArgs, VaultLockMode
from recoverable.components.refusal import RefusedError
from tests.components.backup_samples import made

UNKNOWN: Any = "ETERNAL"
CASES: dict[str, tuple[str, str, dict[str, Any], dict[str, Any], str]] = {
    "weaker retention": (
        "prod",
        "",
        {},
        {"retention_days": 29},
        "retention_days = 29 is refused: prod demands at least 30 days (built-in). What is deleted sooner cannot be restored.",
    ),
    "no retention": (
        "prod",
        "",
        {},
        {"retention_days": 0},
        "retention_days = 0 is refused: a whole number from 1 to 36500. Backups are kept for a number of days.",
    ),
    "retention over the standard's maximum": (
        "dev",
        "[environments.dev]\nbackup_retention_days_max = 90\n",
        {},
        {"retention_days": 91},
        "retention_days = 91 is refused: dev allows 90 days at most (recoverable.toml:3). Data that had to be deleted would live on.",
    ),
    "cold storage that is left too soon": (
        "prod",
        "",
        {},
        {"retention_days": 119, "cold_storage_after_days": 30},
        "cold_storage_after_days = 30 is refused: retention_days - 90 at most, and that is 29. What goes to cold storage stays there 90 days: AWS refuses a plan that deletes it sooner.",
    ),
    "cold storage that copies leave too soon": (
        "prod",
        "",
        {},
        {"retention_days": 120, "cold_storage_after_days": 30, "copy_retention_days": 119},
        "copy_retention_days = 119 is refused: cold_storage_after_days + 90 = 120. What goes to cold storage stays there 90 days: AWS refuses a plan that deletes it sooner.",
    ),
    "weaker copies": (
        "prod",
        "",
        {},
        {"copy_retention_days": 29},
        "copy_retention_days = 29 is refused: prod demands at least 30 days (built-in). What is deleted sooner cannot be restored.",
    ),
    "continuous over the limit": (
        "prod",
        "",
        {},
        {"retention_days": 60, "continuous": True, "continuous_days": 36},
        "continuous_days = 36 is refused: a whole number from 1 to 35. AWS Backup keeps continuous backups no longer.",
    ),
    "continuous that cannot reach the window": (
        "prod",
        "[environments.prod]\npitr_window_days = 36\n",
        {},
        {"retention_days": 60, "continuous": True},
        "continuous_days = 35 is refused: prod demands a window of 36 days (recoverable.toml:3), AWS Backup offers 35 at most. What happened before the window cannot be undone.",
    ),
    "continuous days without continuous": (
        "prod",
        "",
        {},
        {"continuous_days": 7},
        "continuous_days = 7 is refused: set continuous = True or leave it out. Nothing is backed up continuously here.",
    ),
    "two owners of retention": (
        "prod",
        "",
        {},
        {"continuous": True, "native_databases": ["arn:aws:rds:eu-west-1:123456789012:db:orders"]},
        "continuous = True is refused: native_databases names 1 that set their own retention. Continuous backup takes the retention of a database over: there can be one owner only.",
    ),
    "lock minimum over the plan": (
        "prod",
        "",
        {},
        {"lock": VaultLockArgs(min_retention_days=31)},
        "lock.min_retention_days = 31 is refused: the plan keeps 30 days. Every backup job that is kept for less would fail.",
    ),
    "lock minimum below the plan": (
        "prod",
        "",
        {},
        {"lock": VaultLockArgs(min_retention_days=29)},
        "lock.min_retention_days = 29 is refused: at least the 30 days that the plan keeps. A plan could be shortened below what the standard demands.",
    ),
    "lock maximum below the plan": (
        "prod",
        "",
        {},
        {"lock": VaultLockArgs(max_retention_days=29)},
        "lock.max_retention_days = 29 is refused: the plan keeps 30 days. Every backup job that is kept for longer would fail.",
    ),
    "lock maximum over the standard's": (
        "dev",
        "[environments.dev]\nbackup_retention_days_max = 90\n",
        {},
        {"lock": VaultLockArgs(max_retention_days=91)},
        "lock.max_retention_days = 91 is refused: dev allows 90 days at most (recoverable.toml:3). Data that had to be deleted could be kept.",
    ),
    "compliance without acknowledgement": (
        "prod",
        "",
        {},
        {"lock": VaultLockArgs(mode=VaultLockMode.COMPLIANCE, changeable_for_days=3)},
        'lock.acknowledgement = None is refused: COMPLIANCE needs the words "nobody can delete or shorten this, and it cannot be undone". After the cooling-off time neither root nor AWS can lift the lock, and every recovery point is paid for to its end.',
    ),
    "compliance with other words": (
        "prod",
        "",
        {},
        {"lock": VaultLockArgs(mode=VaultLockMode.COMPLIANCE, changeable_for_days=3, acknowledgement="yes")},
        'lock.acknowledgement = "yes" is refused: COMPLIANCE needs the words "nobody can delete or shorten this, and it cannot be undone". After the cooling-off time neither root nor AWS can lift the lock, and every recovery point is paid for to its end.',
    ),
    "compliance without cooling off": (
        "prod",
        "",
        {},
        {
            "lock": VaultLockArgs(
                mode=VaultLockMode.COMPLIANCE, acknowledgement="nobody can delete or shorten this, and it cannot be undone"
            )
        },
        "lock.changeable_for_days = None is refused: at least 3. Without it AWS makes a governance lock.",
    ),
    "compliance that cools off too short": (
        "prod",
        "",
        {},
        {
            "lock": VaultLockArgs(
                mode=VaultLockMode.COMPLIANCE,
                changeable_for_days=2,
                acknowledgement="nobody can delete or shorten this, and it cannot be undone",
            )
        },
        "lock.changeable_for_days = 2 is refused: a whole number from 3 to 36500. AWS demands 72 hours in which a mistake can be taken back.",
    ),
    "governance with a cooling-off time": (
        "prod",
        "",
        {},
        {"lock": VaultLockArgs(changeable_for_days=3)},
        "lock.changeable_for_days = 3 is refused: leave it out under GOVERNANCE. With it the lock becomes one that nobody can lift.",
    ),
    "unknown lock mode": (
        "prod",
        "",
        {},
        {"lock": VaultLockArgs(mode=UNKNOWN)},
        'lock.mode = "ETERNAL" is refused: it is one of GOVERNANCE, COMPLIANCE. There is no other.',
    ),
    "copy into the same region": (
        "prod",
        "",
        {},
        {"copy_region": "eu-west-1"},
        'copy_region = "eu-west-1" is refused: the original is in eu-west-1. A copy beside the original is lost with it.',
    ),
    "copy into a vault of the same region": (
        "prod",
        "",
        {},
        {"copy_vault_arn": "arn:aws:backup:eu-west-1:123456789012:backup-vault:copies"},
        'copy_vault_arn = "arn:aws:backup:eu-west-1:123456789012:backup-vault:copies" is refused: the vault itself is in eu-west-1. A copy beside the original is lost with it.',
    ),
    "copy vault that is no vault": (
        "prod",
        "",
        {},
        {"copy_vault_arn": "copies"},
        'copy_vault_arn = "copies" is refused: an ARN such as arn:aws:backup:eu-central-1:123456789012:backup-vault:copies. AWS takes no other here.',
    ),
    "copy vault in another region than named": (
        "prod",
        "",
        {},
        {"copy_region": "eu-north-1", "copy_vault_arn": "arn:aws:backup:eu-central-1:123456789012:backup-vault:copies"},
        'copy_region = "eu-north-1" is refused: copy_vault_arn is in eu-central-1. Leave one of them out.',
    ),
    "no copy where one is demanded": (
        "prod",
        "",
        {},
        {"copy": False},
        "copy = False is refused: prod demands a second region (built-in). The loss of a region takes the only copy.",
    ),
    "copy without a region": (
        "dev",
        "",
        {},
        {"copy": True},
        "copy_region = None is refused: copy is true. Name it here or as replica_region of the ProtectionPolicy.",
    ),
    "region without a copy": (
        "dev",
        "",
        {},
        {"copy": False, "copy_region": "eu-north-1"},
        'copy_region = "eu-north-1" is refused: leave it out where copy is false. Nothing would go there.',
    ),
    "key for a vault that is not made": (
        "dev",
        "",
        {},
        {"copy_kms_key": "arn:aws:kms:eu-central-1:123456789012:key/1"},
        'copy_kms_key = "arn:aws:kms:eu-central-1:123456789012:key/1" is refused: no vault is made for copies here. Leave it out.',
    ),
    "rarer than daily": (
        "prod",
        "",
        {},
        {"every_hours": 48},
        "every_hours = 48 is refused: one of 1, 2, 3, 4, 6, 8, 12, 24. A backup runs once a day at least, and evenly over it.",
    ),
    "unevenly over the day": (
        "prod",
        "",
        {},
        {"every_hours": 5},
        "every_hours = 5 is refused: one of 1, 2, 3, 4, 6, 8, 12, 24. A backup runs once a day at least, and evenly over it.",
    ),
    "hour of no day": (
        "prod",
        "",
        {},
        {"start_hour": 24},
        "start_hour = 24 is refused: a whole number from 0 to 23. It is an hour of the day.",
    ),
    "start window that AWS refuses": (
        "prod",
        "",
        {},
        {"start_window_minutes": 59},
        "start_window_minutes = 59 is refused: a whole number from 60 to 525600. AWS takes no less.",
    ),
    "completion within the start window": (
        "prod",
        "",
        {},
        {"start_window_minutes": 120, "completion_window_minutes": 120},
        "completion_window_minutes = 120 is refused: a whole number from 180 to 525600. It has to leave an hour after the start window.",
    ),
    "destroying production": (
        "prod",
        "",
        {},
        {"force_destroy": True},
        "force_destroy = True is refused: not in prod. A destroy would delete every recovery point.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_with_field_value_bound_and_reason_before_anything_is_registered(tmp_path: Path, name: str) -> None:
    environment, standard, policy, more, message = CASES[name]
    given = dict(more)
    with pytest.raises(RefusedError) as refused:
        made(tmp_path, lambda policy: BackupVault("main", BackupVaultArgs(policy=policy, **given)), environment, standard, **policy)
    assert str(refused.value) == f'BackupVault "main": {message}'
