"""Values of which a part is known: resources, module calls, and blocks with computed members.

All are unknown values to whoever does not look closer, so they can stand anywhere an unknown
can; the evaluator asks them for an attribute and gets what is known of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from recoverable.model.values import Ref, Unknown
from recoverable.readers.hcl.evaluation_errors import EvalError

AFTER_APPLY = "known after apply"
_NAME_LIKE = re.compile(r'[\w.\[\]"*:/-]+\Z')


def _nothing(_: Any) -> None:
    """Fills a field that must have a default because those of the base class do."""


@dataclass(frozen=True, slots=True, eq=False)
class Opaque(Unknown):
    """Something with attributes; ``member`` gives one of them, ``whole`` all that is known.

    ``whole_set`` stands for any instance of the same resource, where it has several.
    """

    member: Callable[[str], Any] = _nothing
    whole: Callable[[], Any] | None = None
    whole_set: OpaqueSet | None = None

    def attribute(self, name: str) -> Any:
        """The value of one attribute."""
        return self.member(name)


@dataclass(frozen=True, slots=True, eq=False)
class OpaqueSet(Unknown):
    """The instances of a resource or module whose number cannot be known; ``item`` is any one."""

    item: Callable[[Any], Any] = _nothing

    def instance(self, key: Any) -> Any:
        """The instance of a key, None for any."""
        return self.item(key)


class OpenBlock(dict[str, Any]):
    """A nested block of a resource: members that are not written may still be computed."""

    __slots__ = ("unknown",)

    def __init__(self, members: dict[str, Any], unknown: Unknown) -> None:
        super().__init__(members)
        self.unknown = unknown

    def attribute(self, name: str) -> Any:
        """A member, or that it is known after apply."""
        found = self.get(name)
        return extend(self.unknown, f".{name}", name) if found is None else found


def quote_key(key: Any) -> str:
    """An instance key in an address: ``[0]`` or ``["name"]``."""
    if isinstance(key, int):
        return f"[{key}]"
    return f"[{json.dumps(key, ensure_ascii=False)}]".replace("${", "$${").replace("%{", "%%{")


def extend(value: Unknown, suffix: str, step: str) -> Unknown:
    """A part of something unknown: the name grows by the step, and so does its one reference."""
    simple = _NAME_LIKE.match(value.expression) is not None
    expression = f"{value.expression}{suffix}" if simple else value.expression
    refs = value.refs
    if simple and len(refs) == 1 and step:
        attribute = f"{refs[0].attribute}.{step}" if refs[0].attribute else step
        refs = (Ref(refs[0].address, attribute),)
    return Unknown(expression, value.reason, refs, open=value.open)


def attribute_of(value: Any, name: str) -> Any:
    """``value.name``."""
    if isinstance(value, Opaque):
        return value.attribute(name)
    if isinstance(value, OpaqueSet):
        raise EvalError(f"{value.expression} has count or for_each: an instance key must come before .{name}")
    if isinstance(value, Unknown):
        return extend(value, f".{name}", name)
    if isinstance(value, OpenBlock):
        return value.attribute(name)
    if isinstance(value, dict):
        if name in value:
            return value[name]
        raise EvalError(f'there is no attribute "{name}"')
    if value is None:
        raise EvalError(f'null has no attribute "{name}"')
    raise EvalError(f'this value has no attributes, so no "{name}"')


def plain(value: Any) -> Any:
    """A value that is known in part as the object it is, for functions that look inside."""
    return value.whole() if isinstance(value, Opaque) and value.whole is not None else value
