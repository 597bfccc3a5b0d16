"""What a reader hands over: raw resources in Terraform's words, whatever the input was.

Pulumi resources are renamed to their Terraform types and snake_case attributes by the reader
(the Pulumi providers for AWS, Google and Neon are bridged from Terraform), so one cloud mapping
serves all inputs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from recoverable.model.values import Kind, Location, Ref, Unknown, Value, absent, default, stated, unknown

Key = str | int | None


@dataclass(slots=True)
class Provider:
    """The provider configuration a resource uses: region, default tags, project, account."""

    name: str
    alias: str = ""
    attrs: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class RawResource:
    """One resource instance with its attributes as JSON-like data.

    ``attrs`` holds str, int, float, bool, list, dict and :class:`Unknown`; an attribute that is
    null or not written is left out. Nested blocks are lists of dicts (Terraform) or a dict
    (Pulumi flattens single blocks): :meth:`value` copes with both.
    ``references`` names, for each top-level attribute that is written, the references its
    expression is made of (``var.days``, ``aws_kms_key.k.arn``); an empty tuple is a constant.
    ``lines`` maps dotted attribute paths to the line they are written on.
    ``sensitive`` holds top-level attributes whose value the input marks as secret. ``planned`` says
    that the values are a plan's, which shows what a variable was given from outside the code.
    """

    address: str
    type: str
    name: str
    attrs: dict[str, Any]
    mode: str = "managed"
    where: Location | None = None
    lines: dict[str, int] = field(default_factory=dict)
    references: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sensitive: frozenset[str] = frozenset()
    provider: Provider | None = None
    module: str = ""
    key: Key = None
    engine: str = "terraform"
    planned: bool = False

    def locate(self, path: str) -> Location | None:
        """The place of an attribute: the longest written prefix of its path, or the resource."""
        if self.where is None:
            return None
        parts = path.split(".")
        for end in range(len(parts), 0, -1):
            line = self.lines.get(".".join(parts[:end]))
            if line:
                return Location(self.where.file, line)
        return self.where

    def raw(self, path: str) -> Any:
        """The data at a dotted path: plain data, :class:`Unknown`, or None when not written."""
        found: Any = self.attrs
        for part in path.split("."):
            if isinstance(found, list):
                found = _item(found, part)
                if isinstance(found, dict) and not part.isdigit():
                    found = _member(found, part)
            elif isinstance(found, dict):
                found = _member(found, part)
            else:
                return None
            if isinstance(found, Unknown) or found is None:
                return found
        return found

    def value(self, path: str, fallback: Any = None, because: str = "") -> Value[Any]:
        """The value at ``path`` with its origin.

        ``fallback`` is the provider's default, and ``because`` its source; without a fallback
        an attribute that is not written is absent.
        """
        found = self.raw(path)
        where = self.locate(path)
        if isinstance(found, Unknown):
            return unknown(_say(found), path, where)
        if found is None:
            return absent(path, where) if fallback is None else default(fallback, path, where, because)
        return stated(found, path, where)

    def number(self, path: str, fallback: int | None = None, because: str = "") -> Value[int]:
        """Like :meth:`value`, as a whole number; text that is no number is unknown."""
        value = self.value(path, fallback, because)
        if not value.known:
            return value
        try:
            return value.map(lambda data: int(float(data)))
        except (TypeError, ValueError, OverflowError):
            return unknown(f"{path} is not a number", path, value.where)

    def boolean(self, path: str, fallback: bool | None = None, because: str = "") -> Value[bool]:
        """Like :meth:`value`, as a truth value; Terraform accepts the words "true" and "false"."""
        value = self.value(path, fallback, because)
        if not value.known or isinstance(value.data, bool):
            return value
        word = str(value.data).lower()
        if word in ("true", "1"):
            return value.map(lambda _: True)
        if word in ("false", "0"):
            return value.map(lambda _: False)
        return unknown(f"{path} is neither true nor false", path, value.where)

    def text(self, path: str, fallback: str | None = None, because: str = "") -> Value[str]:
        """Like :meth:`value`, as text."""
        return self.value(path, fallback, because).map(str)

    def blocks(self, path: str) -> list[dict[str, Any]] | Unknown:
        """The nested blocks at ``path`` as a list of dicts; none is an empty list.

        An unknown number of blocks (a dynamic block over something unknown) is Unknown; one
        block among others that is unknown stands in the list as ``{"*": Unknown}``.
        """
        found = self.raw(path)
        if isinstance(found, Unknown):
            return found
        if found is None:
            return []
        items = found if isinstance(found, list) else [found]
        return [_block(item, path) for item in items if item is not None]

    def refs(self, path: str) -> tuple[Ref, ...]:
        """The resource instances an unknown value at ``path`` is made from."""
        found = self.raw(path)
        return found.refs if isinstance(found, Unknown) else ()


def _block(item: Any, path: str) -> dict[str, Any]:
    """One block; what is none is unknown, and a key ``*`` of the input's own is not taken for the mark."""
    if not isinstance(item, dict):
        return {"*": item if isinstance(item, Unknown) else Unknown(f"{path}, which is no block")}
    if "*" in item and not isinstance(item["*"], Unknown):
        return {name: value for name, value in item.items() if name != "*"}
    return item


def _member(data: dict[str, Any], part: str) -> Any:
    """A key of a dict; Pulumi names repeated blocks in the plural."""
    found = data.get(part)
    if found is None and "*" in data:
        return data["*"]
    plurals = (data.get(f"{part}{ending}") for ending in ("s", "es"))
    return next((each for each in plurals if each is not None), None) if found is None else found


def _item(items: list[Any], part: str) -> Any:
    """An index of a list, or its first item where the path goes on with a name."""
    index = int(part) if part.isdigit() else 0
    return items[index] if index < len(items) else None


def _say(value: Unknown) -> str:
    return f"{value.expression} ({value.reason})" if value.reason else value.expression


@dataclass(slots=True)
class RawBackend:
    """Where state lives: a Terraform ``backend``/``cloud`` block, or a Pulumi backend.

    ``type`` is ``s3``, ``gcs``, ``remote``, ``cloud``, ``local`` …, or ``pulumi``. A root module
    without a block keeps local state; the reader then says ``implicit``.
    """

    type: str
    attrs: dict[str, Any]
    where: Location | None = None
    lines: dict[str, int] = field(default_factory=dict)
    implicit: bool = False
    partial: bool = False
    required_version: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read or resolved.

    ``kind`` is ``error`` (a broken file: exit 2), ``missing-module`` (a module that is not
    there: whatever it declares is unknown), or ``note``.
    """

    kind: str
    message: str
    where: Location | None = None
    address: str = ""


@dataclass(slots=True)
class Change:
    """What a plan or preview does to one resource: ``create``, ``update``, ``delete``,
    ``replace``, ``no-op``, ``read``, ``forget``. ``previous`` is its earlier address if moved.
    ``reasons`` are the attributes that force a replacement.
    """

    address: str
    action: str
    previous: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """One root module, plan, preview or deployment: what is declared, and what changes.

    ``before`` holds the same resources as they are now, where the input knows (plans and
    previews); None otherwise. ``partial`` says that the input leaves unchanged resources out
    (``pulumi preview --json`` without ``--show-sames``), so that a missing companion is unknown.
    ``environment_hints`` are ``(source, value)`` pairs in order of trust.
    """

    kind: str
    path: str
    resources: list[RawResource] = field(default_factory=list)
    before: list[RawResource] | None = None
    changes: dict[str, Change] = field(default_factory=dict)
    backends: list[RawBackend] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    partial: str = ""
    environment_hints: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


__all__ = [
    "Change",
    "Key",
    "Kind",
    "Problem",
    "Provider",
    "RawBackend",
    "RawResource",
    "Reading",
]
