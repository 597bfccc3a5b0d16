"""Provider configurations: which one a resource uses, through modules, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recoverable.model.raw import Provider
from recoverable.model.values import Unknown
from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.block_values import body_values
from recoverable.readers.hcl.configuration import Configuration
from recoverable.readers.hcl.evaluator import Scope
from recoverable.readers.hcl.expansion import unknown_names
from recoverable.readers.hcl.structure import Block

if TYPE_CHECKING:
    from recoverable.readers.hcl.module_instance import ModuleInstance

_META = frozenset({"alias", "version", "for_each"})


def provider_for(module: ModuleInstance, name: str, alias: str) -> Provider:
    """The configuration that ``name`` and ``alias`` mean in a module.

    A module's own block comes first, then what its caller passes in ``providers``; without
    either the caller's default configuration is inherited, and an alias is not.
    """
    block = module.configuration.providers.get((name, alias))
    if block is not None:
        return _configured(module, name, alias, block)
    if module.call is None:
        return Provider(_type(module.configuration, name), alias)
    passed = _passed(module.call.block, name, alias)
    if passed is not None:
        return module.call.module.provider(*passed)
    if alias:
        return Provider(_type(module.configuration, name), alias)
    return module.call.module.provider(name, "")


def _configured(module: ModuleInstance, name: str, alias: str, block: Block) -> Provider:
    scope: Scope = module.scope
    if "for_each" in block.body.arguments:  # OpenTofu: one configuration per key
        scope = Scope(module, unknown_names(Unknown(f"provider.{name}.{alias}", "one of several configurations")))
    values = body_values(module, block.body, scope, _META)
    return Provider(_type(module.configuration, name), alias, values)


def _type(configuration: Configuration, name: str) -> str:
    """The provider's own name where the module calls it by another one."""
    for block in configuration.terraform:
        for required in block.body.of_type("required_providers"):
            argument = required.body.arguments.get(name)
            if argument is not None and isinstance(argument.node, tree.Object):
                for key, value in argument.node.items:
                    if key == tree.Literal("source") and isinstance(value, tree.Literal):
                        return str(value.value).rsplit("/", 1)[-1]
    return name


def _passed(block: Block, name: str, alias: str) -> tuple[str, str] | None:
    """What the call hands over under a name, in the caller's words."""
    argument = block.body.arguments.get("providers")
    if argument is None or not isinstance(argument.node, tree.Object):
        return None
    for key, value in argument.node.items:
        if provider_name(key) == (name, alias):
            return provider_name(value)
    return None


def provider_name(node: tree.Node) -> tuple[str, str] | None:
    """``aws``, ``aws.west`` or ``aws.by_region[each.key]`` as name and alias."""
    if isinstance(node, tree.Index):
        node = node.target
    if isinstance(node, tree.Literal) and isinstance(node.value, str):
        name, _, alias = node.value.partition(".")
        return name, alias
    if isinstance(node, tree.Variable):
        return node.name, ""
    if isinstance(node, tree.Attribute) and isinstance(node.target, tree.Variable):
        return node.target.name, node.name
    return None


def resource_provider(module: ModuleInstance, block: Block) -> Provider:
    """The configuration a resource uses: the one it names, or the default one of its type."""
    argument = block.body.arguments.get("provider")
    named: Any = provider_name(argument.node) if argument else None
    name, alias = named or (block.labels[0].partition("_")[0], "")
    return module.provider(name, alias)
