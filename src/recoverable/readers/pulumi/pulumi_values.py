"""Pulumi property values as the model's: unknowns, secrets, whole numbers, snake_case names."""

from __future__ import annotations

from typing import Any

from recoverable.model.values import Ref, Unknown
from recoverable.readers.pulumi.pulumi_names import MAPS, snake

UNKNOWN_SENTINELS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string, and what the engine writes for any kind
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a type's mark, no secret
OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
MASKED = "[secret]"
SECRET = Unknown("[secret]", "a Pulumi secret", (), not_null=True)


def convert(value: Any, depends: tuple[str, ...] = ()) -> Any:
    """A property as plain data; None stays None. ``depends`` are the URNs an unknown comes from."""
    if isinstance(value, str):
        if value in UNKNOWN_SENTINELS:
            return later(depends)
        return SECRET if value == MASKED else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [convert(item, depends) for item in value]
    if isinstance(value, dict):
        if SIGNATURE in value:
            return _special(value, depends)
        return {
            snake(name): _map(inner, depends) if name in MAPS else converted
            for name, inner in value.items()
            if (converted := convert(inner, depends)) is not None
        }
    return value


def top_level(inputs: dict[str, Any], dependencies: dict[str, Any]) -> dict[str, Any]:
    """All properties of a resource; null ones are left out."""
    out: dict[str, Any] = {}
    for name, value in inputs.items():
        if name.startswith("__") or value is None:
            continue
        urns = dependencies.get(name)
        depends = tuple(item for item in urns if isinstance(item, str)) if isinstance(urns, list) else ()
        found = _map(value, depends) if name in MAPS else convert(value, depends)
        if found is not None:
            out[snake(name)] = found
    return out


def later(depends: tuple[str, ...]) -> Unknown:
    """A value that some resource has only after it was made."""
    names = ", ".join(urn.rsplit("::", 1)[-1] for urn in depends)
    return Unknown(
        f"an output of {names}" if names else "an output",
        "known after up",
        tuple(Ref(urn) for urn in depends),
        not_null=len(depends) == 1 and ":kms/" in depends[0],
    )


def _map(value: Any, depends: tuple[str, ...]) -> Any:
    if not isinstance(value, dict) or SIGNATURE in value:
        return convert(value, depends)
    return {name: convert(inner, depends) for name, inner in value.items() if inner is not None and not name.startswith("__")}


def _special(value: dict[str, Any], depends: tuple[str, ...]) -> Any:
    if value[SIGNATURE] == SECRET_SIGNATURE:
        return SECRET
    if value[SIGNATURE] == OUTPUT_SIGNATURE and "value" in value:
        return SECRET if value.get("secret") else convert(value["value"], depends)
    return Unknown("a value of a kind this release does not know", "", ())
