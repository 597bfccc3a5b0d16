"""The resources of a policy pack's arguments, as the engine hands them to an analyzer.

They come in the words of the engine's state, without what only a state or a preview tells: no places in the program, no
earlier values, no deletions, no ids.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from recoverable.model.raw import Reading
from recoverable.readers.pulumi.preview_reader import StateReader, hints
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
    """Ids that resources are referred to by, which no analyzer is told.

    What a property such as ``planId`` takes from exactly one resource, and is no other property of it, is its id. Other texts
    may be made from it (``NAME-logs``) and say nothing.
    """
    own = {state["urn"]: {value for bag in _bags(state) for value in bag.values() if isinstance(value, str)} for state in states}
    found: dict[str, str] = {}
    for state in states:
        depends = state.get("propertyDependencies") or {}
        for name, value in (state.get("inputs") or {}).items():
            urns = list(depends.get(name) or ())
            if not name.endswith("Id") or not isinstance(value, str) or value in UNKNOWN_SENTINELS or len(urns) != 1:
                continue
            if value not in own.get(urns[0], {value}):
                found.setdefault(urns[0], value)
    return found


def _bags(state: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    return (state.get("inputs") or {}, state.get("outputs") or {})
