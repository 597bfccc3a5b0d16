"""Walks a module and everything it calls, and hands over the wanted resources instance by instance."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown
from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.block_values import body_values
from recoverable.readers.hcl.configuration import Configuration, place
from recoverable.readers.hcl.expansion import suffix
from recoverable.readers.hcl.module_calls import is_local, source_of
from recoverable.readers.hcl.module_instance import ModuleInstance
from recoverable.readers.hcl.module_roots import local_calls
from recoverable.readers.hcl.provider_configs import resource_provider
from recoverable.readers.hcl.resource_values import META, Resource
from recoverable.readers.hcl.structure import Block
from recoverable.readers.hcl.written_lines import has_dynamic, lines_of, references_of

CONDITIONAL = "__conditional__"
MOST_RESOURCES = 100_000
"""Beyond so many instances in one root module, blocks are judged as one instance each."""


@dataclass(slots=True)
class _Static:
    """What all instances of one block share."""

    references: dict[str, tuple[str, ...]]
    sensitive: frozenset[str]
    lifecycle: dict[str, Any] | None
    lines: dict[str, int] | None = None


class ResourceReader:
    """Collects the wanted resources of one root module."""

    def __init__(self, wanted: Callable[[str], bool]) -> None:
        self.wanted = wanted
        self.found: list[RawResource] = []
        self._static: dict[int, _Static] = {}
        self._worth: dict[str, bool] = {}

    def walk(self, module: ModuleInstance, doubt: Unknown | None = None) -> None:
        """Read a module's resources, then those of the modules it calls.

        ``doubt`` is set inside a module of which it is not known whether it is there.
        """
        for mode, kind, name in module.configuration.resources:
            if mode == "managed" and self.wanted(kind):
                self._resource(module.resource(mode, kind, name), doubt)
        for name, block in module.configuration.modules.items():
            if not self._is_worth(module, block):
                continue
            call = module.module_call(name)
            if not call.expansion.instances or call.configuration() is None:
                continue
            inner = _within(doubt, call.conditional(), call.address)
            for key in call.expansion.instances:
                instance = call.instance(key)
                if instance is not None:
                    self.walk(instance, inner)

    def _is_worth(self, module: ModuleInstance, block: Block) -> bool:
        """Whether a call can lead to a wanted resource, or to a module that is not there."""
        source = source_of(block)
        if source is None or not is_local(source):
            return True
        folder = os.path.normpath(module.configuration.folder / source.replace("\\", "/"))
        return self._holds(module, folder, set())

    def _holds(self, module: ModuleInstance, folder: str, seen: set[str]) -> bool:
        real = os.path.realpath(folder)
        if real in seen:
            return True  # a circle, which the walk reports
        if real not in self._worth:
            if not os.path.isdir(folder):
                return True
            configuration = module.session.library.configuration(Path(folder))
            module.session.take_problems(configuration)
            self._worth[real] = (
                any(self.wanted(kind) for kind in configuration.types())
                or len(local_calls(configuration)) < len(configuration.modules)
                or any(self._holds(module, str(called), seen | {real}) for called in local_calls(configuration))
            )
        return self._worth[real]

    def _resource(self, resource: Resource, doubt: Unknown | None) -> None:
        expansion = resource.expansion
        doubt = _within(doubt, expansion.cause, _condition_text(resource.block))
        if expansion.style == "unknown":
            self._note_unknown(resource)
        keys: list[Any] = list(expansion.instances)
        if len(self.found) + len(keys) > MOST_RESOURCES:
            message = f"more than {MOST_RESOURCES:,} resources: {resource.address} is judged as one instance"
            resource.module.session.problem("note", message, None, resource.address)
            keys = []
        for key in keys:
            self.found.append(self._instance(resource, key, resource.address + suffix(expansion.style, key), doubt))
        if expansion.truncated or (expansion.instances and not keys):
            cause = Unknown(resource.address, "too many instances to tell apart")
            self.found.append(self._instance(resource, "*", f"{resource.address}[*]", doubt or cause))

    def _note_unknown(self, resource: Resource) -> None:
        cause = resource.expansion.cause
        if cause is None or cause.expression == resource.address:
            return  # that it cannot be evaluated is noted already
        message = (
            f"how many instances {resource.address} has is not known: {cause.expression}{f' ({cause.reason})' if cause.reason else ''}"
        )
        resource.module.session.problem("note", message, place(resource.block), resource.address)

    def _instance(self, resource: Resource, key: Any, address: str, doubt: Unknown | None) -> RawResource:
        block = resource.block
        module = resource.module
        attrs = body_values(module, block.body, resource.scope(key), META, top=True)
        shared = self._shared(module, block)
        if shared.lifecycle:
            attrs["lifecycle_meta"] = shared.lifecycle
        if doubt is not None:
            attrs[CONDITIONAL] = Unknown(doubt.expression, doubt.reason, doubt.refs, sketch=doubt.sketch)
        lines = shared.lines
        if lines is None:
            lines = lines_of(block, attrs, META)
            if not has_dynamic(block.body):
                shared.lines = lines
        return RawResource(
            address=address,
            type=resource.type,
            name=resource.name,
            attrs=attrs,
            where=place(block),
            lines=lines,
            references=shared.references,
            sensitive=shared.sensitive,
            provider=resource_provider(module, block),
            module=module.address,
            key=None if key == "*" and resource.expansion.style != "for_each" else key,
        )

    def _shared(self, module: ModuleInstance, block: Block) -> _Static:
        found = self._static.get(id(block))
        if found is None:
            references = references_of(block, META)
            secret = frozenset(_sensitive(module.configuration, references))
            found = self._static[id(block)] = _Static(references, secret, _lifecycle(block))
        return found


def _sensitive(configuration: Configuration, references: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """The attributes made from a variable that is marked sensitive."""
    for name, words in references.items():
        for word in words:
            root, _, rest = word.partition(".")
            block = configuration.variables.get(rest.partition(".")[0]) if root == "var" else None
            argument = block.body.arguments.get("sensitive") if block else None
            if argument and isinstance(argument.node, tree.Literal) and argument.node.value in (True, "true"):
                yield name
                break


def _lifecycle(block: Block) -> dict[str, Any] | None:
    """``prevent_destroy`` and ``ignore_changes`` as written: Terraform allows no expressions there."""
    found: dict[str, Any] = {}
    for inner in block.body.of_type("lifecycle"):
        prevent = inner.body.arguments.get("prevent_destroy")
        if prevent is not None:
            value = prevent.node.value if isinstance(prevent.node, tree.Literal) else Unknown(prevent.text)
            found["prevent_destroy"] = value in (True, "true") if not isinstance(value, Unknown) else value
        ignore = inner.body.arguments.get("ignore_changes")
        if ignore is not None:
            items = ignore.node.items if isinstance(ignore.node, tree.Tuple) else [ignore.node]
            found["ignore_changes"] = [_dotted(item) for item in items]
    return found or None


def _dotted(node: tree.Node) -> str:
    if isinstance(node, tree.Attribute):
        return f"{_dotted(node.target)}.{node.name}"
    if isinstance(node, tree.Index):
        return f"{_dotted(node.target)}.{_dotted(node.key)}"
    return node.name if isinstance(node, tree.Variable) else str(getattr(node, "value", "*"))


def _within(outer: Unknown | None, own: Unknown | None, identity: str) -> Unknown | None:
    """The doubt of something that is there only if ``own`` says so, inside of something that may not be there.

    Two things whose doubts have the same sketch are there together or not at all.
    """
    doubt = outer or own
    if doubt is None:
        return None
    path = [outer.sketch] if outer else []
    return Unknown(doubt.expression, doubt.reason, doubt.refs, sketch="|".join([*path, identity] if own else path))


def _condition_text(block: Block) -> str:
    """How count or for_each is written, white space aside."""
    found = block.body.arguments.get("count") or block.body.arguments.get("for_each")
    return " ".join(found.text.split()) if found else ""
