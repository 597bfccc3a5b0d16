"""Puts into the fakes of Google Cloud what a piece of Terraform declares: the few types and attributes that the audit's tests use.

So one text is both what ``check`` judges and what ``audit`` finds. An attribute that is not known here is an error, never left out in silence.
"""

from __future__ import annotations

import datetime
from typing import Any

from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown
from tests.fakes.fake_cloudsql_past import FakeCloudSqlPast
from tests.fakes.fake_gcs import FakeGcs
from tests.fakes.fake_google_databases import FakeGoogleDatabases
from tests.fakes.fake_google_guards import PROJECT, FakeGoogleGuards
from tests.fakes.fake_secret_manager import FakeSecretManager
from tests.support import google_databases_from_code as databases

Json = dict[str, Any]
CONDITIONS = {
    "age": "age", "num_newer_versions": "numNewerVersions", "days_since_noncurrent_time": "daysSinceNoncurrentTime",
    "matches_prefix": "matchesPrefix",
}  # fmt: skip
LIVE = {"LIVE": {"isLive": True}, "ARCHIVED": {"isLive": False}, "ANY": {}}
ORDER = (
    "google_kms_key_ring", "google_kms_crypto_key", "google_sql_database_instance", "google_storage_bucket", "google_secret_manager_secret",
    "google_storage_bucket_iam_member", "google_storage_transfer_job", "google_monitoring_alert_policy", *databases.ORDER,
)  # fmt: skip


def camel(data: Any) -> Any:
    """An object with its keys in the API's spelling; a list of one block is the block."""
    if isinstance(data, dict):
        return {name.split("_")[0] + "".join(part.title() for part in name.split("_")[1:]): camel(value) for name, value in data.items()}
    if isinstance(data, list):
        return camel(data[0]) if len(data) == 1 and isinstance(data[0], dict) else [camel(each) for each in data]
    return data


def block(attrs: Json, name: str) -> Json:
    """A nested block, taken out; {} where there is none."""
    found = attrs.pop(name, None) or [{}]
    return dict(found[0] if isinstance(found, list) else found)


class Project:
    """Makes resources in one project, in an order in which what is referred to is there."""

    def __init__(
        self,
        sql: FakeCloudSqlPast,
        gcs: FakeGcs,
        guards: FakeGoogleGuards,
        secrets: FakeSecretManager,
        born: datetime.datetime,
        others: FakeGoogleDatabases | None = None,
    ) -> None:
        self.sql, self.gcs, self.guards, self.secrets, self.born = sql, gcs, guards, secrets, born
        self.others = others
        self.made: dict[str, Json] = {}

    def make(self, resources: list[RawResource]) -> None:
        """Everything the code declares, unless it was made before."""
        for raw in sorted(resources, key=lambda item: ORDER.index(item.type)):
            if raw.address in self.made:
                continue
            attrs = {name: self._plain(value) for name, value in raw.attrs.items() if name != "lifecycle_meta"}
            if self.others is not None and raw.type in databases.ORDER:
                self.made[raw.address] = databases.make(self.others, raw.type, attrs, block, camel)
            else:
                self.made[raw.address] = getattr(self, f"_{raw.type.removeprefix('google_')}")(attrs) or {}
            assert not attrs, f"{raw.address}: {sorted(attrs)} are not made here"

    def _plain(self, value: Any) -> Any:
        if isinstance(value, Unknown):
            (ref,) = value.refs
            return self.made[ref.address][ref.attribute or "id"]
        if isinstance(value, list):
            return [self._plain(item) for item in value]
        return {name: self._plain(item) for name, item in value.items()} if isinstance(value, dict) else value

    def _kms_key_ring(self, attrs: Json) -> Json:
        name = f"projects/{PROJECT}/locations/{attrs.pop('location')}/keyRings/{attrs.pop('name')}"
        return {"id": name, "name": name}

    def _kms_crypto_key(self, attrs: Json) -> Json:
        name = f"{attrs.pop('key_ring')}/cryptoKeys/{attrs.pop('name')}"
        self.guards.put_key(name, **camel({key: attrs.pop(key) for key in list(attrs)}))
        return {"id": name}

    def _sql_database_instance(self, attrs: Json) -> Json:
        name, settings = str(attrs.pop("name")), block(attrs, "settings")
        labels = settings.pop("user_labels", {})
        backup = camel(block(settings, "backup_configuration"))
        attrs.pop("deletion_protection", None)
        fields = {"databaseVersion": attrs.pop("database_version"), "region": attrs.pop("region")}
        if key := attrs.pop("encryption_key_name", None):
            fields["diskEncryptionConfiguration"] = {"kind": "sql#diskEncryptionConfiguration", "kmsKeyName": key}
            fields["diskEncryptionStatus"] = {"kind": "sql#diskEncryptionStatus", "kmsKeyVersionName": f"{key}/cryptoKeyVersions/1"}
        if source := attrs.pop("master_instance_name", None):
            fields |= {"masterInstanceName": f"{PROJECT}:{source}", "instanceType": "READ_REPLICA_INSTANCE"}
            backup = {"enabled": False}
        own = {**camel(settings), "userLabels": labels, "backupConfiguration": {"kind": "sql#backupConfiguration", **backup}}
        created = self.born.strftime("%Y-%m-%dT%H:%M:%S.123456789Z")
        self.sql.put(name, own, state="RUNNABLE", createTime=created, **fields)
        return {"name": name, "id": name}

    def _storage_bucket(self, attrs: Json) -> Json:
        name = str(attrs.pop("name"))
        body: Json = {"location": attrs.pop("location"), "labels": attrs.pop("labels", {})}
        for key in ("versioning", "encryption", "retention_policy", "soft_delete_policy", "autoclass"):
            if key in attrs:
                body[camel({key: 0}).popitem()[0]] = camel(block(attrs, key))
        body.get("retentionPolicy", {}).pop("isLocked", None)
        rules = [_rule(each) for each in attrs.pop("lifecycle_rule", [])]
        body |= {"lifecycle": {"rule": rules}} if rules else {}
        uniform = {"uniformBucketLevelAccess": {"enabled": attrs.pop("uniform_bucket_level_access", False)}}
        body["iamConfiguration"] = {**uniform, "publicAccessPrevention": attrs.pop("public_access_prevention", "inherited")}
        self.gcs.make(name, body)
        return {"name": name, "id": name, "url": f"gs://{name}"}

    def _secret_manager_secret(self, attrs: Json) -> None:
        assert attrs.pop("replication")[0].keys() == {"auto"}
        name = attrs.pop("secret_id")
        self.secrets.put(
            name, "marked-payload", **camel({key: attrs.pop(key) for key in list(attrs) if key != "labels"}), labels=attrs.pop("labels")
        )

    def _storage_bucket_iam_member(self, attrs: Json) -> None:
        self.gcs.buckets[attrs.pop("bucket")].policy.append({"role": attrs.pop("role"), "members": [attrs.pop("member")]})

    def _storage_transfer_job(self, attrs: Json) -> None:
        number = len(self.guards.lists["transferJobs"])
        job = {"name": f"transferJobs/{number}", "projectId": PROJECT, "status": "ENABLED", **camel(dict(attrs))}
        attrs.clear()
        self.guards.lists["transferJobs"].append(job)

    def _monitoring_alert_policy(self, attrs: Json) -> None:
        conditions = [camel(each) for each in attrs.pop("conditions")]
        own = {"displayName": attrs.pop("display_name"), "combiner": attrs.pop("combiner"), "conditions": conditions, "enabled": True}
        own["notificationChannels"] = attrs.pop("notification_channels", [])
        name = f"projects/{PROJECT}/alertPolicies/{len(self.guards.lists['alertPolicies'])}"
        self.guards.lists["alertPolicies"].append({"name": name, **own})


def _rule(rule: Json) -> Json:
    condition = block(rule, "condition")
    state = LIVE[condition.pop("with_state", "ANY")]
    return {"action": camel(block(rule, "action")), "condition": {**{CONDITIONS[key]: value for key, value in condition.items()}, **state}}
