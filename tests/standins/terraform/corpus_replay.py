"""Ask the stand-in for the plan that a real provider once made, and list where the two differ.

Why: the stand-in is only worth something when its plans look like the real ones. A recorded plan tells what was
stated (its `configuration`) and what came out; from the former a configuration is rebuilt, planned by the real
Terraform with the stand-in, and compared attribute by attribute with the latter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

UNKNOWN = "(known after apply)"
REFERENCE = "${terraform_data.unknown.output}"
"""An expression that Terraform itself cannot know while planning, nor its type."""


def load_schemas(folder: Path) -> dict[str, Json]:
    """Every resource schema of the stand-in by type."""
    found: dict[str, Json] = {}
    for file in ("google_extra.json", "aws.json", "google.json", "neon.json", "utility.json"):
        data = json.loads((folder / file).read_text())
        found |= data.get("resource_schemas", data)
    return found


def planned_creations(plan: Json) -> Iterator[Json]:
    """The managed resources that a plan creates."""
    for change in plan["resource_changes"]:
        if change["mode"] == "managed" and change["change"]["actions"] == ["create"]:
            yield change


def stated(plan: Json, address: str) -> Json:
    """The expressions of a resource in the plan's configuration."""
    plain = re.sub(r"\[[^]]*\]", "", address)
    module: Json = plan["configuration"]["root_module"]
    while match := re.match(r"module\.([^.]+)\.", plain):
        module = module["module_calls"][match[1]]["module"]
        plain = plain[match.end() :]
    for resource in module.get("resources", []):
        if resource["address"] == plain:
            expressions: Json = resource.get("expressions", {})
            return expressions
    return {}


def rebuild(plan: Json, schemas: dict[str, Json]) -> tuple[Json, dict[str, Json]]:
    """A configuration of the created resources of known types, and the recorded change per new address."""
    resources: dict[str, Json] = {}
    recorded: dict[str, Json] = {}
    for index, change in enumerate(planned_creations(plan)):
        kind = change["type"]
        if kind not in schemas:
            continue
        body = _body(schemas[kind]["block"], change["change"]["after"], change["change"]["after_unknown"], stated(plan, change["address"]))
        resources.setdefault(kind, {})[f"r{index}"] = body
        recorded[f"{kind}.r{index}"] = change
    config: Json = {"resource": resources | {"terraform_data": {"unknown": {"input": "${jsondecode(timestamp())}"}}}}
    return config, recorded


def _body(block: Json, after: Json, unknown: Json, expressions: Json | None) -> Json:
    """The arguments that must have been written to get this plan."""
    body: Json = {}
    for name, attribute in block.get("attributes", {}).items():
        if not attribute.get("optional") and not attribute.get("required"):
            continue
        given = expressions is None or name in expressions
        if unknown.get(name) is True:
            wanted = given and (expressions is not None or not attribute.get("computed"))
            if attribute.get("required") or wanted:
                body[name] = REFERENCE
        elif after.get(name) is not None and (given or attribute.get("required")):
            body[name] = _escaped(_with_unknowns(after[name], unknown.get(name)))
        elif attribute.get("required"):
            body[name] = REFERENCE
    for name, nested in block.get("block_types", {}).items():
        values, marks = after.get(name), unknown.get(name)
        if nested["nesting_mode"] == "single" and isinstance(values, dict):
            body[name] = _body(nested["block"], values, marks or {}, None)
        elif isinstance(values, list) and values:
            marks = marks if isinstance(marks, list) else []
            body[name] = [_body(nested["block"], value, marks[i] if i < len(marks) else {}, None) for i, value in enumerate(values)]
    return body


def _with_unknowns(value: Any, marks: Any) -> Any:
    if marks is True:
        return REFERENCE
    if isinstance(value, list) and isinstance(marks, list):
        return [_with_unknowns(v, marks[i] if i < len(marks) else None) for i, v in enumerate(value)]
    if isinstance(value, dict) and isinstance(marks, dict):
        return {key: _with_unknowns(value.get(key), marks.get(key)) for key in [*value, *marks]}
    return value


def _escaped(value: Any) -> Any:
    if isinstance(value, str):
        return value if value == REFERENCE else value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    if isinstance(value, dict):
        return {key: _escaped(item) for key, item in value.items()}
    return value


def differences(block: Json, real: Json, ours: Json, path: str = "") -> Iterator[str]:
    """`path: real X, ours Y` for each attribute that both sides know and plan otherwise."""
    real_after, real_unknown = real["after"] or {}, real["after_unknown"] or {}
    our_after, our_unknown = ours["after"] or {}, ours["after_unknown"] or {}
    nested_types = block.get("block_types", {})
    for name in [*block.get("attributes", {}), *nested_types]:
        if name not in real_after and name not in real_unknown:
            continue
        theirs, mine = _value(real_after, real_unknown, name), _value(our_after, our_unknown, name)
        if name in nested_types and isinstance(theirs, list) and isinstance(mine, list) and len(theirs) == len(mine):
            pairs = zip(theirs, mine, _marks(real_unknown, name, theirs), _marks(our_unknown, name, mine), strict=True)
            for their, my, their_marks, my_marks in pairs:
                inner_real = {"after": their, "after_unknown": their_marks}
                inner_ours = {"after": my, "after_unknown": my_marks}
                yield from differences(nested_types[name]["block"], inner_real, inner_ours, f"{path}{name}.")
        elif theirs != mine and not (theirs in (None, [], "") and mine in (None, [], "")):
            yield f"{path}{name}: real {_short(theirs)}, ours {_short(mine)}"


def _value(after: Json, unknown: Json, name: str) -> Any:
    if unknown.get(name) is True:
        return UNKNOWN
    value = after.get(name)
    if isinstance(value, list) and value and not isinstance(value[0], dict):
        return sorted(value, key=str)
    return value


def _marks(unknown: Json, name: str, values: list[Any]) -> list[Json]:
    marks = unknown.get(name)
    marks = marks if isinstance(marks, list) else []
    return [marks[i] if i < len(marks) and isinstance(marks[i], dict) else {} for i in range(len(values))]


def _short(value: Any) -> str:
    text = UNKNOWN if value == UNKNOWN else json.dumps(value)
    return text if len(text) < 80 else text[:77] + "..."
