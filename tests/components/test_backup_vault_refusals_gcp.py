"""What a vault on Google Cloud refuses, each with its whole message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.components.backup_vault import BackupVault, BackupVaultArgs, VaultLockArgs, VaultLockMode
from recoverable.components.refusal import RefusedError
from tests.components.backup_samples import made

CASES: dict[str, tuple[str, str, dict[str, Any], dict[str, Any], str]] = {
    "no cold storage on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"resources": ["projects/acme/instances/orders"], "cold_storage_after_days": 30},
        "cold_storage_after_days = 30 is refused: leave it out on Google Cloud. Backup and DR has no cold storage.",
    ),
    "no copies on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"resources": ["projects/acme/instances/orders"], "copy_region": "europe-west4"},
        'copy_region = "europe-west4" is refused: leave it out on Google Cloud. A vault of Backup and DR lies in one region, copies to no other and restores in no other.',
    ),
    "no own key on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"resources": ["projects/acme/instances/orders"], "kms_key": "projects/p/locations/l/keyRings/r/cryptoKeys/k"},
        'kms_key = "projects/p/locations/l/keyRings/r/cryptoKeys/k" is refused: leave it out on Google Cloud. Enhanced backups of Cloud SQL take no key of the customer.',
    ),
    "no second region on google cloud": (
        "prod",
        "",
        {"cloud": "gcp"},
        {"resources": ["projects/acme/instances/orders"]},
        'policy.cloud = "gcp" is refused: prod demands a second region (built-in). A vault of Backup and DR lies in one region, copies to no other and restores in no other.',
    ),
    "own key demanded on google cloud": (
        "dev",
        "[environments.dev]\ncustomer_managed_key = true\n[environments.staging]\ncustomer_managed_key = true\n[environments.prod]\ncustomer_managed_key = true\n",
        {"cloud": "gcp"},
        {"resources": ["projects/acme/instances/orders"]},
        'policy.cloud = "gcp" is refused: dev demands a key of your own (recoverable.toml:3). Enhanced backups of Cloud SQL take no key of the customer.',
    ),
    "nothing selected on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {},
        "resources = None is refused: name at least one Cloud SQL instance. Backup and DR selects nothing by label.",
    ),
    "instance without its project on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"resources": ["orders"]},
        'resources = "orders" is refused: full names such as projects/acme/instances/orders. Backup and DR finds no other.',
    ),
    "window over midnight on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"resources": ["projects/acme/instances/orders"], "start_hour": 19},
        "start_hour = 19 is refused: a whole number from 0 to 18. The window of 6 hours ends before midnight.",
    ),
    "hourly on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"resources": ["projects/acme/instances/orders"], "every_hours": 1},
        "every_hours = 1 is refused: one of 4, 6, 8, 12, 24. A backup runs once a day at least, and evenly over it.",
    ),
    "lock bound that google cloud lacks": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"resources": ["projects/acme/instances/orders"], "lock": VaultLockArgs(max_retention_days=30)},
        "lock.max_retention_days = 30 is refused: leave it out on Google Cloud. A vault of Backup and DR has no such bound.",
    ),
    "lock minimum of its own on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"resources": ["projects/acme/instances/orders"], "lock": VaultLockArgs(min_retention_days=13)},
        "lock.min_retention_days = 13 is refused: the plan keeps 14 days. More would fail every backup, less would not protect it.",
    ),
    "lock time under governance": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"resources": ["projects/acme/instances/orders"], "lock": VaultLockArgs(effective_time="2030-01-31T00:00:00Z")},
        'lock.effective_time = "2030-01-31T00:00:00Z" is refused: leave it out under GOVERNANCE. From then on nobody could shorten the retention.',
    ),
    "lock without words on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"resources": ["projects/acme/instances/orders"], "lock": VaultLockArgs(mode=VaultLockMode.COMPLIANCE)},
        'lock.acknowledgement = None is refused: COMPLIANCE needs the words "nobody can delete or shorten this, and it cannot be undone". After effective_time nobody can shorten the enforced retention.',
    ),
    "lock without a time on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {
            "resources": ["projects/acme/instances/orders"],
            "lock": VaultLockArgs(
                mode=VaultLockMode.COMPLIANCE, acknowledgement="nobody can delete or shorten this, and it cannot be undone"
            ),
        },
        "lock.effective_time = None is refused: a time such as 2030-01-31T00:00:00Z. It says when the lock begins.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_with_field_value_bound_and_reason_before_anything_is_registered(tmp_path: Path, name: str) -> None:
    environment, standard, policy, more, message = CASES[name]
    given = dict(more)
    with pytest.raises(RefusedError) as refused:
        made(tmp_path, lambda policy: BackupVault("main", BackupVaultArgs(policy=policy, **given)), environment, standard, **policy)
    assert str(refused.value) == f'BackupVault "main": {message}'
