"""Backup and DR Service: enforced retention, and one owner of an instance's backups."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.sandbox.gcp.store import Store
from tests.sandbox.gcp import estate
from tests.sandbox.gcp.estate import refusal
from tests.support.provider import Aborted, Calls

INSTANCE = "gcp:sql/databaseInstance:DatabaseInstance"
VAULT = "gcp:backupdisasterrecovery/backupVault:BackupVault"
PLAN = "gcp:backupdisasterrecovery/backupPlan:BackupPlan"
ASSOCIATION = "gcp:backupdisasterrecovery/backupPlanAssociation:BackupPlanAssociation"


def test_fake_a_vault_in_use_is_kept_and_so_is_a_plan(gcp: Calls, store: Store) -> None:
    """Association, plan, vault: in this order; and never while there are backups."""
    made = estate.build(gcp)
    with pytest.raises(Aborted, match="is referenced by 1 backup plans"):
        gcp.delete(made["vault"])
    with pytest.raises(Aborted, match="has 1 associations; delete them first"):
        gcp.delete(made["plan"])
    gcp.delete(made["association"])
    gcp.delete(made["plan"])
    store.change(VAULT, made["vault"].id, backupCount="3")
    with pytest.raises(Aborted, match="holds 3 backups"):
        gcp.delete(made["vault"])


def test_fake_a_locked_vault_only_grows(gcp: Calls) -> None:
    """Once its effective time has come, the enforced retention is never shortened; before that it may be."""
    inputs = {"backupVaultId": "locked", "location": "europe-west1"}
    made = gcp.up(VAULT, "locked", **inputs, backupMinimumEnforcedRetentionDuration="1209600s", effectiveTime="2020-01-01T00:00:00Z")
    with pytest.raises(Aborted, match="the vault is locked since 2020-01-01T00:00:00Z; 1209600s cannot be shortened to 86400s"):
        gcp.update(made, **inputs, backupMinimumEnforcedRetentionDuration="86400s", effectiveTime="2020-01-01T00:00:00Z")
    with pytest.raises(Aborted, match="effectiveTime: the vault is locked since"):
        gcp.update(made, **inputs, backupMinimumEnforcedRetentionDuration="2419200s")
    later = gcp.up(
        VAULT,
        "open",
        **{**inputs, "backupVaultId": "open"},
        backupMinimumEnforcedRetentionDuration="1209600s",
        effectiveTime="2999-01-01T00:00:00Z",
    )
    gcp.update(later, **{**inputs, "backupVaultId": "open"}, backupMinimumEnforcedRetentionDuration="86400s")


def test_fake_a_plan_keeps_as_long_as_its_vault_enforces(gcp: Calls) -> None:
    """And lies where the vault lies."""
    estate.build(gcp, "plan")
    plan = estate.inputs_of("plan")
    short = {**plan, "backupRules": [{**estate.RULE, "backupRetentionDays": 7}]}
    assert refusal(gcp, PLAN, **short) == (
        f"googleapi: Error 400: backupRules[0].backupRetentionDays: 7 days are less than the 14 days that vault {estate.VAULT} enforces, invalid"
    )
    assert "the plan is in europe-west3, its vault in europe-west1" in refusal(gcp, PLAN, **{**plan, "location": "europe-west3"})


def test_fake_enhanced_backups_take_over_one_instance_of_the_region_without_a_key_of_its_own(gcp: Calls, store: Store) -> None:
    """One owner of backups: the instance says ENHANCED while it is associated, and STANDARD after that."""
    made = estate.build(gcp)
    tier = ["settings", "backupConfiguration", "backupTier"]

    def held() -> Any:
        found: Any = store.get(INSTANCE, "plain")
        for name in tier:
            found = found[name]
        return found

    assert held() == "ENHANCED"
    assert gcp.refresh(made["plain"]) == []
    association = {**estate.inputs_of("association"), "backupPlanAssociationId": "second"}
    assert "Error 409: projects/acme/instances/plain has the plan" in refusal(gcp, ASSOCIATION, **association)
    keyed = {**association, "resource": "projects/acme/instances/orders"}
    assert "do not support customer-managed keys" in refusal(gcp, ASSOCIATION, **keyed)
    assert "Error 404: resource: the instance projects/acme/instances/none" in refusal(
        gcp, ASSOCIATION, **{**association, "resource": "projects/acme/instances/none"}
    )
    gcp.delete(made["association"])
    assert held() == "STANDARD"


def test_fake_what_a_plan_protects_cannot_be_changed(gcp: Calls) -> None:
    """The provider does not replace for it, and the API refuses it; days of logs replace the plan."""
    made = estate.build(gcp)
    moved = {**estate.inputs_of("association"), "resource": "projects/acme/instances/orders"}
    assert list(gcp.diff(made["association"], **moved).replaces) == []
    with pytest.raises(Aborted, match="resource cannot be changed from projects/acme/instances/plain to projects/acme/instances/orders"):
        gcp.update(made["association"], **moved)
    assert list(gcp.diff(made["plan"], **{**estate.inputs_of("plan"), "logRetentionDays": 7}).replaces) == ["logRetentionDays"]
