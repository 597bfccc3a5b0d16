"""What adopting existing stores would change, read from `pulumi preview --json` before anything is touched.

A component with an ``import_id`` takes over what exists. The engine then shows an ``import`` step for it, and an ``update`` or
``replace`` step where the program differs from what it found. This module says per resource what would change, which protections
that adds or weakens, and what is refused: a store that would be replaced or deleted.

An S3 bucket's settings (versioning, lifecycle, policy, …) are resources of their own. Where they are *created* beside an adopted
bucket, the creation overwrites what the bucket has today and the preview cannot show it: these are listed with the command that
reads what is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"  # the engine's marker for "known after apply"
SIGNATURE = "4dabf18193072939515e22adb298388d"  # the engine's marker of an object that is a secret
ABSENT, SECRET, LATER = "(absent)", "[secret]", "(known after apply)"
SECRET_NAMES = re.compile(r"password|secretstring|secretdata|token|privatekey|apikey", re.IGNORECASE)
PATH = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]]+)')

MIRRORED = ("tagsAll", "effectiveLabels", "pulumiLabels")  # what the provider computes of tags and labels

REPLACES = frozenset({"replace", "create-replacement", "delete-replaced", "import-replacement"})
TOUCHES = REPLACES | {"import", "update", "delete"}

# What holds data, or is the key without which data cannot be read.
STORES = frozenset({
    "aws:s3/bucket:Bucket", "aws:rds/instance:Instance", "aws:rds/cluster:Cluster", "aws:rds/clusterInstance:ClusterInstance",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication", "aws:dynamodb/table:Table", "aws:kms/key:Key",
    "aws:kms/replicaKey:ReplicaKey", "aws:backup/vault:Vault", "aws:secretsmanager/secret:Secret",
    "aws:secretsmanager/secretVersion:SecretVersion", "gcp:storage/bucket:Bucket", "gcp:sql/databaseInstance:DatabaseInstance",
    "gcp:sql/database:Database", "gcp:kms/keyRing:KeyRing", "gcp:kms/cryptoKey:CryptoKey", "gcp:secretmanager/secret:Secret",
    "gcp:secretmanager/secretVersion:SecretVersion", "gcp:backupdisasterrecovery/backupVault:BackupVault",
})  # fmt: skip

# Settings of an S3 bucket that are resources of their own -> the command of `aws s3api` that reads what the bucket has. Creating
# one is a PUT that puts it in that place.
SETTINGS: dict[str, str] = {
    "bucketVersioning": "get-bucket-versioning", "bucketServerSideEncryptionConfiguration": "get-bucket-encryption",
    "bucketLifecycleConfiguration": "get-bucket-lifecycle-configuration", "bucketPublicAccessBlock": "get-public-access-block",
    "bucketOwnershipControls": "get-bucket-ownership-controls", "bucketPolicy": "get-bucket-policy",
    "bucketReplicationConfig": "get-bucket-replication", "bucketObjectLockConfiguration": "get-object-lock-configuration",
    "bucketNotification": "get-bucket-notification-configuration", "bucketLogging": "get-bucket-logging",
}  # fmt: skip

# The end of a property's path -> which way is stronger. "more" and "less" compare numbers, the rest is the stronger value itself.
STRONGER: dict[str, Any] = {
    "backupRetentionPeriod": "more", "deletionProtection": True, "storageEncrypted": True, "multiAz": True, "copyTagsToSnapshot": True,
    "deleteAutomatedBackups": False, "skipFinalSnapshot": False, "publiclyAccessible": False, "forceDestroy": False,
    "versioningConfiguration.status": "Enabled", "versioning.enabled": True, "objectLockEnabled": True, "enableKeyRotation": True,
    "deletionWindowInDays": "more", "recoveryWindowInDays": "more", "pointInTimeRecovery.enabled": True,
    "deletionProtectionEnabled": True, "retainBackupsOnDelete": True, "backupConfiguration.enabled": True,
    "pointInTimeRecoveryEnabled": True, "transactionLogRetentionDays": "more", "retainedBackups": "more",
    "retentionDurationSeconds": "more", "publicAccessPrevention": "enforced", "uniformBucketLevelAccess": True,
    "blockPublicAcls": True, "blockPublicPolicy": True, "ignorePublicAcls": True, "restrictPublicBuckets": True,
    "lockDuration": "more", "minRetentionDays": "more", "historyRetentionSeconds": "more",
}  # fmt: skip


class PreviewError(ValueError):
    """The document is no preview; the message says what is wrong and how to make one."""


class AdoptionRefusedError(RuntimeError):
    """Adopting would replace or delete a store. The message names each with the properties that force it."""


@dataclass(frozen=True)
class PropertyChange:
    """One property that adopting changes. Values are shown as JSON would, secrets and unknowns by their word.

    ``effect`` is ``stronger`` or ``weaker`` where the property is a protection and both values are known, else "".
    """

    path: str
    before: str
    after: str
    forces_replacement: bool = False
    effect: str = ""


@dataclass(frozen=True)
class Touched:
    """One existing resource that the deployment would adopt, change, replace or delete.

    ``imported`` is the id under which it is adopted, "" when it is in the state already. ``outcome`` is ``kept``, ``changed``,
    ``replaced`` or ``deleted``. ``overwritten`` are settings of a bucket that are created over what it has: (type, name, command).
    ``added`` is what else its component creates beside it (a copy, a key, a policy): (type, name).
    """

    urn: str
    type: str
    name: str
    component: str
    imported: str
    outcome: str
    changes: tuple[PropertyChange, ...] = ()
    overwritten: tuple[tuple[str, str, str], ...] = ()
    added: tuple[tuple[str, str], ...] = ()

    @property
    def refused(self) -> bool:
        """Whether this must not go on: what is adopted, or holds data, would be lost."""
        return self.outcome in ("replaced", "deleted") and (bool(self.imported) or self.type in STORES)

    @property
    def forcing(self) -> list[str]:
        """The properties that force the replacement."""
        return [change.path for change in self.changes if change.forces_replacement]


@dataclass(frozen=True)
class Adoption:
    """Everything that exists and that the deployment would touch, in the preview's order."""

    touched: tuple[Touched, ...]

    @property
    def adopted(self) -> list[Touched]:
        """What is taken over in this deployment."""
        return [each for each in self.touched if each.imported]

    @property
    def refusals(self) -> list[str]:
        """One sentence per store that would be replaced or deleted."""
        return [_refusal(each) for each in self.touched if each.refused]

    def require_kept(self) -> None:
        """Raise AdoptionRefusedError where a store would be replaced or deleted."""
        if self.refusals:
            raise AdoptionRefusedError("\n".join(self.refusals))


def read_adoption(document: Any) -> Adoption:
    """What a preview would do to things that exist.

    Raises PreviewError where the document has no steps, as after a preview that failed.
    """
    steps = document.get("steps") if isinstance(document, Mapping) else None
    if not isinstance(steps, list) or not all(isinstance(step, Mapping) and "urn" in step and "op" in step for step in steps):
        raise PreviewError("this is no preview: it has no steps. Make one with: pulumi preview --json > preview.json")
    by_urn: dict[str, list[Mapping[str, Any]]] = {}
    for step in steps:
        by_urn.setdefault(str(step["urn"]), []).append(step)
    touched = [_touched(urn, own, by_urn) for urn, own in by_urn.items() if any(step["op"] in TOUCHES for step in own)]
    return Adoption(tuple(each for each in touched if each.type and not each.type.startswith(("pulumi:", "recoverable:"))))


def _touched(urn: str, steps: list[Mapping[str, Any]], by_urn: Mapping[str, list[Mapping[str, Any]]]) -> Touched:
    kinds = {str(step["op"]) for step in steps}
    state: Mapping[str, Any] = next((step[name] for step in steps for name in ("newState", "oldState") if step.get(name)), {})
    imported = next((_identity(step) for step in steps if str(step["op"]).startswith("import")), "")
    changes = tuple({change.path: change for step in steps for change in _changes(step)}.values())
    if kinds & REPLACES:
        outcome = "replaced"
    elif "delete" in kinds:
        outcome = "deleted"
    else:
        outcome = "changed" if changes else "kept"
    kind, parent = str(state.get("type", "")), str(state.get("parent", ""))
    component = parent if _type_of(parent).startswith("recoverable:") else ""
    beside = list(_created_beside(component, by_urn)) if imported and component else []
    overwritten = _overwritten(imported, beside) if kind == "aws:s3/bucket:Bucket" else ()
    known = {name for _, name, _ in overwritten}
    added = tuple((kind, name) for kind, name, _ in beside if name not in known)
    return Touched(urn, kind, urn.rsplit("::", 1)[-1], component.rsplit("::", 1)[-1], imported, outcome, changes, overwritten, added)


def _type_of(urn: str) -> str:
    """The type token in a URN, without its parents; "" where it is none."""
    return urn.split("::")[2].split("$")[-1] if urn.count("::") > 2 else ""


def _identity(step: Mapping[str, Any]) -> str:
    state = step.get("newState") or {}
    return str(state.get("importID") or state.get("id") or "(unknown id)")


def _created_beside(parent: str, by_urn: Mapping[str, list[Mapping[str, Any]]]) -> Iterator[tuple[str, str, Any]]:
    """What the same component creates: type, name, and the bucket that it is about."""
    for urn, steps in by_urn.items():
        state = steps[0].get("newState") or {}
        kind = str(state.get("type", ""))
        if steps[0]["op"] == "create" and state.get("parent") == parent and not kind.startswith(("pulumi:", "recoverable:")):
            yield kind, urn.rsplit("::", 1)[-1], (state.get("inputs") or {}).get("bucket")


def _overwritten(bucket: str, beside: list[tuple[str, str, Any]]) -> tuple[tuple[str, str, str], ...]:
    """Settings that are created for this very bucket, each with the command that reads what it has."""
    found = [
        (kind, name, SETTINGS.get(kind.split(":")[1].removeprefix("s3/"))) for kind, name, about in beside if about in (bucket, UNKNOWN)
    ]
    return tuple((kind, name, f"aws s3api {reads} --bucket {bucket}") for kind, name, reads in found if reads)


def _changes(step: Mapping[str, Any]) -> Iterator[PropertyChange]:
    old, new = step.get("oldState") or {}, step.get("newState") or {}
    if not old or not new or step["op"] in ("import", "same", "delete"):
        return
    reasons = {str(key) for key in step.get("replaceReasons") or ()}
    detailed = step.get("detailedDiff") or {}
    for path in detailed or sorted({*(step.get("diffReasons") or ()), *reasons}):
        if path.startswith(MIRRORED):
            continue
        found = detailed.get(path) or {}
        forces = str(found.get("kind", "")).endswith("-replace") or path in reasons
        before = _at(old.get("inputs"), path)
        before = _at(old.get("outputs"), path) if before is None else before
        after = _at(new.get("inputs"), path)
        yield PropertyChange(path, _shown(path, before), _shown(path, after), forces, _effect(path, before, after))


def _parts(path: str) -> list[str | int]:
    """``rules[0].status`` and ``tags["a.b"]`` as keys."""
    return [key.replace('\\"', '"') if key else int(number) if number else name for key, number, name in PATH.findall(path)]


def _at(value: Any, path: str) -> Any:
    """The value at a path; None where there is none. A secret on the way is the answer."""
    for part in _parts(path):
        if isinstance(value, Mapping) and SIGNATURE in value:
            return value
        if isinstance(value, Mapping):
            value = value.get(str(part))
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            return None
    return value


def _shown(path: str, value: Any) -> str:
    """A value for the report. What may be a secret is never shown."""
    if value is None:
        return ABSENT
    if value == SECRET or (SECRET_NAMES.search(path) and not isinstance(value, (bool, int, float))):
        return SECRET
    if value == UNKNOWN:
        return LATER
    if isinstance(value, Mapping):
        if SIGNATURE in value:
            return SECRET
        return "{" + ", ".join(f"{key}: {_shown(f'{path}.{key}', each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_shown(path, each) for each in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return f'"{value}"' if isinstance(value, str) else str(value)


def _effect(path: str, before: Any, after: Any) -> str:
    """Whether a protection grows or shrinks. What is absent counts as off, which is what the providers' defaults are."""
    plain = re.sub(r"\[\d+\]", "", path)
    rule = next((way for end, way in STRONGER.items() if plain == end or plain.endswith(f".{end}")), None)
    if rule is None or UNKNOWN in (before, after) or before == after:
        return ""
    if rule == "more":
        numbers = [float(each) if isinstance(each, (int, float)) else 0.0 for each in (before, after)]
        return "stronger" if numbers[1] > numbers[0] else "weaker"
    return "stronger" if after == rule else "weaker" if before == rule else ""


def _refusal(each: Touched) -> str:
    label = f"{each.type.split(':')[-1]} {each.name}" + (f" ({each.imported})" if each.imported else "")
    if each.outcome == "deleted":
        return f"{label} would be deleted: it holds what cannot be made again. Take it out of the state instead: pulumi state delete."
    forced = [change for change in each.changes if change.forces_replacement]
    why = "; ".join(f"{change.path}: {change.before} -> {change.after}" for change in forced) or "the provider names no property"
    return f"{label} would be replaced, and its data lost: {why}. Make the program agree with what exists."
