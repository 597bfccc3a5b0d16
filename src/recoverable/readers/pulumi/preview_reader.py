"""``pulumi preview --json`` and ``pulumi stack export`` documents.

A preview leaves unchanged resources out unless it was made with ``--show-sames``: a companion
that is not there may still exist, so the reading is then marked partial.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from recoverable.model.errors import InputError
from recoverable.model.raw import Change, Provider, RawResource, Reading
from recoverable.model.values import Location
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
ENVIRONMENT_KEYS = ("environment", "env", "stage", "tier")


def read_preview(document: dict[str, Any], path: str, wanted: Callable[[str], bool]) -> Reading:
    """Read the steps of a preview.

    Raises:
        InputError: the steps are not steps.
    """
    reading = Reading("pulumi-preview", path, files=[path])
    reader = _PulumiReader(path, wanted)
    steps = [step for step in document["steps"] if isinstance(step, dict)]
    if len(steps) != len(document["steps"]) or any("urn" not in step or "op" not in step for step in steps):
        raise InputError("is not a Pulumi preview: a step has no urn or op", path, "Make one with: pulumi preview --json > preview.json")
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
        found = reader.resource(new) if new and action != "delete" else None
        earlier = reader.resource(old) if old else None
        if found is None and earlier is None:
            continue
        urn = str(step["urn"])
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
    reading.environment_hints = list(_hints(steps, document.get("config")))
    return reading


def read_stack(document: dict[str, Any], path: str, wanted: Callable[[str], bool]) -> Reading:
    """Read a ``pulumi stack export``: what the stack holds now."""
    resources = document["deployment"].get("resources") or []
    states = [item for item in resources if isinstance(item, dict) and "urn" in item]
    if resources and not states:
        raise InputError("is not a Pulumi stack export: its resources have no urn", path, "Make one with: pulumi stack export --file stack.json")
    reading = Reading("pulumi-stack", path, files=[path])
    reader = _PulumiReader(path, wanted)
    reader.note_providers(states, None)
    for state in states:
        found = None if state.get("delete") else reader.resource(state)
        if found is not None:
            reading.resources.append(found)
    reading.environment_hints = list(_hints(states, None))
    return reading


class _PulumiReader:
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

    def resource(self, state: dict[str, Any]) -> RawResource | None:
        """One resource as the model's; None where its type does not matter."""
        kind = terraform_type(str(state.get("type", "")))
        if not kind or not state.get("custom", True) or not self.wanted(kind):
            return None
        inputs = _dict(state.get("inputs"))
        attrs = top_level(inputs, _dict(state.get("propertyDependencies")))
        references: dict[str, tuple[str, ...]] = {name: () for name in attrs}
        for name, value in top_level(_dict(state.get("outputs")), {}).items():
            if name not in attrs and not _has_unknown(value):
                attrs[name] = value
        if state.get("id"):
            attrs.setdefault("id", state["id"])
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
            attrs = {key.split(":", 1)[1]: value for key, value in self._settings.items() if key.startswith(f"{name}:") and isinstance(value, str)}
            found = self._providers[reference] = Provider(name, "", attrs)
        return found

    def _where(self, state: dict[str, Any]) -> Location:
        position = str(state.get("sourcePosition") or "")
        file, _, line = position.removeprefix("project:///").partition("#")
        if not position.startswith("project:///") or file.startswith(".."):
            return Location(self.path)
        return Location(posixpath.normpath(file), int(line.split(",")[0]) if line.split(",")[0].isdigit() else 0)


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


def _hints(states: list[dict[str, Any]], config: Any) -> Iterator[tuple[str, str]]:
    for name, value in (config if isinstance(config, dict) else {}).items():
        if name.rsplit(":", 1)[-1].lower() in ENVIRONMENT_KEYS and isinstance(value, str):
            yield f"stack config {name}", value
    for state in states:
        parts = str(state.get("urn", "")).split(":")
        if len(parts) > 2 and parts[1] == "pulumi":
            yield "stack", parts[2]
            return


def _state(step: dict[str, Any], name: str) -> dict[str, Any] | None:
    found = step.get(name)
    return found if isinstance(found, dict) and "urn" in found else None


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
