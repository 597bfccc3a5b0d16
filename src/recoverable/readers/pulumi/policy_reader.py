"""The resources of a policy pack's arguments, as the engine hands them to an analyzer.

They come in the words of the engine's state, without what only a state or a preview tells: no places in the program, no
earlier values, no deletions, no ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from recoverable.model.raw import Reading
from recoverable.readers.pulumi.preview_reader import StateReader, hints
from recoverable.readers.pulumi.pulumi_names import terraform_type
from recoverable.readers.pulumi.pulumi_values import UNKNOWN_SENTINELS

LABEL = "pulumi stack"
"""What a finding without an address is about."""


def read_arguments(
    states: Sequence[dict[str, Any]],
    providers: Sequence[dict[str, Any]],
    config: Mapping[str, str],
    wanted: Callable[[str], bool],
    *,
    partial: str = "",
) -> Reading:
    """Read resources with ``urn``, ``type``, ``inputs`` and what else is known of ``outputs``, ``propertyDependencies``, ``provider``.

    ``providers`` are the provider resources those refer to by URN; ``config`` is the stack's configuration without its secrets;
    ``partial`` says why companions may exist that are not among the states.
    """
    reading = Reading("pulumi-policy", LABEL, partial=partial)
    reader = StateReader(LABEL, wanted)
    reader.note_providers(providers, config)
    ids = _ids(states)
    for state in states:
        found = reader.resource({"id": ids.get(state["urn"], ""), **state})
        if found is not None:
            reading.resources.append(found)
    reading.environment_hints = list(hints(states, config))
    return reading


def _ids(states: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Ids that resources are referred to by, which no analyzer is told unless they are outputs, too.

    A text that others take from exactly one resource is its id where it is the only one of its kind: no property of any resource,
    and not made from one of its properties (``NAME-logs``), which says nothing about it.
    """
    # A component's or the stack's outputs are its parts', said again.
    own = {state["urn"]: set(_own_texts(state)) for state in states if terraform_type(state["type"])}
    anybodys = {text for texts in own.values() for text in texts}
    taken: dict[str, set[str]] = {}
    for state in states:
        depends = state.get("propertyDependencies") or {}
        for name, value in (state.get("inputs") or {}).items():
            urns = list(depends.get(name) or ())
            if len(urns) != 1 or urns[0] not in own or not _is_text(value) or value in anybodys:
                continue
            if not any(text in value for text in own[urns[0]]):
                taken.setdefault(urns[0], set()).add(value)
    return {urn: next(iter(values)) for urn, values in taken.items() if len(values) == 1}


def _own_texts(state: dict[str, Any]) -> Iterator[str]:
    """Texts of a resource that it has not taken from another one."""
    inputs, depends = state.get("inputs") or {}, state.get("propertyDependencies") or {}
    yield from (value for name, value in inputs.items() if _is_text(value) and not depends.get(name))
    yield from (value for name, value in (state.get("outputs") or {}).items() if _is_text(value) and name not in inputs)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value != "" and value not in UNKNOWN_SENTINELS
