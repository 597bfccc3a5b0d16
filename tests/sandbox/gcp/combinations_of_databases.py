"""Changes to a legal Cloud SQL instance that Google or its provider refuses: row of the estate, path, value, and all reasons."""

from __future__ import annotations

from typing import Any

Row = tuple[str, str, Any, list[str]]
BACKUPS = "settings.backupConfiguration"
LOGS = f"{BACKUPS}.transactionLogRetentionDays"
DATABASES: list[Row] = [
    ("orders", LOGS, 8, [f"`{LOGS}`: The number of transaction log retention days must be between 1 and 7 on ENTERPRISE, got 8"]),
    ("orders", LOGS, 0, [f"`{LOGS}`: The number of transaction log retention days must be between 1 and 7 on ENTERPRISE, got 0"]),
    (
        "orders",
        f"{BACKUPS}.backupRetentionSettings.retainedBackups",
        366,
        [f"`{BACKUPS}.backupRetentionSettings.retainedBackups`: expected 1 to 365, got 366"],
    ),
    (
        "orders",
        f"{BACKUPS}.backupRetentionSettings.retainedBackups",
        3,
        [f"`{LOGS}`: 7 days of logs need as many retained backups or more, and retainedBackups is 3"],
    ),
    (
        "orders",
        f"{BACKUPS}.enabled",
        False,
        [
            f"`{BACKUPS}.pointInTimeRecoveryEnabled`: point-in-time recovery needs backupConfiguration.enabled = true",
            "`settings.availabilityType`: REGIONAL needs backupConfiguration.enabled and .pointInTimeRecoveryEnabled",
        ],
    ),
    (
        "orders",
        f"{BACKUPS}.pointInTimeRecoveryEnabled",
        False,
        ["`settings.availabilityType`: REGIONAL needs backupConfiguration.enabled and .pointInTimeRecoveryEnabled"],
    ),
    (
        "orders",
        "settings.edition",
        "ENTERPRISE_PLUS",
        [
            "`settings.tier`: Invalid Tier (db-custom-2-7680) for (ENTERPRISE_PLUS) Edition. Use a predefined Tier like db-perf-optimized-N-* "
            'instead, or state edition "ENTERPRISE"; without one the API chooses ENTERPRISE_PLUS from POSTGRES_16 on'
        ],
    ),
    (
        "orders",
        "settings.edition",
        None,
        [
            "`settings.tier`: Invalid Tier (db-custom-2-7680) for (ENTERPRISE_PLUS) Edition. Use a predefined Tier like db-perf-optimized-N-* "
            'instead, or state edition "ENTERPRISE"; without one the API chooses ENTERPRISE_PLUS from POSTGRES_16 on'
        ],
    ),
    (
        "orders",
        "settings.tier",
        "db-perf-optimized-N-2",
        ["`settings.tier`: Invalid Tier (db-perf-optimized-N-2) for (ENTERPRISE) Edition"],
    ),
    ("orders", f"{BACKUPS}.binaryLogEnabled", True, [f"`{BACKUPS}.binaryLogEnabled`: only for MYSQL, and this is POSTGRES_16"]),
    (
        "orders",
        "databaseVersion",
        "MYSQL_8_0",
        [
            f"`{BACKUPS}.pointInTimeRecoveryEnabled`: only for POSTGRES and SQLSERVER; MySQL has binaryLogEnabled",
            "`settings.availabilityType`: REGIONAL needs backupConfiguration.enabled and .binaryLogEnabled",
        ],
    ),
    ("orders", "databaseVersion", "POSTGRES_8", ['`databaseVersion`: "POSTGRES_8" is refused: no version of Cloud SQL']),
    ("orders", "settings.finalBackupConfig.retentionDays", 366, ["`settings.finalBackupConfig.retentionDays`: expected 1 to 365, got 366"]),
    (
        "orders",
        "settings.finalBackupConfig.enabled",
        False,
        ["`settings.finalBackupConfig.retentionDays`: finalBackupConfig.enabled must be true"],
    ),
    ("orders", f"{BACKUPS}.startTime", "25:00", [f'`{BACKUPS}.startTime`: "25:00" is refused: HH:MM']),
    (
        "orders",
        "settings.ipConfiguration.ipv4Enabled",
        False,
        ["`settings.ipConfiguration`: at least one of ipv4Enabled, privateNetwork or pscConfigs must be enabled"],
    ),
    ("orders", "settings.availabilityType", "GLOBAL", ['`settings.availabilityType`: expected one of REGIONAL, ZONAL, got "GLOBAL"']),
    ("orders", "settings", None, ["`settings`: one of clone, settings must be given"]),
    (
        "orders",
        "clone",
        {"sourceInstanceName": "other"},
        ["`clone`: the stand-in for Google Cloud has no clone: it holds no data to restore; restore drills run elsewhere"],
    ),
    ("app", "type", "CLOUD_IAM_USER", ["`password`: a user of type CLOUD_IAM_USER signs in by IAM and has none"]),
]
