"""Data Lifecycle Manager: snapshot policies that protect tagged EBS volumes."""

from __future__ import annotations

from typing import Any

from recoverable.clouds.common import subject_fields
from recoverable.clouds.index import Index
from recoverable.clouds.schedule import ScheduleError, longest_gap
from recoverable.model.estate import Estate, Plan, PlanRule, Volume
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, absent, stated, unknown

DAYS = {"DAYS": 1, "WEEKS": 7, "MONTHS": 30, "YEARS": 365}
DAY_MINUTES = 24 * 60


def add_snapshot_policies(index: Index, estate: Estate) -> None:
    """Map every enabled policy on volumes, and tell the volumes it tags."""
    volumes = [volume for volume in estate.volumes if volume.raw is not None and volume.raw.type == "aws_ebs_volume"]
    for raw in index.of_type("aws_dlm_lifecycle_policy"):
        kinds = raw.raw("policy_details.resource_types")
        state = raw.text("state", "ENABLED")
        if state.data == "DISABLED" or not (isinstance(kinds, Unknown) or "VOLUME" in _texts(kinds)):
            continue
        plan = _policy(raw)
        estate.plans.append(plan)
        unsure = state.unknown or isinstance(kinds, Unknown)
        for volume in volumes:
            answer = _tagged(raw.raw("policy_details.target_tags"), volume)
            if answer and not unsure:
                plan.selects.append(volume.address)
                volume.plans.extend(plan.rules)
            elif answer is not False:
                volume.plans_unknown = volume.plans_unknown or f"{raw.address} may select it"


def _texts(found: Any) -> list[str]:
    return [str(item) for item in found] if isinstance(found, list) else []


def _tagged(tags: Any, volume: Volume) -> bool | None:
    """Whether the volume has one of the target tags."""
    if not isinstance(tags, dict):
        return None if isinstance(tags, Unknown) else False
    for key, value in tags.items():
        if isinstance(value, str) and volume.tags.get(key) == value:
            return True
    return None if volume.tags_unknown or any(isinstance(value, Unknown) for value in tags.values()) else False


def _policy(raw: RawResource) -> Plan:
    plan = Plan(kind="snapshot-policy", selections=1, **subject_fields(raw))
    blocks = raw.blocks("policy_details.schedule")
    for number in range(0 if isinstance(blocks, Unknown) else len(blocks)):
        path = f"policy_details.schedule.{number}"
        gap = _gap(raw, f"{path}.create_rule")
        rule = PlanRule(
            kind="snapshot-policy-rule",
            display=str(raw.text(f"{path}.name").data or number),
            plan=plan.address,
            every_minutes=gap,
            delete_days=_kept(raw, f"{path}.retain_rule", gap),
            **subject_fields(raw),
        )
        rule.address = f'{plan.address}.schedule["{rule.display}"]'
        rule.where = raw.locate(path)
        _copies(raw, rule, f"{path}.cross_region_copy_rule")
        plan.rules.append(rule)
    return plan


def _gap(raw: RawResource, path: str) -> Value[int]:
    cron = raw.text(f"{path}.cron_expression")
    if cron.known:
        try:
            return cron.map(longest_gap)
        except ScheduleError as error:
            return unknown(str(error), cron.path, cron.where)
    return raw.number(f"{path}.interval").map(lambda hours: hours * 60) if cron.absent else unknown(cron.note, cron.path, cron.where)


def _kept(raw: RawResource, path: str, gap: Value[int]) -> Value[int]:
    """Days snapshots are kept: an age, or a count at the schedule's pace."""
    unit = raw.text(f"{path}.interval_unit")
    if unit.known:
        return raw.number(f"{path}.interval").map(lambda number: number * DAYS.get(str(unit.data), 1))
    count = raw.number(f"{path}.count")
    if count.known and gap.known and gap.data is not None:
        return stated((count.data or 0) * gap.data // DAY_MINUTES, f"{path}.count", count.where)
    return unknown(gap.note, gap.path, gap.where) if count.known else count


def _copies(raw: RawResource, rule: PlanRule, path: str) -> None:
    blocks = raw.blocks(path)
    for number in range(0 if isinstance(blocks, Unknown) else len(blocks)):
        target = raw.text(f"{path}.{number}.target_region")
        target = raw.text(f"{path}.{number}.target") if target.absent else target
        rule.copies.append(target)
        rule.copy_regions.append(target)
        rule.copy_days.append(absent())
