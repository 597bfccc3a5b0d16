"""Cloud SQL instances: what Google and the provider refuse, how deletion is guarded, and what backups outlive the instance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, ClassVar

from recoverable.sandbox.gcp.checks import between, forbidden, known, look, matches, one_of
from recoverable.sandbox.gcp.cloud import GoogleCloud
from recoverable.sandbox.gcp.google import GoogleHandler
from recoverable.sandbox.provider.handler import Refusal, RefusedError, Values
from recoverable.sandbox.provider.wire import UNKNOWN

INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
INSTANCE_PATH = "{it}"
BACKUP = "sqladmin#backup"
"""The store's own type for backups that outlive their instance, by instance name."""
VERSION = r"POSTGRES_(9_6|1[0-9])|MYSQL_(5_6|5_7|8_0(_\d+)?|8_4)|SQLSERVER_20(17|19|22|25)_(STANDARD|ENTERPRISE|EXPRESS|WEB)"
BACKUPS = "settings.backupConfiguration"
RESTORES = "it holds no data to restore; restore drills run elsewhere"


def edition_of(inputs: Values) -> Any:
    """The edition, stated or the API's own choice: ENTERPRISE_PLUS from PostgreSQL 16 on (provider issue 20498)."""
    stated = look(inputs, "settings.edition")
    if stated is not None:
        return stated
    version = inputs.get("databaseVersion")
    if version == UNKNOWN:
        return UNKNOWN
    found = re.fullmatch(r"POSTGRES_(\d+)", str(version))
    return "ENTERPRISE_PLUS" if found and int(found[1]) >= 16 else "ENTERPRISE"


def tier(inputs: Values) -> Iterator[Refusal]:
    """Each edition has its own machine types."""
    edition, wanted = edition_of(inputs), look(inputs, "settings.tier")
    if not known(edition, wanted) or wanted is None:
        return
    optimized = str(wanted).startswith(("db-perf-optimized-", "db-c4a-", "db-memory-optimized-"))
    if edition == "ENTERPRISE_PLUS" and not optimized:
        yield Refusal(
            "settings.tier",
            f"Invalid Tier ({wanted}) for (ENTERPRISE_PLUS) Edition. Use a predefined Tier like db-perf-optimized-N-* instead, "
            'or state edition "ENTERPRISE"; without one the API chooses ENTERPRISE_PLUS from POSTGRES_16 on',
        )
    if edition == "ENTERPRISE" and str(wanted).startswith("db-perf-optimized-"):
        yield Refusal("settings.tier", f"Invalid Tier ({wanted}) for (ENTERPRISE) Edition")


def logs(inputs: Values) -> Iterator[Refusal]:
    """Transaction logs are kept 1 to 7 days, on Enterprise Plus to 35, and no longer than there are backups to replay them on."""
    days, edition = look(inputs, f"{BACKUPS}.transactionLogRetentionDays"), edition_of(inputs)
    if days is None or not known(days, edition):
        return
    top = 35 if edition == "ENTERPRISE_PLUS" else 7
    if not 1 <= days <= top:
        yield Refusal(
            f"{BACKUPS}.transactionLogRetentionDays",
            f"The number of transaction log retention days must be between 1 and {top} on {edition}, got {days}",
        )
    kept = look(inputs, f"{BACKUPS}.backupRetentionSettings.retainedBackups")
    if isinstance(kept, int) and days > kept:
        yield Refusal(
            f"{BACKUPS}.transactionLogRetentionDays",
            f"{days} days of logs need as many retained backups or more, and retainedBackups is {kept}",
        )


def recovery(inputs: Values) -> Iterator[Refusal]:
    """Point-in-time recovery and high availability stand on backups."""
    version, enabled = inputs.get("databaseVersion"), look(inputs, f"{BACKUPS}.enabled")
    pitr, binary = look(inputs, f"{BACKUPS}.pointInTimeRecoveryEnabled"), look(inputs, f"{BACKUPS}.binaryLogEnabled")
    if not known(version, enabled, pitr, binary):
        return
    mysql = str(version).startswith("MYSQL_")
    if pitr and mysql:
        yield Refusal(f"{BACKUPS}.pointInTimeRecoveryEnabled", "only for POSTGRES and SQLSERVER; MySQL has binaryLogEnabled")
    if binary and not mysql:
        yield Refusal(f"{BACKUPS}.binaryLogEnabled", f"only for MYSQL, and this is {version}")
    if pitr and not enabled:
        yield Refusal(f"{BACKUPS}.pointInTimeRecoveryEnabled", "point-in-time recovery needs backupConfiguration.enabled = true")
    if binary and not enabled:
        yield Refusal(f"{BACKUPS}.binaryLogEnabled", "binary logs need backupConfiguration.enabled = true")
    if look(inputs, "settings.availabilityType") == "REGIONAL" and not inputs.get("masterInstanceName"):
        log, other = ("binaryLogEnabled", binary) if mysql else ("pointInTimeRecoveryEnabled", pitr)
        if not (enabled and other):
            yield Refusal("settings.availabilityType", f"REGIONAL needs backupConfiguration.enabled and .{log}")


def settled(inputs: Values) -> Iterator[Refusal]:
    """An instance has settings, a final backup its switch, a network its address."""
    if inputs.get("settings") is None:
        yield Refusal("settings", "one of clone, settings must be given")
    final = look(inputs, "settings.finalBackupConfig") or {}
    if known(final) and final.get("retentionDays") is not None and not final.get("enabled"):
        yield Refusal("settings.finalBackupConfig.retentionDays", "finalBackupConfig.enabled must be true")
    if inputs.get("finalBackupDescription") and known(final) and not final.get("enabled"):
        yield Refusal("finalBackupDescription", "only with settings.finalBackupConfig.enabled = true")
    network = look(inputs, "settings.ipConfiguration") or {}
    if known(network) and network.get("ipv4Enabled") is False and not network.get("privateNetwork") and not network.get("pscConfigs"):
        yield Refusal("settings.ipConfiguration", "at least one of ipv4Enabled, privateNetwork or pscConfigs must be enabled")


class DatabaseInstance(GoogleHandler):
    """A Cloud SQL instance. Its id is its name, and so are references to it."""

    token = INSTANCE
    autoname = "name"
    has_region = True
    path = "{name}"
    # databaseVersion is upgraded in place; a smaller disk replaces, which the stand-in refuses instead (see admit)
    replaces = frozenset({"name", "project", "region", "masterInstanceName", "encryptionKeyName"})
    defaults: ClassVar[Values] = {
        "deletionProtection": True,
        "settings.activationPolicy": "ALWAYS",
        "settings.availabilityType": "ZONAL",
        "settings.backupConfiguration.backupRetentionSettings.retentionUnit": "COUNT",
        "settings.diskAutoresize": True,
        "settings.diskAutoresizeLimit": 0,
        "settings.ipConfiguration.ipv4Enabled": True,
        "settings.pricingPlan": "PER_USE",
    }
    kept = frozenset({"deletionProtection", "rootPassword", "rootPasswordWo", "finalBackupDescription"})
    secret = frozenset({"rootPassword", "rootPasswordWo"})
    settles = frozenset(
        {
            "settings.backupConfiguration",
            "settings.backupConfiguration.backupTier",
            "settings.backupConfiguration.backupRetentionSettings",
            "settings.backupConfiguration.startTime",
            "settings.backupConfiguration.transactionLogRetentionDays",
            "settings.diskSize",
            "settings.diskType",
            "settings.edition",
            "settings.version",
        }
    )
    parents = (("masterInstanceName", INSTANCE, INSTANCE_PATH),)
    checks = (
        matches("name", r"[a-z]([-a-z0-9]{0,96}[a-z0-9])?", "lower-case letters, digits and -, beginning with a letter, at most 98"),
        matches("databaseVersion", VERSION, "no version of Cloud SQL"),
        one_of("settings.edition", "ENTERPRISE", "ENTERPRISE_PLUS"),
        one_of("settings.availabilityType", "REGIONAL", "ZONAL"),
        one_of("settings.activationPolicy", "ALWAYS", "NEVER", "ON_DEMAND"),
        one_of("settings.diskType", "PD_SSD", "PD_HDD", "HYPERDISK_BALANCED"),
        one_of(
            "settings.ipConfiguration.sslMode", "ALLOW_UNENCRYPTED_AND_ENCRYPTED", "ENCRYPTED_ONLY", "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
        ),
        between("settings.diskSize", 10, 65_536),
        matches(f"{BACKUPS}.startTime", r"([01]\d|2[0-3]):[0-5]\d", "HH:MM"),
        between(f"{BACKUPS}.backupRetentionSettings.retainedBackups", 1, 365),
        one_of(f"{BACKUPS}.backupRetentionSettings.retentionUnit", "COUNT"),
        between("settings.finalBackupConfig.retentionDays", 1, 365),
        between("settings.maintenanceWindow.day", 1, 7),
        between("settings.maintenanceWindow.hour", 0, 23),
        tier,
        logs,
        recovery,
        settled,
        forbidden("clone", RESTORES),
        forbidden("restoreBackupContext", RESTORES),
        forbidden("pointInTimeRestoreContext", RESTORES),
        forbidden("backupdrBackup", RESTORES),
        forbidden("replicationCluster", "no replica can be promoted here"),
        forbidden("replicaConfiguration", "no server outside of Google Cloud can be followed here"),
    )

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """The key must be usable by Cloud SQL in the instance's region; a disk never shrinks."""
        key = inputs.get("encryptionKeyName")
        if key:
            cloud.demand_key(key, inputs["region"], cloud.agent("sql"), f"instance {inputs['name']}")
        old, new = look(before or {}, "settings.diskSize"), look(inputs, "settings.diskSize")
        if old and new and new < old:
            raise RefusedError(f"settings.diskSize: {old} GB cannot shrink to {new} GB: the real provider would replace the instance")

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Names, addresses and what Cloud SQL settles inside of the settings."""
        name, project, region = inputs["name"], inputs["project"], inputs["region"]
        address = before.get("publicIpAddress", f"203.0.113.{len(cloud.store.list(INSTANCE)) % 254 + 1}")
        network = look(inputs, "settings.ipConfiguration") or {}
        public = address if network.get("ipv4Enabled", True) else ""
        private = "10.0.0.3" if network.get("privateNetwork") else ""
        shown = [{"type": word, "ipAddress": each} for word, each in (("PRIMARY", public), ("PRIVATE", private)) if each]
        return {
            "settings": _settings(inputs, before),
            "connectionName": f"{project}:{region}:{name}",
            "selfLink": f"https://sqladmin.googleapis.com/sql/v1beta4/projects/{project}/instances/{name}",
            "serviceAccountEmailAddress": cloud.agent("sql").replace("service-", "p").replace("@", f"-{name[:6]}@"),
            "instanceType": "READ_REPLICA_INSTANCE" if inputs.get("masterInstanceName") else "CLOUD_SQL_INSTANCE",
            "publicIpAddress": public,
            "privateIpAddress": private,
            "firstIpAddress": public or private,
            "ipAddresses": shown,
            "dnsName": "",
            "dnsNames": [],
            "availableMaintenanceVersions": [],
            "maintenanceVersion": inputs.get("maintenanceVersion", f"{inputs['databaseVersion']}.R20260101.00_00"),
            "masterInstanceName": inputs.get("masterInstanceName", ""),
            "encryptionKeyName": inputs.get("encryptionKeyName", ""),
            "nodeCount": inputs.get("nodeCount", 1),
            "pscServiceAttachmentLink": "",
            "replicaNames": before.get("replicaNames", []),
            "serverCaCerts": before.get("serverCaCerts", [_certificate(cloud)]),
        }

    def guard(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """Three things keep an instance: the provider's flag, Google's own, and its replicas."""
        if held.get("deletionProtection", True):
            raise RefusedError(
                f"Error, failed to delete instance because deletion_protection is set to true. Set it to false to proceed with instance deletion ({identity})"
            )
        if look(body, "settings.deletionProtectionEnabled"):
            raise RefusedError(
                f"googleapi: Error 400: The instance is protected. Please disable the deletion protection and try again ({identity}: "
                "settings.deletionProtectionEnabled), invalid"
            )
        replicas = [each for each in cloud.store.list(INSTANCE).values() if each.get("masterInstanceName") == body["name"]]
        if replicas:
            raise RefusedError(f"googleapi: Error 400: {identity} has {len(replicas)} read replicas; delete them first, invalid")

    def remove(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """With its databases and users; backups stay where the settings say so."""
        settings = body["settings"]
        final = settings.get("finalBackupConfig") or {}
        if settings.get("retainBackupsOnDelete") or final.get("enabled"):
            left = {
                "instance": body["name"],
                "retained": bool(settings.get("retainBackupsOnDelete")),
                "finalDays": final.get("retentionDays") if final.get("enabled") else None,
                "backupConfiguration": settings.get("backupConfiguration"),
                "deletedAt": cloud.now(),
            }
            cloud.store.put(BACKUP, body["name"], left)
        for kind in ("gcp:sql/database:Database", "gcp:sql/user:User"):
            for name, each in cloud.store.list(kind).items():
                if each.get("instance") == body["name"]:
                    cloud.store.delete(kind, name)
        super().remove(cloud, identity, body, held)


def _certificate(cloud: GoogleCloud) -> Values:
    """A certificate's place; it certifies nothing, and says so."""
    now = cloud.now()
    return {
        "cert": "no certificate: a laptop cloud",
        "commonName": "sandbox",
        "createTime": now,
        "expirationTime": now,
        "sha1Fingerprint": "",
    }


def _settings(inputs: Values, before: Values) -> Values:
    """The settings as Cloud SQL answers them: with its own edition, disk and backup defaults."""
    wanted = inputs.get("settings") or {}
    backups = {
        "enabled": False,
        "pointInTimeRecoveryEnabled": False,
        "binaryLogEnabled": False,
        **(wanted.get("backupConfiguration") or {}),
    }
    backups.setdefault("startTime", "00:00")
    top = 14 if edition_of(inputs) == "ENTERPRISE_PLUS" else 7
    backups.setdefault("transactionLogRetentionDays", top)
    backups["backupRetentionSettings"] = {
        "retainedBackups": top + (top == 14),
        "retentionUnit": "COUNT",
        **(backups.get("backupRetentionSettings") or {}),
    }
    backups["backupTier"] = look(before, f"{BACKUPS}.backupTier") or "STANDARD"
    return {
        "edition": edition_of(inputs),
        "diskSize": 10,
        "diskType": "PD_SSD",
        "deletionProtectionEnabled": False,
        "retainBackupsOnDelete": False,
        **wanted,
        "backupConfiguration": backups,
        "version": (look(before, "settings.version") or 0) + 1,
    }
