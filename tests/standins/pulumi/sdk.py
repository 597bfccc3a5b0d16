"""What the Pulumi SDKs say about their resource classes: arguments, nested blocks, outputs.

The names of a Terraform attribute and of its Pulumi argument differ in small ways (plurals, flattened single blocks).
Instead of writing the differences down, they are read from the type hints of the generated SDK. `resources.json` holds
only what cannot be read there: which class stands for which Terraform type, and the few renames. What the Terraform provider
fills in and what forces a new resource is the same fact for both engines and stands beside the Terraform stand-in.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import sys
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Union, get_args, get_origin

HERE = Path(__file__).resolve().parent
TABLE = HERE / "resources.json"
BEHAVIOUR = HERE.parent / "terraform" / "schemas" / "behaviour.json"
SCALARS = {str: "text", int: "number", float: "number", bool: "flag"}
SCHEMA_WORDS = {"string": "text", "number": "number", "bool": "flag"}


@dataclass(frozen=True)
class Shape:
    """What an argument takes: text, number, flag, anything, or a list, map or block of more."""

    kind: str
    element: Shape | None = None
    block: Any = None

    @functools.cached_property
    def fields(self) -> dict[str, Shape]:
        """The arguments inside a block, by their Python name."""
        if isinstance(self.block, Mapping):
            return {name: from_schema(stated) for name, stated in self.block.items()}
        return {name: from_hint(hint) for name, hint in hints(self.block).items()} if self.block else {}


@dataclass(frozen=True)
class Kind:
    """One resource type as Terraform and Pulumi know it."""

    terraform: str
    token: str
    inputs: dict[str, Shape]
    outputs: dict[str, Shape]
    wire: dict[str, str]
    computed: frozenset[str]
    expression: str
    row: dict[str, Any] = field(repr=False)

    @functools.cached_property
    def defaults(self) -> dict[str, Any]:
        """The schema's defaults by dotted Terraform path. The bridge has texts of its own for some."""
        stated = behaviour().get(self.terraform, {}).get("defaults", {})
        return {path: "Managed by Pulumi" if value == "Managed by Terraform" else value for path, value in stated.items()}

    @functools.cached_property
    def replaces(self) -> frozenset[str]:
        """The properties whose change needs a new resource; at least the one that names it."""
        stated = [path.split(".")[0] for path in behaviour().get(self.terraform, {}).get("force_new", [])]
        found = [self.wire.get(argument(self.inputs, name, self.row.get("names", {})) or "") for name in stated]
        return frozenset(name for name in (self.autoname, *found) if name)

    @functools.cached_property
    def settled(self) -> dict[str, Any]:
        """What the cloud puts where nothing was stated."""
        applied = behaviour().get(self.terraform, {}).get("applied", {})
        stated: dict[str, Any] = self.row.get("settled", {})
        return {camel(name): value for name, value in applied.items()} | stated

    @property
    def autoname(self) -> str | None:
        """The property that the provider names by itself: `name` where there is one, as the bridge does it."""
        stated = self.row.get("autoname")
        return stated if isinstance(stated, str) else ("name" if "name" in self.inputs else None)


def camel(name: str) -> str:
    """`history_retention_seconds` as it goes over the wire: `historyRetentionSeconds`."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def hints(thing: Any) -> dict[str, Any]:
    """Type hints of a class or function of an SDK; their aliases name things that their modules do not import."""
    import pulumi

    bare = thing if isinstance(thing, type) else inspect.unwrap(thing)  # deprecated ones are wrapped elsewhere
    own = vars(sys.modules[bare.__module__])
    return typing.get_type_hints(bare, globalns={"T": typing.TypeVar("T"), **vars(pulumi), **own})


def members(hint: Any) -> list[Any]:
    """The plain alternatives of an Input: no None, no Awaitable, no Output."""
    if get_origin(hint) not in (Union, types.UnionType):
        return [hint]
    found = [part for part in get_args(hint) if part is not type(None)]
    return [part for part in found if get_origin(part) is None or get_origin(part).__name__ not in ("Awaitable", "Output")]


def from_hint(hint: Any) -> Shape:
    """The shape that a type hint of the SDK stands for."""
    choices = members(hint)
    for choice in [] if str in choices else choices:  # a policy may be text or a typed document: Terraform has text
        if typing.is_typeddict(choice):
            return Shape("block", block=choice)
    for choice in choices:
        origin = get_origin(choice)
        if origin and issubclass(origin, Mapping):
            return Shape("map", element=from_hint(get_args(choice)[1]))
        if origin and issubclass(origin, Sequence):
            return Shape("list", element=from_hint(get_args(choice)[0]))
    kinds = {SCALARS[choice] for choice in choices if choice in SCALARS}
    return Shape(kinds.pop() if len(kinds) == 1 else "any")


def from_schema(stated: Any) -> Shape:
    """The shape that a type of a Terraform schema stands for (Neon has no published SDK)."""
    if isinstance(stated, Mapping):
        return Shape("block", block=stated)
    if isinstance(stated, str):
        return Shape(SCHEMA_WORDS.get(stated, "any"))
    word, element = stated
    return Shape("map" if word == "map" else "list", element=from_schema(element))


@functools.cache
def table() -> dict[str, dict[str, Any]]:
    """All rows of resources.json by Terraform type."""
    rows: dict[str, dict[str, Any]] = json.loads(TABLE.read_text())
    return rows


@functools.cache
def behaviour() -> dict[str, dict[str, Any]]:
    """What the Terraform providers do that no schema says, by Terraform type."""
    found: dict[str, dict[str, Any]] = json.loads(BEHAVIOUR.read_text())
    return found


@functools.cache
def kind(terraform: str) -> Kind | None:
    """The Pulumi counterpart of a Terraform type, or None when the table has none."""
    row = table().get(terraform)
    if row is None:
        return None
    return from_class(terraform, row) if "class" in row else from_row(terraform, row)


def from_row(terraform: str, row: dict[str, Any]) -> Kind:
    """A type without an SDK class, described by the row alone."""
    inputs = {name: from_schema(stated) for name, stated in row["inputs"].items()}
    outputs = inputs | {name: from_schema(stated) for name, stated in row["computed"].items()}
    computed = frozenset(camel(name) for name in row["computed"]) - {"id"}
    wire = {name: camel(name) for name in outputs}
    return Kind(terraform, row["token"], inputs, outputs, wire, computed, "", row)


def from_class(terraform: str, row: dict[str, Any]) -> Kind:
    """A type that the generated SDK has a class for."""
    package, module, name = row["class"].split(".")
    cls = getattr(importlib.import_module(f"{package}.{module}"), name)
    arguments = hints(cls._internal_init)
    inputs = {key: from_hint(hint) for key, hint in arguments.items() if key not in ("resource_name", "opts", "return")}
    outputs, wire, computed = {}, {}, set()
    for key, member in vars(cls).items():
        if not isinstance(member, property) or member.fget is None:
            continue
        wire[key] = getattr(member.fget, "_pulumi_name", camel(key))
        produced = get_args(hints(member.fget)["return"])[0]
        outputs[key] = from_hint(produced)
        if type(None) not in get_args(produced):
            computed.add(wire[key])
    wire |= {key: camel(key) for key in inputs if key not in wire}
    token = str(cls.pulumi_type)
    shown = f"{package.removeprefix('pulumi_')}.{module}.{name}"
    return Kind(terraform, token, inputs, outputs, wire, frozenset(computed), shown, row)


@functools.cache
def by_token(token: str) -> Kind | None:
    """The known type with this Pulumi token. Only the module that the token names is imported."""
    family, _, rest = token.partition(":")
    module = rest.split("/")[0]
    for terraform, row in table().items():
        near = row.get("token") == token or row.get("class", "").startswith(f"pulumi_{family}.{module}.")
        found = kind(terraform) if near else None
        if found and found.token == token:
            return found
    return None


def argument(names: Mapping[str, Shape], terraform: str, renamed: Mapping[str, str]) -> str | None:
    """The argument that a Terraform attribute became: itself, a stated rename, a plural, or `and_` for a keyword."""
    if terraform in renamed:
        return renamed[terraform]
    plurals = (terraform, f"{terraform}s", f"{terraform}es", f"{terraform[:-1]}ies", f"{terraform}_")
    return next((name for name in plurals if name in names), None)
