"""What keeps an object from being lost: object lock, and replication into another bucket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from recoverable.sandbox.aws.bucket_lifecycle import filter_sent, filter_shown, of_filter
from recoverable.sandbox.aws.bucket_settings import BucketSetting, each, object_lock
from recoverable.sandbox.aws.calls import found, said
from recoverable.sandbox.provider.handler import Refusal, RefusedError, Values
from recoverable.sandbox.provider.wire import UNKNOWN

RTC = 15  # minutes, the only value: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ReplicationTimeValue.html


class BucketObjectLock(BucketSetting):
    """``aws.s3.BucketObjectLockConfiguration``. Object lock itself cannot be taken away, only its default retention."""

    token = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    replaces = BucketSetting.replaces | {"objectLockEnabled"}
    kept = BucketSetting.kept | {"token"}
    missing = ("ObjectLockConfigurationNotFoundError",)
    defaults: ClassVar[Mapping[str, Any]] = {"objectLockEnabled": "Enabled"}

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Days and years together, neither, or a mode that there is not."""
        rule = inputs.get("rule") or {}
        default = rule.get("defaultRetention") if rule != UNKNOWN else None
        if not default or default == UNKNOWN:
            return
        if default.get("mode") not in ("GOVERNANCE", "COMPLIANCE", UNKNOWN):
            yield Refusal("rule.defaultRetention.mode", f"{default.get('mode')} is none of GOVERNANCE, COMPLIANCE")
        if (default.get("days") is None) == (default.get("years") is None):
            yield Refusal("rule.defaultRetention", "wants either days or years")
        for unit, highest in (("days", 36500), ("years", 100)):
            number = default.get(unit)
            if isinstance(number, int) and not 1 <= number <= highest:
                yield Refusal(f"rule.defaultRetention.{unit}", f"{number} is not in 1 to {highest}")

    def put(self, s3: Any, bucket: str, inputs: Values) -> None:
        """Set the default retention of new objects."""
        default = (inputs.get("rule") or {}).get("defaultRetention")
        wanted: Values = {"ObjectLockEnabled": "Enabled"}
        if default:
            wanted["Rule"] = {"DefaultRetention": said(Mode=default["mode"], Days=default.get("days"), Years=default.get("years"))}
        s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=wanted, **said(Token=inputs.get("token")))

    def get(self, s3: Any, bucket: str) -> Values | None:
        """The default retention."""
        got = s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"]
        default = (got.get("Rule") or {}).get("DefaultRetention")
        rule = {"defaultRetention": said(mode=default["Mode"], days=default.get("Days"), years=default.get("Years"))} if default else None
        return said(objectLockEnabled=got["ObjectLockEnabled"], rule=rule)

    def remove(self, s3: Any, bucket: str, held: Values) -> None:
        """Objects that come are locked no longer by themselves; what is locked stays so."""
        s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})


class BucketReplication(BucketSetting):
    """``aws.s3.BucketReplicationConfig``."""

    token = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
    filled = frozenset({"rules.id"})
    kept = BucketSetting.kept | {"token"}
    missing = ("ReplicationConfigurationNotFoundError",)

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """What S3 answers with InvalidRequest, InvalidArgument or MalformedXML."""
        if inputs["role"] != UNKNOWN and ":role/" not in inputs["role"]:
            yield Refusal("role", "wants the ARN of a role")
        rules = each(inputs, "rules")
        ranks = [rule["priority"] for _, rule in rules if isinstance(rule.get("priority"), int)]
        for path, rule in rules:
            if isinstance(rule.get("priority"), int) and ranks.count(rule["priority"]) > 1:
                yield Refusal(f"{path}.priority", f"{rule['priority']} is the priority of two rules")
            yield from of_filter(rule, path)
            if "filter" in rule and "deleteMarkerReplication" not in rule:
                yield Refusal(f"{path}.deleteMarkerReplication", "must be stated in a rule that has a filter")
            if "filter" not in rule and ("deleteMarkerReplication" in rule or "priority" in rule):
                yield Refusal(f"{path}.filter", "must be stated (it may be empty) in a rule with a priority or delete markers")
            if rule["destination"] != UNKNOWN:
                yield from _of_time(rule["destination"], f"{path}.destination")
                yield from _of_keys(rule, path)
                if inputs["bucket"] != UNKNOWN and rule["destination"]["bucket"] == f"arn:aws:s3:::{inputs['bucket']}":
                    yield Refusal(f"{path}.destination.bucket", "is the source: a bucket is not replicated into itself")

    def put(self, s3: Any, bucket: str, inputs: Values) -> None:
        """Set all rules. Both buckets must be versioned, and locked both where one is."""
        locked = object_lock(s3, bucket)
        for rule in inputs["rules"]:
            other = rule["destination"]["bucket"].removeprefix("arn:aws:s3:::")
            state = found(s3.get_bucket_versioning, "NoSuchBucket", Bucket=other)
            if state is None:
                raise RefusedError(f"InvalidRequest: Destination bucket must exist: {other}")
            if state.get("Status") != "Enabled":
                raise RefusedError(f"InvalidRequest: Destination bucket must have versioning enabled: {other}")
            if locked and not object_lock(s3, other):
                raise RefusedError(f"InvalidRequest: {bucket} has object lock, so the destination {other} must have it too")
        wanted = {"Role": inputs["role"], "Rules": [as_sent(rule) for rule in inputs["rules"]]}
        s3.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=wanted, **said(Token=inputs.get("token")))

    def get(self, s3: Any, bucket: str) -> Values | None:
        """All rules, as the provider writes them."""
        got = s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]
        return {"role": got["Role"], "rules": [as_shown(rule) for rule in got["Rules"]]}

    def remove(self, s3: Any, bucket: str, held: Values) -> None:
        """Nothing is replicated any more."""
        s3.delete_bucket_replication(Bucket=bucket)


def _of_time(destination: Values, path: str) -> Iterator[Refusal]:
    """Replication time control: 15 minutes, and never without metrics."""
    time, metrics = destination.get("replicationTime"), destination.get("metrics")
    if time and time != UNKNOWN and time["status"] == "Enabled":
        minutes = time["time"] if time["time"] == UNKNOWN else time["time"].get("minutes", UNKNOWN)
        if minutes not in (RTC, UNKNOWN):
            yield Refusal(f"{path}.replicationTime.time.minutes", f"{minutes} is not {RTC}, the only value")
        if not metrics or (metrics != UNKNOWN and metrics["status"] == "Disabled"):
            yield Refusal(f"{path}.metrics", "must be enabled together with replicationTime")


def _of_keys(rule: Values, path: str) -> Iterator[Refusal]:
    """Objects under KMS keys are replicated only with both: the criterion, and the key of the replica."""
    chosen = rule.get("sourceSelectionCriteria") or {}
    if chosen == UNKNOWN:
        return
    encrypted, key = chosen.get("sseKmsEncryptedObjects"), rule["destination"].get("encryptionConfiguration")
    if encrypted and encrypted != UNKNOWN and encrypted["status"] == "Enabled" and not key:
        yield Refusal(f"{path}.destination.encryptionConfiguration", "must be stated where sseKmsEncryptedObjects is")
    if key and not encrypted:
        yield Refusal(f"{path}.sourceSelectionCriteria.sseKmsEncryptedObjects", "must be stated where encryptionConfiguration is")


def as_sent(rule: Values) -> dict[str, Any]:
    """A rule as S3 takes it."""
    chosen = rule.get("sourceSelectionCriteria") or {}
    criteria = said(
        SseKmsEncryptedObjects=_status(chosen.get("sseKmsEncryptedObjects")),
        ReplicaModifications=_status(chosen.get("replicaModifications")),
    )
    has_filter = rule.get("filter") is not None
    return said(
        ID=rule.get("id"),
        Priority=rule.get("priority", 0) if has_filter else None,
        Prefix=None if has_filter else rule.get("prefix", ""),
        Filter=filter_sent(rule["filter"]) if has_filter else None,
        Status=rule["status"],
        SourceSelectionCriteria=criteria or None,
        ExistingObjectReplication=_status(rule.get("existingObjectReplication")),
        DeleteMarkerReplication=_status(rule.get("deleteMarkerReplication")),
        Destination=_destination_sent(rule["destination"]),
    )


def _destination_sent(stated: Values) -> dict[str, Any]:
    owner, key = stated.get("accessControlTranslation"), stated.get("encryptionConfiguration")
    time, metrics = stated.get("replicationTime"), stated.get("metrics")
    threshold = (metrics or {}).get("eventThreshold")
    return said(
        Bucket=stated["bucket"],
        Account=stated.get("account"),
        StorageClass=stated.get("storageClass"),
        AccessControlTranslation={"Owner": owner["owner"]} if owner else None,
        EncryptionConfiguration={"ReplicaKmsKeyID": key["replicaKmsKeyId"]} if key else None,
        ReplicationTime={"Status": time["status"], "Time": {"Minutes": time["time"].get("minutes", RTC)}} if time else None,
        Metrics=said(Status=metrics["status"], EventThreshold={"Minutes": threshold.get("minutes", RTC)} if threshold else None)
        if metrics
        else None,
    )


def as_shown(rule: dict[str, Any]) -> Values:
    """A rule as the provider shows it."""
    chosen = rule.get("SourceSelectionCriteria") or {}
    criteria = said(
        sseKmsEncryptedObjects=_shown(chosen.get("SseKmsEncryptedObjects")), replicaModifications=_shown(chosen.get("ReplicaModifications"))
    )
    return said(
        id=rule.get("ID"),
        priority=rule.get("Priority"),
        prefix=rule.get("Prefix") or None,
        filter=filter_shown(rule["Filter"]) if "Filter" in rule else None,
        status=rule["Status"],
        sourceSelectionCriteria=criteria or None,
        existingObjectReplication=_shown(rule.get("ExistingObjectReplication")),
        deleteMarkerReplication=_shown(rule.get("DeleteMarkerReplication")),
        destination=_destination_shown(rule["Destination"]),
    )


def _destination_shown(got: dict[str, Any]) -> Values:
    owner, key, time, metrics = (
        got.get(name) for name in ("AccessControlTranslation", "EncryptionConfiguration", "ReplicationTime", "Metrics")
    )
    threshold = (metrics or {}).get("EventThreshold")
    return said(
        bucket=got["Bucket"],
        account=got.get("Account"),
        storageClass=got.get("StorageClass"),
        accessControlTranslation={"owner": owner["Owner"]} if owner else None,
        encryptionConfiguration={"replicaKmsKeyId": key["ReplicaKmsKeyID"]} if key else None,
        replicationTime={"status": time["Status"], "time": {"minutes": time["Time"]["Minutes"]}} if time else None,
        metrics=said(status=metrics["Status"], eventThreshold={"minutes": threshold["Minutes"]} if threshold else None)
        if metrics
        else None,
    )


def _status(stated: Values | None) -> dict[str, str] | None:
    return {"Status": stated["status"]} if stated else None


def _shown(got: dict[str, str] | None) -> Values | None:
    return {"status": got["Status"]} if got else None
