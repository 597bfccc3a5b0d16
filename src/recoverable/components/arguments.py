"""Arguments as any caller gives them: the dataclass, a dict in Python's names, or what another language sent.

A Python program passes ``BucketArgs(policy=…)``; through the package host the same arguments arrive as nested dicts, whatever
the annotation says (pulumi/pulumi#18526). ``read`` makes the dataclass of either. The argument classes of this package
must not use ``from __future__ import annotations``, ``Literal`` or unions other than ``Optional``: Pulumi's schema inference reads
their annotations as objects.
"""

import dataclasses
import enum
import typing
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from recoverable.components.refusal import RefusedError

A = TypeVar("A")


def read(cls: type[A], given: Any, component: str) -> A:
    """The arguments as an instance of ``cls``.

    Raises RefusedError where a name is unknown, a required one is missing, or an enumeration has no such member.
    """
    if isinstance(given, cls):
        return given
    if not isinstance(given, Mapping):
        raise RefusedError(component, "args", type(given).__name__, f"give {cls.__name__} or a dict", "Nothing else can be read.")
    hints = typing.get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cast(Any, cls)) if field.init}
    unknown = sorted(set(given) - set(fields))
    if unknown:
        known = ", ".join(fields)
        raise RefusedError(
            component, unknown[0], given[unknown[0]], f"{cls.__name__} has {known}", "A misspelt argument would protect nothing."
        )
    present = {name: _convert(hints[name], value, f"{component}: {name}") for name, value in given.items() if value is not None}
    for name, field in fields.items():
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and name not in present:
            raise RefusedError(component, name, None, "it is required", f"{cls.__name__} cannot do without it.")
    return cls(**present)


def _convert(hint: Any, value: Any, where: str) -> Any:
    """One value, nested classes and enumerations made from what came over the wire."""
    for choice in (hint, *typing.get_args(hint)):
        if isinstance(choice, type) and issubclass(choice, enum.Enum) and not isinstance(value, enum.Enum):
            known = [member.value for member in choice]
            if value not in known:
                raise RefusedError(where, choice.__name__, value, f"it is one of {', '.join(map(str, known))}", "There is no other.")
            return choice(value)
        if dataclasses.is_dataclass(choice) and isinstance(value, Mapping):
            return read(cast(type, choice), value, where)
        origin, inner = typing.get_origin(choice), typing.get_args(choice)
        listed = isinstance(origin, type) and issubclass(origin, Sequence) and isinstance(value, Sequence) and not isinstance(value, str)
        if listed and dataclasses.is_dataclass(inner[0]):
            return [_convert(inner[0], each, where) for each in value]
    # The wire has floats only: 30.0 days are 30 where the argument is an int.
    wants_int = int in (hint, *typing.get_args(hint))
    return int(value) if wants_int and isinstance(value, float) and value.is_integer() else value
