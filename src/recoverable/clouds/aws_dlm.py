"""Data Lifecycle Manager: snapshot policies that protect EBS volumes: those with a tag, those of instances with a tag, or all.

A default policy takes snapshots of every volume of its region (or of every instance's) that has no recent one. Intervals and
exclusions: documentation of ``aws_dlm_lifecycle_policy`` (terraform-provider-aws 6.x).
"""

from __future__ import annotations

from typing import Any

from recoverable.clouds.aws_arns import any_of
from recoverable.clouds.aws_instances import instances_of
from recoverable.clouds.common import region_of, subject_fields, tags_of
from recoverable.clouds.index import Index
from recoverable.clouds.schedule import ScheduleError, longest_gap
from recoverable.model.estate import Estate, Plan, PlanRule, Volume
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, absent, stated, unknown

DAYS = {"DAYS": 1, "WEEKS": 7, "MONTHS": 30, "YEARS": 365}
DAY_MINUTES = 24 * 60
UNREAD = "audit_unread_policy"
"""A policy of a running account of which nothing is known but why."""
CREATED, RETAINED = 1, 7
"""Days: how often a default policy takes snapshots, and how long it keeps them, unless told otherwise."""


def add_snapshot_policies(index: Index, estate: Estate) -> None:
    """Map every enabled policy on volumes, and tell the volumes it tags."""
    volumes = [volume for volume in estate.volumes if volume.raw is not None and volume.raw.type == "aws_ebs_volume"]
    for raw in index.of_type(UNREAD):
        for volume in volumes:
            if not _apart(raw, volume):
                volume.plans_unknown = volume.plans_unknown or raw.value("why").note
    instances = instances_of(index)
    for raw in index.of_type("aws_dlm_lifecycle_policy"):
        kinds = _kinds(raw)
        state = raw.text("state", "ENABLED")
        # Only a running account says which volumes an instance has.
        wanted = isinstance(kinds, Unknown) or "VOLUME" in kinds or (instances and "INSTANCE" in kinds)
        if state.data in ("DISABLED", "ERROR") or not wanted:
            continue
        plan = _policy(raw)
        estate.plans.append(plan)
        unsure = state.unknown or isinstance(kinds, Unknown)
        for volume in volumes:
            if _apart(raw, volume):
                continue
            held = instances.get(str(volume.raw.attrs.get("arn")), []) if volume.raw is not None else []
            answer = _selects(raw, kinds, volume, held)
            if answer and not unsure:
                plan.selects.append(volume.address)
                volume.plans.extend(plan.rules)
            elif answer is not False:
                volume.plans_unknown = volume.plans_unknown or f"{raw.address} may select it"


def _kinds(raw: RawResource) -> list[str] | Unknown:
    """``VOLUME``, ``INSTANCE``, or what is not known."""
    default = raw.raw("default_policy")
    found: Any = default if isinstance(default, Unknown) else ([default] if default else raw.raw("policy_details.resource_types"))
    if isinstance(found, Unknown):
        return found
    return [str(item) for item in found] if isinstance(found, list) else []


def _is_default(raw: RawResource) -> bool:
    """Whether it is a default policy; a state may write an attribute that is not set as ""."""
    return raw.raw("default_policy") not in (None, "")


def _apart(raw: RawResource, volume: Volume) -> bool:
    """A policy takes snapshots in its own region."""
    home = region_of(raw)
    return home.known and volume.region.known and home.data != volume.region.data


def _selects(raw: RawResource, kinds: list[str] | Unknown, volume: Volume, held: list[RawResource]) -> bool | None:
    """Whether a policy takes snapshots of a volume, which hangs on the instances ``held``."""
    if _is_default(raw):
        mine = bool(held) or isinstance(kinds, Unknown) or "VOLUME" in kinds
        return (None if _has(raw, "policy_details.exclusions") else True) if mine else False
    targets = raw.raw("policy_details.target_tags")
    answers: list[bool | None] = []
    if isinstance(kinds, Unknown) or "VOLUME" in kinds:
        answers.append(_tagged(targets, volume.tags, volume.tags_unknown))
    if isinstance(kinds, Unknown) or "INSTANCE" in kinds:
        through = any_of(_tagged(targets, *tags_of(instance, "tags")) for instance in held)
        answers.append(None if through and _has(raw, "policy_details.parameters") else through)
    return any_of(answers)


def _has(raw: RawResource, path: str) -> bool:
    """Whether anything is written in a block that leaves volumes out."""
    blocks = raw.blocks(path)
    return isinstance(blocks, Unknown) or any(value not in (None, False, [], {}) for block in blocks for value in block.values())


def _tagged(targets: Any, tags: dict[str, str], doubt: bool) -> bool | None:
    """Whether there is one of the target tags among these."""
    if not isinstance(targets, dict):
        return None if isinstance(targets, Unknown) else False
    for key, value in targets.items():
        if isinstance(value, str) and tags.get(key) == value:
            return True
    return None if doubt or any(isinstance(value, Unknown) for value in targets.values()) else False


def _policy(raw: RawResource) -> Plan:
    plan = Plan(kind="snapshot-policy", selections=1, **subject_fields(raw))
    if _is_default(raw):
        plan.rules.append(_simple(raw, plan))
        return plan
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


def _simple(raw: RawResource, plan: Plan) -> PlanRule:
    """What a default policy does: snapshots every so many days, kept for so many days."""
    note = "aws_dlm_lifecycle_policy: a default policy without it"
    rule = PlanRule(
        kind="snapshot-policy-rule",
        display="default",
        plan=plan.address,
        every_minutes=raw.number("policy_details.create_interval", CREATED, note).map(lambda days: days * DAY_MINUTES),
        delete_days=raw.number("policy_details.retain_interval", RETAINED, note),
        **subject_fields(raw),
    )
    rule.address = f'{plan.address}.schedule["default"]'
    return rule


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
