"""Rule files with one decision changed, in memory: ``<`` to ``<=``, ``and`` to ``or``, 90 to 91."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from recoverable.rules.registry.rule import Check
from tests.rules.words import words_of

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
FLAGS = {"is_true": "is_false", "is_false": "is_true", "unknown": "known", "known": "unknown", "absent": "known"}
CALLS = {"any": "all", "all": "any", "min": "max", "max": "min"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A check with one change; ``name`` says which, whatever line it is on."""

    name: str
    check: Check


def mutants(module: ModuleType) -> Iterator[Mutant]:
    """Every mutant of a rule file: of what ``check`` can reach, but not of what only makes words."""
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    tree.body = _reached(tree)
    words = words_of(tree)
    seen: Counter[str] = Counter()
    for owner in tree.body:
        for node in list(_outside_words(owner, words)):
            for changed in [*_changes(node), *_negated(node, owner)]:
                name = f"{_name(owner)}: {ast.unparse(node)} -> {ast.unparse(changed)}"
                seen[name] += 1
                again = f" ({seen[name]})" if seen[name] > 1 else ""
                yield Mutant(name + again, _compiled(tree, node, changed, module))


def _reached(tree: ast.Module) -> list[ast.stmt]:
    """The file's functions and numbers that ``check`` makes use of."""
    named = {
        _name(node): node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) or (isinstance(node, ast.Assign) and _holds_numbers(node))
    }
    reached: list[str] = []
    waiting = ["check"]
    while waiting:
        name = waiting.pop()
        if name in named and name not in reached:
            reached.append(name)
            waiting += [node.id for node in ast.walk(named[name]) if isinstance(node, ast.Name)]
    return [node for name, node in named.items() if name in reached]


def _holds_numbers(node: ast.Assign) -> bool:
    return _name(node) != "RULE" and any(isinstance(item, ast.Constant) and type(item.value) is int for item in ast.walk(node))


def _name(node: ast.stmt) -> str:
    if isinstance(node, ast.FunctionDef):
        return node.name
    return ast.unparse(node.targets[0]) if isinstance(node, ast.Assign) else ""


def _outside_words(owner: ast.stmt, words: set[int]) -> Iterator[ast.expr]:
    """Expressions that may decide: no words, annotations or places in a list (which of several is told of)."""
    skipped = set(words)
    for node in ast.walk(owner):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.Subscript):
            parts = [node.slice]
        elif isinstance(node, ast.FunctionDef):
            parts = [node.args, node.returns]
        elif isinstance(node, ast.AnnAssign):
            parts = [node.annotation]
        elif isinstance(node, ast.BoolOp) and ast.unparse(node.values[-1]) == "0":  # for mypy: a known number is not None
            parts = [node.values[-1]]
        skipped |= {id(inner) for part in parts if part for inner in ast.walk(part)}
        if isinstance(node, ast.expr) and id(node) not in skipped:
            yield node


def _changes(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression can be changed to."""
    if isinstance(node, ast.Compare):
        for number, _ in enumerate(node.ops):
            operators = [COMPARISONS[type(item)]() if place == number else item for place, item in enumerate(node.ops)]
            yield ast.Compare(node.left, operators, node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.Attribute) and node.attr in FLAGS:
        yield ast.Attribute(node.value, FLAGS[node.attr], node.ctx)
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        yield ast.Call(ast.Name(CALLS[node.func.id], ast.Load()), node.args, node.keywords)


def _negated(node: ast.expr, owner: ast.stmt) -> Iterator[ast.expr]:
    """A condition that no other change turns around, turned around."""
    conditions = {id(found.test) for found in ast.walk(owner) if isinstance(found, (ast.If, ast.IfExp))}
    conditions |= {id(test) for found in ast.walk(owner) if isinstance(found, ast.comprehension) for test in found.ifs}
    flag = isinstance(node, ast.Attribute) and node.attr in FLAGS
    if id(node) in conditions and isinstance(node, (ast.Name, ast.Attribute, ast.Call, ast.NamedExpr)) and not flag:
        yield ast.UnaryOp(ast.Not(), node)


def _compiled(tree: ast.Module, node: ast.expr, changed: ast.expr, module: ModuleType) -> Check:
    """The check of the file with one node replaced."""
    future = ast.ImportFrom("__future__", [ast.alias("annotations")], 0)
    _replace(tree, node, changed)
    code = compile(ast.fix_missing_locations(ast.Module([future, *tree.body], [])), f"<mutant of {module.__name__}>", "exec")
    _replace(tree, changed, node)
    space = dict(vars(module))
    exec(code, space)
    check: Check = space["check"]
    return check


def _replace(tree: ast.Module, old: ast.expr, new: ast.expr) -> None:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                return
            if isinstance(value, list) and any(item is old for item in value):
                setattr(parent, field, [new if item is old else item for item in value])
                return
