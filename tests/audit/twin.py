"""What a twin is: a store as code, and the rules that it breaks there and in the account."""

from __future__ import annotations

from dataclasses import dataclass, field

from recoverable.rules.registry.samples import resource

Attrs = dict[str, str]
TAGS = '{ environment = "prod", owner = "orders" }'


@dataclass(frozen=True, slots=True)
class Twin:
    """One store or guard. ``address`` is what the finding is about in code; ``same``: in other words, where an account has others."""

    name: str
    address: str
    code: str
    wrong: frozenset[str] = frozenset()
    only_live: frozenset[str] = field(default_factory=frozenset)


def text(kind: str, name: str, attrs: Attrs, *blocks: str) -> str:
    """A resource with these attributes and blocks."""
    return resource(kind, name, "\n".join([*(f"{key} = {value}" for key, value in attrs.items()), *blocks]))
