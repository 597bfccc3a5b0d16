"""What alerts refuse, each with its whole message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.components.backup_alerts import BackupAlerts, BackupAlertsArgs, ReplicationAlertArgs, StoreAlertArgs
from recoverable.components.refusal import RefusedError
from tests.components.backup_samples import made

CASES: dict[str, tuple[str, str, dict[str, Any], dict[str, Any], str]] = {
    "nobody hears": (
        "dev",
        "",
        {"alert_address": None},
        {},
        "policy.alert_address = None is refused: name who hears of a failed backup. An alarm that nobody reads is none.",
    ),
    "further address that is none": (
        "prod",
        "",
        {},
        {"more_addresses": ["ops"]},
        'more_addresses[0] = "ops" is refused: an e-mail address. Nobody would hear.',
    ),
    "an address twice": (
        "prod",
        "",
        {},
        {"more_addresses": ["ops@acme.example"]},
        'more_addresses = "ops@acme.example" is refused: each address once. It would hear everything twice.',
    ),
    "a store twice": (
        "prod",
        "",
        {},
        {"stores": [StoreAlertArgs("orders"), StoreAlertArgs("orders")]},
        'stores[1].store = "orders" is refused: each store once. Its alarm would have two thresholds.',
    ),
    "store that is no dimension": (
        "prod",
        "",
        {},
        {"stores": [StoreAlertArgs("orders db")]},
        'stores[0].store = "orders db" is refused: 1 to 100 letters, digits and . _ / -. It is a dimension of the metric.',
    ),
    "proof that is staler than the standard": (
        "prod",
        "",
        {},
        {"stores": [StoreAlertArgs("orders", max_age_days=39)]},
        "stores[0].max_age_days = 39 is refused: prod demands a restore test every 31 days (built-in) with 7 days of grace (built-in). An overdue test would not be heard.",
    ),
    "proof of no age": (
        "prod",
        "",
        {},
        {"stores": [StoreAlertArgs("orders", max_age_days=0)]},
        "stores[0].max_age_days = 0 is refused: a whole number from 1 to 3650. It is a number of days.",
    ),
    "replication later than the RPO": (
        "prod",
        "",
        {},
        {"replication_threshold_minutes": 16},
        "replication_threshold_minutes = 16 is refused: prod has an RPO of 15 minutes (built-in). The alarm would ring when the RPO is broken already.",
    ),
    "replication that no alarm can wait for": (
        "dev",
        "",
        {},
        {"replication_threshold_minutes": 10081},
        "replication_threshold_minutes = 10081 is refused: a whole number from 1 to 10080. It is a number of minutes, a week at most.",
    ),
    "vaults of AWS on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"vault_names": ["main"]},
        'vault_names = "a value" is refused: leave it out on Google Cloud. Vaults of Backup and DR are heard without it.',
    ),
    "replications of S3 on google cloud": (
        "dev",
        "",
        {"cloud": "gcp"},
        {"replications": [ReplicationAlertArgs("a", "b")]},
        'replications = "a value" is refused: leave it out on Google Cloud. Cloud Storage has no alert of that kind for two regions.',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused_with_field_value_bound_and_reason_before_anything_is_registered(tmp_path: Path, name: str) -> None:
    environment, standard, policy, more, message = CASES[name]
    given = dict(more)
    with pytest.raises(RefusedError) as refused:
        made(tmp_path, lambda policy: BackupAlerts("alerts", BackupAlertsArgs(policy=policy, **given)), environment, standard, **policy)
    assert str(refused.value) == f'BackupAlerts "alerts": {message}'
