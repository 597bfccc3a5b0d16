"""What all of Terraform's functions share: arity, conversion of arguments, null and unknown.

A function module keeps a :class:`Table` and declares each function with its parameter types, as
``terraform metadata functions`` prints them; the arguments then arrive converted, as they do in
Terraform, so that ``upper(1)`` is ``"1"`` and ``upper(null)`` is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl.hcl_numbers import NumberError, whole
from recoverable.readers.hcl.hcl_types import ANY, ConversionError, HclType, convert
from recoverable.readers.hcl.hcl_values import has_unknown, joined, normal_text


class FunctionError(Exception):
    """What Terraform refuses to call, or the call of which fails; the message says why."""


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: the type it is converted to, and whether null may stand for it."""

    type: HclType = ANY
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A Terraform function: called with evaluated values, it answers one or raises FunctionError.

    ``unknown_aware`` functions look at unknown arguments themselves, and answer where the answer
    is certain; the answer of all others is unknown as soon as a part of an argument is.
    """

    name: str
    params: tuple[Param, ...]
    rest: Param | None
    body: Callable[..., Any]
    unknown_aware: bool = False

    def __call__(self, *args: Any, **context: Any) -> Any:
        """Check and convert the arguments, then call; ``context`` goes to the function as it is."""
        given = [self._argument(index, value) for index, value in enumerate(args)]
        if len(args) < len(self.params) or (self.rest is None and len(args) > len(self.params)):
            wanted = f"{len(self.params)}{'' if self.rest is None else ' or more'}"
            raise FunctionError(f"{self.name}() takes {wanted} arguments, {len(args)} given")
        if not self.unknown_aware and has_unknown(given):
            return joined(*given, not_null=True)
        try:
            return normal_text(self.body(*given, **context))
        except (ConversionError, NumberError) as error:
            raise FunctionError(f"{self.name}: {error}") from None

    def _argument(self, index: int, value: Any) -> Any:
        param = self.params[index] if index < len(self.params) else self.rest
        if param is None:
            return value
        if value is None and not param.nullable:
            raise FunctionError(f"{self.name}: argument {index + 1} must not be null")
        try:
            return convert(value, param.type)
        except ConversionError as error:
            raise FunctionError(f"{self.name}: argument {index + 1}: {error}") from None


class Table:
    """The functions of one module, by name."""

    def __init__(self) -> None:
        self.functions: dict[str, Function] = {}

    def add(
        self, name: str, *params: Param | HclType, rest: Param | HclType | None = None, unknown_aware: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare the decorated Python function as the Terraform function ``name``."""

        def keep(body: Callable[..., Any]) -> Callable[..., Any]:
            fixed = tuple(_param(param) for param in params)
            more = None if rest is None else _param(rest)
            self.functions[name] = Function(name, fixed, more, body, unknown_aware)
            return body

        return keep


def _param(param: Param | HclType) -> Param:
    return Param(param) if isinstance(param, HclType) else param


def integer(value: Any, what: str = "value") -> int:
    """A whole number, or FunctionError."""
    number = whole(value)
    if number is None:
        raise FunctionError(f"{what} must be a whole number")
    return number


def not_evaluated(name: str, reason: str) -> Unknown:
    """The answer of a function where Terraform has one and we do not work it out."""
    return Unknown(f"{name}(…)", f"not evaluated: {reason}", not_null=True)
