"""Whether a plan has the shape of one, so that nothing behind this asks a text for its keys.

Attribute values may be anything; what is checked is the frame that Terraform itself writes.
"""

from __future__ import annotations

from typing import Any

from recoverable.readers.json_shape import Fields, Shape

HINT = "Make the plan anew: terraform plan -out=plan.bin && terraform show -json plan.bin > plan.json"
_DOCUMENT: Fields = {
    "resource_changes": list,
    "planned_values": dict,
    "configuration": dict,
    "prior_state": dict,
    "variables": dict,
    "relevant_attributes": list,
}
_IDENTITY: Fields = {"address": str, "type": str, "mode": str, "name": str, "index": (str, int), "provider_name": str}
_CHANGED: Fields = {**_IDENTITY, "deposed": str, "previous_address": str, "change": dict}
_CHANGE: Fields = {"actions": list, "before": dict, "after": dict, "after_unknown": (dict, bool), "replace_paths": list}
_PLANNED: Fields = {**_IDENTITY, "values": dict, "sensitive_values": (dict, bool)}
_CONFIGURED: Fields = {
    "mode": str,
    "type": str,
    "name": str,
    "expressions": dict,
    "for_each_expression": dict,
    "count_expression": dict,
    "provider_config_key": str,
}
_CALL: Fields = {"module": dict, "expressions": dict, "for_each_expression": dict, "count_expression": dict}
_MODULE: Fields = {"resources": list, "module_calls": dict, "outputs": dict, "variables": dict}


def check_shape(document: dict[str, Any], path: str) -> None:
    """Go through the frame of a plan.

    Raises:
        InputError: names the first part that is not what it has to be.
    """
    check = Shape("plan", path, HINT)
    check.fields(document, _DOCUMENT, "")
    for item, place in check.objects(document.get("resource_changes"), "resource_changes"):
        check.fields(item, _CHANGED, place, ("address", "type", "change"))
        check.fields(item["change"], _CHANGE, f"{place}.change")
    for name in ("planned_values", "prior_state"):
        _values(check, document.get(name), name)
    _configuration(check, document.get("configuration") or {})
    for item, place in check.objects(document.get("relevant_attributes"), "relevant_attributes"):
        check.fields(item, {"resource": str, "attribute": list}, place)
    for _ in check.table(document.get("variables"), "variables"):
        pass


def _values(check: Shape, part: dict[str, Any] | None, name: str) -> None:
    place = name
    if part and name == "prior_state":
        check.fields(part, {"values": dict}, place)
        part, place = part.get("values"), f"{place}.values"
    if not part:
        return
    check.fields(part, {"root_module": dict}, place)
    stack = [(part.get("root_module") or {}, f"{place}.root_module")]
    while stack:
        module, where = stack.pop()
        check.fields(module, {"resources": list, "child_modules": list, "address": str}, where)
        for item, inner in check.objects(module.get("resources"), f"{where}.resources"):
            check.fields(item, _PLANNED, inner, ("address", "type"))
        stack.extend(check.objects(module.get("child_modules"), f"{where}.child_modules"))


def _configuration(check: Shape, configuration: dict[str, Any]) -> None:
    check.fields(configuration, {"root_module": dict, "provider_config": dict}, "configuration")
    for item, place in check.table(configuration.get("provider_config"), "configuration.provider_config"):
        check.fields(item, {"expressions": dict, "alias": str}, place)
    stack = [(configuration.get("root_module") or {}, "configuration.root_module")]
    while stack:
        module, where = stack.pop()
        check.fields(module, _MODULE, where)
        for item, place in check.objects(module.get("resources"), f"{where}.resources"):
            check.fields(item, _CONFIGURED, place)
        for name in ("outputs", "variables"):
            for _ in check.table(module.get(name), f"{where}.{name}"):
                pass
        for item, place in check.table(module.get("module_calls"), f"{where}.module_calls"):
            check.fields(item, _CALL, place)
            stack.append((item.get("module") or {}, f"{place}.module"))
