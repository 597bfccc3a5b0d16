"""Whether a JSON document has the frame its reader relies on, with the place of what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from recoverable.model.errors import InputError

Fields = dict[str, type | tuple[type, ...]]
_NAMES = {dict: "an object", list: "a list", str: "a text", int: "a number", bool: "true or false", float: "a number"}


class Shape:
    """Checks parts of one document; each check raises InputError with the place of what is wrong."""

    def __init__(self, what: str, path: str, hint: str) -> None:
        self.what = what
        self.path = path
        self.hint = hint

    def fields(self, item: dict[str, Any], fields: Fields, place: str, required: tuple[str, ...] = ()) -> None:
        """The type of each field; null stands for a field that is not there."""
        for name, kind in fields.items():
            value = item.get(name)
            if value is None:
                if name in required:
                    raise self.wrong(f"{place} has no {name}")
            elif not isinstance(value, kind):
                self.must_be(value, kind, f"{place}.{name}" if place else name)
            elif value == "" and name in required:
                raise self.wrong(f"{place}.{name} is empty")

    def objects(self, value: Any, place: str) -> Iterator[tuple[dict[str, Any], str]]:
        """The objects of a list with their places."""
        for number, item in enumerate(value or ()):
            if not isinstance(item, dict):
                self.must_be(item, dict, f"{place}[{number}]")
            yield item, f"{place}[{number}]"

    def table(self, value: Any, place: str) -> Iterator[tuple[dict[str, Any], str]]:
        """The objects of an object with their places; those that are null are left out."""
        for name, item in (value or {}).items():
            if item is None:
                continue
            if not isinstance(item, dict):
                self.must_be(item, dict, f"{place}.{name[:60]}")
            yield item, f"{place}.{name[:60]}"

    def must_be(self, value: Any, kind: type | tuple[type, ...], place: str) -> None:
        """Refuse a value of another type."""
        wanted = " or ".join(dict.fromkeys(_NAMES[one] for one in (kind if isinstance(kind, tuple) else (kind,))))
        raise self.wrong(f"{place} is {_NAMES.get(type(value), 'null')}, not {wanted}")

    def wrong(self, what: str) -> InputError:
        """The error that says so."""
        return InputError(f"is not a well-formed {self.what}: {what}", self.path, self.hint)
