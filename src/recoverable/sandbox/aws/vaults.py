"""AWS Backup vaults: lock, policy, notifications; and the region's opt-ins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.aws.cloud import AwsCloud
from recoverable.sandbox.aws.databases import known
from recoverable.sandbox.aws.tagging import gone
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values

GONE = ("ResourceNotFoundException",)
NAME = re.compile(r"[a-zA-Z0-9_-]{2,50}")
OLDEST = 36500  # days: Vault Lock's highest maximum (API_PutBackupVaultLockConfiguration)
COOLING = 3  # days: the shortest time in which a compliance lock can still be taken back


def vault(cloud: AwsCloud, name: str) -> Any:
    """The vault as AWS Backup describes it; None where there is none."""
    return found(cloud.client("backup").describe_backup_vault, *GONE, BackupVaultName=name)


def retag(backup: Any, arn: str, old: Values, new: Values) -> None:
    """Take away what is stated no more, set the rest."""
    if gone(old, new):
        backup.untag_resource(ResourceArn=arn, TagKeyList=gone(old, new))
    if new.get("tags"):
        backup.tag_resource(ResourceArn=arn, Tags=new["tags"])


class Vault(Handler[AwsCloud]):
    """``aws.backup.Vault``."""

    token = "aws:backup/vault:Vault"
    autoname = "name"
    replaces = frozenset({"name", "kmsKeyArn"})
    defaults: ClassVar[Mapping[str, Any]] = {"forceDestroy": False}
    kept = frozenset({"forceDestroy"})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A name that AWS Backup refuses."""
        name = known(inputs, "name")
        if name is not None and not NAME.fullmatch(str(name)):
            yield Refusal("name", "must be 2 to 50 letters, digits, hyphens and underscores")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Make it."""
        name = str(inputs["name"])
        cloud.client("backup").create_backup_vault(
            BackupVaultName=name, BackupVaultTags=inputs.get("tags") or {}, **said(EncryptionKeyArn=inputs.get("kmsKeyArn"))
        )
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The vault as AWS Backup describes it."""
        got = vault(cloud, identity)
        if got is None:
            return None
        return {
            "arn": got["BackupVaultArn"],
            "kmsKeyArn": got.get("EncryptionKeyArn"),
            "name": got["BackupVaultName"],
            "recoveryPoints": got.get("NumberOfRecoveryPoints", 0),
            "tags": cloud.client("backup").list_tags(ResourceArn=got["BackupVaultArn"])["Tags"],
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Tags."""
        retag(cloud.client("backup"), cloud.arn("backup", f"backup-vault:{identity}"), old, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Remove it, if it is empty."""
        got = vault(cloud, identity)
        if got is None:
            return
        backup = cloud.client("backup")
        if backup.list_recovery_points_by_backup_vault(BackupVaultName=identity)["RecoveryPoints"] and not held.get("forceDestroy"):
            raise RefusedError(f"backup vault {identity} still has recovery points")
        backup.delete_backup_vault(BackupVaultName=identity)


class VaultLockConfiguration(Handler[AwsCloud]):
    """``aws.backup.VaultLockConfiguration``; every change of it is a new lock."""

    token = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
    replaces = frozenset({"backupVaultName", "changeableForDays", "maxRetentionDays", "minRetentionDays"})
    kept = frozenset({"changeableForDays"})

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Bounds that AWS Backup refuses."""
        least, most, cooling = (known(inputs, name) for name in ("minRetentionDays", "maxRetentionDays", "changeableForDays"))
        if least is not None and least < 1:
            yield Refusal("minRetentionDays", f"{least} is below 1 day")
        if most is not None and not 1 <= most <= OLDEST:
            yield Refusal("maxRetentionDays", f"{most} is not in 1 to {OLDEST} days")
        if least is not None and most is not None and least > most:
            yield Refusal("minRetentionDays", f"{least} days is above `maxRetentionDays` of {most}")
        if cooling is not None and cooling < COOLING:
            yield Refusal("changeableForDays", f"{cooling} is below {COOLING} days: a compliance lock can be taken back that long at least")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Lock the vault: governance, or compliance where `changeableForDays` is stated."""
        name = str(inputs["backupVaultName"])
        cloud.client("backup").put_backup_vault_lock_configuration(
            BackupVaultName=name,
            **said(
                MinRetentionDays=inputs.get("minRetentionDays"),
                MaxRetentionDays=inputs.get("maxRetentionDays"),
                ChangeableForDays=inputs.get("changeableForDays"),
            ),
        )
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The lock; an unlocked vault has none. A governance lock has no lock date, so it has no time to change it in."""
        got = vault(cloud, identity)
        if got is None or not got.get("Locked"):
            return None
        state = {
            "backupVaultArn": got["BackupVaultArn"],
            "backupVaultName": got["BackupVaultName"],
            "maxRetentionDays": got.get("MaxRetentionDays"),
            "minRetentionDays": got.get("MinRetentionDays"),
        }
        return state if got.get("LockDate") else {**state, "changeableForDays": None}

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Every change is a new lock."""
        raise RefusedError("a vault lock is replaced, never changed")

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Unlock the vault; AWS Backup refuses once a compliance lock's time is over."""
        found(cloud.client("backup").delete_backup_vault_lock_configuration, *GONE, BackupVaultName=identity)


class VaultPolicy(Handler[AwsCloud]):
    """``aws.backup.VaultPolicy``."""

    token = "aws:backup/vaultPolicy:VaultPolicy"
    replaces = frozenset({"backupVaultName"})
    fake = True

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Set it."""
        name = str(inputs["backupVaultName"])
        cloud.client("backup").put_backup_vault_access_policy(BackupVaultName=name, Policy=inputs["policy"])
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The policy that the vault has."""
        got = found(cloud.client("backup").get_backup_vault_access_policy, *GONE, BackupVaultName=identity)
        if got is None:
            return None
        return {"backupVaultArn": got["BackupVaultArn"], "backupVaultName": got["BackupVaultName"], "policy": got["Policy"]}

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set it anew."""
        self.create(cloud, new)

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Take it away."""
        found(cloud.client("backup").delete_backup_vault_access_policy, *GONE, BackupVaultName=identity)


class VaultNotifications(Handler[AwsCloud]):
    """``aws.backup.VaultNotifications``; every change of it is a new one."""

    token = "aws:backup/vaultNotifications:VaultNotifications"
    replaces = frozenset({"backupVaultEvents", "backupVaultName", "snsTopicArn"})
    fake = True

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """A topic that AWS Backup cannot write to."""
        topic = known(inputs, "snsTopicArn")
        if topic is not None and str(topic).endswith(".fifo"):
            yield Refusal("snsTopicArn", "is a FIFO topic: backup vaults write to standard topics only")
        if inputs.get("backupVaultEvents") == []:
            yield Refusal("backupVaultEvents", "names no event")

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Set them."""
        name = str(inputs["backupVaultName"])
        cloud.client("backup").put_backup_vault_notifications(
            BackupVaultName=name, SNSTopicArn=inputs["snsTopicArn"], BackupVaultEvents=inputs["backupVaultEvents"]
        )
        return name

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """Where the vault's events go."""
        got = found(cloud.client("backup").get_backup_vault_notifications, *GONE, BackupVaultName=identity)
        if got is None:
            return None
        return {
            "backupVaultArn": got["BackupVaultArn"],
            "backupVaultEvents": got["BackupVaultEvents"],
            "backupVaultName": got["BackupVaultName"],
            "snsTopicArn": got["SNSTopicArn"],
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Every change is a new one."""
        raise RefusedError("vault notifications are replaced, never changed")

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Take them away."""
        found(cloud.client("backup").delete_backup_vault_notifications, *GONE, BackupVaultName=identity)


class RegionSettings(Handler[AwsCloud]):
    """``aws.backup.RegionSettings``: one for an account and region; removing the resource changes nothing."""

    token = "aws:backup/regionSettings:RegionSettings"
    fake = True

    def create(self, cloud: AwsCloud, inputs: Values) -> str:
        """Set what is stated."""
        self.update(cloud, cloud.region, {}, inputs)
        return cloud.region

    def read(self, cloud: AwsCloud, identity: str, held: Values) -> Values | None:
        """The settings, of the types that the program states where it states any."""
        got = cloud.client("backup").describe_region_settings()
        opted, managed = got["ResourceTypeOptInPreference"], got["ResourceTypeManagementPreference"]
        stated = held.get("resourceTypeOptInPreference") or opted
        return {
            "resourceTypeManagementPreference": managed,
            "resourceTypeOptInPreference": {name: value for name, value in opted.items() if name in stated},
        }

    def update(self, cloud: AwsCloud, identity: str, old: Values, new: Values) -> None:
        """Set what is stated."""
        cloud.client("backup").update_region_settings(
            ResourceTypeOptInPreference=new["resourceTypeOptInPreference"],
            **said(ResourceTypeManagementPreference=new.get("resourceTypeManagementPreference")),
        )

    def delete(self, cloud: AwsCloud, identity: str, held: Values) -> None:
        """Nothing: AWS has no call that unsets them."""
