"""Google Secret Manager, in one project. Reads only.

What is current is what ``versions/latest`` leads to: the newest version, whatever its state. A newest version that is disabled or
destroyed is what an application would stumble over, so no older one is taken for it. Destroyed versions stay in the list, so that a time
at which one of them was current is not taken for that of the version before.
"""

from __future__ import annotations

import base64
import binascii
import datetime

from recoverable.drill.connection import Secret
from recoverable.drill.contract import TransientError
from recoverable.drill.rest.client import Json, RefusedError
from recoverable.drill.secret.crc32c import crc32c
from recoverable.drill.secret.google_api import GoogleSecretsApi, explain
from recoverable.drill.secret.google_keys import Keys, key_versions_of, keys_of
from recoverable.drill.secret.held import Facts, Reading, Version

DENIED, NOT_FOUND, PRECONDITION = "PERMISSION_DENIED", "NOT_FOUND", "FAILED_PRECONDITION"
DESTROYED = "DESTROYED"
TRIES = 3
"""A checksum that is wrong is asked for again: Google's advice for data that were spoilt on their way."""


class GoogleManager:
    """Its secrets. ``region`` is the project: Google serves all replicas under one address."""

    def __init__(self, project: str, api: GoogleSecretsApi) -> None:
        self.region = project
        self._api = api
        self._keys = Keys(api)

    def names(self, prefix: str) -> list[str]:
        """By the letters; Google's own filter looks for them anywhere in the name."""
        try:
            return sorted(each for each in self._api.names() if each.startswith(prefix))
        except RefusedError as error:
            raise explain("the secrets of the project cannot be listed", error) from None

    def facts(self, name: str) -> Facts | None:
        """None where there is no such secret."""
        try:
            secret = self._api.secret(name)
            listed = sorted(self._api.versions(name), key=_number, reverse=True)
        except RefusedError as error:
            if error.status == 404:
                return None
            raise explain(f"the secret {name} cannot be looked at", error) from None
        previous = next((each for each in listed[1:] if each.get("state") != DESTROYED), None)
        versions = tuple(
            Version(str(_number(each)), _time(each, "createTime"), number == 0, each is previous, each.get("state") == DESTROYED)
            for number, each in enumerate(listed)
        )
        used = [each for each in (*listed[:1], previous) if each is not None]
        keys = sorted({*keys_of(secret), *(key for each in used for key in key_versions_of(each))})
        return Facts(_end(secret, listed[:1]), ", ".join(keys_of(secret)), self._keys.state(keys), versions)

    def read(self, name: str, version: Version) -> Reading:
        """By its number; the checksum of what came is compared."""
        for _ in range(TRIES):
            try:
                payload = self._api.access(name, version.id)
            except RefusedError as error:
                why = _why(error)
                if not why:
                    raise explain(f"version {version.id} of {name} cannot be read", error) from None
                return Reading(version, None, why)
            data = _bytes(payload)
            if str(payload.get("dataCrc32c", "")) == str(crc32c(data)):
                return Reading(version, Secret(_text(data)), "" if data else "it is empty")
        return Reading(version, None, "what came is not what its checksum says")


def _why(error: RefusedError) -> str:
    """Why a version cannot be read, where that says something of this one alone; "" for anything else."""
    if error.status == 400 and error.code == PRECONDITION:
        state = next((each for each in ("DISABLED", DESTROYED) if f" {each} " in f" {error.message} "), "")
        return f"{PRECONDITION}: it is {state}" if state else PRECONDITION
    return {403: DENIED, 404: NOT_FOUND}.get(error.status, "")


def _number(version: Json) -> int:
    try:
        return int(str(version["name"]).rpartition("/")[2])
    except ValueError:
        raise TransientError("Secret Manager gave no number for a version") from None


def _time(of: Json, name: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(str(of[name])).astimezone(datetime.UTC)
    except (KeyError, ValueError):
        raise TransientError(f"Secret Manager gave no whole {name}") from None


def _end(secret: Json, current: list[Json]) -> datetime.datetime | None:
    """When the secret expires, or its current version will be destroyed: the earlier."""
    found = [_time(secret, "expireTime")] if secret.get("expireTime") else []
    found += [_time(each, "scheduledDestroyTime") for each in current if each.get("scheduledDestroyTime")]
    return min(found, default=None)


def _bytes(payload: Json) -> bytes:
    try:
        return base64.b64decode(str(payload.get("data", "")), validate=True)
    except (binascii.Error, ValueError):
        raise TransientError("Secret Manager gave a payload that is no base64") from None


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")
