"""AWS Secrets Manager, in one region. Reads only."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.connection import Secret
from recoverable.drill.secret.held import Facts, Reading, Version
from recoverable.drill.secret.key_state import state_of

CURRENT, PREVIOUS = "AWSCURRENT", "AWSPREVIOUS"
UNREADABLE = (
    "AccessDeniedException", "DecryptionFailure", "InvalidRequestException", "KMSAccessDeniedException", "ResourceNotFoundException",
)  # fmt: skip
"""Codes that say something of one secret. Any other ends the drill."""


class Manager:
    """Its secrets."""

    def __init__(self, region: str, pause: Callable[[float], None]) -> None:
        self.region = region
        self._service = Service("secretsmanager", region, pause)
        self._kms = Service("kms", region, pause)

    def names(self, prefix: str) -> list[str]:
        """By the filter of the service, and by the letters once more: the filter does not tell cases apart."""
        found: list[str] = []
        for page in _pages(self._service, "ListSecrets", Filters=[{"Key": "name", "Values": [prefix]}], IncludePlannedDeletion=True):
            found += [str(each["Name"]) for each in page["SecretList"]]
        return sorted(each for each in found if each.startswith(prefix))

    def facts(self, name: str) -> Facts | None:
        """Of a secret that waits for its deletion, too."""
        try:
            told = self._service.call("DescribeSecret", ("ResourceNotFoundException",), SecretId=name)
        except RefusedError:
            return None
        found: list[Version] = []
        for page in _pages(self._service, "ListSecretVersionIds", SecretId=name, IncludeDeprecated=True):
            found += [_version(each) for each in page["Versions"]]
        key = str(told.get("KmsKeyId") or "")
        deleted = told.get("DeletedDate")
        versions = tuple(sorted(found, key=lambda each: (each.current, each.previous, each.created), reverse=True))
        return Facts(deleted.astimezone(datetime.UTC) if deleted else None, key, state_of(self._kms, key), versions)

    def read(self, name: str, version: Version) -> Reading:
        """By its id."""
        try:
            found = self._service.call("GetSecretValue", UNREADABLE, SecretId=name, VersionId=version.id)
        except RefusedError as error:
            return Reading(version, None, error.code)
        text = found.get("SecretString")
        value = text if text is not None else bytes(found.get("SecretBinary") or b"").decode("latin-1")
        dated = replace(version, created=found["CreatedDate"].astimezone(datetime.UTC))
        return Reading(dated, Secret(value), "" if value else "it is empty")


def _version(entry: Json) -> Version:
    stages = entry.get("VersionStages") or ()
    return Version(str(entry["VersionId"]), entry["CreatedDate"].astimezone(datetime.UTC), CURRENT in stages, PREVIOUS in stages)


def _pages(service: Service, operation: str, **words: Any) -> list[Json]:
    found: list[Json] = []
    more: Json = {}
    while True:
        found.append(service.call(operation, **words, **more))
        if not found[-1].get("NextToken"):
            return found
        more = {"NextToken": found[-1]["NextToken"]}
