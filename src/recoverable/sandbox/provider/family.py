"""One family of types (``aws``, ``gcp``): its handlers and functions, found in its folder, and the cloud that they talk to."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from recoverable.sandbox.provider.handler import Function, Handler, RefusedError, Values
from recoverable.sandbox.provider.types_of_sdk import Kind

T = TypeVar("T", Handler[Any], Function[Any])


@dataclass(frozen=True)
class Family:
    """What one stand-in provider serves. ``cloud`` is the module ``sandbox/FAMILY/cloud.py``.

    It offers ``connect(settings, inputs)``: the cloud for a resource or function with these inputs, under these settings of the
    provider; RefusedError where there is none. It may offer ``fill(kind, settings, inputs)``: what this provider adds to inputs in
    Check; ``sent(inputs)``: what a handler gets to create or update with; and ``shown(kind, settings, held, state)``: a state that was
    read, as the provider shows it.
    """

    name: str
    cloud: Any
    handlers: Mapping[str, Handler[Any]]
    functions: Mapping[str, Function[Any]]

    def connect(self, settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> Any:
        """The cloud, bound to the region of these inputs."""
        return self.cloud.connect(settings, inputs)

    def fill(self, kind: Kind, settings: Mapping[str, Any], inputs: Values) -> Values:
        """The inputs, with what this provider adds to each."""
        add = getattr(self.cloud, "fill", None)
        return dict(add(kind, settings, inputs)) if add else inputs

    def sent(self, inputs: Values) -> Values:
        """The inputs as a handler gets them."""
        turn = getattr(self.cloud, "sent", None)
        return dict(turn(inputs)) if turn else inputs

    def shown(self, kind: Kind, settings: Mapping[str, Any], held: Mapping[str, Any], state: Values) -> Values:
        """The state as this provider shows it."""
        turn = getattr(self.cloud, "shown", None)
        return dict(turn(kind, settings, held, state)) if turn else state


@functools.cache
def family(name: str) -> Family:
    """The family of this name. Every module of its folder is imported; two handlers of one token are refused.

    Not imported is what answers in the server's process (``gaps…``): a provider only calls it.
    """
    package = importlib.import_module(f"recoverable.sandbox.{name}")
    names = [each.name for each in pkgutil.iter_modules(package.__path__) if not each.name.startswith("gaps")]
    modules = [importlib.import_module(f"{package.__name__}.{each}") for each in names]
    handlers: dict[str, Handler[Any]] = _by_token([cls() for module in modules for cls in _concrete(module, Handler)])  # type: ignore[type-abstract] # only to compare with
    functions: dict[str, Function[Any]] = _by_token([cls() for module in modules for cls in _concrete(module, Function)])  # type: ignore[type-abstract] # only to compare with
    return Family(name, importlib.import_module(f"{package.__name__}.cloud"), handlers, functions)


def _concrete(module: Any, base: type[T]) -> Iterator[type[T]]:
    """The classes that a module itself defines, with a token and nothing left abstract."""
    for cls in vars(module).values():
        if (
            inspect.isclass(cls)
            and issubclass(cls, base)
            and cls.__module__ == module.__name__
            and cls.token
            and not inspect.isabstract(cls)
        ):
            yield cls


def _by_token(found: list[T]) -> dict[str, T]:
    table: dict[str, T] = {}
    for each in found:
        if each.token in table:
            raise RefusedError(f"two handlers serve {each.token}: {type(table[each.token]).__name__} and {type(each).__name__}")
        table[each.token] = each
    return dict(sorted(table.items()))
