"""Which things an expression refers to, by the names that stand in the source."""

from __future__ import annotations

from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.structure import Argument, Body

# How many names after the root belong to the thing itself; the next one is its attribute.
_OWN = {"var": 1, "local": 1, "module": 1, "data": 2, "ephemeral": 2, "each": 1, "count": 1, "path": 1,
        "terraform": 1, "self": 1, "resource": 2}  # fmt: skip


def _steps(node: tree.Node) -> tuple[str, list[str]] | None:
    """The root and the names of a reference; indexes and splats are left out."""
    names: list[str] = []
    while True:
        if isinstance(node, tree.Variable):
            return node.name, names[::-1]
        if isinstance(node, tree.Attribute):
            names.append(node.name)
            node = node.target
        elif isinstance(node, tree.Index):
            node = node.target
        elif isinstance(node, tree.Splat):
            inner = node.each
            while isinstance(inner, tree.Attribute | tree.Index):
                if isinstance(inner, tree.Attribute):
                    names.append(inner.name)
                inner = inner.target
            node = node.target
        else:
            return None


def _collect(node: tree.Node, bound: frozenset[str], found: dict[str, None]) -> None:
    if type(node) is tree.Literal:
        return
    if isinstance(node, tree.Variable | tree.Attribute | tree.Index | tree.Splat):
        steps = _steps(node)
        if steps:
            root, names = steps
            if root not in bound and names:
                found[".".join([root, *names[: _OWN.get(root, 1) + 1]])] = None
            _collect_keys(node, bound, found)
            return
    if isinstance(node, tree.For | tree.TemplateFor):
        inner = bound | {node.key_name, node.value_name}
        _collect(node.collection, bound, found)
        for child in node.children():
            if child is not node.collection:
                _collect(child, inner, found)
        return
    for child in node.children():
        _collect(child, bound, found)


def _collect_keys(node: tree.Node, bound: frozenset[str], found: dict[str, None]) -> None:
    """The references inside the index brackets of a reference."""
    while isinstance(node, tree.Attribute | tree.Index | tree.Splat):
        if isinstance(node, tree.Index):
            _collect(node.key, bound, found)
        elif isinstance(node, tree.Splat):
            _collect_keys(node.each, bound, found)
        node = node.target


def of_node(node: tree.Node, bound: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The references of an expression in the order they stand in: ``var.days``, ``aws_kms_key.k.arn``."""
    found: dict[str, None] = {}
    _collect(node, bound, found)
    return tuple(found)


def of_argument(argument: Argument) -> tuple[str, ...]:
    """The references of an argument's expression; kept, since every instance asks."""
    if argument.references is None:
        argument.references = of_node(argument.node)
    return argument.references


def of_body(body: Body) -> tuple[str, ...]:
    """The references of a whole block."""
    found: dict[str, None] = {}
    for argument in body.all_arguments():
        found.update(dict.fromkeys(of_argument(argument)))
    return tuple(found)


def local_cycle(arguments: dict[str, Argument]) -> list[str]:
    """The names of local values that refer to each other in a circle, or nothing."""
    edges: dict[str, list[str]] = {}
    for name, argument in arguments.items():
        found = [word.split(".")[1] for word in of_argument(argument) if word.startswith("local.")]
        edges[name] = [other for other in dict.fromkeys(found) if other in arguments]
    done: set[str] = set()
    for start in arguments:
        # A dict, because a long chain must not be searched from its start at every step.
        path: dict[str, None] = {}
        pending = [(start, iter(edges[start]))] if start not in done else []
        path.update((name, None) for name, _ in pending)
        while pending:
            name, following = pending[-1]
            other = next(following, None)
            if other is None:
                done.add(name)
                pending.pop()
                path.popitem()
            elif other in path:
                names = list(path)
                return names[names.index(other) :]
            elif other not in done:
                pending.append((other, iter(edges[other])))
                path[other] = None
    return []
