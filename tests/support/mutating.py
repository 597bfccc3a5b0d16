"""Breaks JSON documents at random places, the same for the same seed."""

from __future__ import annotations

import copy
import random
from typing import Any

WRONG: tuple[Any, ...] = (
    None,
    [],
    {},
    "x",
    "",
    1,
    -1,
    1.5,
    True,
    False,
    [None],
    {"": None},
    [[[]]],
    "${x}",
    10**30,
    "\ud800",
    float("nan"),
    {"*": 1},
)


def mutated(document: Any, seed: int, breaks: int = 3) -> tuple[Any, list[str]]:
    """A copy with some nodes replaced, deleted or doubled, and what was done."""
    chance = random.Random(seed)
    broken = copy.deepcopy(document)
    done = []
    for _ in range(breaks):
        parent, key, path = _pick(broken, chance)
        if parent is None:
            continue
        action = chance.random()
        if action < 0.2:
            del parent[key]
            done.append(f"{path} deleted")
        elif action < 0.3 and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[key]))
            done.append(f"{path} doubled")
        else:
            parent[key] = copy.deepcopy(chance.choice(WRONG))
            done.append(f"{path} = {parent[key]!r}")
    return broken, done


def _pick(document: Any, chance: random.Random) -> tuple[Any, Any, str]:
    """A random node by a random walk, so that shallow ones are as likely as deep ones."""
    parent, key, path = None, None, "$"
    node = document
    stop = chance.randint(1, 12)
    for depth in range(60):
        keys = list(node) if isinstance(node, dict) else list(range(len(node))) if isinstance(node, list) else []
        if not keys or (depth >= stop and parent is not None):
            break
        parent, key = node, chance.choice(keys)
        path += f".{key}" if isinstance(node, dict) else f"[{key}]"
        node = node[key]
    return parent, key, path
