"""Which parts of a rule file only make words: the texts of answers decide nothing.

Words are formatted strings, the text arguments of answers, names that go into nothing else, and
functions that are called for nothing else.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

# Of each function that answers: how many positional arguments decide something, before its words begin.
ANSWERS = {"passed": 0, "failed": 0, "cannot_tell": 0, "unsure_because": 0, "must_be_on": 1, "must_be_off": 1, "Answer": 1, "set_to": 0}


def words_of(tree: ast.Module) -> set[int]:
    """The ids of all nodes that only make words."""
    found = {id(inner) for node in ast.walk(tree) for text in _texts(node) for inner in ast.walk(text)}
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    while more := set(_unused_elsewhere(functions, found)) - found:
        found |= more
    return found


def _texts(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.JoinedStr):
        return [node]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ANSWERS:
        return [*node.args[ANSWERS[node.func.id] :], *(item.value for item in node.keywords if item.arg != "severity")]
    return []


def _unused_elsewhere(functions: list[ast.FunctionDef], words: set[int]) -> Iterator[int]:
    """Nodes of assignments and functions whose every use is in words."""
    for function in functions:
        uses: dict[str, list[bool]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                uses.setdefault(node.id, []).append(id(node) in words)
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and all(name in uses and all(uses[name]) for name in _names(node)):
                yield from (id(inner) for inner in ast.walk(node))
    calls: dict[str, list[bool]] = {}
    for function in functions:
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                calls.setdefault(node.id, []).append(id(node) in words)
    for function in functions:
        if function.name in calls and all(calls[function.name]):
            yield from (id(inner) for inner in ast.walk(function))


def _names(node: ast.Assign) -> list[str]:
    """The names an assignment sets; "" stands for anything that is no name."""
    targets = [item for target in node.targets for item in (target.elts if isinstance(target, ast.Tuple) else [target])]
    return [target.id if isinstance(target, ast.Name) else "" for target in targets]
