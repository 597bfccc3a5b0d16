"""Lays what a plan does not know yet over the values it has planned."""

from __future__ import annotations

from typing import Any, Protocol

from recoverable.model.values import Ref, Unknown
from recoverable.readers.plan.plan_config import Leaf, PlanConfig, Scope, all_references, leading, module_address
from recoverable.readers.plan.plan_documents import Documents
from recoverable.readers.plan.plan_json import is_index, without_key

KNOWN_AFTER_APPLY = "known after apply"
# A reference to one of these alone, of a key, has a value after apply, whatever it is.
IDENTITIES = ("id", "arn", "key_id", "self_link", "name")
_NOT_WRITTEN = object()


class Source(Protocol):
    """What has to be known of the plan here."""

    config: PlanConfig
    documents: Documents

    def is_unknown(self, leaf: Leaf) -> bool:
        """Whether what a trace ended at can be unknown."""

    def relevant(self, module: str, own: str) -> list[Leaf]:
        """Unknown attributes that anything in a module may be made of."""


class Merge:
    """Lays ``after_unknown`` over the planned values of one resource."""

    def __init__(self, reader: Source, scope: Scope, address: str, has_config: bool) -> None:
        self.reader = reader
        self.scope = scope
        self.address = address
        self.has_config = has_config
        self._relevant: list[Leaf] | None = None

    def tree(self, values: dict[str, Any], unknown: dict[str, Any], expressions: dict[str, Any], dynamic: bool) -> dict[str, Any]:
        """The values of an object, with what is not known laid over them."""
        out = {
            name: self.node(value, unknown[name], _expression(expressions, name), dynamic) if unknown.get(name) else value
            for name, value in values.items()
            if value is not None
        }
        for name, mark in unknown.items():
            if mark is True and values.get(name) is None:
                found = self.unknown(_expression(expressions, name), dynamic)
                if found is not None:
                    out[name] = found
            elif values.get(name) is None and isinstance(mark, (dict, list)) and mark:
                found = self.node({} if isinstance(mark, dict) else [], mark, _expression(expressions, name), dynamic)
                if found:
                    out[name] = found
        return out

    def node(self, value: Any, unknown: Any, expression: Any, dynamic: bool) -> Any:
        """One value; ``dynamic`` says that it lies in a block the plan does not show the expression of."""
        if unknown is True:
            return self.unknown(expression, dynamic)
        if not unknown:
            return value
        whole = isinstance(expression, dict) and ("references" in expression or "constant_value" in expression)
        if isinstance(value, dict) and isinstance(unknown, dict):
            inner = _Same(expression) if whole else (expression if isinstance(expression, dict) else {})
            return self.tree(value, unknown, inner, dynamic or expression is _NOT_WRITTEN)
        if isinstance(value, list) and isinstance(unknown, list):
            items = _aligned(value, expression) if isinstance(expression, list) and len(expression) == len(value) else None
            length = max(len(value), len(unknown))
            out = [
                self.node(
                    value[index] if index < len(value) else None,
                    unknown[index] if index < len(unknown) else False,
                    items[index] if items else (expression if whole else _NOT_WRITTEN),
                    dynamic or (items is None and not whole),
                )
                for index in range(length)
            ]
            return [item for item in out if item is not None]
        return value

    def unknown(self, expression: Any, dynamic: bool) -> Unknown | None:
        """None for the provider's default, else what the value comes from."""
        if not self.has_config:
            return None
        if expression is _NOT_WRITTEN and not dynamic:
            return None
        references = list(all_references(expression)) if expression is not _NOT_WRITTEN else []
        leaves = list(self.reader.config.trace(references, self.scope)) if references else []
        if dynamic and not references:
            leaves = [Leaf("local", "a dynamic block")]
        sources = [leaf for leaf in leaves if self.reader.is_unknown(leaf)]
        if expression == {}:
            return Unknown("a call without references", "its value is known only at apply")  # timestamp() and its like
        if not sources:
            return None
        vague = [leaf for leaf in sources if leaf.kind in ("local", "lost")]
        if vague:
            sources = [leaf for leaf in sources if leaf not in vague] + self.relevant()
            if not sources:
                return None
        named = ", ".join(leading(references)) or vague[0].address
        refs = tuple(
            Ref(leaf.address if leaf.exact else without_key(leaf.address), leaf.attribute) for leaf in sources if leaf.kind == "resource"
        )
        surely = (
            len(leading(references)) == 1 and len(sources) == 1 and sources[0].attribute in IDENTITIES and "_kms_" in sources[0].address
        )
        sketch = self.reader.documents.sketch(leaves[0]) if len(leaves) == len(leading(references)) == 1 else ""
        return Unknown(named, KNOWN_AFTER_APPLY, refs, not_null=surely, sketch=sketch)

    def relevant(self) -> list[Leaf]:
        """Everything unknown that a value of this resource may come from."""
        if self._relevant is None:
            self._relevant = self.reader.relevant(module_address(self.scope.module), self.address)
        return self._relevant


class _Same(dict[str, Any]):
    """An expression that stands for every key below it (``tags = merge(…)``)."""

    def __init__(self, expression: Any) -> None:
        super().__init__()
        self.expression = expression


def _expression(expressions: dict[str, Any], name: str) -> Any:
    if isinstance(expressions, _Same):
        return expressions.expression
    return expressions.get(name, _NOT_WRITTEN)


def _aligned(values: list[Any], expressions: list[Any]) -> list[Any]:
    """The expressions in the order of the values: a plan sorts the blocks of a set, the code does not.

    A block's expression is one whose constants are the block's own; where several fit, the first
    that is left, so that blocks in order stay in order.
    """
    left = list(range(len(expressions)))
    order: list[int] = []
    for number, value in enumerate(values):
        fitting = [place for place in left if _fits(value, expressions[place])]
        chosen = number if number in fitting else (fitting[0] if fitting else left[0])
        left.remove(chosen)
        order.append(chosen)
    return [expressions[place] for place in order]


def _fits(value: Any, expression: Any) -> bool:
    """Whether no constant of a block's expression contradicts its value."""
    if not isinstance(value, dict) or not isinstance(expression, dict):
        return True
    for name, inner in expression.items():
        if isinstance(inner, dict) and "constant_value" in inner:
            if value.get(name) != inner["constant_value"]:
                return False
        elif isinstance(inner, list) and not _blocks_fit(value.get(name), inner):
            return False
    return True


def _blocks_fit(values: Any, expressions: list[Any]) -> bool:
    """The same of nested blocks; where their number differs a dynamic block is among them, and nothing is said."""
    if not isinstance(values, list) or len(values) != len(expressions):
        return True
    return all(_fits(one, other) for one, other in zip(values, expressions, strict=True))


def touches(unknown: Any, path: list[str]) -> bool:
    """Whether an attribute path, or anything below or above it, is unknown."""
    for part in path:
        if unknown is True:
            return True
        if isinstance(unknown, list):
            index = int(part) if is_index(part) else 0
            unknown = unknown[index] if index < len(unknown) else False
        elif isinstance(unknown, dict):
            unknown = unknown.get(part, False)
        else:
            return False
    return _any_true(unknown)


def _any_true(unknown: Any) -> bool:
    if isinstance(unknown, dict):
        return any(_any_true(item) for item in unknown.values())
    if isinstance(unknown, list):
        return any(_any_true(item) for item in unknown)
    return unknown is True
