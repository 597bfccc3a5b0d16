"""Cloud KMS keys that stores are encrypted with: rotation, and whether the versions that are needed can be used."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

from recoverable.audit.google.projects import Project
from recoverable.audit.resources import Found
from recoverable.audit.web.client import Json
from recoverable.audit.web.resources import raw, table
from recoverable.audit.web.sweep import Task
from recoverable.model.values import Unknown

KEY, RING = "google_kms_crypto_key", "google_kms_key_ring"
SYMMETRIC = "ENCRYPT_DECRYPT"
USABLE = "ENABLED"
PARTS = 8
"""Of ``projects/P/locations/L/keyRings/R/cryptoKeys/K``."""


class Keys:
    """The keys that stores name, each with the versions that are known to be in use. Keys may lie in other projects."""

    def __init__(self) -> None:
        self._used: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def use(self, key: Any, version: Any = None) -> None:
        """A store is encrypted with a key, or with one version of it."""
        parts = str(key or version or "").split("/")
        if len(parts) >= PARTS and parts[0] == "projects" and parts[6] == "cryptoKeys":
            with self._lock:
                used = self._used.setdefault("/".join(parts[:PARTS]), set())
                if version:
                    used.add(str(version).rsplit("/", 1)[-1])

    def tasks(self, project: Project, found: Found) -> list[Task]:
        """One for each key; the rings, which say where the keys are, are found by their names."""
        rings = {key.partition("/cryptoKeys/")[0] for key in self._used}
        found.add(
            *(raw(RING, f"//cloudkms.googleapis.com/{ring}", id=ring, name=ring, location=ring.split("/")[3]) for ring in sorted(rings))
        )
        return [partial(_read, project, found, key, sorted(used)) for key, used in sorted(self._used.items())]


def _read(project: Project, found: Found, key: str, used: list[str]) -> None:
    parts = key.split("/")
    address = f"//cloudkms.googleapis.com/{key}"
    words = {"project": parts[1], "location": parts[3], "ring": parts[5], "key": parts[7]}
    item = project.one("kms", "key", key, None, **words)
    told: Json = {"id": key, "name": parts[7], "key_ring": "/".join(parts[:6])}
    if not isinstance(item, dict):
        gap = item or Unknown("the key", "it is not there")
        found.add(raw(KEY, address, **told, rotation_period=gap, destroy_scheduled_duration=gap, primary=[{"state": gap}]))
        return
    primary = table(item.get("primary"))
    symmetric = item.get("purpose") == SYMMETRIC
    main = str(primary.get("name") or "").rsplit("/", 1)[-1]
    states = [(main, primary.get("state") or "without a primary version")] if symmetric else []
    for version in used:
        if version != main:
            said = project.one("kms", "version", key, None, **words, version=version)
            states.append((version, said.get("state") if isinstance(said, dict) else said))
    found.add(
        raw(
            KEY,
            address,
            **told,
            purpose=item.get("purpose"),
            rotation_period=item.get("rotationPeriod"),
            destroy_scheduled_duration=item.get("destroyScheduledDuration"),
            labels=table(item.get("labels")),
            primary=_worst(states),
        )
    )


def _worst(states: list[tuple[str, Any]]) -> list[Json] | None:
    """The version that stands in the way of a restore: one that cannot be used before one of which it is not known."""
    broken = [(version, state) for version, state in states if isinstance(state, str) and state != USABLE]
    doubt = [(version, state) for version, state in states if not isinstance(state, str)]
    chosen = (broken or doubt or states)[:1]
    return [{"name": version, "state": state or Unknown("its state", "it was not told")} for version, state in chosen] or None
