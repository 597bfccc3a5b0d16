"""Holds the numbers against each other: prod over staging over dev, minimum under maximum.

An environment weaker than the next is refused. An override (per kind, per store, or in an
environment that is like another) may be weaker: it is a written decision, so it is a warning.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from recoverable.standard.demands import Setting
from recoverable.standard.fields import ALL_FIELDS, BUILT_IN, ENVIRONMENT_ORDER, FIELDS, Field, say
from recoverable.standard.layers import Layer, Layers, StoreRule
from recoverable.standard.problems import Problems, dotted
from recoverable.standard.toml_lines import KeyPath

_MINIMUM, _MAXIMUM, _WINDOW = "backup_retention_days", "backup_retention_days_max", "pitr_window_days"


def check_order(layers: Layers, stores: list[StoreRule], problems: Problems) -> None:
    """Adds every contradiction and every doubtful decision to the problems."""
    for strong, weak in pairwise(ENVIRONMENT_ORDER):
        for item in ALL_FIELDS:
            if item.comparable and item.ordered:
                _check_pair(layers, strong, weak, item, problems)
    _check_maximum(layers, stores, problems)
    _warn_of_windows(layers, problems)
    _warn_of_overrides(layers, stores, problems)


def _check_pair(layers: Layers, strong: str, weak: str, item: Field, problems: Problems) -> None:
    path: KeyPath = ("environments", strong, item.name)
    if problems.touches(path) or problems.touches(("environments", weak, item.name)):
        return
    above, below = layers.settings(strong)[item.name], layers.settings(weak)[item.name]
    where = f"{above.source} and {below.source}"
    if item.rank(above.value) < item.rank(below.value):
        problems.add(
            path,
            f"is {say(above.value)}, weaker than {say(below.value)} in {weak}",
            f"{strong} must be at least as strict as {weak}: change one of the two.",
            where,
        )
    elif above.value == below.value and item.type == "number" and not _is_built_in_pair(item, strong, weak, above, below):
        problems.warnings.append(
            f"{dotted(path)} is {say(above.value)}, the same as in {weak} ({where}); {strong} should be stricter than {weak}"
        )


def _is_built_in_pair(item: Field, strong: str, weak: str, above: Setting[Any], below: Setting[Any]) -> bool:
    return [above.value, below.value] == [BUILT_IN[strong][item.name], BUILT_IN[weak][item.name]]


def _check_maximum(layers: Layers, stores: list[StoreRule], problems: Problems) -> None:
    seen: set[tuple[str, str]] = set()
    for name in layers.environments:
        for kind in ("", *layers.all_kinds):
            settings = layers.settings(name, kind)
            least, most = settings[_MINIMUM], settings[_MAXIMUM]
            if most.value is None or most.value >= least.value or (least.source, most.source) in seen:
                continue
            seen.add((least.source, most.source))
            path: KeyPath = ("environments", name, "kinds", kind, _MAXIMUM) if kind else ("environments", name, _MAXIMUM)
            _refuse_maximum(path, least, most, problems)
    for store in stores:
        names = [store.environment] if store.environment else list(layers.environments)
        pairs = [{**layers.settings(name), **store.settings} for name in names]
        if store.settings.keys() & {_MINIMUM, _MAXIMUM} and all(_is_crossed(pair) for pair in pairs):
            _refuse_maximum((*store.path, _MAXIMUM), pairs[-1][_MINIMUM], pairs[-1][_MAXIMUM], problems)


def _is_crossed(layer: Layer) -> bool:
    return layer[_MAXIMUM].value is not None and layer[_MAXIMUM].value < layer[_MINIMUM].value


def _refuse_maximum(path: KeyPath, least: Setting[Any], most: Setting[Any], problems: Problems) -> None:
    problems.add(
        path,
        f"is {most.value}, below the minimum of {least.value} days",
        f"Raise it to at least {least.value}, or lower {_MINIMUM}.",
        f"{most.source} and {least.source}",
    )


def _warn_of_windows(layers: Layers, problems: Problems) -> None:
    for name in layers.environments:
        settings = layers.settings(name)
        window, kept = settings[_WINDOW], settings[_MINIMUM]
        if window.value > kept.value:
            problems.warnings.append(
                f"environments.{name}.{_WINDOW} is {window.value} ({window.source}), longer than {_MINIMUM} {kept.value} ({kept.source}); "
                "point-in-time recovery needs a backup at least as old"
            )


def _warn_of_overrides(layers: Layers, stores: list[StoreRule], problems: Problems) -> None:
    for name, environment in layers.environments.items():
        if environment.like:
            _warn_if_weaker(("environments", name), environment.settings, [environment.like], layers, problems)
        for kind, layer in environment.kinds.items():
            _warn_if_weaker(("environments", name, "kinds", kind), layer, [name], layers, problems)
    for kind, layer in layers.kinds.items():
        _warn_if_weaker(("kinds", kind), layer, layers.environments, layers, problems)
    for kind in layers.all_kinds:
        _warn_of_kind_order(layers, kind, problems)
    for store in stores:
        names = [store.environment] if store.environment else list(layers.environments)
        _warn_if_weaker(store.path, store.settings, names, layers, problems)


def _warn_if_weaker(path: KeyPath, layer: Layer, environments: Iterable[str], layers: Layers, problems: Problems) -> None:
    bases = [(name, layers.settings(name)) for name in environments]
    for key, setting in layer.items():
        item = FIELDS[key]
        if not item.comparable or not item.ordered:
            continue
        above = [(name, base[key]) for name, base in bases if item.rank(setting.value) < item.rank(base[key].value)]
        if above:
            stronger = ", ".join(f"{name} {say(base.value)} ({base.source})" for name, base in above)
            problems.warnings.append(f"{dotted((*path, key))} is {say(setting.value)} ({setting.source}), weaker than {stronger}")


def _warn_of_kind_order(layers: Layers, kind: str, problems: Problems) -> None:
    for strong, weak in pairwise(ENVIRONMENT_ORDER):
        above, below = layers.settings(strong, kind), layers.settings(weak, kind)
        for item in ALL_FIELDS:
            if item.comparable and item.ordered and item.rank(above[item.name].value) < item.rank(below[item.name].value):
                problems.warnings.append(
                    f"{item.name} of {kind} is {say(above[item.name].value)} in {strong} ({above[item.name].source}), "
                    f"weaker than {say(below[item.name].value)} in {weak} ({below[item.name].source})"
                )
