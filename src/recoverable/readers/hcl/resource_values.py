"""Resources as values: what an expression sees of ``aws_s3_bucket.b``, instance by instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recoverable.model.sketches import HOLE
from recoverable.model.values import Ref, Unknown
from recoverable.readers.hcl.block_values import block_list, blocks_by_type
from recoverable.readers.hcl.configuration import ResourceKey, place
from recoverable.readers.hcl.data_sources import data_attribute
from recoverable.readers.hcl.evaluation_errors import EvalError
from recoverable.readers.hcl.evaluator import Scope, evaluate
from recoverable.readers.hcl.expansion import Expansion, expand, suffix, undecided, unknown_names
from recoverable.readers.hcl.opaque_values import AFTER_APPLY, Opaque, OpaqueSet, OpenBlock
from recoverable.readers.hcl.structure import Block

if TYPE_CHECKING:
    from recoverable.readers.hcl.module_instance import ModuleInstance

META = frozenset({"count", "for_each", "provider", "depends_on"})
_NAMES = frozenset({"bucket", "cluster_identifier", "identifier", "name"})
"""What the provider fills in where nobody writes it: what refers to it always gets a value."""
# Set by the provider whatever is written, and never null.
_COMPUTED = frozenset({"id", "arn", "self_link"})
# Attributes that every provider fills with an ARN.
_SKETCHES = {"arn": f"arn:{HOLE}", "iam_arn": f"arn:{HOLE}"}
_REASONS = {"managed": AFTER_APPLY, "data": "read by the provider", "ephemeral": "ephemeral"}
_PREFIXES = {"managed": "", "data": "data.", "ephemeral": "ephemeral."}


class Resource:
    """One ``resource``, ``data`` or ``ephemeral`` block in one module instance."""

    def __init__(self, module: ModuleInstance, key: ResourceKey, block: Block) -> None:
        self.module = module
        self.mode, self.type, self.name = key
        self.block = block
        self.local_address = f"{_PREFIXES[self.mode]}{self.type}.{self.name}"
        self.address = module.inside(self.local_address)
        self._expansion: Expansion | None = None
        self._expanding = False
        self._value: Any = None
        self._any: OpaqueSet | None = None

    @property
    def expansion(self) -> Expansion:
        """The instances; a refused count or for_each is one unknown stand-in."""
        if self._expansion is None:
            if self._expanding:
                raise EvalError(f"the count or for_each of {self.address} needs the resource itself")
            self._expanding = True
            try:
                self._expansion = self._expand()
            finally:
                self._expanding = False
        return self._expansion

    def _expand(self) -> Expansion:
        session = self.module.session
        try:
            found = expand(self.block.body, self.module.scope)
        except (EvalError, RecursionError) as error:
            message = f"count or for_each of {self.address} cannot be evaluated: {error or 'nested too deeply'}"
            session.problem("note", message, place(self.block), self.address)
            return undecided(Unknown(self.address, "count or for_each cannot be evaluated"))
        if found.truncated:
            message = (
                f"{self.address} has {found.total:,} instances: {len(found.instances):,} are judged one by one, "
                "one of unknown key stands for the rest"
            )
            session.problem("note", message, place(self.block), self.address)
        return found

    def scope(self, key: Any) -> Scope:
        """Where the arguments of one instance are evaluated."""
        names = self.expansion.instances.get(key)
        if names is None:
            names = unknown_names(Unknown(self.address, "an instance of unknown key"))
        return Scope(self.module, names)

    @property
    def value(self) -> Any:
        """The resource in an expression: one object, a list, a map, or an unknown number of them."""
        if self._value is None:
            self._value = self._make_value()
        return self._value

    def _make_value(self) -> Any:
        expansion = self.expansion
        if expansion.style == "single":
            return self.instance(None) if expansion.instances else None
        if expansion.style == "unknown" or expansion.truncated:
            return self.any_instance()
        if expansion.style == "count":
            return [self.instance(key) for key in expansion.instances]
        return {key: self.instance(key) for key in expansion.instances}

    def any_instance(self) -> OpaqueSet:
        """Stands for the instances where it is not known which one is meant."""
        if self._any is None:
            cause = self.expansion.cause
            reason = cause.reason if cause else "the instance is not known"
            self._any = OpaqueSet(self.local_address, reason, (Ref(self.address),), item=self.instance)
        return self._any

    def instance(self, key: Any) -> Opaque:
        """One instance as a value."""
        style = self.expansion.style
        known = style != "unknown" and key in self.expansion.instances
        key = key if isinstance(key, int | str) else None
        # An index that is written but whose instance may not exist is still that index.
        end = suffix(style, key) if known and key is not None else ""
        shown = suffix("unknown", key) if key is not None else ""
        made: dict[str, Any] = {}

        def member(name: str) -> Any:
            if name not in made:
                address = self.address + end
                made[name] = self.module.once(
                    f"{self.local_address}{shown}.{name}",
                    lambda: self._attribute(name, key if known else None, address, self.local_address + shown),
                )
            return made[name]

        refs = (Ref(self.address + end),)
        several = self.any_instance() if style != "single" else None
        return Opaque(self.local_address + shown, _REASONS[self.mode], refs, True, member=member, whole_set=several)

    def _attribute(self, name: str, key: Any, address: str, shown: str) -> Any:
        unknown = Unknown(f"{shown}.{name}", _REASONS[self.mode], (Ref(address, name),), name in _COMPUTED, sketch=_SKETCHES.get(name, ""))
        if self.mode == "ephemeral":
            return unknown
        scope = self.scope(key)
        if self.mode == "data":
            special = data_attribute(self, name, scope)
            if special is not None:
                return special
        elif name in _COMPUTED and name not in self.block.body.arguments:
            return unknown
        argument = self.block.body.arguments.get(name)
        if argument is not None and name not in META:
            value = evaluate(argument.node, scope)
            if value is None:
                return unknown
            if isinstance(value, Unknown):
                # Made from this instance, whatever its own value is made from.
                return Unknown(value.expression, value.reason, unknown.refs, value.not_null or name in _NAMES, sketch=value.sketch)
            return value
        blocks = blocks_by_type(self.block.body, top=True).get(name)
        if blocks:
            found = block_list(self.module, blocks, scope)
            return unknown if isinstance(found, Unknown) else [_open(item, unknown) for item in found]
        return unknown


def _open(value: Any, unknown: Unknown) -> Any:
    """A nested block whose unwritten members may be computed."""
    if isinstance(value, dict):
        return OpenBlock({key: _open(item, unknown) for key, item in value.items()}, unknown)
    return [_open(item, unknown) for item in value] if isinstance(value, list) else value
