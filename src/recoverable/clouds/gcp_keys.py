"""Cloud KMS keys and Secret Manager secrets.

Defaults: terraform-provider-google 7.x documentation of ``google_kms_crypto_key`` and
``google_secret_manager_secret``.
"""

from __future__ import annotations

from recoverable.clouds.common import lifecycle_meta
from recoverable.clouds.gcp_common import google_fields, guarded, is_set, location_of, target_of, whole_days
from recoverable.clouds.index import Index
from recoverable.model.estate import Estate, Key, Secret, Store
from recoverable.model.raw import RawResource
from recoverable.model.values import Kind, Unknown, Value, absent, default, stated, unknown

KEY, RING = "google_kms_crypto_key", "google_kms_key_ring"
SECRET, REGIONAL_SECRET = "google_secret_manager_secret", "google_secret_manager_regional_secret"
TYPES = frozenset({KEY, RING, SECRET, REGIONAL_SECRET})
WINDOW = f"{KEY}: a destroyed version is kept 30 days by default (24 hours in provider documentation before 6.x)"
AT_ONCE = f"{SECRET}: a version is destroyed at once unless version_destroy_ttl is set"


def add_keys(index: Index, estate: Estate) -> None:
    """Map keys with the stores they protect, and secrets."""
    keys = [_key(index, raw) for raw in index.of_type(KEY)]
    by_address = {key.address: key for key in keys}
    for store in estate.stores:
        for address in _keys_of(index, store):
            if address in by_address:
                by_address[address].protects.append(store.address)
    estate.keys.extend(keys)
    estate.secrets.extend(_secret(raw) for raw in index.of_type(SECRET, REGIONAL_SECRET))


def _key(index: Index, raw: RawResource) -> Key:
    ring = target_of(index, raw, "key_ring", RING)
    return Key(
        kind="gcp-kms-key",
        rotation=_rotation(raw),
        enabled=_usable(raw),
        deletion_days=whole_days(raw.text("destroy_scheduled_duration", "2592000s", WINDOW)),
        prevent_destroy=guarded(raw, lifecycle_meta(raw)),
        fixes={
            "rotation": 'Set rotation_period = "7776000s" (90 days).',
            "deletion": "Set destroy_scheduled_duration; it cannot be changed later, so a longer one needs a new key.",
        },
        **google_fields(raw, region=location_of(ring) if ring else absent("key_ring", raw.where)),
    )


def _usable(raw: RawResource) -> Value[bool]:
    """By the state of its primary version (the audit puts a version that a store needs in its place where that one cannot be used), which is known of a key that is there; of one that is yet to be made there is nothing to ask."""
    name = "primary" if raw.raw("primaries") is None else "primaries"  # Pulumi's plural
    if isinstance(raw.raw(name), Unknown):
        return absent(name, raw.where)
    state = raw.text(f"{name}.state")
    if not state.known:
        return Value(state.kind, None, "", state.where, state.note)
    word = str(state.data).lower().replace("_", " ")
    version = str(raw.text(f"{name}.name").data or "").rsplit("/", 1)[-1]
    note = f"{word} in version {version}" if version else word
    return Value(state.kind, word == "enabled", "", state.where, "" if word == "enabled" else note)


def _rotation(raw: RawResource) -> Value[bool]:
    """Only symmetric keys rotate by themselves."""
    purpose = raw.text("purpose", "ENCRYPT_DECRYPT", f"{KEY}: default ENCRYPT_DECRYPT")
    if purpose.known and purpose.data != "ENCRYPT_DECRYPT":
        return absent("rotation_period", raw.where)
    period = raw.text("rotation_period")
    if period.absent:
        return default(False, "rotation_period", raw.where, f"{KEY}: without rotation_period a key does not rotate")
    if period.unknown:
        set_for_sure = is_set(raw, "rotation_period")
        return (
            stated(True, "rotation_period", period.where, period.note)
            if set_for_sure
            else unknown(period.note, "rotation_period", period.where)
        )
    return Value(Kind.STATED, bool(period.data), "rotation_period", period.where, str(period.data))


def _keys_of(index: Index, store: Store) -> list[str]:
    """Addresses of the keys a store refers to, or names by their full path."""
    if store.raw is None or not store.kms_key.path:
        return []
    found = store.raw.raw(store.kms_key.path)
    if isinstance(found, Unknown):
        return [key.address for key in index.resolve(found.refs, KEY)[0]]
    if not isinstance(found, str):
        return []
    called = {id(raw): raw for text in (found, found.rsplit("/", 1)[-1]) for raw in index.named(text, KEY, ("id", "name"))}
    return [raw.address for raw in called.values() if _is_called(index, raw, found)]


def _is_called(index: Index, raw: RawResource, path: str) -> bool:
    """Whether ``projects/…/keyRings/R/cryptoKeys/K`` is this key."""
    if raw.attrs.get("id") == path:
        return True
    parts = path.split("/")
    ring = raw.attrs.get("key_ring")
    if not isinstance(ring, str):
        home = target_of(index, raw, "key_ring", RING)
        ring = home.attrs.get("name") if home else None
    return len(parts) == 8 and parts[7] == raw.attrs.get("name") and isinstance(ring, str) and parts[5] == ring.rsplit("/", 1)[-1]


def _secret(raw: RawResource) -> Secret:
    """A deleted secret cannot be brought back; only its versions may wait."""
    wait = whole_days(raw.text("version_destroy_ttl", "0s", AT_ONCE))
    rotates = is_set(raw, "rotation.rotation_period") or is_set(raw, "rotation.next_rotation_time")
    rotation = raw.raw("rotation")
    return Secret(
        kind="gcp-secret",
        recovery_days=wait,
        rotation=unknown(rotation.expression, "rotation", raw.where)
        if isinstance(rotation, Unknown)
        else (
            stated(True, "rotation", raw.where) if rotates else default(False, "rotation", raw.where, f"{SECRET}: no rotation by default")
        ),
        fixes={
            "recovery": 'Set version_destroy_ttl = "2592000s" and deletion_protection = true.',
            "rotation": "Add rotation { rotation_period next_rotation_time } and a topic.",
        },
        **google_fields(raw, region=_home(raw)),
    )


def _home(raw: RawResource) -> Value[str]:
    """Where a secret is kept: its location, one replica's, or ``global`` for automatic replication."""
    own = location_of(raw)
    if not own.absent:
        return own
    replicas = raw.blocks("replication.user_managed.replicas")
    if isinstance(replicas, Unknown):
        return unknown(replicas.expression, "replication", raw.where)
    if len(replicas) == 1:
        return raw.text("replication.user_managed.replicas.0.location").map(str.lower)
    return stated("global", "replication", raw.where, f"{len(replicas)} replicas" if replicas else "automatic replication")
