"""KMS keys with the stores and vaults they protect, and secrets with their recovery window."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.clouds.common import lifecycle_meta, subject_fields
from recoverable.clouds.index import Index
from recoverable.model.estate import Estate, Key, Secret, Subject
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, absent, default, stated, unknown

TYPES: frozenset[str] = frozenset(
    {
        "aws_kms_key",
        "aws_kms_replica_key",
        "aws_kms_external_key",
        "aws_kms_replica_external_key",
        "aws_kms_alias",
        "aws_secretsmanager_secret",
        "aws_secretsmanager_secret_rotation",
    }
)
KEYS = ("aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key", "aws_kms_replica_external_key")
SSE = "aws_s3_bucket_server_side_encryption_configuration"
SSE_KEY = "rule.apply_server_side_encryption_by_default.kms_master_key_id"
WINDOW = 30
WINDOW_NOTE = "default 30 days"


def add_keys(index: Index, estate: Estate) -> None:
    """Map every key and secret, and note which stores and vaults each key protects."""
    keys = {raw.address: _key(raw) for raw in index.of_type(*KEYS)}
    if keys:
        names = _Names(index)
        for subject in [*estate.stores, *estate.vaults]:
            for address in sorted({found for raw, path in _places(index, subject) for found in names.keys_at(raw, path)}):
                keys[address].protects.append(subject.address)
    estate.keys.extend(keys.values())
    estate.secrets.extend(_secret(index, raw) for raw in index.of_type("aws_secretsmanager_secret"))


def _key(raw: RawResource) -> Key:
    return Key(
        kind="kms-key",
        rotation=_rotation(raw),
        deletion_days=raw.number("deletion_window_in_days", WINDOW, f"{raw.type}: {WINDOW_NOTE}"),
        enabled=raw.boolean("is_enabled" if raw.type == "aws_kms_key" else "enabled", True, f"{raw.type}: default true"),
        prevent_destroy=lifecycle_meta(raw),
        fixes={
            "rotation": "Set enable_key_rotation = true.",
            "deletion": "Set deletion_window_in_days = {need}.",
        },
        **subject_fields(raw),
    )


def _rotation(raw: RawResource) -> Value[bool]:
    """Absent where KMS cannot rotate: asymmetric and HMAC keys, imported material, custom key stores, replicas (their primary rotates)."""
    spec = raw.text("customer_master_key_spec", "SYMMETRIC_DEFAULT")
    if raw.type != "aws_kms_key" or not raw.value("custom_key_store_id").absent or (spec.known and spec.data != "SYMMETRIC_DEFAULT"):
        return absent("enable_key_rotation", raw.where)
    rotation = raw.boolean("enable_key_rotation", False, "aws_kms_key: default false")
    return unknown(spec.note, spec.path, spec.where) if spec.unknown and not rotation.is_true else rotation


def _places(index: Index, subject: Subject) -> Iterator[tuple[RawResource, str]]:
    """Where a store or vault names its key."""
    raw = subject.raw
    if raw is None:
        return
    if raw.type == "aws_s3_bucket":
        for companion in index.companions(raw, SSE).found:
            yield companion, SSE_KEY
        yield raw, f"server_side_encryption_configuration.{SSE_KEY}"
        return
    key = getattr(subject, "kms_key", None)
    if isinstance(key, Value) and key.path:
        yield raw, key.path


class _Names:
    """What keys are called: addresses, ARNs, ids and aliases."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.aliases: dict[str, set[str]] = {}
        self.literal: dict[str, set[str]] = {}
        for raw in index.of_type(*KEYS):
            for name in ("arn", "key_id", "id"):
                if isinstance(value := raw.attrs.get(name), str):
                    self.literal.setdefault(value, set()).add(raw.address)
        for alias in index.of_type("aws_kms_alias"):
            target = self._resolve(alias, "target_key_id")
            self.aliases[alias.address] = target
            if isinstance(called := alias.attrs.get("name"), str):
                self.literal.setdefault(called, set()).update(target)

    def keys_at(self, raw: RawResource, path: str) -> set[str]:
        """Addresses of the keys an attribute refers to, directly or by an alias."""
        return self._resolve(raw, path)

    def _resolve(self, raw: RawResource, path: str) -> set[str]:
        found = raw.raw(path)
        if isinstance(found, Unknown):
            targets, exact = self.index.resolve(found.refs, *KEYS, "aws_kms_alias")
            if not exact:
                return set()
            return {
                key
                for item in targets
                for key in (self.aliases.get(item.address, set()) if item.type == "aws_kms_alias" else {item.address})
            }
        text = str(found or "")
        alias = text[text.find(":alias/") + 1 :] if ":alias/" in text else text
        return self.literal.get(text, set()) | self.literal.get(alias, set())


def _secret(index: Index, raw: RawResource) -> Secret:
    joined = index.companions(raw, "aws_secretsmanager_secret_rotation", "secret_id", ("name",))
    rotation: Value[bool] = default(False, "aws_secretsmanager_secret_rotation", raw.where, "none is declared")
    if joined.first or (not raw.value("rotation_rules").absent and raw.blocks("rotation_rules") != []):
        rotation = stated(True, "aws_secretsmanager_secret_rotation", (joined.first or raw).where)
    elif joined.doubt:
        rotation = unknown(joined.doubt, "aws_secretsmanager_secret_rotation", raw.where)
    return Secret(
        kind="secret",
        display=str(raw.text("name").data or ""),
        recovery_days=raw.number("recovery_window_in_days", WINDOW, f"aws_secretsmanager_secret: {WINDOW_NOTE}"),
        rotation=rotation,
        fixes={"recovery": "Set recovery_window_in_days = 30."},
        **subject_fields(raw),
    )
