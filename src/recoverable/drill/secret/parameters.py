"""AWS Systems Manager's Parameter Store, in one region. Reads only. It keeps the last hundred versions of each parameter."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.connection import Secret
from recoverable.drill.secret.held import Facts, Reading, Version
from recoverable.drill.secret.key_state import state_of

UNREADABLE = ("AccessDeniedException", "InvalidKeyId", "ParameterNotFound", "ParameterVersionNotFound")
"""Codes that say something of one parameter. Any other ends the drill."""


class Parameters:
    """Its parameters. None waits for a deletion: what is deleted is gone at once."""

    def __init__(self, region: str, pause: Callable[[float], None]) -> None:
        self.region = region
        self._service = Service("ssm", region, pause)
        self._kms = Service("kms", region, pause)

    def names(self, prefix: str) -> list[str]:
        """By the filter of the service."""
        found: list[str] = []
        more: Json = {}
        while True:
            page = self._service.call(
                "DescribeParameters", ParameterFilters=[{"Key": "Name", "Option": "BeginsWith", "Values": [prefix]}], **more
            )
            found += [str(each["Name"]) for each in page["Parameters"]]
            if not page.get("NextToken"):
                return sorted(each for each in found if each.startswith(prefix))
            more = {"NextToken": page["NextToken"]}

    def facts(self, name: str) -> Facts | None:
        """From its history, whose values are not decrypted."""
        found: list[Json] = []
        more: Json = {}
        while True:
            try:
                page = self._service.call("GetParameterHistory", ("ParameterNotFound",), Name=name, WithDecryption=False, **more)
            except RefusedError:
                return None
            found += page["Parameters"]
            if not page.get("NextToken"):
                break
            more = {"NextToken": page["NextToken"]}
        if not found:
            return None
        found.sort(key=lambda each: int(each["Version"]), reverse=True)
        versions = tuple(
            Version(str(each["Version"]), each["LastModifiedDate"].astimezone(datetime.UTC), number == 0, number == 1)
            for number, each in enumerate(found)
        )
        key = str(found[0].get("KeyId") or "")
        return Facts(None, key, state_of(self._kms, key), versions)

    def read(self, name: str, version: Version) -> Reading:
        """By its number."""
        try:
            found = self._service.call("GetParameter", UNREADABLE, Name=f"{name}:{version.id}", WithDecryption=True)
        except RefusedError as error:
            return Reading(version, None, error.code)
        value = str(found["Parameter"].get("Value", ""))
        return Reading(version, Secret(value), "" if value else "it is empty")
