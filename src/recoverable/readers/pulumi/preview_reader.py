"""``pulumi preview --json`` and ``pulumi stack export`` documents.

A preview leaves unchanged resources out unless it was made with ``--show-sames``: a companion
that is not there may still exist, so the reading is then marked partial.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from recoverable.model.raw import Change, Problem, Provider, RawResource, Reading
from recoverable.model.values import Location
from recoverable.readers.json_shape import Fields, Shape
from recoverable.readers.pulumi.pulumi_names import terraform_type
from recoverable.readers.pulumi.pulumi_values import top_level

ACTIONS = {
    "create": "create",
    "import": "create",
    "update": "update",
    "delete": "delete",
    "replace": "replace",
    "create-replacement": "replace",
    "delete-replaced": "replace",
    "import-replacement": "replace",
    "read": "read",
    "read-replacement": "replace",
    "discard": "delete",
    "same": "no-op",
    "refresh": "no-op",
}
# Steps that say once more what a replacement already says.
SHADOWED = ("delete-replaced", "create-replacement")
_STEP: Fields = {"urn": str, "op": str, "newState": dict, "oldState": dict, "replaceReasons": list}
_STATE: Fields = {
    "urn": str,
    "type": str,
    "inputs": dict,
    "outputs": dict,
    "propertyDependencies": dict,
    "provider": str,
    "parent": str,
    "sourcePosition": str,
    "external": bool,
}
ENVIRONMENT_KEYS = ("environment", "env", "stage", "tier")


def read_preview(document: dict[str, Any], path: str, wanted: Callable[[str], bool]) -> Reading:
    """Read the steps of a preview.

    Raises:
        InputError: the steps are not steps.
    """
    shape = Shape("Pulumi preview", path, "Make one with: pulumi preview --json > preview.json")
    shape.fields(document, {"steps": list, "config": dict, "changeSummary": dict}, "")
    steps = []
    for step, place in shape.objects(document["steps"], "steps"):
        shape.fields(step, _STEP, place, ("urn", "op"))
        for name in ("newState", "oldState"):
            if step.get(name):
                shape.fields(step[name], _STATE, f"{place}.{name}", ("urn", "type"))
        steps.append(step)
    reading = Reading("pulumi-preview", path, files=[path])
    reader = StateReader(path, wanted)
    reader.note_providers([_state(step, "newState") or _state(step, "oldState") for step in steps], document.get("config"))
    before: list[RawResource] = []
    touched = False
    same = 0
    for step in steps:
        kind, action = str(step["op"]), ACTIONS.get(str(step["op"]), "update")
        same += kind == "same"
        if kind == "refresh":
            continue
        new, old = _state(step, "newState"), _state(step, "oldState")
        found = reader.resource(new, old if action in ("no-op", "update") else None) if new and action != "delete" else None
        earlier = reader.resource(old) if old else None
        if found is None and earlier is None:
            continue
        urn = str(step["urn"])
        for raw in (found, earlier):
            if raw is not None:
                raw.address = urn  # an alias has renamed what was there before
        if found is not None and urn not in reader.seen:
            reader.seen.add(urn)
            reading.resources.append(found)
        if earlier is not None and urn not in reader.seen_before:
            reader.seen_before.add(urn)
            before.append(earlier)
        touched = touched or action in ("update", "delete", "replace")
        if urn not in reading.changes or kind not in SHADOWED:
            reasons = tuple(str(item) for item in step.get("replaceReasons") or ())
            reading.changes[urn] = Change(urn, action, "", reasons)
    if touched:
        reading.before = before
    reading.partial = _partial(document, same)
    if reading.partial:
        reading.problems.append(Problem("note", reading.partial, Location(path)))
    reading.environment_hints = list(hints(steps, document.get("config")))
    return reading


def read_stack(document: dict[str, Any], path: str, wanted: Callable[[str], bool]) -> Reading:
    """Read a ``pulumi stack export``: what the stack holds now.

    Raises:
        InputError: its resources are not resources.
    """
    shape = Shape("Pulumi stack export", path, "Make one with: pulumi stack export --file stack.json")
    shape.fields(document, {"deployment": dict}, "")
    shape.fields(document["deployment"], {"resources": list}, "deployment")
    states = []
    for state, place in shape.objects(document["deployment"].get("resources"), "deployment.resources"):
        shape.fields(state, _STATE, place, ("urn", "type"))
        states.append(state)
    reading = Reading("pulumi-stack", path, files=[path])
    reader = StateReader(path, wanted)
    reader.note_providers(states, None)
    for state in states:
        found = None if state.get("delete") else reader.resource(state)
        if found is not None:
            reading.resources.append(found)
    reading.environment_hints = list(hints(states, None))
    return reading


def urns_in(document: dict[str, Any]) -> list[str]:
    """The URNs of a preview or stack export that has been read, the root stack's and the providers' among them."""
    listed = document["steps"] if "steps" in document else document["deployment"].get("resources") or []
    return [str(item["urn"]) for item in listed]


class StateReader:
    """Resources in the words of the engine's state (URN, type, inputs, outputs) as the model's."""

    def __init__(self, path: str, wanted: Callable[[str], bool]) -> None:
        self.path = path
        self.wanted = wanted
        self.seen: set[str] = set()
        self.seen_before: set[str] = set()
        self._providers: dict[str, Provider] = {}
        self._settings: dict[str, Any] = {}

    def note_providers(self, states: Sequence[dict[str, Any] | None], config: Any) -> None:
        """Remember the region and default tags of explicit providers, and of the stack's config."""
        self._settings = config if isinstance(config, dict) else {}
        for state in states:
            if state and str(state.get("type", "")).startswith("pulumi:providers:"):
                name = str(state["type"]).rsplit(":", 1)[-1]
                self._providers[str(state["urn"])] = Provider(name, "", top_level(_dict(state.get("inputs")), {}))

    def resource(self, state: dict[str, Any], earlier: dict[str, Any] | None = None) -> RawResource | None:
        """One resource as the model's; None where its type does not matter, or where the program only reads it.

        What is only read (``Bucket.get(…)``: "external" in the engine's words) is somebody else's and has no inputs here, so
        its defaults would be judged in place of what was set. Code and plans leave data sources out in the same way.

        ``earlier`` is the same resource before an update: its id and what the cloud made up for
        it stay, and companions refer to them.
        """
        kind = terraform_type(str(state.get("type", "")))
        if not kind or not state.get("custom", True) or state.get("external") is True or not self.wanted(kind):
            return None
        inputs = _dict(state.get("inputs"))
        attrs = top_level(inputs, _dict(state.get("propertyDependencies")))
        references: dict[str, tuple[str, ...]] = dict.fromkeys(attrs, ())
        for name, value in top_level(_dict(state.get("outputs")), {}).items():
            if name not in attrs and not _has_unknown(value):
                attrs[name] = value
        stated_before = _dict((earlier or {}).get("inputs")).keys()
        made_up = {name: value for name, value in _dict((earlier or {}).get("outputs")).items() if name not in stated_before}
        for name, value in top_level(made_up, {}).items():
            if name not in attrs and not _has_unknown(value):
                attrs[name] = value
        for origin in (state, earlier or {}):
            if isinstance(origin.get("id"), str) and origin["id"]:
                attrs.setdefault("id", origin["id"])
        urn = str(state["urn"])
        return RawResource(
            address=urn,
            type=kind,
            name=urn.rsplit("::", 1)[-1],
            attrs=attrs,
            where=self._where(state),
            references=references,
            provider=self._provider(state),
            module=str(state.get("parent", "")),
            engine="pulumi",
        )

    def _provider(self, state: dict[str, Any]) -> Provider:
        reference = str(state.get("provider", "")).rsplit("::", 1)[0]
        found = self._providers.get(reference)
        if found is None:
            name = str(state.get("type", "")).split(":", 1)[0]
            attrs = {
                key.split(":", 1)[1]: value
                for key, value in self._settings.items()
                if key.startswith(f"{name}:") and isinstance(value, str)
            }
            found = self._providers[reference] = Provider(name, "", attrs)
        return found

    def _where(self, state: dict[str, Any]) -> Location:
        position = str(state.get("sourcePosition") or "")
        file, _, line = position.removeprefix("project:///").partition("#")
        if not position.startswith("project:///") or file.startswith(".."):
            return Location(self.path)
        return Location(posixpath.normpath(file), _line(line.split(",")[0]))


def _line(text: str) -> int:
    return int(text) if len(text) < 10 and text.isascii() and text.isdigit() else 0


def _has_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(_has_unknown(item) for item in value)
    return not isinstance(value, (str, int, float, bool))


def _partial(document: dict[str, Any], shown: int) -> str:
    summary = document.get("changeSummary")
    same = summary.get("same", 0) if isinstance(summary, dict) else 0
    hidden = same - shown if isinstance(same, int) else 0
    if hidden <= 0:
        return ""
    return f"{hidden} unchanged resources are not in this preview (make it with --show-sames)"


def hints(states: Sequence[dict[str, Any]], config: Any) -> Iterator[tuple[str, str]]:
    """What the stack's configuration and name say about the environment, in order of trust."""
    for name, value in (config if isinstance(config, dict) else {}).items():
        if name.rsplit(":", 1)[-1].lower() in ENVIRONMENT_KEYS and isinstance(value, str):
            yield f"stack config {name}", value
    for state in states:
        parts = str(state.get("urn", "")).split(":")
        if len(parts) > 2 and parts[1] == "pulumi":
            yield "stack", parts[2]
            return


def _state(step: dict[str, Any], name: str) -> dict[str, Any] | None:
    return step.get(name) or None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
