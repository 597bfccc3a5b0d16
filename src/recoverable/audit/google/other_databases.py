"""AlloyDB clusters, Spanner databases and Firestore databases, with their backup schedules.

Fields: https://cloud.google.com/alloydb/docs/reference/rest/v1/projects.locations.clusters,
https://cloud.google.com/spanner/docs/reference/rest/v1/projects.instances.databases and
https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from recoverable.audit.google.keys import Keys
from recoverable.audit.google.projects import Project
from recoverable.audit.resources import Found
from recoverable.audit.web.client import Json
from recoverable.audit.web.resources import block, raw, snake, table
from recoverable.audit.web.sweep import Task
from recoverable.clouds.gcp_other_databases import (
    ALLOYDB,
    ALLOYDB_INSTANCE,
    FIRESTORE,
    FIRESTORE_SCHEDULE,
    SPANNER,
    SPANNER_INSTANCE,
    SPANNER_SCHEDULE,
)
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

EVERYWHERE = "-"
"""Of AlloyDB: any location, any cluster."""
OFF = "SERVICE_DISABLED"


def read_alloydb(project: Project, found: Found, keys: Keys) -> None:
    """Every cluster, and of its instances the kind and how many zones they are in."""
    clusters = project.pages("alloydb", "clusters", project=project.account, location=EVERYWHERE)
    for item in clusters:
        found.add(_cluster(project, item, keys))
    if clusters.gap is not None:
        found.add(*_not_listed(project, clusters.items))
    if not clusters.items:
        return
    for item in project.pages("alloydb", "instances", project=project.account, location=EVERYWHERE, cluster=EVERYWHERE):
        name = _own(project, item["name"])
        kind, zones = item.get("instanceType"), item.get("availabilityType")
        told = zones or Unknown("availabilityType", "it was not told")
        address = f"//alloydb.googleapis.com/{name}"
        cluster = name.partition("/instances/")[0]
        found.add(raw(ALLOYDB_INSTANCE, address, name=name, cluster=cluster, instance_type=kind, availability_type=told))


def _cluster(project: Project, item: Json, keys: Keys) -> RawResource:
    """As a plan would show it. What Google fills in where nobody says anything is told by it; where it is not, it is not known."""
    name = _own(project, item["name"])
    address = f"//alloydb.googleapis.com/{name}"
    encryption, policy = table(item.get("encryptionConfig")), item.get("automatedBackupPolicy")
    continuous = table(item.get("continuousBackupConfig"))
    for each in (encryption, table(table(policy).get("encryptionConfig")), table(continuous.get("encryptionConfig"))):
        keys.use(each.get("kmsKeyName"))
    for version in table(item.get("encryptionInfo")).get("kmsKeyVersions") or ():
        keys.use(None, version)
    primary = table(item.get("secondaryConfig")).get("primaryClusterName")
    return raw(
        ALLOYDB,
        address,
        id=address,
        name=name,
        cluster_id=name.rsplit("/", 1)[-1],
        project=project.account,
        location=name.split("/")[3],
        cluster_type=item.get("clusterType"),
        database_version=item.get("databaseVersion"),
        labels=table(item.get("labels")),
        encryption_config=[snake(encryption)] if encryption else None,
        continuous_backup_config=[
            block(enabled=_switch(continuous, "continuousBackupConfig"), recovery_window_days=continuous.get("recoveryWindowDays"))
        ],
        automated_backup_policy=_policy(policy),
        secondary_config=[{"primary_cluster_name": _own(project, primary)}] if primary else None,
    )


def _not_listed(project: Project, items: list[Json]) -> Iterator[RawResource]:
    """Secondary clusters that their primary ones name, where the list leaves a location out: that they are there is known, and no more."""
    listed = {_own(project, item["name"]) for item in items}
    gap = Unknown("alloydb.clusters.list", "its location was left out of the list")
    for item in items:
        for each in table(item.get("primaryConfig")).get("secondaryClusterNames") or ():
            name = _own(project, each)
            if name not in listed:
                address = f"//alloydb.googleapis.com/{name}"
                own = {"name": name, "cluster_id": name.rsplit("/", 1)[-1], "location": name.split("/")[3], "labels": gap}
                copies = [{"primary_cluster_name": _own(project, item["name"])}]
                yield raw(ALLOYDB, address, id=address, **own, cluster_type="SECONDARY", secondary_config=copies)


def _policy(policy: Any) -> Any:
    """Google keeps a policy of its own where nobody gives one, and shows it."""
    if not isinstance(policy, dict):
        return Unknown("automatedBackupPolicy", "it was not told")
    kept = {name: [snake(policy[name])] for name in ("timeBasedRetention", "quantityBasedRetention", "weeklySchedule") if policy.get(name)}
    return [{"enabled": _switch(policy, "automatedBackupPolicy"), **snake(kept)}]


def _switch(found: Json, name: str) -> Any:
    said = found.get("enabled")
    return said if isinstance(said, bool) else Unknown(f"{name}.enabled", "it was not told")


def read_spanner(project: Project, found: Found, keys: Keys) -> list[Task]:
    """Every instance; gives the tasks that ask for its databases."""
    instances = project.pages("spanner", "instances", project=project.account)
    for item in instances:
        name = _own(project, item["name"])
        # A default schedule is one of a database's own from its first day on, and may be taken away: what is there is listed.
        told = {"config": item.get("config") or Unknown("config", "it was not told"), "labels": table(item.get("labels"))}
        found.add(raw(SPANNER_INSTANCE, f"//spanner.googleapis.com/{name}", id=name, name=name, **told))
    return [partial(_databases, project, found, keys, _own(project, item["name"])) for item in instances]


def _databases(project: Project, found: Found, keys: Keys, instance: str) -> list[Task]:
    short = instance.rsplit("/", 1)[-1]
    listed = project.pages("spanner", "databases", short, project=project.account, instance=short)
    for item in listed:
        name, encryption = _own(project, item["name"]), table(item.get("encryptionConfig"))
        for key in (encryption.get("kmsKeyName"), *(encryption.get("kmsKeyNames") or ())):
            keys.use(key)
        for each in item.get("encryptionInfo") or ():
            keys.use(None, table(each).get("kmsKeyVersion"))
        found.add(
            raw(
                SPANNER,
                f"//spanner.googleapis.com/{name}",
                id=f"//spanner.googleapis.com/{name}",
                name=name,
                instance=instance,
                project=project.account,
                database_dialect=item.get("databaseDialect"),
                version_retention_period=item.get("versionRetentionPeriod") or Unknown("versionRetentionPeriod", "it was not told"),
                enable_drop_protection=bool(item.get("enableDropProtection")),
                encryption_config=[snake(encryption)] if encryption else None,
            )
        )
    return [partial(_spanner_schedules, project, found, _own(project, item["name"])) for item in listed]


def _spanner_schedules(project: Project, found: Found, name: str) -> None:
    _, _, _, instance, _, database = name.split("/")
    about = f"{instance}/{database}"
    listed = project.pages("spanner", "backupSchedules", about, project=project.account, instance=instance, database=database)
    kept = [(str(item.get("name")), item.get("retentionDuration")) for item in listed]
    _schedules(found, SPANNER_SCHEDULE, "spanner", name, "retention_duration", kept, listed.gap)


def read_firestore(project: Project, found: Found, keys: Keys) -> list[Task]:
    """Every database, in native and in Datastore mode; gives the tasks that ask for their schedules."""
    listed = project.pages("firestore", "databases", project=project.account)
    if "firestore" in project.off:
        _ask_datastore(project)
    for item in listed:
        name, cmek = _own(project, item["name"]), table(item.get("cmekConfig"))
        keys.use(cmek.get("kmsKeyName"))
        for version in cmek.get("activeKeyVersion") or ():
            keys.use(None, version)
        told = {key: item.get(given) or Unknown(given, "it was not told") for key, given in FIRESTORE_WORDS.items()}
        address = f"//firestore.googleapis.com/{name}"
        own = {"name": name, "project": project.account, "cmek_config": [{"kms_key_name": cmek["kmsKeyName"]}] if cmek else None}
        found.add(raw(FIRESTORE, address, id=address, **own, **told))
    return [partial(_firestore_schedules, project, found, _own(project, item["name"])) for item in listed]


FIRESTORE_WORDS = {
    "location_id": "locationId",
    "type": "type",
    "point_in_time_recovery_enablement": "pointInTimeRecoveryEnablement",
    "delete_protection_state": "deleteProtectionState",
}


def _ask_datastore(project: Project) -> None:
    """Firestore's API is off. A database in Datastore mode is used by another API: only where that is off, too, or knows of none, there is none."""
    said = project.one("datastore", "indexes", project=project.account)
    if isinstance(said, dict):
        project.unsure("firestore", "databases", OFF)


def _firestore_schedules(project: Project, found: Found, name: str) -> None:
    database = name.rsplit("/", 1)[-1]
    listed = project.pages("firestore", "backupSchedules", database, project=project.account, database=database)
    kept = [(str(item.get("name")), item.get("retention")) for item in listed]
    _schedules(found, FIRESTORE_SCHEDULE, "firestore", name, "retention", kept, listed.gap)


def _schedules(found: Found, kind: str, service: str, database: str, key: str, kept: list[tuple[str, Any]], gap: Unknown | None) -> None:
    """Each schedule; where they could not all be read, one more that may keep backups for any time."""
    every = [(name, days or Unknown(key, "it was not told")) for name, days in kept]
    every += [(f"{database}/backupSchedules/?", gap)] if gap is not None else []
    found.add(*(raw(kind, f"//{service}.googleapis.com/{name}", database=database, **{key: days}) for name, days in every))


def _own(project: Project, name: Any) -> str:
    """A full name, with the project by its id where Google calls it by its number."""
    parts = str(name).split("/")
    if len(parts) > 1 and parts[0] == "projects" and parts[1].isdecimal():
        parts[1] = project.account
    return "/".join(parts)
