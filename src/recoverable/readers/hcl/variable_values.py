"""Input variables: the value given, or the default, converted to the declared type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.evaluation_errors import EvalError
from recoverable.readers.hcl.evaluator import Scope, evaluate
from recoverable.readers.hcl.expression_parser import parse_expression
from recoverable.readers.hcl.hcl_types import ANY, ConversionError, HclType, convert
from recoverable.readers.hcl.module_calls import call_argument
from recoverable.readers.hcl.no_names import NoNames
from recoverable.readers.hcl.source_text import HclSyntaxError, SourceText
from recoverable.readers.hcl.structure import Block
from recoverable.readers.hcl.type_constraints import type_constraint

if TYPE_CHECKING:
    from recoverable.readers.hcl.module_instance import ModuleInstance


class CommandLineText(str):
    """A ``-var`` value: text, or an expression where the variable's type is no primitive."""

    __slots__ = ()


def variable_value(module: ModuleInstance, name: str) -> Any:
    """The value of ``var.name`` in a module instance."""
    block = module.configuration.variables.get(name)
    given, value = _given(module, name)
    if block is None:
        if given and module.configuration.is_partial:
            return value
        return module.undeclared(f"var.{name}")
    kind = declared_type(module, block)
    if given and isinstance(value, CommandLineText):
        value = _from_command_line(value, kind, block)
    nullable = _nullable(block)
    if not given or (value is None and not nullable):
        default = block.body.arguments.get("default")
        if default is None:
            return Unknown(f"var.{name}", "variable without a value", not_null=not nullable)
        value = evaluate(default.node, Scope(module))
    try:
        return convert(value, kind)
    except ConversionError as error:
        raise EvalError(f"the value of {module.inside(f'var.{name}')} does not fit its type: {error}") from None


def _given(module: ModuleInstance, name: str) -> tuple[bool, Any]:
    if module.call is not None:
        return call_argument(module.call, module.key, name)
    inputs = module.session.inputs
    return name in inputs, inputs.get(name)


def declared_type(module: ModuleInstance, block: Block) -> HclType:
    """The declared type; a constraint that cannot be read is open."""
    argument = block.body.arguments.get("type")
    if argument is None:
        return ANY
    known = module.session.types
    found = known.get(id(argument))
    if found is None:
        try:
            found = type_constraint(argument.node, module)
        except (EvalError, ConversionError) as error:
            module.session.problem("note", f"the type of a variable cannot be read: {error}")
            found = ANY
        known[id(argument)] = found
    return found


def _nullable(block: Block) -> bool:
    argument = block.body.arguments.get("nullable")
    return not (argument and isinstance(argument.node, tree.Literal) and argument.node.value in (False, "false"))


def _from_command_line(text: str, kind: HclType, block: Block) -> Any:
    if kind.kind in ("string", "number", "bool") or "type" not in block.body.arguments:
        return str(text)
    source = SourceText(text, f"-var {block.labels[0]}")
    try:
        return evaluate(parse_expression(source, 0, len(text)), Scope(NoNames()))
    except HclSyntaxError as error:
        raise EvalError(f"the value given for var.{block.labels[0]} is no expression: {error.message}") from None
