"""What an installed Pulumi SDK says of a resource type: inputs, what is required, what the provider computes.

The generated Python package (``pulumi_aws``, ``pulumi_gcp``) carries it all: the ``…Args`` class of a resource has its inputs
with their types, those without a default are required, and the class itself has the outputs. An output that cannot be None
and need not be stated is one that the provider fills in.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
import inspect
import sys
import threading
import types
import typing
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Union, get_args, get_origin

_LOADING = threading.Lock()  # the engine asks in many threads, and the SDK's lazy modules show themselves half loaded to all but one
SCALARS = {str: "text", int: "integer", float: "number", bool: "flag"}


@dataclass(frozen=True)
class Shape:
    """What a property takes: text, integer, number, flag, document (text or JSON), list, map, block, or anything."""

    kind: str
    element: Shape | None = None
    block: Any = None
    shown: Any = None

    @functools.cached_property
    def fields(self) -> dict[str, Field]:
        """The properties inside a block by their wire name."""
        return fields_of(self.block, self.shown) if self.block else {}


@dataclass(frozen=True)
class Field:
    """One property: what it takes, whether it must be stated, and whether the provider fills it in when it is not."""

    shape: Shape
    required: bool
    computed: bool


@dataclass(frozen=True)
class Kind:
    """One resource type."""

    token: str
    inputs: dict[str, Field]
    outputs: frozenset[str]
    computed: frozenset[str]


def version(family: str) -> str:
    """The version of the SDK that programs use."""
    return importlib.metadata.version(f"pulumi_{family}")


@functools.cache
def kind(token: str, filled: frozenset[str] = frozenset()) -> Kind | None:
    """What the SDK says of a type; None where it has no such type. Only the module that the token names is imported.

    ``filled`` are dotted paths of what the cloud fills in besides, where the program states nothing.
    """
    with _LOADING:
        cls = _class_of(token)
    if cls is None:
        return None
    inputs = fields_of(_arguments_of(cls), cls)
    outputs = _outputs(cls)
    made = {name for name, hint in outputs.items() if type(None) not in get_args(_output(hint))}
    required = {name for name, field in inputs.items() if field.required}
    for path in filled:
        inputs = _filling(inputs, path)
    return Kind(token, inputs, frozenset(outputs), frozenset(made - required))


@functools.cache
def settings(family: str) -> frozenset[str]:
    """The settings that a provider has (``aws:region``), by their wire name."""
    cls = importlib.import_module(f"pulumi_{family}.provider").Provider
    return frozenset(fields_of(_arguments_of(cls), cls))


def fields_of(block: Any, shown: Any) -> dict[str, Field]:
    """The inputs of an ``…Args`` class; ``shown`` is its counterpart among the outputs."""
    outputs = _outputs(shown) if shown is not None else {}
    required = {name for name, each in _parameters(block).items() if each.default is inspect.Parameter.empty}
    found = {}
    for name, wire, hint in _members(block):
        produced = _output(outputs[wire]) if wire in outputs else None
        must = name in required
        computed = produced is not None and not must and type(None) not in get_args(produced)
        found[wire] = Field(shape_of(hint, produced), must, computed)
    return found


def _filling(fields: dict[str, Field], path: str) -> dict[str, Field]:
    """The same fields, the one at the path (through blocks and lists of them) computed."""
    name, _, rest = path.partition(".")
    field = fields[name]
    if not rest:
        return {**fields, name: replace(field, computed=True)}
    block = field.shape.element if field.shape.element else field.shape
    inner = replace(block)
    inner.__dict__["fields"] = _filling(block.fields, rest)  # where the cached property looks first
    shape = replace(field.shape, element=inner) if field.shape.element else inner
    return {**fields, name: replace(field, shape=shape)}


def shape_of(hint: Any, produced: Any) -> Shape:
    """The shape that a type hint stands for."""
    choices, results = _alternatives(hint), _alternatives(produced)
    blocks = [each for each in choices if isinstance(each, type) and _is_block(each)]
    if blocks:
        if str in choices:
            return Shape("document")
        return Shape("block", block=blocks[0], shown=next((each for each in results if isinstance(each, type)), None))
    for choice in choices:
        origin = get_origin(choice)
        word = _container(origin)
        if word:
            inner = next((get_args(each)[-1] for each in results if _container(get_origin(each)) == word), None)
            return Shape(word, element=shape_of(get_args(choice)[-1], inner))
    kinds = {_scalar(choice) for choice in choices}
    return Shape(kinds.pop() if len(kinds) == 1 else "number" if kinds == {"integer", "number"} else "any")


def _scalar(choice: Any) -> str:
    if isinstance(choice, type) and issubclass(choice, Enum):
        return _scalar(next(base for base in choice.__mro__ if base in SCALARS))
    return SCALARS.get(choice, "any")


def _container(origin: Any) -> str:
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return "map"
    return "list" if isinstance(origin, type) and issubclass(origin, Sequence) else ""


def _is_block(cls: type) -> bool:
    from pulumi import _types

    return bool(_types.is_input_type(cls)) or typing.is_typeddict(cls)


def _alternatives(hint: Any) -> list[Any]:
    """The plain alternatives of an Input: no None, no Awaitable, no Output."""
    if hint is None:
        return []
    if get_origin(hint) not in (Union, types.UnionType):
        return [hint]
    found = [part for part in get_args(hint) if part is not type(None)]
    return [part for part in found if get_origin(part) is None or get_origin(part).__name__ not in ("Awaitable", "Output")]


def _output(hint: Any) -> Any:
    """What stands inside of ``Output[…]``; the members of an output block stand there bare."""
    import pulumi

    return get_args(hint)[0] if get_origin(hint) is pulumi.Output else hint


def _parameters(block: Any) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(block.__init__).parameters


def _members(cls: Any) -> list[tuple[str, str, Any]]:
    """Python name, wire name and type hint of each property of a generated class."""
    found = []
    for name, member in vars(cls).items():
        if isinstance(member, property) and member.fget is not None:
            wire = getattr(member.fget, "_pulumi_name", name)
            found.append((name, wire, _hint(cls, member.fget)))
    return found


def _outputs(cls: Any) -> dict[str, Any]:
    return {wire: hint for _, wire, hint in _members(cls)}


def _hint(cls: Any, getter: Any) -> Any:
    """The return type of a property. Its text names things of pulumi that the SDK's modules do not import."""
    import pulumi

    names = {"T": typing.TypeVar("T"), **vars(pulumi), **vars(sys.modules[cls.__module__])}
    return typing.get_type_hints(inspect.unwrap(getter), globalns=names)["return"]


def _class_of(token: str) -> Any:
    """The class with this token: ``aws:s3/bucket:Bucket`` is ``Bucket`` in ``pulumi_aws.s3``."""
    parts = token.split(":")
    if len(parts) != 3:
        return None
    family, path, name = parts
    service = path.split("/")[0]
    for module in (service, f"{service}_"):  # `lambda` is a keyword: pulumi_aws.lambda_
        try:
            with warnings.catch_warnings():  # the package's deprecated classes warn when they are defined
                warnings.simplefilter("ignore", DeprecationWarning)
                home = importlib.import_module(f"pulumi_{family}.{module}")
                found = getattr(home, name, None)
        except ModuleNotFoundError:
            continue
        if getattr(found, "pulumi_type", None) == token:
            return found
    return None


def _arguments_of(cls: Any) -> Any:
    """The ``…Args`` class of a resource; its module exports both, and nothing else."""
    module = sys.modules[cls.__module__]
    return next(getattr(module, name) for name in module.__all__ if name != cls.__name__)
