"""Which environment a name speaks of: ``acme-prod-eu`` is prod, ``acme-non-prod`` is none.

A name is first looked up whole, then as words. Words are runs of letters or of digits, so
``prod2`` holds ``prod`` and ``reproduce`` does not. The longest alias wins (``pre-prod`` over
``prod``), ``non-`` before an alias voids it, and a name that speaks of two environments speaks
of none: a store must not be judged by the weaker one because of a name like ``prod-to-dev-sync``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORDS = re.compile(r"[^\W\d_]+|\d+")
_NEGATIONS = frozenset({"non", "not", "no"})
_LONGEST_NAME = 512


@dataclass(frozen=True, slots=True)
class Match:
    """The environment a name speaks of, and the aliases that said so."""

    environment: str
    aliases: frozenset[str]


class Names:
    """The aliases of all environments."""

    def __init__(self, aliases: dict[str, str]) -> None:
        self._exact = {alias.lower(): environment for alias, environment in aliases.items()}
        sequences = {tuple(_WORDS.findall(alias)): alias for alias in self._exact}
        self._sequences = {words: alias for words, alias in sequences.items() if words}
        self._lengths = sorted({len(words) for words in self._sequences}, reverse=True)
        self._known: dict[str, Match | None] = {}

    def exact(self, name: str) -> str | None:
        """The environment of which this is an alias, letter for letter except for case."""
        return self._exact.get(name.strip().lower())

    def find(self, name: str) -> Match | None:
        """The one environment the name speaks of, None for none or more than one."""
        if len(name) > _LONGEST_NAME:
            return None
        if name not in self._known:
            self._known[name] = self._find(name.strip().lower())
        return self._known[name]

    def _find(self, name: str) -> Match | None:
        whole = self._exact.get(name)
        if whole:
            return Match(whole, frozenset({name}))
        aliases = self._aliases_in(_WORDS.findall(name))
        environments = {self._exact[alias] for alias in aliases}
        return Match(environments.pop(), frozenset(aliases)) if len(environments) == 1 else None

    def _aliases_in(self, words: list[str]) -> set[str]:
        free = [True] * len(words)
        found: set[str] = set()
        for length in self._lengths:
            for start in range(len(words) - length + 1):
                alias = self._sequences.get(tuple(words[start : start + length]))
                if alias is None or not all(free[start : start + length]):
                    continue
                free[start : start + length] = [False] * length
                if not (start and words[start - 1] in _NEGATIONS):
                    found.add(alias)
        return found
