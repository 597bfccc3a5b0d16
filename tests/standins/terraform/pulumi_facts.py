"""Read from the published Pulumi bindings what a Terraform schema listing keeps to itself.

Why: whether an absent block is planned unknown and which attributes are secret is provider code, not part of what
the CDK bindings keep. The Pulumi bindings are generated from the same provider and show both: an output that is
never None was computed, and `additional_secret_outputs` are sensitive.
"""

from __future__ import annotations

import ast
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Facts:
    """One Pulumi resource: the facts by Terraform-like (snake case) name."""

    name: str
    outputs: set[str] = field(default_factory=set)
    computed: set[str] = field(default_factory=set)
    secret: set[str] = field(default_factory=set)


def read_wheel(wheel: Path, package: str) -> list[Facts]:
    """Facts of every resource class of the wheel."""
    facts: list[Facts] = []
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            parts = name.split("/")
            if parts[0] != package or not name.endswith(".py") or parts[-1].startswith(("_", "get_", "outputs")):
                continue
            text = archive.read(name).decode()
            if "pulumi.CustomResource" in text:
                facts.extend(_read_module(ast.parse(text), "/".join(parts[1:])))
    return facts


def _read_module(tree: ast.Module, where: str) -> Iterator[Facts]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and any("CustomResource" in ast.unparse(base) for base in node.bases):
            facts = Facts(f"{where}:{node.name}")
            for member in node.body:
                if isinstance(member, ast.FunctionDef):
                    _read_member(facts, member)
            yield facts


def _read_member(facts: Facts, member: ast.FunctionDef) -> None:
    """A property tells its type; `_internal_init` lists the secret outputs."""
    if member.name == "_internal_init":
        for call in ast.walk(member):
            if isinstance(call, ast.keyword) and call.arg == "additional_secret_outputs":
                facts.secret |= {_snake(name) for name in ast.literal_eval(call.value)}
        return
    returned = ast.unparse(member.returns) if member.returns else ""
    if not returned.startswith("pulumi.Output["):
        return
    facts.outputs.add(member.name)
    if "Optional[" not in returned[: len("pulumi.Output[Optional[")]:
        facts.computed.add(member.name)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def best_match(kind: str, names: set[str], candidates: list[Facts]) -> tuple[Facts | None, float]:
    """The Pulumi resource whose property names are closest (Jaccard) to a Terraform type's attribute names.

    Pulumi renames types freely and keeps no list of the Terraform names in the wheel; the properties identify them,
    and the class name decides between equals.
    """
    plain = {_singular(name) for name in names} - {"id", "timeout"}
    best: Facts | None = None
    score = 0.0
    for facts in candidates:
        theirs = {_singular(name) for name in facts.outputs}
        union = len(plain | theirs)
        value = len(plain & theirs) / union if union else 0.0
        value += 0.001 if kind.endswith(_snake(facts.name.split(":")[1])) else 0.0
        if value > score:
            best, score = facts, value
    return best, score


def _singular(name: str) -> str:
    """Pulumi puts list blocks in the plural; compare without it."""
    return re.sub(r"(?<=[a-z])(ies|s)$", lambda m: "y" if m[1] == "ies" else "", name)


def holds(names: set[str], name: str) -> bool:
    """Whether a Terraform name is among Pulumi names, whatever the number of the noun."""
    return _singular(name) in {_singular(other) for other in names}
