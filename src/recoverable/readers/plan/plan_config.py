"""The ``configuration`` part of a plan, and tracing of references through it.

A plan gives an attribute that is not known yet as ``after_unknown`` and, apart from that, the
references its expression is made of. Tracing follows those references through module inputs,
module outputs and instance keys to the resource instances (or variables, locals, data sources)
that the value comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recoverable.model.raw import Key
from recoverable.readers.plan.plan_json import is_index, text_list

MAX_DEPTH = 40
ModulePath = tuple[tuple[str, Key], ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """The end of a trace: ``kind`` is resource, data, variable, local, or lost (not followed).

    ``address`` is an instance address; ``exact`` is false where the instance is not known, so
    that it may be any instance of the resource.
    """

    kind: str
    address: str
    attribute: str = ""
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a reference stands: the module instance, and the keys ``each`` and ``count`` have.

    ``each_from`` are the references of the ``for_each`` expression, ``key`` the own key.
    """

    module: ModulePath
    key: Key = None
    each_from: tuple[str, ...] = ()


def module_address(path: ModulePath) -> str:
    """``module.a[0].module.b["x"]`` for a module path; the root is the empty text."""
    return ".".join(f"module.{name}{key_text(key)}" for name, key in path)


def key_text(key: Key) -> str:
    """``[0]``, ``["x"]`` or nothing, as Terraform writes an instance key."""
    if key is None:
        return ""
    if isinstance(key, int):
        return f"[{key}]"
    escaped = key.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{escaped}"]'


def split_reference(reference: str) -> list[tuple[str, Key]]:
    """``module.a["x"].out`` as ``[("module", None), ("a", "x"), ("out", None)]``."""
    if "[" not in reference:
        return [(part, None) for part in reference.split(".") if part]
    parts: list[tuple[str, Key]] = []
    name, index = "", 0
    while index < len(reference):
        char = reference[index]
        if char == ".":
            parts.append((name, None)) if name else None
            name = ""
            index += 1
        elif char == "[":
            key, index = _read_key(reference, index + 1)
            parts.append((name, key))
            name = ""
        else:
            name += char
            index += 1
    if name:
        parts.append((name, None))
    return parts


def _read_key(text: str, start: int) -> tuple[Key, int]:
    if start < len(text) and text[start] == '"':
        out, index = "", start + 1
        while index < len(text) and text[index] != '"':
            if text[index] == "\\" and index + 1 < len(text):
                index += 1
            out += text[index]
            index += 1
        end = text.find("]", index)
        return out, (end if end >= 0 else len(text)) + 1
    end = text.find("]", start)
    end = end if end >= 0 else len(text)
    inner = text[start:end]
    return (int(inner) if is_index(inner.removeprefix("-")) else inner), end + 1


def module_path(address: str) -> ModulePath:
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


def leading(references: list[str]) -> list[str]:
    """The references without the shorter prefixes Terraform lists after each long form."""
    kept: list[str] = []
    for reference in references:
        last = kept[-1] if kept else ""
        if last == reference or (last.startswith(reference) and last[len(reference)] in ".["):
            continue
        kept.append(reference)
    return kept


class PlanConfig:
    """Index of the configuration tree: resources and module calls by module path."""

    def __init__(self, configuration: dict[str, Any]) -> None:
        root = configuration.get("root_module")
        self.root: dict[str, Any] = root if isinstance(root, dict) else {}
        providers = configuration.get("provider_config")
        self.providers: dict[str, Any] = providers if isinstance(providers, dict) else {}
        self._modules: dict[tuple[str, ...], dict[str, Any] | None] = {(): self.root}
        self._resources: dict[tuple[str, ...], dict[str, dict[str, Any]]] = {}
        self.instances: dict[str, list[Key]] = {}

    def module(self, names: tuple[str, ...]) -> dict[str, Any] | None:
        """The configuration of a module by its call names, None where the plan has none."""
        if names not in self._modules:
            call = self.call(names)
            found = call.get("module") if call else None
            self._modules[names] = found if isinstance(found, dict) else None
        return self._modules[names]

    def call(self, names: tuple[str, ...]) -> dict[str, Any] | None:
        """The ``module`` block that calls a module."""
        parent = self.module(names[:-1])
        calls = parent.get("module_calls") if parent else None
        found = calls.get(names[-1]) if isinstance(calls, dict) else None
        return found if isinstance(found, dict) else None

    def resource(self, module: ModulePath, kind_and_name: str) -> dict[str, Any] | None:
        """The configuration of a resource (``aws_db_instance.this``, ``data.x.y``)."""
        names = tuple(name for name, _ in module)
        if names not in self._resources:
            found = self.module(names) or {}
            table: dict[str, dict[str, Any]] = {}
            for resource in found.get("resources") or ():
                prefix = "data." if resource.get("mode") == "data" else ""
                table[f"{prefix}{resource.get('type')}.{resource.get('name')}"] = resource
            self._resources[names] = table
        return self._resources[names].get(kind_and_name)

    def add_instance(self, base: str, key: Key) -> None:
        """Note that the plan has an instance of a resource (address without its own key)."""
        self.instances.setdefault(base, []).append(key)

    def trace(self, references: list[str], scope: Scope, depth: int = 0) -> Iterator[Leaf]:
        """The leaves a list of references comes from, in order, without repeats."""
        seen: set[Leaf] = set()
        keys = set(references)
        for reference in leading(references):
            for leaf in self._follow(reference, keys, scope, depth):
                if leaf not in seen:
                    seen.add(leaf)
                    yield leaf

    def _follow(self, reference: str, keys: set[str], scope: Scope, depth: int) -> Iterator[Leaf]:
        parts = split_reference(reference)
        head = parts[0][0] if parts else ""
        if depth > MAX_DEPTH:
            yield Leaf("lost", reference)
        elif head in ("count", "path", "terraform", "self"):
            return
        elif head == "each":
            if len(parts) > 1 and parts[1][0] == "value" and scope.each_from:
                yield from self.trace(list(scope.each_from), scope, depth + 1)
        elif head == "var" and len(parts) > 1:
            yield from self._variable(parts[1][0], scope, depth)
        elif head == "local":
            yield Leaf("local", reference)
        elif head == "module" and len(parts) > 1:
            yield from self._output(parts, keys, scope, depth)
        elif head == "data" and len(parts) > 2:
            yield self._instance("data", "data." + parts[1][0], parts[2], parts[3:], keys, scope)
        elif len(parts) > 1:
            yield self._instance("resource", parts[0][0], parts[1], parts[2:], keys, scope)
        else:
            yield Leaf("lost", reference)

    def _variable(self, name: str, scope: Scope, depth: int) -> Iterator[Leaf]:
        if not scope.module:
            yield Leaf("variable", f"var.{name}")
            return
        names = tuple(item for item, _ in scope.module)
        call = self.call(names) or {}
        expression = (call.get("expressions") or {}).get(name)
        references = list(all_references(expression)) if expression is not None else []
        parent = Scope(
            scope.module[:-1],
            scope.module[-1][1],
            tuple(text_list((call.get("for_each_expression") or {}).get("references"))),
        )
        yield from self.trace(references, parent, depth + 1)

    def _output(self, parts: list[tuple[str, Key]], keys: set[str], scope: Scope, depth: int) -> Iterator[Leaf]:
        name, key = parts[1]
        names = (*(item for item, _ in scope.module), name)
        child = self.module(names)
        call = self.call(names) or {}
        repeated = bool(call.get("count_expression") or call.get("for_each_expression"))
        if key is None and repeated:
            key = scope.key if self._same_key(keys, scope, f"module.{name}") else "*"
        if child is None or len(parts) < 3:
            yield Leaf("lost", f"module.{name}")
            return
        output = (child.get("outputs") or {}).get(parts[2][0]) or {}
        references = list(all_references(output.get("expression")))
        inner = Scope((*scope.module, (name, key)))
        yield from self.trace(references, inner, depth + 1)

    def _same_key(self, keys: set[str], scope: Scope, target: str) -> bool:
        """Whether a reference to a repeated thing is indexed by the own key."""
        if scope.key is None:
            return False
        if "each.key" in keys or "count.index" in keys:
            return True
        return any(item == target or item.startswith((f"{target}.", f"{target}[")) for item in scope.each_from)

    def _instance(
        self, kind: str, kind_name: str, name: tuple[str, Key], rest: list[tuple[str, Key]], keys: set[str], scope: Scope
    ) -> Leaf:
        attribute = ".".join(part for part, _ in rest)
        prefix = module_address(scope.module)
        base = f"{prefix}.{kind_name}.{name[0]}" if prefix else f"{kind_name}.{name[0]}"
        key = name[1]
        exact = '["*"]' not in base
        if key is None:
            known = self.instances.get(base, [])
            if self._same_key(keys, scope, f"{kind_name}.{name[0]}") and (scope.key in known or not known):
                key = scope.key
            elif len(known) == 1:
                key = known[0]
            elif len(known) > 1:
                exact = False
        return Leaf(kind, base + key_text(key), attribute, exact)


def all_references(expression: Any) -> Iterator[str]:
    """All references anywhere in an expression of the configuration."""
    if isinstance(expression, dict):
        found = expression.get("references")
        if isinstance(found, list):
            yield from (item for item in found if isinstance(item, str))
        for name, inner in expression.items():
            if name not in ("references", "constant_value"):
                yield from all_references(inner)
    elif isinstance(expression, list):
        for inner in expression:
            yield from all_references(inner)
