"""S3 buckets with their companions: separate resources (provider 4 and later) and the old inline blocks."""

from __future__ import annotations

from typing import Any

from recoverable.clouds.aws_bucket_access import policies_of, public_of
from recoverable.clouds.aws_bucket_rules import LATER, inline, left_out, noncurrent_of, replicas_of
from recoverable.clouds.aws_policy import denies_plain_http
from recoverable.clouds.common import key_of, lifecycle_meta, subject_fields
from recoverable.clouds.index import Index
from recoverable.model.estate import Bucket, Estate, Lock
from recoverable.model.raw import RawResource
from recoverable.model.values import Ref, Unknown, Value, absent, default, stated, unknown

SSE_S3 = "S3 encrypts every new object with SSE-S3 since 2023-01-05"
FEATURES = frozenset(
    {"versioning", "encryption", "lock", "replication", "noncurrent", "public", "tls", "force-destroy", "mfa-delete", "transition"}
)


def add_buckets(index: Index, estate: Estate) -> None:
    """Map every S3 bucket of the input."""
    buckets = index.of_type("aws_s3_bucket")
    if not buckets:
        return
    targets, doubtful = _replication_targets(index)
    logs = _log_targets(index)
    for raw in buckets:
        estate.buckets.append(_bucket(index, raw, targets, logs, doubtful))


def names_of(raw: RawResource) -> set[str]:
    """The texts that identify a bucket literally: its name and its ARN."""
    names = {value for key in ("bucket", "id") if isinstance(value := raw.attrs.get(key), str)}
    return names | {f"arn:aws:s3:::{name}" for name in names}


def _bucket(
    index: Index, raw: RawResource, targets: dict[str, str], logs: dict[str, str], doubtful: dict[str | tuple[Ref, ...], str]
) -> Bucket:
    role, reason = "primary", ""
    keys = {raw.address} | names_of(raw)
    if hit := sorted(keys & targets.keys()):
        role, reason = "replica-target", f"{targets[hit[0]]} replicates into it"
    elif hit := sorted(keys & logs.keys()):
        role, reason = "log", f"{logs[hit[0]]} writes logs into it"
    elif raw.value("acl").data == "log-delivery-write":
        role, reason = "log", 'its acl is "log-delivery-write"'
    encrypted, key = _encryption(index, raw)
    lock = _lock(index, raw)
    versioning, mfa = _versioning(index, raw, lock)
    replication, replicas = replicas_of(index, raw)
    if role == "primary" and replication.is_false and (why := _perhaps_a_copy(raw, doubtful)):
        replication = unknown(why, replication.path, raw.where)
    bucket = Bucket(
        kind="s3-bucket",
        role=role,
        role_reason=reason,
        features=FEATURES,
        name=raw.text("bucket"),
        encrypted=encrypted,
        kms_key=key,
        versioning=versioning,
        mfa_delete=mfa,
        lock=lock,
        replication=replication,
        replicas=replicas,
        noncurrent=noncurrent_of(index, raw),
        public=public_of(index, raw),
        tls_only=_tls_only(index, raw),
        force_destroy=raw.boolean("force_destroy", False, "aws_s3_bucket: default false"),
        prevent_destroy=lifecycle_meta(raw),
        **subject_fields(raw),
    )
    bucket.fixes = {
        "versioning": 'Add an aws_s3_bucket_versioning for it with versioning_configuration { status = "Enabled" }.',
        "kms-key": 'Add an aws_s3_bucket_server_side_encryption_configuration with sse_algorithm = "aws:kms" and kms_master_key_id.',
        "lock": "Set object_lock_enabled = true and add an aws_s3_bucket_object_lock_configuration.",
        "second-region": "Add an aws_s3_bucket_replication_configuration to a bucket in another region.",
        "noncurrent": "Add a lifecycle rule with noncurrent_version_expiration.",
        "transition": "Add a lifecycle rule with noncurrent_version_transition.",
        "public": "Add an aws_s3_bucket_public_access_block with all four settings true.",
        "tls": "Add an aws_s3_bucket_policy that denies s3:* when aws:SecureTransport is false.",
    }
    return bucket


def _versioning(index: Index, raw: RawResource, lock: Lock) -> tuple[Value[bool], Value[bool]]:
    joined = index.companions(raw, "aws_s3_bucket_versioning")
    if joined.first:
        status = joined.first.text("versioning_configuration.status")
        if status.absent and left_out(joined.first, "versioning_configuration"):
            status = unknown(LATER, status.path, status.where)
        mfa = joined.first.text("versioning_configuration.mfa_delete").map(lambda word: word == "Enabled")
        return status.map(lambda word: word == "Enabled"), mfa
    old = inline(index, raw, "versioning", "aws_s3_bucket_versioning")
    if isinstance(old, Unknown):
        return unknown(old.expression, "versioning", raw.locate("versioning")), absent("versioning.mfa_delete")
    if old is not None:
        return raw.boolean("versioning.enabled", False, "inline versioning: default false"), raw.boolean("versioning.mfa_delete", False)
    if lock.enabled.is_true:
        return default(True, "object_lock_enabled", raw.where, "object lock turns versioning on"), absent(
            "versioning_configuration.mfa_delete"
        )
    if joined.doubt:
        return unknown(joined.doubt, "aws_s3_bucket_versioning", raw.where), absent("versioning_configuration.mfa_delete")
    return (
        default(False, "aws_s3_bucket_versioning", raw.where, "S3 buckets are created without versioning"),
        absent("versioning_configuration.mfa_delete", raw.where),
    )


def _encryption(index: Index, raw: RawResource) -> tuple[Value[bool], Value[str]]:
    joined = index.companions(raw, "aws_s3_bucket_server_side_encryption_configuration")
    rule = "rule.apply_server_side_encryption_by_default"
    source = joined.first
    if source is None:
        old = inline(index, raw, "server_side_encryption_configuration", "aws_s3_bucket_server_side_encryption_configuration")
        if isinstance(old, Unknown):
            return default(True, "server_side_encryption_configuration", raw.where, SSE_S3), unknown(
                old.expression, "server_side_encryption_configuration", raw.where
            )
        if old is None:
            key: Value[str] = (
                unknown(joined.doubt, "kms_master_key_id", raw.where) if joined.doubt else absent("kms_master_key_id", raw.where)
            )
            return default(True, "aws_s3_bucket_server_side_encryption_configuration", raw.where, SSE_S3), key
        source, rule = raw, f"server_side_encryption_configuration.{rule}"
    algorithm = source.text(f"{rule}.sse_algorithm")
    key = key_of(source, f"{rule}.kms_master_key_id")
    if algorithm.known and not str(algorithm.data).startswith("aws:kms"):
        key = absent(f"{rule}.kms_master_key_id", algorithm.where)
    elif algorithm.known and (key.absent or key.data == ""):
        key = default("alias/aws/s3", f"{rule}.kms_master_key_id", algorithm.where, "aws:kms without a key takes the AWS-managed one")
    encrypted = stated(True, f"{rule}.sse_algorithm", algorithm.where) if algorithm.known else default(True, rule, source.where, SSE_S3)
    return encrypted, key


def _lock(index: Index, raw: RawResource) -> Lock:
    joined = index.companions(raw, "aws_s3_bucket_object_lock_configuration")
    source, path = joined.first, "rule.default_retention"
    enabled = raw.boolean("object_lock_enabled")
    if source is None:
        old = inline(index, raw, "object_lock_configuration", "aws_s3_bucket_object_lock_configuration")
        if isinstance(old, Unknown):
            doubt: Value[Any] = unknown(old.expression, "object_lock_configuration", raw.where)
            return Lock(enabled=doubt, mode=doubt, days=doubt)
        if old is not None:
            source, path = raw, "object_lock_configuration.rule.default_retention"
            word = raw.text("object_lock_configuration.object_lock_enabled", "Enabled")
            enabled = word.map(lambda text: text == "Enabled")
        elif joined.doubt:
            doubt = unknown(joined.doubt, "aws_s3_bucket_object_lock_configuration", raw.where)
            return Lock(enabled=enabled, mode=doubt, days=doubt)
        else:
            return Lock(enabled=enabled)
    elif not enabled.is_true:
        # S3 takes a lock configuration for a versioned bucket that was created without object lock.
        enabled = stated(True, "aws_s3_bucket_object_lock_configuration", source.where)
    days = source.number(f"{path}.days")
    years = source.number(f"{path}.years")
    return Lock(enabled=enabled, mode=source.text(f"{path}.mode"), days=years.map(lambda count: count * 365) if days.absent else days)


def _tls_only(index: Index, raw: RawResource) -> Value[bool]:
    name = next((value for key in ("bucket", "id") if isinstance(value := raw.attrs.get(key), str)), "")
    denials = [(denies_plain_http(policy.text, name), policy.value) for policy in policies_of(index, raw)]
    for answer, value in denials:
        if answer:
            return stated(True, "policy", value.where)
    doubtful = next((value for answer, value in denials if answer is None), None)
    if doubtful:
        return unknown(doubtful.note, "policy", doubtful.where)
    joined = index.companions(raw, "aws_s3_bucket_policy")
    if joined.doubt:
        return unknown(joined.doubt, "policy", raw.where)
    return default(False, "policy", raw.where, "S3 answers plain HTTP unless a policy denies it")


def _replication_targets(index: Index) -> tuple[dict[str, str], dict[str | tuple[Ref, ...], str]]:
    """Addresses, names and ARNs that another bucket replicates into, with who does; and what unknown names are made of."""
    targets: dict[str, str] = {}
    doubtful: dict[str | tuple[Ref, ...], str] = {}
    for raw, path in [
        *((item, "rule") for item in index.of_type("aws_s3_bucket_replication_configuration")),
        *((item, "replication_configuration.rules") for item in index.of_type("aws_s3_bucket")),
    ]:
        rules = raw.blocks(path)
        for rule in [] if isinstance(rules, Unknown) else rules:
            for bucket in _destinations(rule) if rule.get("status") != "Disabled" else ():
                if isinstance(bucket, str):
                    targets.setdefault(bucket, raw.address)
                elif isinstance(bucket, Unknown):
                    found, exact = index.reach(bucket, "aws_s3_bucket")
                    exact = exact and not isinstance(rule.get("status"), Unknown)
                    for target in found:
                        (targets if exact else doubtful).setdefault(target.address, raw.address)
                    if bucket.refs and not (exact and found):
                        doubtful.setdefault(bucket.refs, raw.address)
    return targets, doubtful


def _destinations(rule: dict[str, Any]) -> list[Any]:
    """The destination buckets of one replication rule."""
    destination = rule.get("destination")
    items = destination if isinstance(destination, list) else [destination]
    return [item.get("bucket") for item in items if isinstance(item, dict)]


def _perhaps_a_copy(raw: RawResource, doubtful: dict[str | tuple[Ref, ...], str]) -> str:
    """Why a bucket may be one that another replicates into; "" where it is not."""
    name = raw.attrs.get("bucket")
    if raw.address in doubtful:
        return f"it may be the bucket that {doubtful[raw.address]} replicates into"
    if isinstance(name, Unknown) and name.refs in doubtful:
        return f"it may be the bucket that {doubtful[name.refs]} replicates into: both are named by {name.expression}"
    return ""


def _log_targets(index: Index) -> dict[str, str]:
    """Buckets that others write logs into, by address or name, with who does. One that logs into itself holds data as well."""
    targets: dict[str, str] = {}
    for raw, path in [
        *((item, "target_bucket") for item in index.of_type("aws_s3_bucket_logging")),
        *((item, "logging.target_bucket") for item in index.of_type("aws_s3_bucket")),
        *((item, "s3_bucket_name") for item in index.of_type("aws_cloudtrail")),
        *((item, "access_logs.bucket") for item in index.of_type("aws_lb", "aws_alb")),
    ]:
        found = raw.raw(path)
        source = raw if raw.type == "aws_s3_bucket" else index.target(raw, "bucket", "aws_s3_bucket")
        own = {*names_of(source), source.address} if source else {str(raw.attrs.get("bucket"))}
        if path == "access_logs.bucket" and not raw.boolean("access_logs.enabled", False, "aws_lb: default false").is_true:
            continue
        if isinstance(found, str) and found and found not in own:
            targets.setdefault(found, raw.address)
        elif isinstance(found, Unknown):
            hits, exact = index.reach(found, "aws_s3_bucket")
            for target in hits if exact else ():
                if target.address not in own:
                    targets.setdefault(target.address, raw.address)
    return targets
