"""Arguments as any caller gives them: the dataclass, a dict in Python's names, or what another language sent.

A Python program passes ``BucketArgs(policy=…)``; through the package host the same arguments arrive as nested dicts, whatever
the annotation says (pulumi/pulumi#18526). ``read`` makes the dataclass of either. The argument classes of this package
must not use ``from __future__ import annotations``, ``Literal`` or unions other than ``Optional``: Pulumi's schema inference reads
their annotations as objects, and so does this module: ``pulumi.Input`` holds a forward reference that only Pulumi can resolve.
"""

import dataclasses
import enum
import re
import types
import typing
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, TypeVar, cast

from recoverable.components.refusal import RefusedError

A = TypeVar("A")
SECRET = re.compile("password|secret|token|api_?key", re.IGNORECASE)
"""Names under which somebody may have given a secret: its value is not shown."""


def read(cls: type[A], given: Any, component: str) -> A:
    """The arguments as an instance of ``cls``.

    Raises RefusedError where a name is unknown, a required one is missing, an enumeration has no such member, or a value that must
    be known when the program runs is an output or of another type.
    """
    if not isinstance(given, cls | Mapping):
        raise RefusedError(component, "args", type(given).__name__, f"give {cls.__name__} or a dict", "Nothing else can be read.")
    fields = {field.name: field for field in dataclasses.fields(cast(Any, cls)) if field.init}
    stated: Mapping[str, Any] = given if isinstance(given, Mapping) else {name: getattr(given, name) for name in fields}
    unknown = sorted(map(str, set(stated) - set(fields)))
    if unknown:
        known = ", ".join(fields)
        value = "[secret]" if SECRET.search(unknown[0]) else _hidden(stated.get(unknown[0]))
        raise RefusedError(component, unknown[0], value, f"{cls.__name__} has {known}", "A misspelt argument would protect nothing.")
    present = {name: _convert(fields[name].type, value, component, name) for name, value in stated.items() if value is not None}
    for name, field in fields.items():
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and name not in present:
            raise RefusedError(component, name, None, "it is required", f"{cls.__name__} cannot do without it.")
        if name in present:
            _refuse_type(component, name, fields[name].type, present[name])
    if isinstance(given, Mapping):
        return cls(**present)
    same = all(present.get(name) is value for name, value in stated.items())
    return given if same else cast(A, dataclasses.replace(cast(Any, given), **present))


def _refuse_type(component: str, name: str, hint: Any, value: Any) -> None:
    """Refuse what an argument cannot take, and what its lists and maps cannot. What is inside an output only Pulumi can check."""
    choices = _choices(hint)
    origins = [typing.get_origin(choice) or choice for choice in choices]
    later = Awaitable in origins  # pulumi.Input takes outputs besides plain values
    if Any in choices or (later and (hasattr(value, "apply") or isinstance(value, Awaitable))):
        return
    if hasattr(value, "apply"):  # an output; the classes of Pulumi are not needed here
        bound, reason = "it must be known when the program runs", "It decides what is built: give a plain value, not an output."
        raise RefusedError(component, name, "an output", bound, reason)
    plain = [
        (choice, origin) for choice, origin in zip(choices, origins, strict=True) if isinstance(origin, type) and origin is not Awaitable
    ]
    fitting = next((choice for choice, origin in plain if _fits(origin, value)), None)
    if fitting is None:
        takes = " or ".join([origin.__name__ for _, origin in plain if origin is not type(None)] + ["an output"] * later)
        raise RefusedError(component, name, _hidden(value), f"it takes {takes}, not {type(value).__name__}", "Nothing is guessed.")
    inner = typing.get_args(fitting)
    if isinstance(value, Mapping) and inner:
        for key, each in value.items():
            _refuse_type(component, f"{name}: key", inner[0], key)
            _refuse_type(component, f"{name}[{key!r}]", inner[1], each)
    elif isinstance(value, Sequence) and inner:
        for number, each in enumerate(value):
            _refuse_type(component, f"{name}[{number}]", inner[0], each)


def check_types(cls: type, given: Any, component: str) -> None:
    """Refuse fields of an instance that hold what their annotation does not take."""
    for field in dataclasses.fields(cls):
        value = getattr(given, field.name)
        if value is not None or field.default is dataclasses.MISSING:
            _refuse_type(component, field.name, field.type, value)


def _hidden(value: Any) -> Any:
    """A value as a refusal shows it: a text may be a secret in the wrong place."""
    return value if isinstance(value, (bool, int, float)) else type(value).__name__


def _choices(hint: Any) -> tuple[Any, ...]:
    """The members of a union, or the type alone."""
    return typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)


def _fits(origin: Any, value: Any) -> bool:
    if origin in (int, float) and isinstance(value, bool):
        return False
    if origin is float:
        return isinstance(value, (int, float))
    if origin in (list, Sequence):
        return isinstance(value, Sequence) and not isinstance(value, str)
    return isinstance(value, origin)


def _convert(hint: Any, value: Any, component: str, name: str) -> Any:
    """One value, nested classes and enumerations made from what came over the wire."""
    for choice in (hint, *typing.get_args(hint)):
        if isinstance(choice, type) and issubclass(choice, enum.Enum) and not isinstance(value, enum.Enum):
            known = [member.value for member in choice]
            if value not in known:
                raise RefusedError(component, name, value, f"it is one of {', '.join(map(str, known))}", "There is no other.")
            return choice(value)
        if dataclasses.is_dataclass(choice) and isinstance(value, Mapping):
            return read(cast(type, choice), value, f"{component}: {name}")
        origin, inner = typing.get_origin(choice), typing.get_args(choice)
        listed = isinstance(origin, type) and issubclass(origin, Sequence) and isinstance(value, Sequence) and not isinstance(value, str)
        if listed and dataclasses.is_dataclass(inner[0]):
            each_class = cast(type, inner[0])
            return [each if isinstance(each, each_class) else read(each_class, each, f"{component}: {name}") for each in value]
    # The wire has floats only: 30.0 days are 30 where the argument is an int.
    wants_int = int in (hint, *typing.get_args(hint))
    return int(value) if wants_int and isinstance(value, float) and value.is_integer() else value
