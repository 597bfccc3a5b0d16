"""What our evaluator answers to the same folder, and how the two answers are compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl.evaluation_errors import EvalError
from recoverable.readers.hcl.hcl_numbers import is_number, parse_number
from recoverable.readers.hcl.hcl_values import HclSet, equal, has_unknown, kind_of
from recoverable.readers.hcl.input_values import gather_inputs
from recoverable.readers.hcl.module_instance import ModuleInstance
from recoverable.readers.hcl.opaque_values import plain
from recoverable.readers.hcl.session import HclOptions, Library, Session
from tests.readers.hcl.oracle.oracle import REFUSED, Entry, write_folder

MISSING = object()


def evaluate_corpus(folder: Path, asked: list[Entry]) -> dict[str, Any]:
    """Our value of every entry; what Terraform does not even parse gets a folder of its own."""
    found = evaluate_all(folder / "all", [entry for entry in asked if not entry.static_error])
    for entry in asked:
        if entry.static_error:
            found |= evaluate_all(folder / entry.name, [entry])
    return found


def evaluate_all(folder: Path, asked: list[Entry]) -> dict[str, Any]:
    """Our value of every entry; REFUSED where an error is caught, MISSING where nothing comes out."""
    write_folder(folder, asked)
    library = Library(None)
    session = Session(library, HclOptions(), folder)
    session.inputs = gather_inputs(session, False)
    module = ModuleInstance(session, library.configuration(folder))
    return {entry.text: _value(module, entry) for entry in asked}


def _value(module: ModuleInstance, entry: Entry) -> Any:
    if entry.name not in module.configuration.outputs:
        return MISSING
    try:
        found = module.output(entry.name)
    except EvalError:
        return MISSING
    return plain(found[0]) if isinstance(found, list) else found


@dataclass(frozen=True)
class Difference:
    """Where our answer is not Terraform's: wrong, or only vague."""

    text: str
    kind: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}\n    {self.detail}"


def compare(text: str, ours: Any, answer: dict[str, Any]) -> Iterator[Difference]:
    """The differences of one entry. ``unknown`` says that we know less than Terraform's plan."""
    if "error" in answer:
        if isinstance(ours, Unknown):
            yield Difference(text, "unknown", f"refused by Terraform; ours {ours.expression} ({ours.reason})")
        elif ours is not MISSING and not (ours == REFUSED and answer["error"] == REFUSED):
            yield Difference(text, "wrong", f"refused by Terraform; ours {ours!r}")
        return
    if ours is MISSING or (isinstance(ours, str) and ours == REFUSED):
        yield Difference(text, "wrong", f"refused by us; Terraform {answer['value']!r}")
        return
    for kind, detail in _walk(ours, answer["value"], answer["type"], answer.get("unknown", False)):
        yield Difference(text, kind, detail)


def _walk(ours: Any, value: Any, kind: Any, after: Any) -> Iterator[tuple[str, str]]:
    ours = plain(ours)
    if isinstance(ours, Unknown):
        if ours.not_null and value is None:
            yield "wrong", "ours is said to be never null, and it is"
        elif after is not True:
            yield "unknown", f"ours {ours.expression} ({ours.reason}); Terraform {value!r}"
    elif ours is None or value is None:
        if ours is not None or value is not None:
            yield "wrong", f"ours {ours!r}; Terraform {value!r}"
    elif isinstance(kind, list) and kind[0] == "set" and isinstance(ours, HclSet) and has_unknown(ours):
        if after is not True and not has_unknown_in(after):
            yield "unknown", f"ours {ours!r}; Terraform {value!r}"
    elif isinstance(kind, list):
        yield from _collection(ours, value, kind, after)
    elif kind == "number":
        exact = parse_number(value["$number"]) if isinstance(value, dict) else parse_number(repr(value))
        if not is_number(ours) or equal(ours, exact) is not True or type(ours) is not type(exact):
            yield "wrong", f"ours {ours!r}; Terraform {exact!r}"
    elif kind_of(ours) != kind and kind != "dynamic":
        yield "wrong", f"ours is {kind_of(ours)}; Terraform's {kind}"
    elif ours != value:
        yield "wrong", f"ours {ours!r}; Terraform {value!r}"


def has_unknown_in(after: Any) -> bool:
    """True when Terraform's plan says that a part is unknown."""
    if isinstance(after, dict | list):
        return any(has_unknown_in(item) for item in (after.values() if isinstance(after, dict) else after))
    return bool(after)


def _collection(ours: Any, value: Any, kind: Any, after: Any) -> Iterator[tuple[str, str]]:
    if kind_of(ours) != kind[0]:
        yield "wrong", f"ours {ours!r} is {kind_of(ours)}; Terraform's {kind[0]}"
        return
    if isinstance(ours, dict):
        if ours.keys() != value.keys():
            yield "wrong", f"ours has {sorted(ours)}; Terraform {sorted(value)}"
            return
        for key in ours:
            inner = kind[1][key] if kind[0] == "object" else kind[1]
            yield from _walk(ours[key], value[key], inner, after.get(key, False) if isinstance(after, dict) else after)
        return
    if len(ours) != len(value):
        yield "wrong", f"ours {ours!r}; Terraform {value!r}"
        return
    for place, item in enumerate(ours):
        inner = kind[1][place] if kind[0] == "tuple" else kind[1]
        below = after[place] if isinstance(after, list) and place < len(after) else after if isinstance(after, bool) else False
        yield from _walk(item, value[place], inner, below)
