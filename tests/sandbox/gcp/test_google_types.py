"""What the stand-in for Google Cloud refuses by the SDK's types: ten each of an unknown type, property, a wrong type and a missing one."""

from __future__ import annotations

import copy
from typing import Any

import grpc
import pytest

from tests.sandbox.gcp import estate
from tests.support.provider import Aborted, Calls, urn_of


def stated(label: str, path: str, value: Any) -> tuple[str, dict[str, Any]]:
    """Type and inputs of an estate's row, with one value put somewhere (``settings.tier``, ``conditions.0.name``); None takes it away."""
    token, inputs = next((token, copy.deepcopy(inputs)) for name, token, inputs in estate.rows() if name == label)
    *way, last = path.split(".")
    holder: Any = inputs
    for name in way:
        holder = holder[int(name)] if name.isdigit() else holder[name]
    key: Any = int(last) if isinstance(holder, list) else last
    if value is None:
        del holder[key]
    else:
        holder[key] = value
    return token, inputs


def failures(gcp: Calls, label: str, path: str, value: Any) -> list[str]:
    """The reasons why Check refuses these inputs."""
    token, inputs = stated(label, path, value)
    return gcp.check(urn_of(token, label), inputs)[1]


@pytest.mark.parametrize(
    "token",
    [
        "gcp:storage/buckets:Bucket",
        "gcp:storage/bucketAcl:BucketAcl",
        "gcp:sql/instance:Instance",
        "gcp:sql/sslCert:SslCert",
        "gcp:kms/cryptoKeyVersion:CryptoKeyVersion",
        "gcp:spanner/instance:Instance",
        "gcp:compute/instance:Instance",
        "gcp:monitoring/dashboard:Dashboard",
        "gcp:pubsub/schema:Schema",
        "gcp:nothing/at:All",
    ],
)
def test_fake_unknown_type_is_refused_by_name(gcp: Calls, token: str) -> None:
    """A type that Google has and the stand-in has not, or that nobody has, is UNIMPLEMENTED, with its name."""
    with pytest.raises(Aborted) as refused:
        gcp.check(urn_of(token, "one"), {})
    assert refused.value.status == grpc.StatusCode.UNIMPLEMENTED
    assert token in refused.value.message


@pytest.mark.parametrize(
    ("label", "path", "reason"),
    [
        ("uploads", "versionning", "`versionning`: gcp:storage/bucket:Bucket has no property `versionning`; did you mean `versioning`?"),
        ("uploads", "versioning.enable", "`versioning.enable`: `versioning` has no property `enable`; did you mean `enabled`?"),
        (
            "uploads",
            "lifecycleRules.0.condition.days",
            "`lifecycleRules[0].condition.days`: `lifecycleRules[0].condition` has no property `days`",
        ),
        ("orders", "settings.backupConfiguration.retainedBackups", None),
        ("orders", "backupRetentionPeriod", None),
        ("key", "rotation_period", None),
        ("secret", "replication.automatic", None),
        ("alert", "conditions.0.conditionAbsence", None),
        ("vault", "minRetentionDays", None),
        ("monthly", "httpTarget.url", None),
    ],
)
def test_fake_unknown_property_is_refused_by_name(gcp: Calls, label: str, path: str, reason: str | None) -> None:
    """A misspelt setting protects nothing, so it is never accepted in silence."""
    reasons = failures(gcp, label, path, True)
    assert len(reasons) == 1
    assert reasons == [reason] if reason else f"has no property `{path.rsplit('.', 1)[-1]}`" in reasons[0]


@pytest.mark.parametrize(
    ("label", "path", "value", "reason"),
    [
        ("uploads", "versioning", True, "`versioning`: wants an object, and is true or false"),
        ("uploads", "forceDestroy", "yes", "`forceDestroy`: wants true or false, and is text"),
        ("uploads", "lifecycleRules.0.condition.age", "30", "`lifecycleRules[0].condition.age`: wants a whole number, and is text"),
        (
            "uploads",
            "softDeletePolicy.retentionDurationSeconds",
            1.5,
            "`softDeletePolicy.retentionDurationSeconds`: wants a whole number, and is a number",
        ),
        (
            "orders",
            "settings.backupConfiguration.enabled",
            1,
            "`settings.backupConfiguration.enabled`: wants true or false, and is a number",
        ),
        ("orders", "settings", [], "`settings`: wants an object, and is a list"),
        ("key", "rotationPeriod", 7_776_000, "`rotationPeriod`: wants text, and is a number"),
        ("alert", "conditions", {}, "`conditions`: wants a list, and is an object"),
        ("secret", "topics", ["rotation"], "`topics[0]`: wants an object, and is text"),
        ("restorer", "permissions", "cloudsql.instances.get", "`permissions`: wants a list, and is text"),
    ],
)
def test_fake_wrong_type_is_refused_with_its_path(gcp: Calls, label: str, path: str, value: Any, reason: str) -> None:
    """Nothing is read out of what has another type."""
    assert failures(gcp, label, path, value) == [reason]


@pytest.mark.parametrize(
    ("label", "path", "owner"),
    [
        ("uploads", "location", "gcp:storage/bucket:Bucket"),
        ("uploads", "lifecycleRules.0.action", "`lifecycleRules[0]`"),
        ("uploads", "encryption.defaultKmsKeyName", ""),
        ("orders", "databaseVersion", "gcp:sql/databaseInstance:DatabaseInstance"),
        ("orders", "settings.tier", "`settings`"),
        ("key", "keyRing", "gcp:kms/cryptoKey:CryptoKey"),
        ("secret", "replication", "gcp:secretmanager/secret:Secret"),
        ("version", "secret", "gcp:secretmanager/secretVersion:SecretVersion"),
        ("alert", "combiner", "gcp:monitoring/alertPolicy:AlertPolicy"),
        ("vault", "backupMinimumEnforcedRetentionDuration", "gcp:backupdisasterrecovery/backupVault:BackupVault"),
        ("plan", "backupRules.0.standardSchedule.timeZone", "`backupRules[0].standardSchedule`"),
        ("monthly", "httpTarget.uri", "`httpTarget`"),
    ],
)
def test_fake_missing_property_is_refused_by_name(gcp: Calls, label: str, path: str, owner: str) -> None:
    """What the SDK requires must be there; the key of a bucket is optional, and its absence is none."""
    reasons = failures(gcp, label, path, None)
    assert reasons == ([f"`{shown(path)}`: {owner} needs `{path.rsplit('.', 1)[-1]}`, and it is missing"] if owner else [])


def shown(path: str) -> str:
    """``rules.0.action`` as the engine shows it."""
    return "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split(".")).lstrip(".")
