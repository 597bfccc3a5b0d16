"""The body of a block as plain data: arguments evaluated, nested and dynamic blocks expanded."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.configuration import place
from recoverable.readers.hcl.evaluation_errors import EvalError
from recoverable.readers.hcl.evaluator import Scope, evaluate, pairs
from recoverable.readers.hcl.hcl_values import HclSet, joined
from recoverable.readers.hcl.opaque_values import plain
from recoverable.readers.hcl.structure import Argument, Block, Body

if TYPE_CHECKING:
    from recoverable.readers.hcl.module_instance import ModuleInstance

LARGEST_VALUE = 500_000
_NO_NAMES: frozenset[str] = frozenset()
KEPT_BY_TERRAFORM = frozenset({"lifecycle", "provisioner", "connection"})
# The one nested block that every provider keeps as an object, not as a list.
_SINGLE = frozenset({"timeouts"})


class Exporter:
    """Turns evaluated values into the plain data of a raw resource, within bounds."""

    def __init__(self) -> None:
        self.left = LARGEST_VALUE

    def plain(self, value: Any) -> Any:
        """The value without classes of ours; null members of objects are left out."""
        self.left -= 1
        if self.left < 0:
            raise EvalError(f"the value has more than {LARGEST_VALUE:,} parts")
        value = plain(value)
        if isinstance(value, Unknown):
            return value if type(value) is Unknown else _bare(value)
        if isinstance(value, dict):
            found = {key: self.plain(item) for key, item in value.items()}
            return {key: item for key, item in found.items() if item is not None}
        if isinstance(value, list):
            return [self.plain(item) for item in value]
        return float(value) if isinstance(value, Decimal) else value


def _bare(value: Unknown) -> Unknown:
    return Unknown(value.expression, value.reason, value.refs, value.not_null, value.open)


def argument_value(module: ModuleInstance, argument: Argument, scope: Scope) -> Any:
    """The plain value of an argument; what Terraform would refuse is unknown, and noted."""
    try:
        return Exporter().plain(evaluate(argument.node, scope))
    except (EvalError, RecursionError) as error:
        message = str(error) or "nested too deeply"
        module.session.problem("note", f'"{argument.name}" cannot be evaluated: {message}', place(argument))
        expression = " ".join(argument.text.split())
        shown = expression if len(expression) <= 80 else expression[:77] + "..."
        return Unknown(shown or argument.name, f"cannot be evaluated: {message}")


def body_values(module: ModuleInstance, body: Body, scope: Scope, skipped: frozenset[str] = _NO_NAMES, top: bool = False) -> dict[str, Any]:
    """All arguments and blocks that are set, as raw resources carry them."""
    found: dict[str, Any] = {}
    for name, argument in body.arguments.items():
        if name not in skipped:
            value = argument_value(module, argument, scope)
            if value is not None:
                found[name] = value
    for kind, blocks in blocks_by_type(body, top).items():
        value = block_list(module, blocks, scope)
        if kind in _SINGLE and isinstance(value, list) and len(value) == 1:
            value = value[0]
        if value != []:
            found[kind] = value
    return found


def blocks_by_type(body: Body, top: bool) -> dict[str, list[Block]]:
    """Nested blocks, dynamic ones under the type they make."""
    found: dict[str, list[Block]] = {}
    for block in body.blocks:
        kind = block.labels[0] if block.type == "dynamic" and block.labels else block.type
        if not (top and block.type in KEPT_BY_TERRAFORM):
            found.setdefault(kind, []).append(block)
    return found


def block_list(module: ModuleInstance, blocks: list[Block], scope: Scope) -> Any:
    """The blocks of one type in order; Unknown, or one unknown among them, where their number is."""
    found: list[Any] = []
    for block in blocks:
        if block.type == "dynamic":
            made = _dynamic(module, block, scope)
            if not isinstance(made, Unknown):
                found.extend(made)
            elif len(blocks) == 1:
                return made
            else:
                found.append({"*": made})
        else:
            found.append(body_values(module, block.body, scope))
    return found


def _dynamic(module: ModuleInstance, block: Block, scope: Scope) -> list[dict[str, Any]] | Unknown:
    argument = block.body.arguments.get("for_each")
    content = block.body.of_type("content")
    if argument is None or not content:
        module.session.problem("note", "a dynamic block needs for_each and content", place(block))
        return Unknown(f"dynamic.{block.labels[0]}", "a dynamic block without for_each or content")
    try:
        collection = plain(evaluate(argument.node, scope))
        if isinstance(collection, Unknown):
            return _bare(joined(collection))
        items = pairs(collection)
        module.count_steps(len(items))
    except (EvalError, RecursionError) as error:
        message = str(error) or "nested too deeply"
        module.session.problem("note", f"for_each cannot be evaluated: {message}", place(argument))
        return Unknown(argument.text[:80], f"cannot be evaluated: {message}")
    if isinstance(collection, HclSet) and any(isinstance(item, Unknown) for item in collection):
        return _bare(joined(collection))
    name = iterator_name(block)
    return [body_values(module, content[0].body, scope.inner({name: {"key": key, "value": value}})) for key, value in items]


def iterator_name(block: Block) -> str:
    """What the items of a dynamic block are called inside of it."""
    argument = block.body.arguments.get("iterator")
    node = argument.node if argument else None
    if isinstance(node, tree.Variable):
        return node.name
    return node.value if isinstance(node, tree.Literal) and isinstance(node.value, str) else block.labels[0]
