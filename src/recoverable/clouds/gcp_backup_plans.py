"""Backup and DR Service: vaults, plans, and the associations that put a store under a plan.

Facts: terraform-provider-google 7.x documentation of ``google_backup_dr_*``; enhanced backups of
Cloud SQL: https://cloud.google.com/sql/docs/postgres/backup-recovery/backup-options.
"""

from __future__ import annotations

from recoverable.clouds.gcp_common import google_fields, is_set, location_of, own_key, target_of, whole_days
from recoverable.clouds.index import Index
from recoverable.model.estate import Estate, Plan, PlanRule, Store, Vault
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, absent, stated, unknown

VAULT, PLAN, ASSOCIATION = "google_backup_dr_backup_vault", "google_backup_dr_backup_plan", "google_backup_dr_backup_plan_association"
TYPES = frozenset({VAULT, PLAN, ASSOCIATION})
MINUTES = {"DAILY": 1440, "WEEKLY": 7 * 1440, "MONTHLY": 31 * 1440, "YEARLY": 366 * 1440}


def add_backup_plans(index: Index, estate: Estate) -> None:
    """Map vaults and plans, and hang each plan's rules on the stores it is associated with."""
    vaults = {raw.address: _vault(raw) for raw in index.of_type(VAULT)}
    plans = {raw.address: _plan(index, raw, vaults) for raw in index.of_type(PLAN)}
    for vault in vaults.values():
        vault.locked = _locked(vault)
    estate.vaults.extend(vaults.values())
    estate.plans.extend(plans.values())
    for raw in index.of_type(ASSOCIATION):
        _associate(index, raw, plans, estate.stores)


def _vault(raw: RawResource) -> Vault:
    minimum = whole_days(raw.text("backup_minimum_enforced_retention_duration"))
    return Vault(
        kind="gcp-backup-vault",
        name=raw.text("backup_vault_id"),
        kms_key=own_key(raw, "encryption_config.kms_key_name"),
        lock_min_days=minimum,
        **google_fields(raw, region=location_of(raw)),
    )


def _locked(vault: Vault) -> Value[bool]:
    """Whether backups are safe from deletion as long as their plans keep them.

    A backup cannot be deleted before the enforced retention that it got when it was made, with or without ``effective_time``; from then on
    nobody may lower what later backups get. After the enforced retention it can be deleted, whatever its plan says.
    """
    enforced = vault.lock_min_days
    where = ("backup_minimum_enforced_retention_duration", enforced.where)
    if enforced.unknown:
        return unknown(enforced.note, *where)
    days = enforced.data or 0
    kept = [rule.delete_days for rule in vault.rules]
    longest = max((each.data for each in kept if each.known and each.data is not None), default=0)
    if not days or longest > days:
        return stated(False, *where, f"backups can be deleted after {days} days, before their plan's {longest}" if days else "")
    doubtful = next((each for each in kept if each.unknown), None)
    return stated(True, *where, f"no backup can be deleted before {days} days") if doubtful is None else unknown(doubtful.note, *where)


def _plan(index: Index, raw: RawResource, vaults: dict[str, Vault]) -> Plan:
    plan = Plan(kind="gcp-backup-plan", **google_fields(raw, region=location_of(raw)))
    home = target_of(index, raw, "backup_vault", VAULT, "backup_vault_id")
    blocks = raw.blocks("backup_rules")
    if isinstance(blocks, Unknown):
        plan.selection_unknown = blocks.expression
        blocks = []
    for number in range(len(blocks)):
        rule = _rule(raw, f"backup_rules.{number}", home)
        plan.rules.append(rule)
        if home is not None:
            vaults[home.address].rules.append(rule)
    return plan


def _rule(raw: RawResource, path: str, vault: RawResource | None) -> PlanRule:
    kind = raw.text(f"{path}.standard_schedule.recurrence_type")
    logs = raw.number("log_retention_days")
    return PlanRule(
        kind="gcp-backup-plan-rule",
        plan=raw.address,
        vault=vault.address if vault else str(raw.attrs.get("backup_vault", "")),
        schedule=kind,
        every_minutes=_every(raw, path, kind),
        continuous=logs.map(lambda days: days > 0) if not logs.absent else absent("log_retention_days", raw.where),
        delete_days=raw.number(f"{path}.backup_retention_days"),
        **google_fields(raw, region=location_of(raw)),
    )


def _every(raw: RawResource, path: str, kind: Value[str]) -> Value[int]:
    """The longest gap between two backups. An hourly rule rests outside its window: at most a day."""
    if not kind.known:
        return unknown(kind.note or "no schedule", kind.path, kind.where)
    word = str(kind.data).upper()
    if word != "HOURLY":
        return kind.map(lambda _: MINUTES[word]) if word in MINUTES else unknown(f"recurrence_type {word}", kind.path, kind.where)
    step = raw.number(f"{path}.standard_schedule.hourly_frequency", 1)
    start = raw.number(f"{path}.standard_schedule.backup_window.start_hour_of_day", 0)
    end = raw.number(f"{path}.standard_schedule.backup_window.end_hour_of_day", 24)
    for value in (step, start, end):
        if not value.known:
            return unknown(value.note, value.path, value.where)
    window = ((end.data or 0) - (start.data or 0)) % 24 or 24
    rest = 24 - window
    return stated(max(step.data or 1, rest + (step.data or 1) if rest else 0) * 60, f"{path}.standard_schedule", kind.where)


def _associate(index: Index, raw: RawResource, plans: dict[str, Plan], stores: list[Store]) -> None:
    """Put the stores that ``resource`` refers to, or names, under the plan."""
    source = target_of(index, raw, "backup_plan", PLAN, "backup_plan_id")
    plan = plans.get(source.address) if source else None
    hits, doubt = _selected(index, raw, stores)
    for store in hits:
        if plan is not None and not doubt:
            store.plans.extend(plan.rules)
        else:
            store.plans_unknown = store.plans_unknown or f"{raw.address} selects it: {doubt or 'its plan is not in this input'}"
    if plan is not None:
        plan.selections += 1
        plan.selects.extend(store.address for store in hits if not doubt)
        if not hits and not is_set(raw, "resource"):
            plan.selection_unknown = plan.selection_unknown or raw.value("resource").note


def _selected(index: Index, raw: RawResource, stores: list[Store]) -> tuple[list[Store], str]:
    found = raw.raw("resource")
    by_address = {store.address: store for store in stores}
    if isinstance(found, Unknown):
        targets, exact = index.reach(found)
        return [by_address[item.address] for item in targets if item.address in by_address], "" if exact else found.expression
    name = str(found or "").rsplit("/", 1)[-1]
    hits = [store for store in stores if name and store.raw is not None and name in _names(store.raw)]
    return (hits, "") if len(hits) == 1 else (hits, f"{len(hits)} stores are called {name}")


def _names(raw: RawResource) -> set[str]:
    keys = ("name", "cluster_id", "instance_id")
    return {value for key in keys if isinstance(value := raw.attrs.get(key), str)}
