"""Finds the injections: every module of this folder that has any."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from pathlib import Path

from recoverable.drill.damage.injection import Injection

PACKAGE = "recoverable.drill.damage"


@lru_cache(maxsize=1)
def injections() -> dict[str, Injection]:
    """By name, in the order of rows and names.

    Raises:
        ValueError: two have the same name.
    """
    found: list[Injection] = []
    for each in pkgutil.iter_modules([str(Path(__file__).parent)]):
        found += getattr(importlib.import_module(f"{PACKAGE}.{each.name}"), "INJECTIONS", ())
    names = [each.name for each in found]
    if len(set(names)) != len(names):
        raise ValueError(f"injections of the same name: {sorted(name for name in names if names.count(name) > 1)}")
    return {each.name: each for each in sorted(found, key=lambda each: (each.row, each.name))}
