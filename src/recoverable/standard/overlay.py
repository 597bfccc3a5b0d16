"""What one store has of its own: store rules of the file, and tags on the resource.

A tag may name the owner, set the criticality, or tighten RPO and RTO. It cannot loosen a number:
that is a decision for the standard file, and whoever writes the resource writes its tags.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from recoverable.standard.demands import Setting
from recoverable.standard.fields import FIELDS, say, shorten
from recoverable.standard.globs import glob_matches, is_glob
from recoverable.standard.layers import Layer, StoreRule

_CRITICALITY_WORDS = {
    "critical": "critical", "high": "critical", "mission-critical": "critical", "business-critical": "critical",
    "standard": "standard", "medium": "standard", "normal": "standard",
    "low": "low",
}  # fmt: skip
_OWN_KEYS = frozenset(
    {"recoverable-owner", "owner", "recoverable-criticality", "criticality", "recoverable-rpo-minutes", "recoverable-rto-minutes"}
)


@lru_cache(maxsize=4096)
def plain_key(key: str) -> str:
    """A tag's key in one spelling: ``recoverable:RPO_minutes`` is ``recoverable-rpo-minutes``."""
    return key.strip().lower().replace(":", "-").replace("_", "-").replace("/", "-").replace(" ", "-")


class StoreRules:
    """The store rules of a file, found fast for each of many stores."""

    def __init__(self, rules: Iterable[StoreRule]) -> None:
        self.all = tuple(rules)
        self._by_address: dict[str, list[StoreRule]] = {}
        self._by_glob: list[StoreRule] = []
        self._by_tag: dict[tuple[str, str], list[StoreRule]] = {}
        for rule in self.all:
            if rule.address and is_glob(rule.address):
                self._by_glob.append(rule)
            elif rule.address:
                self._by_address.setdefault(rule.address, []).append(rule)
            elif rule.tag:
                self._by_tag.setdefault(rule.tag, []).append(rule)

    def matching(self, address: str, tags: dict[str, str]) -> list[StoreRule]:
        """The rules for a store, the strongest last: tags, then globs, then its very address."""
        if not self.all:
            return []
        found = [rule for tag in sorted(tags.items()) for rule in self._by_tag.get(tag, ())] if self._by_tag else []
        found += [rule for rule in self._by_glob if glob_matches(rule.address, address)]
        found += self._by_address.get(address, [])
        return [rule for rule in found if rule.tag is None or tags.get(rule.tag[0]) == rule.tag[1]]


def own_tags(tags: dict[str, str]) -> dict[str, tuple[str, str]]:
    """The tags that speak of a store's demands: plain key -> (key as written, value)."""
    found: dict[str, tuple[str, str]] = {}
    for key in sorted(tags):
        if plain_key(key) in _OWN_KEYS and tags[key].strip():
            found.setdefault(plain_key(key), (key, tags[key].strip()))
    return found


def overlay(base: Layer, rules: list[StoreRule], tags: dict[str, tuple[str, str]]) -> Layer:
    """The settings of one store: its environment's, then tags, then the file's own rules."""
    stated: Layer = {}
    for rule in rules:
        stated.update(rule.settings)
    layer = {**base, **stated}
    if "owner" not in stated:
        _take_owner(layer, tags)
    if "criticality" not in stated:
        _take_criticality(layer, tags)
    if "rto_minutes" not in stated:
        layer["rto_minutes"] = bound_rto(layer)
    for name in ("rpo_minutes", "rto_minutes"):
        tag = tags.get(f"recoverable-{name.replace('_', '-')}")
        if tag:
            layer[name] = _tightened(name, layer[name], *tag)
    return layer


def bound_rto(layer: Layer) -> Setting[Any]:
    """An environment's RTO binds critical stores; one that a store states itself always binds."""
    rto = layer["rto_minutes"]
    if layer["criticality"].value == "critical" or rto.value is None:
        return rto
    return Setting(None, f"{rto.source} (binds critical stores)")


def _take_owner(layer: Layer, tags: dict[str, tuple[str, str]]) -> None:
    tag = tags.get("recoverable-owner") or tags.get("owner")
    if tag:
        layer["owner"] = Setting(tag[1], f"tag {tag[0]}")


def _take_criticality(layer: Layer, tags: dict[str, tuple[str, str]]) -> None:
    tag = tags.get("recoverable-criticality") or tags.get("criticality")
    if not tag:
        return
    before = layer["criticality"]
    word = _CRITICALITY_WORDS.get(plain_key(tag[1]))
    if word is None:
        layer["criticality"] = Setting(
            before.value, f"{before.source} (tag {tag[0]}={shorten(tag[1])} is not one of low, standard, critical)"
        )
    elif before.value == "critical" and word != "critical":
        layer["criticality"] = Setting(before.value, f"{before.source} (tag {tag[0]}={shorten(tag[1])} is weaker, so it does not count)")
    else:
        layer["criticality"] = Setting(word, f"tag {tag[0]}")


def _tightened(name: str, before: Setting[Any], key: str, text: str) -> Setting[Any]:
    item = FIELDS[name]
    minutes = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    if not item.low <= minutes <= item.high:
        note = f"tag {key}={shorten(text)} is not a number of minutes from {item.low} to {item.high}"
    elif item.rank(minutes) < item.rank(before.value):
        note = f"tag {key}={shorten(text)} is weaker than {say(before.value)}, so it does not count"
    else:
        return Setting(minutes, f"tag {key}")
    return Setting(before.value, f"{before.source} ({note})")
