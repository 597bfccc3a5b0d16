"""Cloud SQL: what keeps an instance, what outlives it, and what Google settles in its settings."""

from __future__ import annotations

import pytest

from recoverable.sandbox.gcp.store import Store
from tests.sandbox.gcp import estate
from tests.sandbox.gcp.estate import refusal
from tests.support.provider import Aborted, Calls

INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
PLAIN = {"name": "plain", "databaseVersion": "POSTGRES_15", "settings": {"tier": "db-f1-micro"}}


def test_fake_an_instance_is_kept_by_the_provider_then_by_google(gcp: Calls, store: Store) -> None:
    """Both protections must be lifted, and backups stay after that where the settings say so."""
    made = estate.build(gcp, "topic")["orders"]
    with pytest.raises(Aborted, match=r"deletion_protection is set to true\. Set it to false"):
        gcp.delete(made)
    gcp.update(made, **estate.instance(encryptionKeyName=estate.KEY, deletionProtection=False))
    with pytest.raises(Aborted, match=r"The instance is protected\. Please disable the deletion protection and try again"):
        gcp.delete(made)
    settings = {**estate.instance()["settings"], "deletionProtectionEnabled": False}
    gcp.update(made, **{**estate.instance(encryptionKeyName=estate.KEY, deletionProtection=False), "settings": settings})
    gcp.delete(made)
    left = store.get("sqladmin#backup", "orders")
    assert left is not None
    assert (left["retained"], left["finalDays"]) == (True, 30)
    assert [token for token in ("gcp:sql/database:Database", "gcp:sql/user:User") if store.list(token)] == []


def test_fake_backups_go_with_an_instance_that_retains_none(gcp: Calls, store: Store) -> None:
    """Google's own default: deleting the instance deletes its backups."""
    made = gcp.up(INSTANCE, "plain", deletionProtection=False, **PLAIN)
    gcp.delete(made)
    assert store.list("sqladmin#backup") == {}


def test_fake_an_instance_with_replicas_is_kept(gcp: Calls) -> None:
    """A replica needs its primary, and keeps it."""
    primary = gcp.up(INSTANCE, "plain", deletionProtection=False, **PLAIN)
    replica = {**PLAIN, "name": "copy", "masterInstanceName": "plain", "region": "europe-west3", "deletionProtection": False}
    second = gcp.up(INSTANCE, "copy", **replica)
    assert second.outputs["instanceType"] == "READ_REPLICA_INSTANCE"
    with pytest.raises(Aborted, match="plain has 1 read replicas; delete them first"):
        gcp.delete(primary)
    assert "Error 404: masterInstanceName" in refusal(gcp, INSTANCE, **{**replica, "name": "lost", "masterInstanceName": "gone"})


def test_fake_a_disk_never_shrinks(gcp: Calls) -> None:
    """The provider would replace the instance, and its data with it."""
    made = gcp.up(INSTANCE, "plain", **{**PLAIN, "settings": {"tier": "db-f1-micro", "diskSize": 50}})
    with pytest.raises(Aborted, match="50 GB cannot shrink to 20 GB: the real provider would replace the instance"):
        gcp.update(made, **{**PLAIN, "settings": {"tier": "db-f1-micro", "diskSize": 20}})


def test_fake_what_google_settles_stays_when_it_is_stated_no_longer(gcp: Calls, store: Store) -> None:
    """The provider's `Optional, Computed`: silence is no change, and an update for another reason leaves it as it was."""
    made = estate.build(gcp)
    orders = {name: value for name, value in estate.instance().items() if name != "encryptionKeyName"}
    settings = {name: value for name, value in orders["settings"].items() if name != "edition"}
    backups = {
        name: value for name, value in settings["backupConfiguration"].items() if name not in {"startTime", "transactionLogRetentionDays"}
    }
    plus = {**settings, "tier": "db-custom-4-15360", "edition": "ENTERPRISE", "backupConfiguration": backups}
    gcp.update(made["orders"], **{**orders, "settings": plus})
    held = store.get(INSTANCE, "orders")
    assert held is not None
    assert held["encryptionKeyName"] == estate.KEY
    assert held["settings"]["backupConfiguration"]["startTime"] == "02:00"
    assert held["settings"]["tier"] == "db-custom-4-15360"
    assert gcp.refresh(made["orders"]) == []


def test_fake_a_switch_that_is_stated_no_longer_is_off(gcp: Calls, store: Store) -> None:
    """What the provider does not compute falls back: Google's own deletion protection among it."""
    made = estate.build(gcp)["orders"]
    settings = {name: value for name, value in estate.instance()["settings"].items() if name != "deletionProtectionEnabled"}
    gcp.update(made, **{**estate.instance(encryptionKeyName=estate.KEY), "settings": settings})
    held = store.get(INSTANCE, "orders")
    assert held is not None
    assert held["settings"]["deletionProtectionEnabled"] is False


@pytest.mark.parametrize("name", ["restoreBackupContext", "pointInTimeRestoreContext", "replicationCluster", "replicaConfiguration"])
def test_fake_what_the_stand_in_cannot_imitate_is_refused_by_name(gcp: Calls, name: str) -> None:
    """It holds no data, so it restores none and follows no other server."""
    blocks: dict[str, dict[str, object]] = {"restoreBackupContext": {"backupRunId": 1}, "pointInTimeRestoreContext": {"datasource": "d"}}
    inputs = estate.instance(**{name: blocks.get(name, {})})
    urn = f"urn:pulumi:dev::shop::{INSTANCE}::orders"
    assert any(reason.startswith(f"`{name}`: the stand-in for Google Cloud has no {name}: ") for reason in gcp.check(urn, inputs)[1])
