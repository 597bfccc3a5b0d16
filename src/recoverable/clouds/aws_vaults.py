"""Backup vaults with their locks and notifications, found by reference, name or ARN."""

from __future__ import annotations

from typing import Any

from recoverable.clouds.common import key_of, region_of, subject_fields
from recoverable.clouds.index import Index
from recoverable.model.estate import Estate, Vault
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, absent, default, stated, unknown

VAULTS = ("aws_backup_vault", "aws_backup_logically_air_gapped_vault")
TELLS_FAILURES = frozenset({"BACKUP_JOB_COMPLETED"})
SILENT = frozenset({"BACKUP_JOB_FAILED", "BACKUP_JOB_EXPIRED", "BACKUP_JOB_SUCCESSFUL"})
SILENT_NOTE = "BACKUP_JOB_FAILED is deprecated and sends nothing; BACKUP_JOB_COMPLETED reports failed jobs too"


class VaultTable:
    """The vaults of an input, by address and name."""

    def __init__(self, index: Index, vaults: list[Vault]) -> None:
        self.index = index
        self.by_address = {vault.address: vault for vault in vaults}
        self.by_name: dict[str, list[Vault]] = {}
        for vault in vaults:
            if vault.name.known:
                self.by_name.setdefault(str(vault.name.data), []).append(vault)

    def find(self, raw: RawResource, path: str) -> tuple[str, Vault | None]:
        """The vault a plan's rule names: its address or its name, and the vault where it is declared."""
        found = raw.raw(path)
        if isinstance(found, Unknown):
            vault = self._referred(found)
            return (vault.address, vault) if vault else (found.expression, None)
        home = region_of(raw)
        named = [vault for vault in self.by_name.get(str(found), ()) if vault.region.data == home.data]
        return (named[0].address, named[0]) if len(named) == 1 else (str(found or ""), None)

    def copy_target(self, raw: RawResource, path: str) -> tuple[Value[str], Value[str]]:
        """The vault a copy goes to, and its region."""
        found, where = raw.raw(path), raw.locate(path)
        if isinstance(found, Unknown):
            vault = self._referred(found)
            if vault is None:
                doubt: Value[Any] = unknown(found.expression, path, where)
                return doubt, doubt
            return stated(vault.address, path, where), vault.region
        if found is None:
            return absent(path, where), absent(path, where)
        parts = str(found).split(":", 6)
        if len(parts) != 7 or not parts[3]:
            return stated(str(found), path, where), unknown(f"{found} is no ARN of a vault", path, where)
        named = [vault for vault in self.by_name.get(parts[6], ()) if vault.region.data == parts[3]]
        return stated(named[0].address if len(named) == 1 else str(found), path, where), stated(parts[3], path, where)

    def _referred(self, found: Unknown) -> Vault | None:
        targets, exact = self.index.reach(found, *VAULTS)
        return self.by_address[targets[0].address] if exact and targets else None


def add_vaults(index: Index, estate: Estate) -> VaultTable:
    """Map every vault of the input."""
    vaults = [_vault(index, raw) for raw in index.of_type(VAULTS[0])]
    vaults += [_air_gapped(index, raw) for raw in index.of_type(VAULTS[1])]
    estate.vaults.extend(vaults)
    return VaultTable(index, vaults)


def events_tell_failures(raw: RawResource) -> Value[bool]:
    """Whether the events of ``aws_backup_vault_notifications`` tell of failed backup jobs."""
    path = "backup_vault_events"
    found, where = raw.raw(path), raw.locate(path)
    items = found if isinstance(found, list) else [found]
    events = {item for item in items if isinstance(item, str)}
    if events & TELLS_FAILURES:
        return stated(True, path, where)
    doubt = next((item for item in items if isinstance(item, Unknown)), None)
    if doubt is not None:
        return unknown(doubt.expression, path, where)
    return stated(False, path, where, SILENT_NOTE if events & SILENT else "its events tell nothing of failed backup jobs")


def _vault(index: Index, raw: RawResource) -> Vault:
    lock = index.companions(raw, "aws_backup_vault_lock_configuration", "backup_vault_name", ("name",))
    vault = _basics(index, raw, "kms_key_arn")
    if lock.first:
        vault.locked = stated(True, "aws_backup_vault_lock_configuration", lock.first.where)
        _bounds(vault, lock.first)
        vault.compliance_days = lock.first.number("changeable_for_days")
    elif lock.doubt:
        doubt: Value[Any] = unknown(lock.doubt, "aws_backup_vault_lock_configuration", raw.where)
        vault.locked = vault.lock_min_days = vault.lock_max_days = vault.compliance_days = doubt
    else:
        vault.locked = default(False, "aws_backup_vault_lock_configuration", raw.where, "no lock is declared")
    return vault


def _air_gapped(index: Index, raw: RawResource) -> Vault:
    vault = _basics(index, raw, "encryption_key_arn")
    vault.locked = default(True, "aws_backup_logically_air_gapped_vault", raw.where, "a logically air-gapped vault is always locked")
    _bounds(vault, raw)
    return vault


def _basics(index: Index, raw: RawResource, key: str) -> Vault:
    vault = Vault(
        kind="backup-vault",
        display=str(raw.text("name").data or ""),
        name=raw.text("name"),
        kms_key=key_of(raw, key),
        force_destroy=raw.boolean("force_destroy", False, "aws_backup_vault: default false"),
        notifies_failures=_notifications(index, raw),
        **subject_fields(raw),
    )
    vault.fixes = {
        "kms-key": f"Set {key} to a key of your own; it cannot be changed later.",
        "lock": "Add an aws_backup_vault_lock_configuration with min_retention_days and max_retention_days.",
        "notifications": "Add an aws_backup_vault_notifications with BACKUP_JOB_COMPLETED and COPY_JOB_FAILED, "
        "or an EventBridge rule on aws.backup for failed jobs.",
    }
    return vault


def _bounds(vault: Vault, raw: RawResource) -> None:
    vault.lock_min_days = raw.number("min_retention_days")
    vault.lock_max_days = raw.number("max_retention_days")


def _notifications(index: Index, raw: RawResource) -> Value[bool]:
    joined = index.companions(raw, "aws_backup_vault_notifications", "backup_vault_name", ("name",))
    if joined.first:
        return events_tell_failures(joined.first)
    if joined.doubt:
        return unknown(joined.doubt, "aws_backup_vault_notifications", raw.where)
    return default(False, "aws_backup_vault_notifications", raw.where, "none are declared")
