"""AWS Backup: plans with their rules, what they select, vaults with locks, restore testing.

Runs after databases, buckets and volumes are in the estate, and fills their ``plans``.
"""

from __future__ import annotations

from typing import Any

from recoverable.clouds.aws_backup_selection import Selection, Stores, selections
from recoverable.clouds.aws_dlm import add_snapshot_policies
from recoverable.clouds.aws_instances import hand_down, stand_ins
from recoverable.clouds.aws_vaults import VaultTable, add_vaults
from recoverable.clouds.common import subject_fields
from recoverable.clouds.index import CONDITIONAL, Index, base_address
from recoverable.clouds.schedule import ScheduleError, longest_gap
from recoverable.model.estate import Estate, Plan, PlanRule, RestoreTest
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, absent, unknown

TYPES: frozenset[str] = frozenset(
    {
        "aws_backup_plan",
        "aws_backup_selection",
        "aws_backup_region_settings",
        "aws_backup_vault",
        "aws_backup_vault_lock_configuration",
        "aws_backup_vault_notifications",
        "aws_backup_logically_air_gapped_vault",
        "aws_backup_restore_testing_plan",
        "aws_backup_restore_testing_selection",
        "aws_dlm_lifecycle_policy",
    }
)
DEFAULT_SCHEDULE = "cron(0 5 ? * * *)"
DEFAULT_NOTE = f"AWS Backup: {DEFAULT_SCHEDULE} where a rule has no schedule"


def add_backup(index: Index, estate: Estate) -> None:
    """Map backup plans, selections, vaults and restore tests, and tell each store its plans."""
    instances = stand_ins(index)
    stores = Stores.of([*estate.stores, *instances])
    vaults = add_vaults(index, estate)
    plans = {raw.address: _plan(raw, vaults) for raw in index.of_type("aws_backup_plan")}
    by_id = {
        str(plan.raw.attrs["id"]): plan for plan in plans.values() if plan.raw is not None and isinstance(plan.raw.attrs.get("id"), str)
    }
    for selection in selections(index):
        _apply(index, selection, plans, by_id, stores)
    hand_down(instances, plans, estate)
    for plan in plans.values():
        if not plan.selections and not plan.selection_unknown:
            plan.selection_unknown = index.partial
        for rule in plan.rules:
            rule.environment_from = list(plan.selects)
    estate.plans.extend(plans.values())
    add_snapshot_policies(index, estate)
    if index.partial:
        for volume in estate.volumes:
            volume.plans_unknown = volume.plans_unknown or index.partial
    estate.restore_tests.extend(_restore_test(index, raw) for raw in index.of_type("aws_backup_restore_testing_plan"))


def every(schedule: Value[str]) -> Value[int]:
    """The longest gap of a schedule in minutes, with the schedule's origin."""
    if not schedule.known:
        return Value(schedule.kind, None, schedule.path, schedule.where, schedule.note)
    try:
        return schedule.map(longest_gap)
    except ScheduleError as error:
        return unknown(str(error), schedule.path, schedule.where)


def _plan(raw: RawResource, vaults: VaultTable) -> Plan:
    plan = Plan(kind="backup-plan", display=_name(raw), selection_unknown=_condition(raw), **subject_fields(raw))
    blocks = raw.blocks("rule")
    if isinstance(blocks, Unknown):
        plan.rules.append(_unknown_rule(raw, plan, blocks))
        return plan
    for number, block in enumerate(blocks):
        if "*" in block and isinstance(block["*"], Unknown):
            plan.rules.append(_unknown_rule(raw, plan, block["*"]))
        else:
            plan.rules.append(_rule(raw, plan, f"rule.{number}", vaults))
    return plan


def _rule(raw: RawResource, plan: Plan, path: str, vaults: VaultTable) -> PlanRule:
    name = raw.text(f"{path}.rule_name")
    schedule = raw.text(f"{path}.schedule", DEFAULT_SCHEDULE, DEFAULT_NOTE)
    vault, found = vaults.find(raw, f"{path}.target_vault_name")
    rule = PlanRule(
        kind="backup-plan-rule",
        display=str(name.data or path.rsplit(".", 1)[-1]),
        plan=plan.address,
        vault=vault,
        schedule=schedule,
        every_minutes=every(schedule),
        continuous=raw.boolean(f"{path}.enable_continuous_backup", False, "aws_backup_plan: default false"),
        cold_days=_days(raw, f"{path}.lifecycle.cold_storage_after"),
        delete_days=_days(raw, f"{path}.lifecycle.delete_after"),
        **subject_fields(raw),
    )
    rule.address = f'{plan.address}.rule["{rule.display}"]'
    rule.where = raw.locate(path)
    if found is not None:
        found.rules.append(rule)
    _copies(raw, rule, f"{path}.copy_action", vaults)
    return rule


def _copies(raw: RawResource, rule: PlanRule, path: str, vaults: VaultTable) -> None:
    blocks = raw.blocks(path)
    if isinstance(blocks, Unknown):
        doubt: Value[Any] = unknown(blocks.expression, path, raw.locate(path))
        rule.copies, rule.copy_regions, rule.copy_days = [doubt], [doubt], [doubt]
        return
    for number in range(len(blocks)):
        target, region = vaults.copy_target(raw, f"{path}.{number}.destination_vault_arn")
        rule.copies.append(target)
        rule.copy_regions.append(region)
        rule.copy_days.append(_days(raw, f"{path}.{number}.lifecycle.delete_after"))


def _days(raw: RawResource, path: str) -> Value[int]:
    """Days of a lifecycle; the provider sends 0 as not set."""
    days = raw.number(path)
    return absent(path, days.where) if days.known and not days.data else days


def _unknown_rule(raw: RawResource, plan: Plan, expression: Unknown) -> PlanRule:
    doubt: Value[Any] = unknown(expression.expression, "rule", raw.locate("rule"))
    rule = PlanRule(
        kind="backup-plan-rule",
        display="?",
        plan=plan.address,
        schedule=doubt,
        every_minutes=doubt,
        continuous=doubt,
        cold_days=doubt,
        delete_days=doubt,
        copies=[doubt],
        copy_regions=[doubt],
        copy_days=[doubt],
        **subject_fields(raw),
    )
    rule.address = f'{plan.address}.rule["?"]'
    return rule


def _apply(index: Index, selection: Selection, plans: dict[str, Plan], by_id: dict[str, Plan], stores: Stores) -> None:
    """Give the stores a selection selects the rules of its plan."""
    targets, doubt = _plans_of(index, selection.raw, plans, by_id)
    for plan in targets:
        if doubt:
            plan.selection_unknown = plan.selection_unknown or doubt
        else:
            plan.selections += 1
    for store in selection.candidates(stores):
        answer, why = selection.selects(store)
        if answer is False:
            continue
        if answer and not doubt:
            for plan in targets:
                if not any(rule.plan == plan.address for rule in store.plans):
                    plan.selects.append(store.address)
                    store.plans.extend(plan.rules)
        else:
            store.plans_unknown = store.plans_unknown or f"{selection.raw.address} may select it: {why or doubt}"


def _plans_of(index: Index, raw: RawResource, plans: dict[str, Plan], by_id: dict[str, Plan]) -> tuple[list[Plan], str]:
    """The plan of a selection, and why that is not certain."""
    found = raw.raw("plan_id")
    doubt = _condition(raw)
    if isinstance(found, Unknown):
        resolved, exact = index.reach(found, "aws_backup_plan")
        resolved = resolved or [
            item for ref in found.refs for item in index.instances.get(base_address(ref.address), []) if item.address in plans
        ]
        targets = [plans[item.address] for item in resolved]
        if not (exact and len(targets) == 1):
            doubt = doubt or f"its plan comes from {found.expression}"
    else:
        targets = [by_id[found]] if isinstance(found, str) and found in by_id else []
        if not targets:
            doubt = doubt or f"its plan {found} is not in this input"
    for plan in targets:
        doubt = doubt or (_condition(plan.raw) if plan.raw is not None else "")
    return targets, doubt


def _condition(raw: RawResource) -> str:
    """Why a resource may not be there; "" where it surely is."""
    condition = raw.attrs.get(CONDITIONAL)
    return f"{raw.address} is there only if {condition.expression}" if isinstance(condition, Unknown) else ""


def _name(raw: RawResource) -> str:
    name = raw.attrs.get("name")
    return name if isinstance(name, str) else ""


def _restore_test(index: Index, raw: RawResource) -> RestoreTest:
    joined = index.companions(raw, "aws_backup_restore_testing_selection", "restore_testing_plan_name", ("name",))
    schedule = raw.text("schedule_expression")
    return RestoreTest(
        kind="restore-testing-plan",
        display=_name(raw),
        schedule=schedule,
        every_minutes=every(schedule),
        selections=len(joined.found),
        selections_unknown=joined.doubt,
        **subject_fields(raw),
    )
