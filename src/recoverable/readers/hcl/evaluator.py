"""Evaluates expressions in a scope: the loop variables in sight, and the module that holds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.calls import call_function
from recoverable.readers.hcl.evaluation_errors import CycleError, EvalError, TooLargeError
from recoverable.readers.hcl.hcl_types import ConversionError, to_string, unify_values
from recoverable.readers.hcl.hcl_values import HclList, HclSet, equal, is_unsettled, joined, loosened
from recoverable.readers.hcl.names import Names
from recoverable.readers.hcl.opaque_values import Opaque, OpaqueSet, attribute_of, extend, plain
from recoverable.readers.hcl.operators import binary, index, interpolate, truth, unary

MOST_STEPS = 5_000_000
LONGEST_TEXT = 64 * 1024 * 1024


@dataclass(slots=True)
class Scope:
    """Where an expression stands: ``names`` are loop variables, iterators, each and count."""

    module: Names
    names: dict[str, Any] = field(default_factory=dict)

    def inner(self, names: dict[str, Any]) -> Scope:
        """A scope with more names."""
        return Scope(self.module, {**self.names, **names})


_ITEM = "[*]"  # no identifier, so that it can never be taken for a loop variable


def evaluate(node: tree.Node, scope: Scope) -> Any:
    """The value of an expression, or EvalError where Terraform refuses it."""
    return _EVALUATORS[type(node)](node, scope)


def _variable(node: tree.Variable, scope: Scope) -> Any:
    return scope.names[node.name] if node.name in scope.names else scope.module.root(node.name)


def _attribute(node: tree.Attribute, scope: Scope) -> Any:
    target = node.target
    if isinstance(target, tree.Variable) and target.name not in scope.names:
        return scope.module.named(target.name, node.name)
    if isinstance(target, tree.Attribute) and isinstance(target.target, tree.Variable):
        root = target.target.name
        if root in ("data", "ephemeral", "resource") and root not in scope.names:
            return scope.module.deep(root, target.name, node.name)
    return attribute_of(evaluate(target, scope), node.name)


def _index(node: tree.Index, scope: Scope) -> Any:
    return index(evaluate(node.target, scope), evaluate(node.key, scope))


def _splat(node: tree.Splat, scope: Scope) -> Any:
    target = evaluate(node.target, scope)
    if target is None:
        return []
    if isinstance(target, OpaqueSet):
        return joined(evaluate(node.each, scope.inner({_ITEM: target.instance(None)})))
    if isinstance(target, Unknown) and not isinstance(target, Opaque):
        return joined(evaluate(node.each, scope.inner({_ITEM: extend(target, "[*]", "")})))
    if is_unsettled(target):
        return joined(target, not_null=True)
    if not isinstance(target, list):
        return [evaluate(node.each, scope.inner({_ITEM: target}))]
    scope.module.count_steps(len(target))
    found = [evaluate(node.each, scope.inner({_ITEM: item})) for item in target]
    return HclList(found) if isinstance(target, HclList | HclSet) else found


def _call(node: tree.Call, scope: Scope) -> Any:
    if node.name in ("try", "can"):
        return _try(node, scope) if node.name == "try" else _can(node, scope)
    arguments = [plain(evaluate(argument, scope)) for argument in node.arguments]
    if node.expand and arguments:
        last = arguments.pop()
        if isinstance(last, Unknown):
            return joined(*arguments, last)
        if not isinstance(last, list):
            raise EvalError(f'{node.name}: "..." must follow a list')
        arguments.extend(last)
    return call_function(node.name, arguments, scope.module.function_folder())


def _try(node: tree.Call, scope: Scope) -> Any:
    for argument in node.arguments:
        try:
            found = evaluate(argument, scope)
        except (CycleError, TooLargeError):
            raise
        except EvalError:
            continue
        # It may still turn out to be refused, and then another argument is the answer.
        if isinstance(found, Unknown) and not isinstance(found, Opaque | OpaqueSet):
            return Unknown(found.expression, found.reason, found.refs, open=found.open)
        return found
    raise EvalError("no argument of try() can be evaluated")


def _can(node: tree.Call, scope: Scope) -> Any:
    try:
        found = evaluate(node.arguments[0], scope) if node.arguments else None
    except (CycleError, TooLargeError):
        raise
    except EvalError:
        return False
    if isinstance(found, Unknown) and not isinstance(found, Opaque | OpaqueSet):
        return joined(found, not_null=True)
    return True


def _conditional(node: tree.Conditional, scope: Scope) -> Any:
    condition = truth(evaluate(node.condition, scope), "the condition")
    if isinstance(condition, Unknown):
        return _either(condition, node, scope)
    chosen, other = (node.yes, node.no) if condition else (node.no, node.yes)
    value = evaluate(chosen, scope)
    if value is None or isinstance(value, str | Unknown):
        return value
    # The other side decides on the type only; that it cannot be evaluated is no fault.
    try:
        return unify_values([value, evaluate(other, scope)])[0]
    except (EvalError, ConversionError):
        return value


def _either(condition: Unknown, node: tree.Conditional, scope: Scope) -> Any:
    """A conditional whose condition is unknown: known only where both sides agree."""
    sides = []
    for side in (node.yes, node.no):
        try:
            sides.append(evaluate(side, scope))
        except (CycleError, TooLargeError):
            raise
        except EvalError:
            continue
    if len(sides) == 2 and equal(sides[0], sides[1]) is True:
        return sides[0]
    never_null = len(sides) == 2 and all(side.not_null if isinstance(side, Unknown) else side is not None for side in sides)
    mixed = joined(*sides)
    # The other side may win: what it is then is not among the references.
    elsewhere = any(side is not None and not (isinstance(side, Unknown) and side.refs) for side in sides)
    return Unknown(condition.expression, condition.reason, mixed.refs, never_null, bool(mixed.refs) and (mixed.open or elsewhere))


def _logical(node: tree.Binary, scope: Scope) -> Any:
    """``&&`` and ``||``: one side can be enough."""
    decisive = node.operator == "||"
    left = truth(evaluate(node.left, scope), f'"{node.operator}"')
    if left is decisive:
        return decisive
    right = truth(evaluate(node.right, scope), f'"{node.operator}"')
    if right is decisive:
        return decisive
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return joined(left, right, not_null=True)
    return not decisive


def _binary(node: tree.Binary, scope: Scope) -> Any:
    if node.operator in ("&&", "||"):
        return _logical(node, scope)
    return binary(node.operator, evaluate(node.left, scope), evaluate(node.right, scope))


def _object(node: tree.Object, scope: Scope) -> Any:
    found: dict[str, Any] = {}
    doubt: list[Any] = []
    for key_node, value_node in node.items:
        key = evaluate(key_node, scope)
        value = evaluate(value_node, scope)
        if isinstance(key, Unknown):
            doubt += [key, value]
        else:
            found[_key(key)] = value
    return joined(*doubt, *found.values()) if doubt else found


def _key(value: Any) -> str:
    try:
        text = to_string(value)
    except ConversionError as error:
        raise EvalError(f"a key must be text: {error}") from None
    if text is None:
        raise EvalError("a key must not be null")
    return str(text)


def pairs(collection: Any) -> list[tuple[Any, Any]]:
    """What a ``for`` goes through: keys or indexes with their values, in Terraform's order."""
    collection = plain(collection)
    if isinstance(collection, HclSet):
        return [(item, item) for item in collection]
    if isinstance(collection, list):
        return list(enumerate(collection))
    if isinstance(collection, dict):
        return sorted(collection.items())
    raise EvalError("null cannot be iterated over" if collection is None else "this value cannot be iterated over")


def _for(node: tree.For, scope: Scope) -> Any:
    collection = plain(evaluate(node.collection, scope))
    if isinstance(collection, Unknown) or is_unsettled(collection):
        return joined(collection, not_null=True)
    items = pairs(collection)
    scope.module.count_steps(len(items))
    results: list[tuple[Any, Any]] = []
    doubt: list[Any] = []
    for key, value in items:
        inner = scope.inner({node.key_name: key, node.value_name: value})
        if node.condition is not None:
            wanted = truth(evaluate(node.condition, inner), "the condition of for")
            if isinstance(wanted, Unknown):
                doubt.append(wanted)
            elif not wanted:
                continue
        made = evaluate(node.key, inner) if node.key is not None else None
        if isinstance(made, Unknown):
            doubt.append(made)
        results.append((made, evaluate(node.value, inner)))
    if doubt:
        return joined(*doubt, *(value for _, value in results), not_null=True)
    if node.key is None:
        return [value for _, value in results]
    return _grouped(results) if node.group else _keyed(results)


def _keyed(results: list[tuple[Any, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in results:
        word = _key(key)
        if word in found:
            raise EvalError(f'two items of the for expression have the key "{word}"')
        found[word] = value
    return found


def _grouped(results: list[tuple[Any, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in results:
        found.setdefault(_key(key), []).append(value)
    return found


def _template(node: tree.Template, scope: Scope) -> Any:
    text = interpolate([evaluate(part, scope) for part in node.parts])
    if isinstance(text, str) and len(text) > LONGEST_TEXT:
        raise TooLargeError(f"the text is longer than {LONGEST_TEXT >> 20} MB")
    return loosened(text) if len(node.parts) > 1 else text


def _template_for(node: tree.TemplateFor, scope: Scope) -> Any:
    collection = plain(evaluate(node.collection, scope))
    if isinstance(collection, Unknown) or is_unsettled(collection):
        return joined(collection, not_null=True)
    items = pairs(collection)
    scope.module.count_steps(len(items))
    return interpolate([_template(node.body, scope.inner({node.key_name: key, node.value_name: value})) for key, value in items])


_EVALUATORS: dict[type[tree.Node], Callable[[Any, Scope], Any]] = {
    tree.Literal: lambda node, scope: node.value,
    tree.Variable: _variable,
    tree.Attribute: _attribute,
    tree.Index: _index,
    tree.SplatItem: lambda node, scope: scope.names[_ITEM],
    tree.Splat: _splat,
    tree.Call: _call,
    tree.Conditional: _conditional,
    tree.Binary: _binary,
    tree.Unary: lambda node, scope: unary(node.operator, evaluate(node.operand, scope)),
    tree.Tuple: lambda node, scope: [evaluate(item, scope) for item in node.items],
    tree.Object: _object,
    tree.For: _for,
    tree.Template: _template,
    tree.TemplateFor: _template_for,
}
