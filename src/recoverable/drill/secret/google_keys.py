"""The keys that guard a secret of Google Secret Manager: those its policy names, and the versions that its values were encrypted with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from recoverable.drill.rest.client import Json, RefusedError
from recoverable.drill.secret.google_api import GoogleSecretsApi, explain
from recoverable.drill.secret.key_state import ENABLED, MISSING, OWN_OF_GOOGLE, UNTOLD

GOOD = "ENABLED"


def keys_of(secret: Json) -> list[str]:
    """Full names of the keys of a secret's replication policy: one for all replicas, or one for each."""
    return _each(secret.get("replication"), "kmsKeyName")


def key_versions_of(version: Json) -> list[str]:
    """Full names of the versions of keys that a secret's version is encrypted with, in all its replicas."""
    return _each(version.get("replicationStatus"), "kmsKeyVersionName")


@dataclass(slots=True)
class Keys:
    """Keys of Cloud KMS, each asked for once."""

    api: GoogleSecretsApi
    known: dict[str, str] = field(default_factory=dict)

    def state(self, names: list[str]) -> str:
        """``Enabled`` where all of them are; else what the worst of them is.

        Raises:
            RestoreFailedError: Cloud KMS refuses for another reason than that this identity may not look.
            TransientError: nobody answered.
        """
        states = {name: self._one(name) for name in names}
        bad = [f"{state} ({_short(name)})" for name, state in states.items() if state not in (GOOD, UNTOLD)]
        if bad:
            return ", ".join(bad)
        if UNTOLD in states.values():
            return UNTOLD
        return ENABLED if states else OWN_OF_GOOGLE

    def _one(self, name: str) -> str:
        if name not in self.known:
            self.known[name] = self._ask(name)
        return self.known[name]

    def _ask(self, name: str) -> str:
        try:
            found = self.api.key(name)
        except RefusedError as error:
            if error.status == 403:
                return UNTOLD
            if error.status == 404:
                return MISSING
            raise explain("the key of a secret cannot be looked at", error) from None
        if "/cryptoKeyVersions/" in name:
            return str(found.get("state") or "without a state")
        primary = found.get("primary")
        return str((primary.get("state") if isinstance(primary, dict) else "") or "without a primary version")


def _each(replication: Any, what: str) -> list[str]:
    found = (str(each[what]) for each in _encrypted(replication) if each.get(what))
    return sorted(set(found))


def _encrypted(replication: Any) -> Iterator[Json]:
    """The encryption of each replica; an automatic policy has one for all."""
    if not isinstance(replication, dict):
        return
    managed = replication.get("userManaged")
    replicas = managed.get("replicas") if isinstance(managed, dict) else None
    for each in (replication.get("automatic"), *(replicas if isinstance(replicas, list) else ())):
        encryption = each.get("customerManagedEncryption") if isinstance(each, dict) else None
        if isinstance(encryption, dict):
            yield encryption


def _short(name: str) -> str:
    """Location, ring and key are told; a version by its number."""
    parts = name.split("/")[3::2]
    return "/".join(parts)
