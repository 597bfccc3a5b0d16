"""Postgres on Cloud SQL with the real engine, against our own fake of Google Cloud: there is no server to check it with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.sandbox.gcp.databases import BACKUP, INSTANCE
from recoverable.sandbox.gcp.store import Store
from recoverable.sandbox.laptop import Laptop
from tests.support.stacks import Stack

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi
from recoverable.components.policy import Cloud, ProtectionPolicy
from recoverable.components.postgres import Postgres, PostgresArgs

policy = ProtectionPolicy(
    environment="{environment}", alert_address="ops@acme.example", replica_region="europe-west4", owner="shop", cloud=Cloud.GCP
)
made = Postgres("{name}", PostgresArgs(policy=policy{more}))
for name in ("identifier", "arn", "endpoint", "database", "kms_key_arn", "second_copy", "restore_command", "evidence"):
    pulumi.export(name, getattr(made, name))
"""


def source(environment: str, name: str, more: str = "") -> str:
    return PROGRAM.format(environment=environment, name=name, more=f", {more}" if more else "")


def store(laptop: Laptop) -> Store:
    return Store(laptop.environment()["RECOVERABLE_SANDBOX_STORE"])


def instance(laptop: Laptop, identifier: str) -> tuple[str, dict[str, Any]]:
    """The instance as the fake holds it, with its key there."""
    (found,) = [(key, body) for key, body in store(laptop).list(INSTANCE).items() if body["name"] == identifier]
    return found


def test_fake_production_has_every_protection_and_a_second_up_changes_nothing(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "program", source("prod", "orders"), stack="prod", name="cloudsql")
    stack.up()
    held = stack.outputs()
    _, found = instance(laptop, held["identifier"])
    settings = found["settings"]
    backups = settings["backupConfiguration"]
    assert (backups["enabled"], backups["pointInTimeRecoveryEnabled"], backups["transactionLogRetentionDays"]) == (True, True, 7)
    assert (backups["backupRetentionSettings"]["retainedBackups"], backups["location"]) == (30, "europe-west4")
    assert (settings["retainBackupsOnDelete"], settings["deletionProtectionEnabled"]) == (True, True)
    assert settings["finalBackupConfig"] == {"enabled": True, "retentionDays": 30}
    assert (settings["availabilityType"], settings["edition"]) == ("REGIONAL", "ENTERPRISE")
    assert (settings["ipConfiguration"]["ipv4Enabled"], settings["ipConfiguration"]["sslMode"]) == (False, "ENCRYPTED_ONLY")
    assert found["encryptionKeyName"] == held["kms_key_arn"]
    assert held["endpoint"].endswith(f":europe-west1:{held['identifier']}")
    assert held["second_copy"] == "europe-west4"
    stack.run("preview", "--expect-no-changes")
    stack.run("refresh", "--preview-only", "--expect-no-changes")
    refused = stack.run("destroy", "--yes", "--skip-preview", check=False)
    assert refused.returncode != 0
    assert "protect" in refused.stdout + refused.stderr


def test_fake_dev_is_updated_shows_drift_and_leaves_its_backups_when_it_is_destroyed(fresh_laptop: Laptop, tmp_path: Path) -> None:
    laptop = fresh_laptop
    stack = Stack(laptop, tmp_path / "program", source("dev", "drifting"), stack="dev", name="cloudsql-drift")
    stack.up()
    identifier = stack.outputs()["identifier"]
    stack.program(source("dev", "drifting", "retention_days=20"))
    stack.up()
    assert stack.outputs()["identifier"] == identifier
    key, found = instance(laptop, identifier)
    assert found["settings"]["backupConfiguration"]["backupRetentionSettings"]["retainedBackups"] == 20

    found["settings"]["backupConfiguration"]["pointInTimeRecoveryEnabled"] = False
    store(laptop).put(INSTANCE, key, found)
    drifted = stack.run("refresh", "--preview-only", "--diff", "--expect-no-changes", check=False)
    assert drifted.returncode == 7
    assert "pointInTimeRecoveryEnabled" in drifted.stdout
    stack.refresh()
    stack.up()
    assert instance(laptop, identifier)[1]["settings"]["backupConfiguration"]["pointInTimeRecoveryEnabled"] is True

    guarded = stack.run("destroy", "--yes", "--skip-preview", check=False)
    assert guarded.returncode != 0
    assert "drifting-database" in guarded.stdout + guarded.stderr
    stack.run("preview", "--expect-no-changes")
    stack.program(source("dev", "drifting", "retention_days=20, deletion_protection=False"))
    stack.up()
    stack.destroy()
    assert identifier not in {body["name"] for body in store(laptop).list(INSTANCE).values()}
    assert store(laptop).list(BACKUP)[identifier]["retained"] is True
