"""What can be told of a state without its values: whose it is, its serial, which resources it holds. Values never leave this module."""

from __future__ import annotations

import datetime
import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recoverable.drill.state.settings import PULUMI

Json = dict[str, Any]
Address = tuple[str, ...]
FORMAT = 4
"""Terraform's state format since 0.12."""
BUILT_IN = "terraform.io/builtin/terraform"
GZIP, ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
SIGNATURE, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""By which Pulumi marks a secret value (sdk/go/common/resource/sig)."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOT_DECRYPTED = '"[not decrypted by this drill]"'


class NotAStateError(Exception):
    """The content is no state of its kind. The text holds nothing of it."""


class UnknownFormatError(Exception):
    """It is a state in a form that is not read here, which speaks against nobody. The text holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Facts:
    """``identity`` is what must never change: Terraform's lineage; Pulumi's PROJECT/STACK. ``serial`` is Terraform's, and for Pulumi
    the time of its manifest, in microseconds since 1970; -1 where a stack of Pulumi was never deployed. ``foreign`` is how many resources are of providers that Terraform
    does not bring with it. ``secrets`` is how many values Pulumi encrypted, by ``guardian``.
    """

    identity: str
    serial: int
    resources: Counter[Address]
    foreign: int = 0
    secrets: int = 0
    guardian: str = ""

    @property
    def lineage(self) -> str:
        """Terraform's lineage as it may be shown: Terraform makes UUIDs, and whatever else stands there could be anything."""
        return self.identity if _UUID.fullmatch(self.identity) else "that is no UUID"

    @property
    def count(self) -> int:
        """How many resources, each instance counted."""
        return sum(self.resources.values())


def facts_of(kind: str, content: bytes) -> Facts:
    """The facts of a state.

    Raises:
        NotAStateError: it is none.
        UnknownFormatError: it is one that is not read here.
    """
    return _pulumi(content) if kind == PULUMI else _terraform(content)


def _terraform(content: bytes) -> Facts:
    data = _object(content)
    if "encrypted_data" in data:
        raise UnknownFormatError("it is encrypted by OpenTofu, which is not read here")
    form = data.get("version")
    if type(form) is int and form != FORMAT:
        raise UnknownFormatError(f"it is of format {form}, and this drill reads {FORMAT}")
    found: Counter[Address] = Counter()
    foreign = 0
    try:
        for each in data["resources"]:
            for instance in each["instances"]:
                name = (each.get("module", ""), each["mode"], each["type"], each["name"])
                found[(*name, json.dumps(instance.get("index_key")), instance.get("deposed", ""))] += 1
                foreign += BUILT_IN not in each["provider"]
        serial, lineage = data["serial"], data["lineage"]
    except (KeyError, TypeError, AttributeError):
        raise NotAStateError("it is JSON, and no state of Terraform") from None
    if type(serial) is not int or not isinstance(lineage, str) or not lineage or form != FORMAT:
        raise NotAStateError("it is JSON without serial, lineage or version of a state of Terraform")
    return Facts(lineage, serial, found, foreign)


def shown_by_terraform(text: bytes) -> Counter[Address]:
    """The resources that ``terraform show -json`` prints.

    Raises:
        NotAStateError: it prints something else.
    """
    found: Counter[Address] = Counter()
    try:
        _shown(_object(text).get("values", {}).get("root_module", {}), "", found)
    except (KeyError, TypeError, AttributeError):
        raise NotAStateError("terraform show prints something else than a state") from None
    return found


def _shown(module: Mapping[str, Any], address: str, found: Counter[Address]) -> None:
    for each in module.get("resources", ()):
        found[(address, each["mode"], each["type"], each["name"], json.dumps(each.get("index")), each.get("deposed_key", ""))] += 1
    for child in module.get("child_modules", ()):
        _shown(child, child["address"], found)


def _pulumi(content: bytes) -> Facts:
    latest = deployment_of(content)["deployment"]
    found: Counter[Address] = Counter()
    identities = set()
    try:
        for each in latest.get("resources") or ():
            urn = each["urn"]
            found[(urn, str(bool(each.get("delete"))))] += 1
            _, _, stack = urn.split("::", 2)[0].split(":", 2)
            identities.add(f"{urn.split('::', 2)[1]}/{stack}")
        made = (latest.get("manifest") or {}).get("time")
        guardian = (latest.get("secrets_providers") or {}).get("type", "")
    except (KeyError, TypeError, AttributeError, ValueError, IndexError):
        raise NotAStateError("it is JSON, and no stack of Pulumi") from None
    if len(identities) > 1:
        raise NotAStateError("it holds resources of several stacks")
    return Facts("".join(identities), _moment(made), found, 0, without_secrets(latest)[1], str(guardian))


def _moment(said: object) -> int:
    """Microseconds; Go writes nanoseconds, and year 1 for a stack that was never deployed."""
    if not isinstance(said, str):
        return -1
    try:
        found = datetime.datetime.fromisoformat(said)
    except ValueError:
        raise NotAStateError("the time of its manifest is none") from None
    if found.tzinfo is None or found.year < 1970:
        return -1
    return int(found.timestamp() * 1_000_000)


def deployment_of(content: bytes) -> Json:
    """What ``pulumi stack import`` takes, of the object in which Pulumi keeps a stack, or of what ``pulumi stack export`` wrote.

    Raises:
        NotAStateError: it is none.
        UnknownFormatError: it is compressed in a way that is not read here.
    """
    data = _object(_unpacked(content))
    more = {"features": data["features"]} if data.get("features") else {}
    try:
        latest = data["deployment"] if "deployment" in data else data["checkpoint"].get("latest") or {}
        if type(data["version"]) is not int or not isinstance(latest, dict):
            raise TypeError
    except (KeyError, TypeError, AttributeError):
        raise NotAStateError("it is JSON, and no stack of Pulumi") from None
    return {"version": data["version"], **more, "deployment": latest}


def without_secrets(value: Any) -> tuple[Any, int]:
    """The same with a mark in the place of each encrypted value, and how many there were: nothing has to be decrypted to import it."""
    if isinstance(value, dict):
        if value.get(SIGNATURE) == SECRET and ("ciphertext" in value or "plaintext" in value):
            return {SIGNATURE: SECRET, "plaintext": NOT_DECRYPTED}, 1
        pairs = {name: without_secrets(each) for name, each in value.items()}
        return {name: each for name, (each, _) in pairs.items()}, sum(number for _, number in pairs.values())
    if isinstance(value, list):
        items = [without_secrets(each) for each in value]
        return [each for each, _ in items], sum(number for _, number in items)
    return value, 0


def _unpacked(content: bytes) -> bytes:
    if content.startswith(ZSTD):
        raise UnknownFormatError("it is compressed by zstd, which is not read here: unset PULUMI_DIY_BACKEND_ZSTD")
    if not content.startswith(GZIP):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        raise NotAStateError("its compression is broken") from None


def _object(content: bytes) -> Json:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):  # what it says could hold a part of the state
        raise NotAStateError("it is no JSON") from None
    if not isinstance(found, dict):
        raise NotAStateError("it is JSON, and no object")
    return found
