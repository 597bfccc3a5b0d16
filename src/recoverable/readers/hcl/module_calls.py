"""Calls of modules: where the module is, its instances, and ``module.x`` as a value."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.configuration import Configuration, place
from recoverable.readers.hcl.evaluation_errors import EvalError, TooLargeError
from recoverable.readers.hcl.evaluator import Scope, evaluate
from recoverable.readers.hcl.expansion import Expansion, expand, suffix, undecided
from recoverable.readers.hcl.opaque_values import Opaque, OpaqueSet
from recoverable.readers.hcl.structure import Block

if TYPE_CHECKING:
    from recoverable.readers.hcl.module_instance import ModuleInstance

MOST_MODULES = 10_000
NOT_DOWNLOADED = "module not downloaded"


def is_local(source: str) -> bool:
    """Whether a module source is a folder beside the caller."""
    return source in (".", "..") or source.startswith(("./", "../", ".\\", "..\\"))


def source_of(block: Block) -> str | None:
    """The source of a module call where it is plain text, as Terraform demands."""
    argument = block.body.arguments.get("source")
    node = argument.node if argument else None
    return node.value if isinstance(node, tree.Literal) and isinstance(node.value, str) else None


class ModuleCall:
    """One ``module`` block in one instance of the calling module."""

    def __init__(self, module: ModuleInstance, name: str, block: Block) -> None:
        self.module = module
        self.name = name
        self.block = block
        self.address = module.inside(f"module.{name}")
        self._expansion: Expansion | None = None
        self._instances: dict[Any, ModuleInstance] = {}
        self._configuration: Configuration | None = None
        self._is_located = False
        self._value: Any = None
        self._in_value = False

    # --- where the module is

    def configuration(self) -> Configuration | None:
        """What the called module declares; None, with a problem noted, when it is not there."""
        if not self._is_located:
            self._is_located = True
            self._configuration = self._locate()
        return self._configuration

    def _locate(self) -> Configuration | None:
        session = self.module.session
        source = source_of(self.block)
        if source is None:
            argument = self.block.body.arguments.get("source")
            what = f"the source of {self.address} is not plain text" if argument else f"{self.address} has no source"
            session.problem("missing-module", what, place(self.block), self.address)
            return None
        key = f"{self.module.manifest_key}.{self.name}".lstrip(".")
        folder: Path | None
        if is_local(source):
            folder = Path(os.path.normpath(self.module.configuration.folder / source.replace("\\", "/")))
        else:
            folder = session.downloaded(key)
        if folder is None or not folder.is_dir():
            what = "is not there" if is_local(source) else "is not downloaded"
            hint = "" if is_local(source) else "; run terraform init"
            message = f'the module "{source}" of {self.address} {what}, so what it declares is unknown{hint}'
            session.problem("missing-module", message, place(self.block), self.address)
            return None
        if self._calls_itself(folder):
            return None
        return session.library.configuration(folder)

    def _calls_itself(self, folder: Path) -> bool:
        real = os.path.realpath(folder)
        module: ModuleInstance | None = self.module
        while module is not None:
            if os.path.realpath(module.configuration.folder) == real:
                shown = self.module.session.shown(folder)
                message = f"modules call each other in a circle: {self.address} is {shown} again"
                self.module.session.problem("error", message, place(self.block), self.address)
                return True
            module = module.parent
        return False

    # --- its instances

    @property
    def expansion(self) -> Expansion:
        """The instances of the call; a refused count or for_each is one unknown stand-in."""
        if self._expansion is None:
            self._expansion = self._expand()
        return self._expansion

    def _expand(self) -> Expansion:
        try:
            found = expand(self.block.body, self.module.scope)
        except (EvalError, RecursionError) as error:
            message = f"count or for_each of {self.address} cannot be evaluated: {error or 'nested too deeply'}"
            self.module.session.problem("note", message, place(self.block), self.address)
            return undecided(Unknown(self.address, "count or for_each cannot be evaluated"))
        if found.cause is not None:
            message = f"how many instances {self.address} has is not known: {found.cause.expression} ({found.cause.reason})"
            self.module.session.problem("note", message, place(self.block), self.address)
        session = self.module.session
        session.module_instances += len(found.instances)
        if found.truncated or session.module_instances > MOST_MODULES:
            # Modules that call modules multiply, so the bound is on all of them together.
            message = f"{self.address} has {found.total:,} instances, too many to tell apart: one stands for all"
            session.problem("note", message, place(self.block), self.address)
            found = undecided(Unknown(self.address, "too many instances to tell apart"))
        return found

    def instance(self, key: Any) -> ModuleInstance | None:
        """One instance of the called module; None when the module is not there."""
        from recoverable.readers.hcl.module_instance import ModuleInstance

        configuration = self.configuration()
        if configuration is None:
            return None
        if key not in self._instances:
            address = self.address + suffix(self.expansion.style, key)
            self._instances[key] = ModuleInstance(self.module.session, configuration, address, self, key)
        return self._instances[key]

    def scope(self, key: Any) -> Scope:
        """Where the arguments of one instance are evaluated: in the caller, with its each.*."""
        return Scope(self.module, self.expansion.instances.get(key, {}))

    def conditional(self) -> Unknown | None:
        """Why it is not known whether, or how often, this call is there at all."""
        return self.expansion.cause

    # --- module.x as a value

    @property
    def value(self) -> Any:
        """``module.x``: one object of outputs, a list, a map, or an unknown number of them."""
        if self._in_value:
            raise EvalError(f"the count or for_each of {self.address} needs the module itself")
        if self._value is None:
            self._in_value = True
            try:
                self._value = self._make_value()
            finally:
                self._in_value = False
        return self._value

    def _make_value(self) -> Any:
        style, instances = self.expansion.style, self.expansion.instances
        if style == "single":
            # A call that is switched off (OpenTofu's `enabled`) is null.
            return self._object(None) if instances else None
        if style == "count":
            return [self._object(key) for key in instances]
        if style == "for_each":
            return {key: self._object(key) for key in instances}
        cause = self.conditional() or Unknown(self.address)
        return OpaqueSet(f"module.{self.name}", cause.reason, cause.refs, item=self._object)

    def _object(self, key: Any) -> Opaque:
        known = key if key in self.expansion.instances else None
        expression = f"module.{self.name}{suffix(self.expansion.style, key) if key is not None else ''}"

        def member(output: str) -> Any:
            instance = self.instance(known)
            if instance is None:
                return Unknown(f"{expression}.{output}", NOT_DOWNLOADED)
            return instance.output(output)

        def whole() -> Any:
            instance = self.instance(known)
            if instance is None:
                return Unknown(expression, NOT_DOWNLOADED)
            return {name: instance.output(name) for name in instance.configuration.outputs}

        return Opaque(expression, "outputs of a module", not_null=True, member=member, whole=whole)


def call_argument(call: ModuleCall, key: Any, name: str) -> tuple[bool, Any]:
    """Whether a call sets an input, and to what."""
    argument = call.block.body.arguments.get(name)
    if argument is None:
        return False, None
    try:
        return True, evaluate(argument.node, call.scope(key))
    except TooLargeError as error:
        return True, Unknown(f"{call.address}.{name}", str(error))
