"""What the cloud says, put beside what the program stated: so that drift shows, and nothing else does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from recoverable.sandbox.provider.diffing import changes, same, top
from recoverable.sandbox.provider.handler import RefusedError
from recoverable.sandbox.provider.types_of_sdk import Field, Kind
from recoverable.sandbox.provider.wire import DEFAULTS, stated

NOTHING: tuple[Any, ...] = (None, "", 0, False, [], {})


def aligned(held: Any, got: Any) -> Any:
    """What was got, in the words of what was held where they mean the same.

    A document keeps its text, a list that the cloud returns in another order keeps the order of the program.
    """
    if isinstance(held, dict) and isinstance(got, dict):
        return {key: aligned(held.get(key), value) for key, value in got.items()}
    if isinstance(held, list) and isinstance(got, list):
        if all(isinstance(each, str | int) for each in [*held, *got]):
            return list(held) if sorted(map(str, held)) == sorted(map(str, got)) else got
        return [aligned(held[index] if index < len(held) else None, each) for index, each in enumerate(got)]
    return held if held is not None and same(held, got) else got


def inputs_from(fields: Mapping[str, Field], inputs: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that would have led to this state.

    What the program stated is taken from the state, and left out where it is gone. What it did not state is taken as well where
    only a program could have stated it: somebody else did.
    """
    found: dict[str, Any] = {DEFAULTS: inputs[DEFAULTS]} if DEFAULTS in inputs else {}
    for name, field in fields.items():
        if name in inputs and inputs[name] in NOTHING and state.get(name) in NOTHING:
            found[name] = inputs[name]  # stated as nothing, and nothing is there
        elif name not in state:
            continue
        elif name in inputs:
            found[name] = _of_value(field, inputs[name], state[name])
        elif not field.computed and state[name] not in NOTHING:
            found[name] = stated(state[name])
    return found


def adopted(fields: Mapping[str, Field], state: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of something that is imported: all that can be stated and says something."""
    return {name: state[name] for name in fields if name in state and (fields[name].required or state[name] not in NOTHING)}


def refuse_unheld(kind: Kind, inputs: Mapping[str, Any], state: Mapping[str, Any], touched: Collection[str] = ()) -> None:
    """Raises RefusedError for what was stated and the cloud took without holding it: it would look like drift for ever.

    Only properties that were ``touched`` are looked at, where any were: others may have drifted since.
    """
    seen = changes(kind.inputs, inputs_from(kind.inputs, inputs, state), inputs)
    tops = {top(path) for path in touched}
    lost = [path for path, word in seen.items() if word != "DELETE" and top(path) != "tagsAll" and (not tops or top(path) in tops)]
    if lost:
        raise RefusedError(f"the laptop cloud took this resource, and does not hold as stated: {', '.join(f'`{path}`' for path in lost)}")


def _of_value(field: Field, held: Any, got: Any) -> Any:
    shape = field.shape
    if shape.kind == "block" and isinstance(held, dict) and isinstance(got, dict):
        return inputs_from(shape.fields, held, got)
    if shape.kind == "list" and shape.element and isinstance(held, list) and isinstance(got, list):
        inner = Field(shape.element, False, False)
        return [_of_value(inner, held[index] if index < len(held) else None, each) for index, each in enumerate(got)]
    return got
