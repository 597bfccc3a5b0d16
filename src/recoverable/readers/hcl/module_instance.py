"""One instance of a module: its inputs, local values, outputs, resources and calls, each made on demand."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.model.raw import Provider
from recoverable.model.values import Unknown
from recoverable.readers.hcl.configuration import Configuration, ResourceKey, place
from recoverable.readers.hcl.evaluation_errors import CycleError, EvalError, bounded
from recoverable.readers.hcl.evaluator import Scope, evaluate
from recoverable.readers.hcl.module_calls import ModuleCall
from recoverable.readers.hcl.provider_configs import provider_for
from recoverable.readers.hcl.resource_values import Resource
from recoverable.readers.hcl.session import Session
from recoverable.readers.hcl.structure import Block
from recoverable.readers.hcl.variable_values import variable_value

_PENDING = object()


@dataclass(slots=True)
class _Refused:
    """Remembers that a value could not be made, so that every use says the same."""

    error: EvalError


class ModuleInstance:
    """Gives the names in a module's expressions their values."""

    def __init__(
        self, session: Session, configuration: Configuration, address: str = "", call: ModuleCall | None = None,
        key: Any = None,
    ) -> None:  # fmt: skip
        self.session = session
        self.configuration = configuration
        self.address = address
        self.call = call
        self.key = key
        self.scope = Scope(self)
        self.resources: dict[ResourceKey, Resource] = {}
        self.calls: dict[str, ModuleCall] = {}
        self._known: dict[str, Any] = {}
        self._providers: dict[tuple[str, str], Provider] = {}
        session.take_problems(configuration)

    @property
    def parent(self) -> ModuleInstance | None:
        """The module that calls this one."""
        return self.call.module if self.call else None

    @property
    def manifest_key(self) -> str:
        """The names of the calls that lead here, as ``modules.json`` joins them."""
        if self.call is None:
            return ""
        above = self.call.module.manifest_key
        return f"{above}.{self.call.name}" if above else self.call.name

    def inside(self, address: str) -> str:
        """The full address of something in this module."""
        return f"{self.address}.{address}" if self.address else address

    # --- what expressions ask for

    def root(self, name: str) -> Any:
        """A root name that stands alone is no value in Terraform."""
        raise EvalError(f'"{name}" is not a reference to anything')

    def named(self, root: str, name: str) -> Any:
        """``var.x``, ``local.x``, ``module.x``, ``path.x``, ``terraform.x``, or a resource."""
        if root == "var":
            return self.once(f"var.{name}", lambda: variable_value(self, name))
        if root == "local":
            return self.once(f"local.{name}", lambda: self._local(name))
        if root == "module":
            return self.module_call(name).value if name in self.configuration.modules else self.undeclared(f"module.{name}")
        if root == "path":
            return self._path(name)
        if root in ("terraform", "tofu"):
            return self._terraform(name)
        if root in ("self", "each", "count"):
            return Unknown(f"{root}.{name}", f"there is no {root} here")
        return self._resource_value("managed", root, name)

    def deep(self, root: str, kind: str, name: str) -> Any:
        """``data.kind.name``, ``ephemeral.kind.name`` and ``resource.kind.name``."""
        return self._resource_value("managed" if root == "resource" else root, kind, name)

    def _resource_value(self, mode: str, kind: str, name: str) -> Any:
        if (mode, kind, name) not in self.configuration.resources:
            return self.undeclared(f"{'' if mode == 'managed' else f'{mode}.'}{kind}.{name}")
        return self.resource(mode, kind, name).value

    def function_folder(self) -> Path:
        """Terraform runs in the root module's folder, and functions read files from there."""
        return self.session.root

    def count_steps(self, steps: int) -> int:
        """Bound the work."""
        return self.session.count_steps(steps)

    # --- how it is made

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """Make a value when it is first needed; CycleError if that needs the value itself."""
        found = self._known.get(name, self)
        if found is not self:
            if isinstance(found, _Refused):
                raise found.error
            if found is _PENDING:
                raise self._cycle(name)
            return found
        self._known[name] = _PENDING
        self.session.in_progress.append(self.inside(name))
        try:
            value = bounded(make())
        except EvalError as error:
            self._known[name] = _Refused(error)
            raise
        except RecursionError:
            refused = EvalError(f"{self.inside(name)} needs too long a chain of other values")
            self._known[name] = _Refused(refused)
            raise refused from None
        finally:
            self.session.in_progress.pop()
        self._known[name] = value
        return value

    def _cycle(self, name: str) -> CycleError:
        full = self.inside(name)
        started = self.session.in_progress
        path = [*started[started.index(full) :], full] if full in started else [full]
        message = f"values refer to each other in a circle: {' -> '.join(path)}"
        declared = self.configuration.locals.get(name.removeprefix("local."))
        if not any("in a circle" in problem.message for problem in self.session.problems.values()):
            self.session.problem("error", message, place(declared) if declared else None)
        return CycleError(message)

    def _local(self, name: str) -> Any:
        argument = self.configuration.locals.get(name)
        if argument is None:
            return self.undeclared(f"local.{name}")
        return evaluate(argument.node, self.scope)

    def output(self, name: str) -> Any:
        """The value of an output."""
        block = self.configuration.outputs.get(name)
        if block is None:
            if self.configuration.problems:
                return Unknown(f"{self.address}.{name}", "not declared in what could be read")
            raise EvalError(f'{self.address} has no output "{name}"')
        return self.once(f"output.{name}", lambda: self._output(block))

    def _output(self, block: Block) -> Any:
        argument = block.body.arguments.get("value")
        return None if argument is None else evaluate(argument.node, self.scope)

    def undeclared(self, name: str) -> Unknown:
        """What is not declared is not known; in a whole folder that is worth a note."""
        if self.configuration.is_partial:
            return Unknown(self.inside(name), "not declared in this file")
        self.session.problem("note", f"{self.inside(name)} is not declared", None, self.address)
        return Unknown(name, "not declared")

    def _path(self, name: str) -> Any:
        if name == "root":
            return "."
        if name == "module":
            return Path(os.path.relpath(self.configuration.folder, self.session.root)).as_posix()
        return Unknown(f"path.{name}", "depends on where Terraform runs", not_null=True)

    def _terraform(self, name: str) -> Any:
        if name == "workspace" and self.session.options.workspace:
            return self.session.options.workspace
        reason = "no workspace is given" if name == "workspace" else "depends on how Terraform runs"
        return Unknown(f"terraform.{name}", reason, not_null=True)

    def module_call(self, name: str) -> ModuleCall:
        """The call of a module that is declared, made once."""
        if name not in self.calls:
            self.calls[name] = ModuleCall(self, name, self.configuration.modules[name])
        return self.calls[name]

    def resource(self, mode: str, kind: str, name: str) -> Resource:
        """A declared resource or data source with its instances, made once."""
        key = (mode, kind, name)
        if key not in self.resources:
            self.resources[key] = Resource(self, key, self.configuration.resources[key])
        return self.resources[key]

    def provider(self, name: str, alias: str) -> Provider:
        """The provider configuration that a name means in this module."""
        key = (name, alias)
        if key not in self._providers:
            self._providers[key] = provider_for(self, name, alias)
        return self._providers[key]

    def instance_scope(self, names: dict[str, Any]) -> Scope:
        """A scope with each.* or count.*."""
        return Scope(self, names)
