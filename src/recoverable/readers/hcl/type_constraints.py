"""Type constraints of variables: ``list(object({ name = string, days = optional(number, 7) }))``."""

from __future__ import annotations

from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.evaluation_errors import EvalError
from recoverable.readers.hcl.evaluator import Scope, evaluate
from recoverable.readers.hcl.hcl_types import (
    ANY,
    BOOL,
    NUMBER,
    STRING,
    Attribute,
    HclType,
    convert,
    list_of,
    map_of,
    object_of,
    set_of,
    tuple_of,
)
from recoverable.readers.hcl.names import Names

_WORDS = {"string": STRING, "number": NUMBER, "bool": BOOL, "any": ANY,
          "list": list_of(ANY), "set": set_of(ANY), "map": map_of(ANY)}  # fmt: skip
_OF = {"list": list_of, "set": set_of, "map": map_of}


def type_constraint(node: tree.Node, names: Names) -> HclType:
    """The type an expression of ``variable { type = … }`` names."""
    word = node.name if isinstance(node, tree.Variable) else node.value if isinstance(node, tree.Literal) else None
    if isinstance(word, str) and word in _WORDS:
        return _WORDS[word]
    if isinstance(node, tree.Call) and node.name in _OF and len(node.arguments) == 1:
        return _OF[node.name](type_constraint(node.arguments[0], names))
    if isinstance(node, tree.Call) and node.name == "tuple" and isinstance(node.arguments[0], tree.Tuple):
        return tuple_of(type_constraint(item, names) for item in node.arguments[0].items)
    if isinstance(node, tree.Call) and node.name == "object" and isinstance(node.arguments[0], tree.Object):
        return object_of([_attribute(key, item, names) for key, item in node.arguments[0].items])
    raise EvalError("this is no type constraint")


def _attribute(key: tree.Node, node: tree.Node, names: Names) -> Attribute:
    name = str(key.value) if isinstance(key, tree.Literal) else ""
    if not (isinstance(node, tree.Call) and node.name == "optional" and node.arguments):
        return Attribute(name, type_constraint(node, names))
    kind = type_constraint(node.arguments[0], names)
    default = evaluate(node.arguments[1], Scope(names)) if len(node.arguments) > 1 else None
    return Attribute(name, kind, optional=True, default=convert(default, kind))
