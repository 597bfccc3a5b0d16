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
from recoverable.model.values import Location, Ref, Unknown
from recoverable.readers.plan.plan_config import (
    Leaf,
    ModulePath,
    PlanConfig,
    Scope,
    all_references,
    leading,
    module_address,
    split_reference,
)

KNOWN_AFTER_APPLY = "known after apply"
ENVIRONMENT_VARIABLES = ("environment", "env", "stage", "env_name", "deployment_environment")
# A reference to one of these alone has a value after apply, whatever it is.
IDENTITIES = ("id", "arn", "key_id", "self_link", "name")
PASSWORDS = frozenset({"password", "master_password", "root_password"})
_NOT_WRITTEN = object()


def is_plan(document: Any) -> bool:
    """True for what ``terraform show -json`` prints of a plan."""
    return isinstance(document, dict) and "format_version" in document and (
        "resource_changes" in document or "planned_values" in document
    )


def read_plan(document: dict[str, Any], path: str, wanted: Callable[[str], bool]) -> Reading:
    """Read a plan; only resources whose type is ``wanted`` are looked at.

    Raises:
        InputError: the format version is not 0.x or 1.x, or the plan failed half-way.
    """
    version = str(document.get("format_version", ""))
    if version.split(".")[0] not in ("0", "1"):
        raise InputError(
            f"plan format version {version or 'missing'} is not known", path,
            "Versions 0.x and 1.x are read; make the plan with a Terraform or OpenTofu this release knows, or upgrade recoverable.",
        )
    if document.get("errored"):
        raise InputError("the plan is incomplete: terraform plan failed half-way", path, "Fix the plan's errors and make it again.")
    return _PlanReader(document, path, wanted).read()


class _PlanReader:
    def __init__(self, document: dict[str, Any], path: str, wanted: Callable[[str], bool]) -> None:
        self.document = document
        self.path = path
        self.wanted = wanted
        self.config = PlanConfig(_dict(document.get("configuration")))
        self.changes: dict[str, dict[str, Any]] = {}
        self.unknown_attributes: dict[str, dict[str, Any]] = {}
        self._providers: dict[str, Provider] = {}
        self._data = {item["address"]: item for item in _walk(_dict(_dict(document.get("prior_state")).get("values")).get("root_module")) if item.get("mode") == "data"}

    def read(self) -> Reading:
        for change in _list(self.document.get("resource_changes")):
            if not isinstance(change, dict) or "address" not in change or change.get("deposed"):
                continue
            self.changes[change["address"]] = change
            self._note_instance(change)
        reading = Reading("terraform-plan", self.path, files=[self.path])
        planned = _dict(_dict(self.document.get("planned_values")).get("root_module"))
        for resource in _walk(planned):
            if resource.get("mode", "managed") == "managed" and self.wanted(str(resource.get("type", ""))):
                reading.resources.append(self._resource(resource))
        self._read_changes(reading)
        reading.environment_hints = list(self._hints())
        return reading

    def _note_instance(self, change: dict[str, Any]) -> None:
        actions = _dict(change.get("change")).get("actions")
        if actions == ["delete"]:
            return
        key: Key = change.get("index")
        address = str(change["address"])
        self.config.add_instance(_without_key(address) if key is not None else address, key)

    def _resource(self, resource: dict[str, Any]) -> RawResource:
        address = str(resource["address"])
        change = _dict(_dict(self.changes.get(address)).get("change"))
        module = _module_path(address, str(resource.get("type")))
        config = self.config.resource(module, f"{resource.get('type')}.{resource.get('name')}") or {}
        expressions = _dict(config.get("expressions"))
        key: Key = resource.get("index")
        scope = Scope(module, key, tuple(_dict(config.get("for_each_expression")).get("references") or ()))
        merge = _Merge(self, scope, address, has_config=bool(config))
        values = _dict(resource.get("values"))
        attrs = merge.tree(values, _dict(change.get("after_unknown")), expressions, dynamic=False)
        references = {name: tuple(leading(list(all_references(item)))) for name, item in expressions.items()}
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
            sensitive=frozenset(name for name, mark in _dict(resource.get("sensitive_values")).items() if mark is True),
            provider=self._provider(str(config.get("provider_config_key", "")), str(resource.get("provider_name", "")), str(resource["type"])),
            module=module_address(module),
            key=key,
        )

    def _written_in_code(self, references: tuple[str, ...], scope: Scope, value: Any) -> bool:
        """Whether a value comes from constants alone: module inputs, or a variable's default."""
        for leaf in self.config.trace(list(references), scope):
            variable = _dict(_dict(self.config.root.get("variables")).get(leaf.address.removeprefix("var.")))
            if leaf.kind != "variable" or value is None or variable.get("default") != value:
                return False
        return True

    def _read_changes(self, reading: Reading) -> None:
        before: list[RawResource] = []
        touched = False
        for address, item in self.changes.items():
            kind = str(item.get("type", ""))
            if item.get("mode", "managed") != "managed" or not self.wanted(kind):
                continue
            change = _dict(item.get("change"))
            action = _action(_list(change.get("actions")))
            reasons = tuple(".".join(str(part) for part in path) for path in _list(change.get("replace_paths")) if isinstance(path, list))
            reading.changes[address] = Change(address, action, str(item.get("previous_address", "")), reasons)
            if isinstance(change.get("before"), dict):
                before.append(self._before(address, item, change["before"]))
                touched = touched or action in ("update", "delete", "replace", "forget")
        if touched:
            reading.before = before

    def _before(self, address: str, item: dict[str, Any], values: dict[str, Any]) -> RawResource:
        module = _module_path(address, str(item.get("type")))
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
            config = _dict(self.config.providers.get(key))
            attrs = {item: self._constant(expression) for item, expression in _dict(config.get("expressions")).items()}
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
        names = leading(references)
        parts = split_reference(names[0]) if len(names) == 1 else []
        if len(parts) == 2 and parts[0][0] == "var":
            value = _dict(_dict(self.document.get("variables")).get(parts[1][0])).get("value")
            if value is not None:
                return value
        return Unknown(", ".join(names) or "?", "not in the plan")

    def _hints(self) -> Iterator[tuple[str, str]]:
        variables = _dict(self.document.get("variables"))
        for name in ENVIRONMENT_VARIABLES:
            value = _dict(variables.get(name)).get("value")
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
        unknown = _dict(change.get("change")).get("after_unknown")
        if not leaf.attribute or not isinstance(unknown, dict):
            return bool(unknown)
        return _touches(unknown, leaf.attribute.split("."))

    def relevant(self, module: str, own: str) -> list[Leaf]:
        """Unknown attributes that anything in this module may be made of, but for the resource itself."""
        if "relevant_attributes" not in self.document:
            return [Leaf("lost", "?")]
        found: list[Leaf] = []
        for item in _list(self.document["relevant_attributes"]):
            address, path = str(item.get("resource", "")), _list(item.get("attribute"))
            if address == _without_key(own) or address == own or (module and not address.startswith(module + ".")):
                continue
            leaf = Leaf("data" if ".data." in f".{address}" else "resource", address, ".".join(map(str, path)), exact=address in self.changes)
            if leaf.kind == "resource" and not leaf.exact and not any(self.is_unknown(Leaf("resource", known, leaf.attribute)) for known in self.changes if _without_key(known) == address):
                continue
            if not leaf.exact or self.is_unknown(leaf):
                found.append(leaf)
        return found


class _Merge:
    """Lays ``after_unknown`` over the planned values of one resource."""

    def __init__(self, reader: _PlanReader, scope: Scope, address: str, has_config: bool) -> None:
        self.reader = reader
        self.scope = scope
        self.address = address
        self.has_config = has_config
        self._relevant: list[Leaf] | None = None

    def tree(self, values: dict[str, Any], unknown: dict[str, Any], expressions: dict[str, Any], dynamic: bool) -> dict[str, Any]:
        out = {name: self.node(value, unknown.get(name, False), _expression(expressions, name), dynamic) for name, value in values.items() if value is not None}
        for name, mark in unknown.items():
            if mark is True and values.get(name) is None:
                found = self.unknown(_expression(expressions, name), dynamic)
                if found is not None:
                    out[name] = found
            elif values.get(name) is None and isinstance(mark, (dict, list)) and mark:
                found = self.node({} if isinstance(mark, dict) else [], mark, _expression(expressions, name), dynamic)
                if found:
                    out[name] = found
        return out

    def node(self, value: Any, unknown: Any, expression: Any, dynamic: bool) -> Any:
        if unknown is True:
            return self.unknown(expression, dynamic)
        if not unknown:
            return value
        whole = isinstance(expression, dict) and ("references" in expression or "constant_value" in expression)
        if isinstance(value, dict) and isinstance(unknown, dict):
            inner = _Same(expression) if whole else (expression if isinstance(expression, dict) else {})
            return self.tree(value, unknown, inner, dynamic or expression is _NOT_WRITTEN)
        if isinstance(value, list) and isinstance(unknown, list):
            items = expression if isinstance(expression, list) and len(expression) == len(value) else None
            length = max(len(value), len(unknown))
            out = [
                self.node(
                    value[index] if index < len(value) else None,
                    unknown[index] if index < len(unknown) else False,
                    items[index] if items else (expression if whole else _NOT_WRITTEN),
                    dynamic or (items is None and not whole),
                )
                for index in range(length)
            ]
            return [item for item in out if item is not None]
        return value

    def unknown(self, expression: Any, dynamic: bool) -> Unknown | None:
        """None for the provider's default, else what the value comes from."""
        if not self.has_config:
            return None
        if expression is _NOT_WRITTEN and not dynamic:
            return None
        references = list(all_references(expression)) if expression is not _NOT_WRITTEN else []
        leaves = list(self.reader.config.trace(references, self.scope)) if references else []
        if dynamic and not references:
            leaves = [Leaf("local", "a dynamic block")]
        sources = [leaf for leaf in leaves if self.reader.is_unknown(leaf)]
        if not sources:
            return None
        vague = [leaf for leaf in sources if leaf.kind in ("local", "lost")]
        if vague:
            sources = [leaf for leaf in sources if leaf not in vague] + self.relevant()
            if not sources:
                return None
        named = ", ".join(leading(references)) or vague[0].address
        refs = tuple(Ref(leaf.address if leaf.exact else _without_key(leaf.address), leaf.attribute) for leaf in sources if leaf.kind == "resource")
        surely = len(references) > 0 and len(leading(references)) == 1 and len(sources) == 1 and sources[0].attribute in IDENTITIES
        return Unknown(named, KNOWN_AFTER_APPLY, refs, not_null=surely)

    def relevant(self) -> list[Leaf]:
        if self._relevant is None:
            self._relevant = self.reader.relevant(module_address(self.scope.module), self.address)
        return self._relevant


class _Same(dict[str, Any]):
    """An expression that stands for every key below it (``tags = merge(…)``)."""

    def __init__(self, expression: Any) -> None:
        super().__init__()
        self.expression = expression


def _expression(expressions: dict[str, Any], name: str) -> Any:
    if isinstance(expressions, _Same):
        return expressions.expression
    return expressions.get(name, _NOT_WRITTEN)


def _touches(unknown: Any, path: list[str]) -> bool:
    """Whether an attribute path, or anything below or above it, is unknown."""
    for part in path:
        if unknown is True:
            return True
        if isinstance(unknown, list):
            index = int(part) if part.isdigit() else 0
            unknown = unknown[index] if index < len(unknown) else False
        elif isinstance(unknown, dict):
            unknown = unknown.get(part, False)
        else:
            return False
    return _any_true(unknown)


def _any_true(unknown: Any) -> bool:
    if isinstance(unknown, dict):
        return any(_any_true(item) for item in unknown.values())
    if isinstance(unknown, list):
        return any(_any_true(item) for item in unknown)
    return unknown is True


def _action(actions: list[Any]) -> str:
    if len(actions) == 2:
        return "replace"
    return str(actions[0]) if actions else "no-op"


def _walk(module: Any) -> Iterator[dict[str, Any]]:
    stack = [module]
    while stack:
        current = stack.pop()
        if not isinstance(current, dict):
            continue
        for resource in _list(current.get("resources")):
            if isinstance(resource, dict) and "address" in resource:
                yield resource
        stack.extend(reversed(_list(current.get("child_modules"))))


def _module_path(address: str, kind: str) -> ModulePath:
    """The module instances an address lies in."""
    if not address.startswith("module."):
        return ()
    parts = split_reference(address)
    path: list[tuple[str, Key]] = []
    index = 0
    while index + 1 < len(parts) and parts[index] == ("module", None):
        path.append(parts[index + 1])
        index += 2
    return tuple(path)


def _without_key(address: str) -> str:
    """An address without its last instance key."""
    if not address.endswith("]"):
        return address
    if address.endswith('"]'):
        start = address.rfind('["')
        while start > 0 and address.count('"', start) % 2:
            start = address.rfind('["', 0, start)
        return address[:start] if start > 0 else address
    return address[: address.rfind("[")]


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
