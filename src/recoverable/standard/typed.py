"""One TOML table, read key by key: each wrong type, bound or unknown key becomes a problem."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Any

from recoverable.standard.demands import Setting
from recoverable.standard.fields import ALL_FIELDS, CADENCES, FIELDS, NONE_WORD, Field
from recoverable.standard.layers import Layer
from recoverable.standard.problems import Problems, dotted, show, suggestion
from recoverable.standard.toml_lines import KeyPath

SETTING_KEYS: tuple[str, ...] = (*FIELDS, "restore_test")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Table:
    """A table at a key path. Readers return the default where the key is missing or wrong."""

    def __init__(self, data: dict[str, Any], path: KeyPath, problems: Problems) -> None:
        self.data = data
        self.path = path
        self.problems = problems

    def only(self, known: Iterable[str]) -> None:
        """Refuses every key that is not known."""
        allowed = list(known)
        for key in self.data:
            if key not in allowed:
                self.wrong(key, "is not a key of the standard", suggestion(key, allowed))

    def wrong(self, key: str, what: str, fix: str) -> None:
        """A problem with one key of this table."""
        self.problems.add((*self.path, key), what, fix)

    def where(self, key: str) -> str:
        """``recoverable.toml:12`` of one key."""
        return self.problems.where((*self.path, key))

    def table(self, key: str) -> Table:
        """A table inside; an empty one where it is missing."""
        found = self.data.get(key, {})
        if not isinstance(found, dict):
            self._wrong_type(key, "a table", f"[{dotted((*self.path, key))}] and its keys below")
            found = {}
        return Table(found, (*self.path, key), self.problems)

    def named_tables(self, key: str) -> dict[str, Table]:
        """The tables in a table, by name."""
        return self.table(key).named_tables_inside()

    def named_tables_inside(self) -> dict[str, Table]:
        """The tables in this one, by name."""
        return {name: self.table(name) for name in self.data}

    def tables(self, key: str) -> list[Table]:
        """An array of tables."""
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self._wrong_type(key, "an array of tables", f"[[{dotted((*self.path, key))}]] and its keys below")
            return []
        return [Table(item, (*self.path, key, index), self.problems) for index, item in enumerate(found)]

    def text(self, key: str, default: str = "") -> str:
        """Text in one line."""
        found = self.data.get(key, default)
        if not isinstance(found, str):
            self._wrong_type(key, "text", "text in quotes")
            return default
        return " ".join(found.split())

    def texts(self, key: str) -> tuple[str, ...]:
        """An array of texts, none of them empty."""
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, str) and item.strip() for item in found):
            self._wrong_type(key, "an array of texts", f'{key} = ["a", "b"]')
            return ()
        return tuple(item.strip() for item in found)

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of a few words."""
        found = self.data.get(key, default)
        if found in choices:
            return str(found)
        expected = ", ".join(choices)
        self.wrong(key, f"is {show(found)}, not one of {expected}", f"Write one of {expected}, in quotes.")
        return default

    def switch(self, key: str, *, default: bool) -> bool:
        """True or false."""
        found = self.data.get(key, default)
        if isinstance(found, bool):
            return found
        self._wrong_type(key, "true or false", "true or false, without quotes")
        return default

    def whole(self, key: str, low: int, high: int, default: int) -> int:
        """A whole number within bounds."""
        found = self.data.get(key, default)
        if type(found) is int and low <= found <= high:
            return found
        self.wrong(key, f"is {show(found)}, not a whole number from {low} to {high}", f"Write {key} = {min(max(default, low), high)}, say.")
        return default

    def date(self, key: str) -> datetime.date | None:
        """A TOML date, or text in the ISO form."""
        found = self.data.get(key)
        if found is None or type(found) is datetime.date:
            return found
        if isinstance(found, str) and _ISO_DATE.fullmatch(found):
            try:
                return datetime.date.fromisoformat(found)
            except ValueError:
                pass
        self.wrong(key, f"is {show(found)}, not a date", f"Write a date such as {key} = 2027-01-31.")
        return None

    def settings(self) -> Layer:
        """Every setting that stands in the table."""
        layer: Layer = {}
        for item in ALL_FIELDS:
            if item.name in self.data:
                value = self._setting(item)
                if value is not _INVALID:
                    layer[item.name] = Setting(value, self.where(item.name))
        if "restore_test" in self.data:
            self._cadence(layer)
        return layer

    def _setting(self, item: Field) -> Any:
        found = self.data[item.name]
        if item.type == "number":
            return self._number(item, found)
        if item.name == "encryption" and found is False:
            self.wrong(
                item.name, "is false, but encryption cannot be turned off", "Remove the line: the standard requires encryption everywhere."
            )
            return _INVALID
        kinds = {"switch": bool, "text": str}
        valid = isinstance(found, kinds[item.type]) if item.type in kinds else found in item.choices
        if valid:
            return " ".join(found.split()) if item.type == "text" else found
        self._refuse(item, f"is {show(found)}, not {item.nature}")
        return _INVALID

    def _number(self, item: Field, found: Any) -> Any:
        if item.optional and found == NONE_WORD:
            return None
        if type(found) is not int:
            self._refuse(item, f"is {show(found)}, not a whole number")
        elif found < item.low:
            self._refuse(item, f"is {show(found)}, less than the least allowed, {item.low}")
        elif found > item.high:
            self._refuse(item, f"is {show(found)}, more than the most allowed, {item.high}")
        else:
            return found
        return _INVALID

    def _refuse(self, item: Field, what: str) -> None:
        self.wrong(item.name, what, f"Write {item.expected}.")

    def _cadence(self, layer: Layer) -> None:
        if "restore_test_days" in self.data:
            self.wrong("restore_test", "says the same as restore_test_days", "Keep one of the two.")
            return
        word = self.choice("restore_test", tuple(CADENCES), "")
        if word:
            layer["restore_test_days"] = Setting(CADENCES[word], self.where("restore_test"))

    def _wrong_type(self, key: str, expected: str, write: str) -> None:
        self.wrong(key, f"is {show(self.data.get(key))}, not {expected}", f"Write {write}.")


_INVALID: Any = object()
