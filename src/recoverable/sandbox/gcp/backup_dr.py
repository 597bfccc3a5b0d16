"""Backup and DR Service: vaults with enforced retention, plans, and what they protect.

Limits: https://cloud.google.com/backup-disaster-recovery/docs/concepts/backup-plan (a window of six hours or more, no two rules of one
frequency) and https://cloud.google.com/sql/docs/postgres/backup-recovery/backup-options (no multi-region and no customer-managed keys
for enhanced backups of Cloud SQL).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from recoverable.sandbox.gcp.checks import DAY, between, known, lasts, look, matches, one_of, seconds, walk
from recoverable.sandbox.gcp.cloud import GoogleCloud
from recoverable.sandbox.gcp.databases import INSTANCE
from recoverable.sandbox.gcp.google import GoogleHandler
from recoverable.sandbox.provider.handler import Refusal, RefusedError, Values

VAULT = "gcp:backupdisasterrecovery/backupVault:BackupVault"
PLAN = "gcp:backupdisasterrecovery/backupPlan:BackupPlan"
ASSOCIATION = "gcp:backupdisasterrecovery/backupPlanAssociation:BackupPlanAssociation"
NAME, NAME_WORDS = r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?", "lower-case letters, digits and -, beginning with a letter, at most 63"
REGION, REGION_WORDS = r"[a-z]+-[a-z]+\d+", "a region: backup vaults and plans have no multi-region"
SQL = "sqladmin.googleapis.com/Instance"
RESOURCES = (
    "compute.googleapis.com/Instance",
    "compute.googleapis.com/Disk",
    "compute.googleapis.com/RegionDisk",
    SQL,
    "alloydb.googleapis.com/Cluster",
    "file.googleapis.com/Instance",
    "storage.googleapis.com/Bucket",
)
CENTURY = 99 * 365 * DAY  # seconds: the longest enforced retention is 99 years
WINDOW = 6  # hours


class BackupVault(GoogleHandler):
    """A vault. Once its lock is in effect, its enforced retention only grows."""

    token = VAULT
    path = "projects/{project}/locations/{location}/backupVaults/{backupVaultId}"
    labelled = True
    replaces = frozenset({"backupVaultId", "location", "project", "encryptionConfig"})
    defaults: ClassVar[Values] = {"accessRestriction": "WITHIN_ORGANIZATION"}
    kept = frozenset({"allowMissing", "forceDelete", "forceUpdate", "ignoreBackupPlanReferences", "ignoreInactiveDatasources"})
    checks = (
        matches("backupVaultId", NAME, NAME_WORDS),
        matches("location", REGION, REGION_WORDS),
        lasts("backupMinimumEnforcedRetentionDuration", DAY, CENTURY),
        one_of(
            "accessRestriction",
            "ACCESS_RESTRICTION_UNSPECIFIED",
            "WITHIN_PROJECT",
            "WITHIN_ORGANIZATION",
            "UNRESTRICTED",
            "WITHIN_ORG_BUT_UNRESTRICTED_FOR_BA",
        ),
        one_of(
            "backupRetentionInheritance", "BACKUP_RETENTION_INHERITANCE_UNSPECIFIED", "INHERIT_VAULT_RETENTION", "MATCH_BACKUP_EXPIRE_TIME"
        ),
        matches("effectiveTime", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z", "an RFC 3339 time in UTC"),
    )

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """The key must be usable; a lock in effect is for ever."""
        key = look(inputs, "encryptionConfig.kmsKeyName")
        if key:
            cloud.demand_key(key, inputs["location"], cloud.agent("backupdr"), f"vault {inputs['backupVaultId']}")
        held = before or {}
        if held.get("effectiveTime") and held["effectiveTime"] <= cloud.now():
            name = "backupMinimumEnforcedRetentionDuration"
            if (seconds(inputs[name]) or 0) < (seconds(held[name]) or 0):
                raise RefusedError(
                    f"googleapi: Error 400: {name}: the vault is locked since {held['effectiveTime']}; {held[name]} cannot be shortened to "
                    f"{inputs[name]}, failedPrecondition"
                )
            if inputs.get("effectiveTime") != held["effectiveTime"]:
                raise RefusedError(
                    f"googleapi: Error 400: effectiveTime: the vault is locked since {held['effectiveTime']}, failedPrecondition"
                )

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """State, times and the vault's own service account."""
        now = cloud.now()
        return {
            "name": identity,
            "state": "ACTIVE",
            "uid": before.get("uid", inputs["backupVaultId"]),
            "serviceAccount": cloud.agent("backupdr"),
            "createTime": before.get("createTime", now),
            "updateTime": now,
            "backupCount": before.get("backupCount", "0"),
            "totalStoredBytes": before.get("totalStoredBytes", "0"),
            "deletable": True,
            "etag": f"{len(cloud.store.events())}",
            "effectiveAnnotations": inputs.get("annotations") or {},
        }

    def guard(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """Backups under enforced retention cannot be deleted by anybody; plans that write here must go first."""
        if int(body.get("backupCount") or 0):
            raise RefusedError(f"googleapi: Error 400: {identity} holds {body['backupCount']} backups, failedPrecondition")
        plans = [name for name, each in cloud.store.list(PLAN).items() if each.get("backupVault") == identity]
        if plans and not (held.get("ignoreBackupPlanReferences") or held.get("forceDelete")):
            raise RefusedError(f"googleapi: Error 400: {identity} is referenced by {len(plans)} backup plans, failedPrecondition")


def rules(inputs: Values) -> Iterator[Refusal]:
    """Each rule has its own name and its own frequency, a window of six hours, and what its recurrence needs."""
    found = inputs.get("backupRules")
    if not known(found):
        return
    if not found:
        yield Refusal("backupRules", "a plan needs at least one rule")
        return
    for word, path in (("rule_id", "ruleId"), ("recurrence", "standardSchedule.recurrenceType")):
        seen = [look(rule, path) for rule in found]
        if len(set(seen)) != len(seen):
            yield Refusal("backupRules", f"two rules have the same {word}")
    for number, rule in enumerate(found):
        schedule, shown = rule.get("standardSchedule") or {}, f"backupRules[{number}].standardSchedule"
        yield from _recurrence(schedule, shown)
        window = schedule.get("backupWindow") or {}
        hours = (window.get("endHourOfDay") or 24) - (window.get("startHourOfDay") or 0)
        if window and hours < WINDOW:
            yield Refusal(f"{shown}.backupWindow", f"a window has {WINDOW} hours or more, got {hours}")


def _recurrence(schedule: Values, shown: str) -> Iterator[Refusal]:
    kind = schedule.get("recurrenceType")
    if kind == "HOURLY" and not schedule.get("hourlyFrequency"):
        yield Refusal(f"{shown}.hourlyFrequency", "required for HOURLY")
    if kind != "HOURLY" and schedule.get("hourlyFrequency"):
        yield Refusal(f"{shown}.hourlyFrequency", f"only for HOURLY, got {kind}")
    if kind == "WEEKLY" and not schedule.get("daysOfWeeks"):
        yield Refusal(f"{shown}.daysOfWeeks", "required for WEEKLY")
    if kind in ("MONTHLY", "YEARLY") and not (schedule.get("daysOfMonths") or schedule.get("weekDayOfMonth")):
        yield Refusal(f"{shown}.daysOfMonths", f"daysOfMonths or weekDayOfMonth is required for {kind}")


def logs(inputs: Values) -> Iterator[Refusal]:
    """Only Cloud SQL has logs to keep."""
    for shown, days in walk(inputs, "logRetentionDays"):
        kind = inputs.get("resourceType")
        if days and known(kind) and kind != SQL:
            yield Refusal(shown, f"only for {SQL}, got {kind}")


class BackupPlan(GoogleHandler):
    """A plan: when backups are taken, into which vault, and how long they are kept."""

    token = PLAN
    path = "projects/{project}/locations/{location}/backupPlans/{backupPlanId}"
    replaces = frozenset({"backupPlanId", "location", "project", "backupVault", "logRetentionDays"})
    parents = (("backupVault", VAULT, "{it}"),)
    checks = (
        matches("backupPlanId", NAME, NAME_WORDS),
        matches("location", REGION, REGION_WORDS),
        one_of("resourceType", *RESOURCES),
        one_of("backupRules[*].standardSchedule.recurrenceType", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"),
        between("backupRules[*].standardSchedule.hourlyFrequency", 1, 23),
        between("backupRules[*].standardSchedule.backupWindow.startHourOfDay", 0, 23),
        between("backupRules[*].standardSchedule.backupWindow.endHourOfDay", 1, 24),
        between("backupRules[*].backupRetentionDays", 1, 36_135),
        # as Cloud SQL keeps transaction logs: at most 35 days
        between("logRetentionDays", 1, 35),
        rules,
        logs,
    )

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """No rule keeps shorter than the vault enforces; the vault lies in the plan's region."""
        _demand_same(inputs, before, "resourceType")
        vault = cloud.store.get(VAULT, inputs["backupVault"]) or {}
        least = (seconds(vault.get("backupMinimumEnforcedRetentionDuration")) or 0) / DAY
        for shown, days in walk(inputs, "backupRules[*].backupRetentionDays"):
            if days < least:
                raise RefusedError(
                    f"googleapi: Error 400: {shown}: {days} days are less than the {least:.10g} days that vault "
                    f"{inputs['backupVault']} enforces, invalid"
                )
        if vault.get("location") != inputs["location"]:
            raise RefusedError(
                f"googleapi: Error 400: location: the plan is in {inputs['location']}, its vault in {vault.get('location')}, invalid"
            )

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Name and times, and whom the vault lets in."""
        now = cloud.now()
        return {
            "name": identity,
            "createTime": before.get("createTime", now),
            "updateTime": now,
            "backupVaultServiceAccount": cloud.agent("backupdr"),
            "supportedResourceTypes": [inputs["resourceType"]],
        }

    def guard(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """A plan that protects something stays."""
        users = [name for name, each in cloud.store.list(ASSOCIATION).items() if each.get("backupPlan") == identity]
        if users:
            raise RefusedError(f"googleapi: Error 400: {identity} has {len(users)} associations; delete them first, failedPrecondition")


class BackupPlanAssociation(GoogleHandler):
    """What puts a resource under a plan. A Cloud SQL instance has one owner of its backups: this takes them over."""

    token = ASSOCIATION
    path = "projects/{project}/locations/{location}/backupPlanAssociations/{backupPlanAssociationId}"
    replaces = frozenset({"backupPlanAssociationId", "location", "project"})
    parents = (("backupPlan", PLAN, "{it}"),)
    checks = (
        matches("backupPlanAssociationId", NAME, NAME_WORDS),
        matches("location", REGION, REGION_WORDS),
        one_of("resourceType", *RESOURCES),
    )

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """Plan and resource are of one type and in one region; the resource exists and has no other plan."""
        _demand_same(inputs, before, "resource", "resourceType")
        plan = cloud.store.get(PLAN, inputs["backupPlan"]) or {}
        if plan.get("resourceType") != inputs["resourceType"]:
            raise RefusedError(
                f"googleapi: Error 400: resourceType: the plan is for {plan.get('resourceType')}, not for {inputs['resourceType']}, invalid"
            )
        others = [each for each in cloud.store.list(ASSOCIATION).values() if each["resource"] == inputs["resource"]]
        if before is None and others:
            raise RefusedError(f"googleapi: Error 409: {inputs['resource']} has the plan {others[0]['backupPlan']} already, alreadyExists")
        if inputs["resourceType"] == SQL:
            self._admit_instance(cloud, inputs)

    def _admit_instance(self, cloud: GoogleCloud, inputs: Values) -> None:
        instance = cloud.store.get(INSTANCE, instance_name(inputs["resource"]))
        if instance is None or not inputs["resource"].startswith("projects/"):
            raise RefusedError(
                f"googleapi: Error 404: resource: the instance {inputs['resource']} is not found (projects/P/instances/NAME), notFound"
            )
        if instance["region"] != inputs["location"]:
            raise RefusedError(
                f"googleapi: Error 400: location: the instance is in {instance['region']}; enhanced backups do not leave the region, invalid"
            )
        if instance.get("encryptionKeyName"):
            raise RefusedError(
                "googleapi: Error 400: enhanced backups do not support customer-managed keys, and the instance has one, invalid"
            )

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Name, times, and where the data go."""
        plan = cloud.store.get(PLAN, inputs["backupPlan"]) or {}
        now = cloud.now()
        source = f"{plan.get('backupVault')}/dataSources/{inputs['backupPlanAssociationId']}"
        return {
            "name": identity,
            "createTime": before.get("createTime", now),
            "updateTime": now,
            "dataSource": source,
            "rulesConfigInfos": [],
        }

    def after(self, cloud: GoogleCloud, identity: str, inputs: Values) -> None:
        """Cloud SQL says who manages its backups."""
        _set_tier(cloud, inputs, "ENHANCED")

    def remove(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """The instance manages its backups itself again."""
        _set_tier(cloud, body, "STANDARD")
        super().remove(cloud, identity, body, held)


def _demand_same(inputs: Values, before: Values | None, *names: str) -> None:
    """Refuse a change that the provider does not replace for, and that the API does not take."""
    for name in names:
        if before is not None and before.get(name) != inputs.get(name):
            raise RefusedError(f"googleapi: Error 400: {name} cannot be changed from {before.get(name)} to {inputs.get(name)}, invalid")


def instance_name(reference: str) -> str:
    """``projects/P/instances/NAME`` as the name."""
    return reference.rsplit("/", 1)[-1]


def _set_tier(cloud: GoogleCloud, inputs: Values, word: str) -> None:
    name = instance_name(inputs["resource"])
    instance = cloud.store.get(INSTANCE, name) if inputs["resourceType"] == SQL else None
    if instance is not None:
        backups = {**instance["settings"]["backupConfiguration"], "backupTier": word}
        cloud.store.change(INSTANCE, name, settings={**instance["settings"], "backupConfiguration": backups})
