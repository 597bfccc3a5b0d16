"""Cloud Storage buckets, who may read them, and the transfer jobs that copy them."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from recoverable.audit.google.keys import Keys
from recoverable.audit.google.projects import Project
from recoverable.audit.resources import Found
from recoverable.audit.web.client import Json
from recoverable.audit.web.resources import block, raw, snake, spelled, table
from recoverable.audit.web.sweep import Task
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

BUCKET, TRANSFER = "google_storage_bucket", "google_storage_transfer_job"
POLICY = "google_storage_bucket_iam_policy"
GRANTS = (("acl", "google_storage_bucket_access_control"), ("defaultObjectAcl", "google_storage_default_object_access_control"))
ENFORCED = "enforced"
LIST = {"maxResults": "1000"}
STATES = {True: "LIVE", False: "ARCHIVED", None: "ANY"}
NUMBERS = ("age", "daysSinceNoncurrentTime", "numNewerVersions")
"""Conditions whose 0 is a number in the API; Terraform leaves a 0 out unless it is told to send it."""


def address_of(name: str) -> str:
    """The full resource name of a bucket."""
    return f"//storage.googleapis.com/{name}"


def read_buckets(project: Project, found: Found, keys: Keys) -> list[Task]:
    """Every bucket; gives the tasks that ask who may read it."""
    listed = project.pages("storage", "buckets", query={"project": project.account, **LIST})
    tasks: list[Task] = [partial(read_bucket, project, found, keys, item) for item in listed]
    return [*tasks, partial(_transfers, project, found, [str(item["name"]) for item in listed])]


def read_bucket(project: Project, found: Found, keys: Keys, item: Json) -> None:
    """One bucket as it was listed, and who may read it."""
    keys.use(table(item.get("encryption")).get("defaultKmsKeyName"))
    found.add(_bucket(project, item))
    _access(project, found, item)


def _bucket(project: Project, item: Json) -> RawResource:
    name = str(item["name"])
    soft = table(item.get("softDeletePolicy")).get("retentionDurationSeconds")
    iam = table(item.get("iamConfiguration"))
    return raw(
        BUCKET,
        address_of(name),
        id=address_of(name),
        name=name,
        project=project.account,
        location=item.get("location"),
        labels=table(item.get("labels")),
        versioning=[{"enabled": bool(table(item.get("versioning")).get("enabled"))}],
        encryption=_one(item, "encryption"),
        retention_policy=_retention(item),
        lifecycle_rule=[_rule(each) for each in table(item.get("lifecycle")).get("rule") or ()],
        autoclass=_one(item, "autoclass"),
        public_access_prevention=iam.get("publicAccessPrevention") or Unknown("publicAccessPrevention", "it was not told"),
        soft_delete_policy=[
            {"retention_duration_seconds": Unknown("softDeletePolicy", "it was not told") if soft is None else int(soft)},
        ],
        logging=_one(item, "logging"),
        rpo=item.get("rpo"),
        custom_placement_config=_one(item, "customPlacementConfig"),
    )


def _one(item: Json, name: str) -> list[Json] | None:
    """A nested object as a block."""
    found = item.get(name)
    return [snake(found)] if isinstance(found, dict) and found else None


def _retention(item: Json) -> list[Json] | None:
    found = table(item.get("retentionPolicy"))
    if not found:
        return None
    return [block(retention_period=int(found.get("retentionPeriod") or 0), is_locked=bool(found.get("isLocked")))]


def _rule(rule: Any) -> Json:
    """One rule of a lifecycle; a switch of the API is a word in Terraform, and a 0 is sent."""
    condition = dict(table(table(rule).get("condition")))
    state = STATES[condition.pop("isLive", None)]
    zeros = {f"send_{spelled(name)}_if_zero": True for name in NUMBERS if name in condition}
    return {"action": [snake(table(table(rule).get("action")))], "condition": [{**snake(condition), **zeros, "with_state": state}]}


def _access(project: Project, found: Found, item: Json) -> None:
    """Who may read it: its policy, and, where they count, its access lists; of single objects nothing is asked."""
    name, iam = str(item["name"]), table(item.get("iamConfiguration"))
    if iam.get("publicAccessPrevention") == ENFORCED:
        return
    policy = project.one("storage", "policy", name, bucket=name)
    data = policy if isinstance(policy, Unknown) else json.dumps({"bindings": (policy or {}).get("bindings") or []})
    found.add(raw(POLICY, f"{address_of(name)}#policy", bucket=name, policy_data=data))
    if table(iam.get("uniformBucketLevelAccess")).get("enabled"):
        return
    full = project.one("storage", "bucket", name, bucket=name)
    for key, kind in GRANTS:
        if isinstance(full, dict):
            entities = [str(each.get("entity")) for each in full.get(key) or () if isinstance(each, dict)]
            found.add(*(raw(kind, f"{address_of(name)}#{key}-{entity}", bucket=name, entity=entity) for entity in entities))
        else:
            found.add(raw(kind, f"{address_of(name)}#{key}", bucket=name, entity=full or Unknown(key, "it was not told")))


def _transfers(project: Project, found: Found, buckets: list[str]) -> None:
    """Jobs of the Storage Transfer Service; where they may not be listed, any bucket may be copied by one."""
    gap = read_transfers(project, found)
    if gap is not None:
        found.add(*(may_be_copied(name, gap) for name in buckets))


def read_transfers(project: Project, found: Found) -> Unknown | None:
    """The jobs; the gap where they could not all be listed."""
    listed = project.pages("storagetransfer", "jobs", query={"filter": json.dumps({"projectId": project.account})})
    for item in listed:
        told = {name: [snake(item[name])] for name in ("transferSpec", "replicationSpec", "schedule", "eventStream") if item.get(name)}
        found.add(raw(TRANSFER, f"//storagetransfer.googleapis.com/{item.get('name')}", status=item.get("status"), **snake(told)))
    return listed.gap


def may_be_copied(name: str, gap: Unknown) -> RawResource:
    """A job that may copy a bucket, or may not be there."""
    ways = [{"gcs_data_source": [{"bucket_name": name}], "gcs_data_sink": [{"bucket_name": gap}]}]
    return raw(TRANSFER, f"{address_of(name)}#transfer", status=gap, replication_spec=ways)
