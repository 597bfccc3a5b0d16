"""Discovers the rule files: every module directly in ``rules/`` is one rule."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

import recoverable.rules
from recoverable.model.live import LIVE_SUBJECTS
from recoverable.rules.registry.rule import LoadedRule, Rule


class RegistryError(Exception):
    """Two rules share an id or name, or a file's name is not its rule's."""


@lru_cache(maxsize=1)
def load_rules() -> tuple[LoadedRule, ...]:
    """All rules in order of id.

    Raises:
        RegistryError: an id or name is used twice, or a file's name differs from its rule's.
    """
    loaded: list[LoadedRule] = []
    ids: dict[str, str] = {}
    for info in pkgutil.iter_modules(recoverable.rules.__path__):
        if info.ispkg:
            continue
        module = importlib.import_module(f"recoverable.rules.{info.name}")
        rule: Rule = module.RULE
        if rule.name != info.name.replace("_", "-"):
            raise RegistryError(f"rules/{info.name}.py holds a rule called {rule.name}")
        if rule.id in ids:
            raise RegistryError(f"{rule.id} is both {ids[rule.id]} and {rule.name}")
        ids[rule.id] = rule.name
        loaded.append(LoadedRule(rule, module.check))
    return tuple(sorted(loaded, key=lambda item: item.rule.id))


def gate_rules() -> tuple[LoadedRule, ...]:
    """The rules that code, a plan or a preview can break: all but those that only a running account answers."""
    return tuple(item for item in load_rules() if item.rule.applies_to not in LIVE_SUBJECTS)


def find_rule(word: str) -> LoadedRule | None:
    """The rule with this id or name, None where there is none."""
    wanted = word.strip().lower()
    for item in load_rules():
        if wanted in (item.rule.id.lower(), item.rule.name):
            return item
    return None
