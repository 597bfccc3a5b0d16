"""Terraform and OpenTofu plan JSON (``terraform show -json PLAN``), format versions 0.x and 1.x.

What is hard here: a plan shows an attribute without a value both when it comes from something
unknown and when nobody wrote it and the provider fills it in (Optional and Computed). The first
is unknown, the second is the provider's default. The configuration's references tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from recoverable.model.errors import InputError
from recoverable.model.raw import Change, Key, Provider, RawResource, Reading
from recoverable.model.values import Location, Unknown
from recoverable.readers.plan.plan_config import (
    Leaf,
    PlanConfig,
    Scope,
    all_references,
    leading,
    module_address,
    module_path,
    split_reference,
)
from recoverable.readers.plan.plan_documents import Documents
from recoverable.readers.plan.plan_json import as_dict, as_list, text_list, without_key
from recoverable.readers.plan.plan_merge import Merge, touches
from recoverable.readers.plan.plan_shape import check_shape

ENVIRONMENT_VARIABLES = ("environment", "env", "stage", "env_name", "deployment_environment")
MOST_SOURCES = 500
"""A value made of one of more things than this (a local value in the root of a large stack) may be made of anything."""
PASSWORDS = frozenset({"password", "master_password", "root_password"})


def is_plan(document: Any) -> bool:
    """True for what ``terraform show -json`` prints of a plan."""
    return isinstance(document, dict) and "format_version" in document and ("resource_changes" in document or "planned_values" in document)


def read_plan(document: dict[str, Any], path: str, wanted: Callable[[str], bool]) -> Reading:
    """Read a plan; only resources whose type is ``wanted`` are looked at.

    Raises:
        InputError: the format version is not 0.x or 1.x, the plan failed half-way, or it is malformed.
    """
    version = str(document.get("format_version", ""))
    if version.split(".")[0] not in ("0", "1"):
        raise InputError(
            f"plan format version {version or 'missing'} is not known",
            path,
            "Versions 0.x and 1.x are read; make the plan with a Terraform or OpenTofu this release knows, or upgrade recoverable.",
        )
    if document.get("errored"):
        raise InputError("the plan is incomplete: terraform plan failed half-way", path, "Fix the plan's errors and make it again.")
    check_shape(document, path)
    return _PlanReader(document, path, wanted).read()


class _PlanReader:
    def __init__(self, document: dict[str, Any], path: str, wanted: Callable[[str], bool]) -> None:
        self.document = document
        self.path = path
        self.wanted = wanted
        self.config = PlanConfig(as_dict(document.get("configuration")))
        self.changes: dict[str, dict[str, Any]] = {}
        self.instances: dict[str, list[str]] = {}
        self.documents = Documents(self.changes, self.config)
        self._unknown_by_module: dict[str, list[Leaf]] | None = None
        self._providers: dict[str, Provider] = {}
        self._data = {
            item["address"]: item
            for item in _walk(as_dict(as_dict(document.get("prior_state")).get("values")).get("root_module"))
            if item.get("mode") == "data"
        }

    def read(self) -> Reading:
        for change in as_list(self.document.get("resource_changes")):
            if change.get("deposed"):
                continue
            self.changes[change["address"]] = change
            self.instances.setdefault(without_key(change["address"]), []).append(change["address"])
            self._note_instance(change)
        reading = Reading("terraform-plan", self.path, files=[self.path])
        planned = as_dict(as_dict(self.document.get("planned_values")).get("root_module"))
        for resource in _walk(planned):
            if (resource.get("mode") or "managed") == "managed" and self.wanted(str(resource.get("type", ""))):
                reading.resources.append(self._resource(resource))
        self._read_changes(reading)
        reading.environment_hints = list(self._hints())
        return reading

    def _note_instance(self, change: dict[str, Any]) -> None:
        actions = as_dict(change.get("change")).get("actions")
        if actions == ["delete"]:
            return
        key: Key = change.get("index")
        address = str(change["address"])
        self.config.add_instance(without_key(address) if key is not None else address, key)

    def _resource(self, resource: dict[str, Any]) -> RawResource:
        address = str(resource["address"])
        change = as_dict(as_dict(self.changes.get(address)).get("change"))
        module = module_path(address)
        config = self.config.resource(module, f"{resource.get('type')}.{resource.get('name')}") or {}
        expressions = as_dict(config.get("expressions"))
        key: Key = resource.get("index")
        scope = Scope(module, key, tuple(text_list(as_dict(config.get("for_each_expression")).get("references"))))
        merge = Merge(self, scope, address, has_config=bool(config))
        values = as_dict(resource.get("values"))
        attrs = merge.tree(values, as_dict(change.get("after_unknown")), expressions, dynamic=False)
        references = {name: _references(item) for name, item in expressions.items()}
        for name in PASSWORDS & attrs.keys() & references.keys():
            if self._written_in_code(references[name], scope, attrs[name]):
                references[name] = ()
        return RawResource(
            address=address,
            type=str(resource["type"]),
            name=str(resource.get("name", "")),
            attrs=attrs,
            where=Location(self.path),
            references=references,
            sensitive=frozenset(name for name, mark in as_dict(resource.get("sensitive_values")).items() if mark is True),
            provider=self._provider(
                str(config.get("provider_config_key", "")), str(resource.get("provider_name", "")), str(resource["type"])
            ),
            module=module_address(module),
            key=key,
            planned=True,
        )

    def _written_in_code(self, references: tuple[str, ...], scope: Scope, value: Any) -> bool:
        """Whether a value comes from constants alone: module inputs, or a variable's default."""
        for leaf in self.config.trace(list(references), scope):
            variable = as_dict(as_dict(self.config.root.get("variables")).get(leaf.address.removeprefix("var.")))
            if leaf.kind != "variable" or value is None or variable.get("default") != value:
                return False
        return True

    def _read_changes(self, reading: Reading) -> None:
        before: list[RawResource] = []
        touched = False
        for address, item in self.changes.items():
            kind = str(item.get("type", ""))
            if (item.get("mode") or "managed") != "managed" or not self.wanted(kind):
                continue
            change = as_dict(item.get("change"))
            action = _action(as_list(change.get("actions")))
            reasons = tuple(".".join(str(part) for part in path) for path in as_list(change.get("replace_paths")) if isinstance(path, list))
            reading.changes[address] = Change(address, action, str(item.get("previous_address", "")), reasons)
            if isinstance(change.get("before"), dict):
                before.append(self._before(address, item, change["before"]))
                touched = touched or action in ("update", "delete", "replace", "forget")
        if touched:
            reading.before = before

    def _before(self, address: str, item: dict[str, Any], values: dict[str, Any]) -> RawResource:
        module = module_path(address)
        config = self.config.resource(module, f"{item.get('type')}.{item.get('name')}") or {}
        return RawResource(
            address=address,
            type=str(item["type"]),
            name=str(item.get("name", "")),
            attrs={name: value for name, value in values.items() if value is not None},
            where=Location(self.path),
            provider=self._provider(str(config.get("provider_config_key", "")), str(item.get("provider_name", "")), str(item["type"])),
            module=module_address(module),
            key=item.get("index"),
        )

    def _provider(self, key: str, full_name: str, kind: str) -> Provider:
        name = full_name.rsplit("/", 1)[-1] or kind.split("_", 1)[0]
        found = self._providers.get(key)
        if found is None:
            config = as_dict(self.config.providers.get(key))
            attrs = {item: self._constant(expression) for item, expression in as_dict(config.get("expressions")).items()}
            found = Provider(name, str(config.get("alias", "")), {item: value for item, value in attrs.items() if value is not None})
            self._providers[key] = found
        return found

    def _constant(self, expression: Any) -> Any:
        """A provider setting: constant, or taken from a root variable whose value the plan has."""
        if isinstance(expression, list):
            return [self._constant(item) for item in expression]
        if not isinstance(expression, dict):
            return expression
        if "constant_value" in expression:
            return expression["constant_value"]
        references = expression.get("references")
        if references is None:
            return {name: self._constant(item) for name, item in expression.items()}
        names = leading(text_list(references))
        parts = split_reference(names[0]) if len(names) == 1 else []
        if len(parts) == 2 and parts[0][0] == "var":
            value = as_dict(as_dict(self.document.get("variables")).get(parts[1][0])).get("value")
            if value is not None:
                return value
        return Unknown(", ".join(names) or "?", "not in the plan")

    def _hints(self) -> Iterator[tuple[str, str]]:
        variables = as_dict(self.document.get("variables"))
        for name in ENVIRONMENT_VARIABLES:
            value = as_dict(variables.get(name)).get("value")
            if isinstance(value, str) and value:
                yield f"variable {name}", value
        parts = self.path.replace("\\", "/").split("/")
        yield "plan file", parts[-1].split(".")[0]
        for part in reversed(parts[:-1]):
            if part not in ("", ".", ".."):
                yield "folder", part

    def is_unknown(self, leaf: Leaf) -> bool:
        """Whether what a trace ended at can be unknown (rather than known and null)."""
        if leaf.kind == "variable":
            return False
        if leaf.kind == "data":
            return leaf.address not in self._data
        if leaf.kind != "resource":
            return True
        change = self.changes.get(leaf.address)
        if change is None:
            return True
        unknown = as_dict(change.get("change")).get("after_unknown")
        if not leaf.attribute or not isinstance(unknown, dict):
            return bool(unknown)
        return touches(unknown, leaf.attribute.split("."))

    def relevant(self, module: str, own: str) -> list[Leaf]:
        """Unknown attributes that anything in this module may be made of, but for the resource itself."""
        if "relevant_attributes" not in self.document:
            return [Leaf("lost", "?")]
        candidates = self._candidates().get(module, ())
        if len(candidates) > MOST_SOURCES:
            return [Leaf("lost", "?")]
        itself = (own, without_key(own))
        return [leaf for leaf in candidates if leaf.address not in itself]

    def _candidates(self) -> dict[str, list[Leaf]]:
        """The relevant attributes that are unknown, by every module they lie in (the root is "")."""
        if self._unknown_by_module is None:
            self._unknown_by_module = {}
            for item in as_list(self.document["relevant_attributes"]):
                address, path = str(item.get("resource", "")), as_list(item.get("attribute"))
                leaf = Leaf(
                    "data" if ".data." in f".{address}" else "resource", address, ".".join(map(str, path)), exact=address in self.changes
                )
                if not self._may_be_unknown(leaf):
                    continue
                modules = module_path(address)
                for depth in range(len(modules) + 1):
                    self._unknown_by_module.setdefault(module_address(modules[:depth]), []).append(leaf)
        return self._unknown_by_module

    def _may_be_unknown(self, leaf: Leaf) -> bool:
        """Whether the attribute is unknown, in any instance where the plan does not say which."""
        if leaf.exact or leaf.kind == "data":
            return not leaf.exact or self.is_unknown(leaf)
        return any(self.is_unknown(Leaf("resource", known, leaf.attribute)) for known in self.instances.get(leaf.address, ()))


def _references(expression: Any) -> tuple[str, ...]:
    """The references of an expression, most of which are a constant or a single list."""
    if isinstance(expression, dict) and len(expression) == 1 and "constant_value" in expression:
        return ()
    return tuple(leading(list(all_references(expression))))


def _action(actions: list[Any]) -> str:
    if len(actions) == 2:
        return "replace"
    return str(actions[0]) if actions else "no-op"


def _walk(module: Any) -> Iterator[dict[str, Any]]:
    stack = [module]
    while stack:
        current = as_dict(stack.pop())
        yield from as_list(current.get("resources"))
        stack.extend(reversed(as_list(current.get("child_modules"))))
