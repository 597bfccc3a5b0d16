"""Read out of a Terraform plan what a translation needs: resources, what is unknown, and what the code refers to.

The plan comes from the real Terraform, so count, for_each, locals and variables are already worked out, and nothing here
shares a line with recoverable's own readers: a fault in those cannot hide in the recordings they are tested with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

FAMILIES = {"aws": "aws", "google": "gcp", "google-beta": "gcp", "neon": "neon"}
SETTINGS = {"aws": ("region", "default_tags"), "gcp": ("project", "region", "zone"), "neon": ()}
KEYED = re.compile(r"\[[^\]]*\]")
Node = Mapping[str, Any]


class Untranslatable(ValueError):
    """An example that says something the stand-in has no counterpart for; the message names it."""


@dataclass(frozen=True)
class Instance:
    """One resource instance. Addresses are relative to the example it belongs to."""

    address: str
    module: str
    terraform: str
    key: str | int | None
    values: Node
    unknown: Node
    sensitive: Node
    expressions: Node
    for_each: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    provider: tuple[str, Node] | None = None
    settled: frozenset[str] = frozenset()  # variables whose value Terraform knows

    @property
    def name(self) -> str:
        """A short name that is unique among the resources of one type."""
        readable = self.address.replace(f"{self.terraform}.", "", 1) if not self.module else self.address
        return re.sub(r"[^A-Za-z0-9]+", "-", readable).strip("-")


@dataclass
class Scope:
    """A module of the configuration while its resources are read."""

    configuration: Node
    variables: dict[str, Any] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()


def examples(plan: Node) -> dict[str, list[Instance]]:
    """The resources of every example: each module that the root calls is one; without calls the root is, as `root`."""
    changes = {each["address"]: each["change"] for each in plan.get("resource_changes", [])}
    root = plan.get("planned_values", {}).get("root_module", {})
    configuration = plan["configuration"]
    providers = configuration.get("provider_config", {})
    variables = {name: stated.get("value") for name, stated in plan.get("variables", {}).items()}
    scope = Scope(configuration["root_module"], variables, frozenset(f"var.{name}" for name in variables))
    calls = configuration["root_module"].get("module_calls", {})
    if not calls:
        return {"root": list(Reader(changes, providers).resources(root, scope, ""))}
    # What the root says is the batch's, not the example's: it stands for the settings of the stack.
    reader = Reader(changes, {key: each for key, each in providers.items() if key.startswith("module.")})
    planned = {KEYED.sub("", child["address"]): child for child in root.get("child_modules", [])}
    return {
        name: list(reader.resources(planned.get(f"module.{name}", {}), enter(call, scope), f"module.{name}."))
        for name, call in calls.items()
    }


def enter(call: Node, outer: Scope) -> Scope:
    """The scope inside a module call, with the variables that are plain to see."""
    module = call.get("module", {})
    variables = {name: stated.get("default") for name, stated in module.get("variables", {}).items()}
    settled = {f"var.{name}" for name in variables}
    for name, expression in call.get("expressions", {}).items():
        texts = expression.get("references", ()) if isinstance(expression, Mapping) else ("?",)
        plain = not texts and "constant_value" in expression  # a template in JSON syntax has both
        variables[name] = expression["constant_value"] if plain else None
        if not outer.settled.issuperset(texts):
            settled.discard(f"var.{name}")
    return Scope(module, variables, frozenset(settled))


@dataclass
class Reader:
    """Walks the modules of a plan."""

    changes: Node
    providers: Node

    def resources(self, planned: Node, scope: Scope, strip: str) -> Iterator[Instance]:
        """All managed resources of a module and of the modules below it; `strip` is the address of the example."""
        written = {each["address"]: each for each in scope.configuration.get("resources", [])}
        for each in planned.get("resources", []):
            if each["mode"] != "managed":
                continue
            address = each["address"]
            module = re.match(r"(?:module\.[^.\[]+(?:\[[^\]]*\])?\.)*", address)
            inside = address[len(module.group()) :] if module else address
            yield self.instance(each, written[KEYED.sub("", inside)], address.removeprefix(strip), scope, strip)
        calls = scope.configuration.get("module_calls", {})
        for child in planned.get("child_modules", []):
            call = calls[KEYED.sub("", child["address"]).rsplit("module.", 1)[1]]
            yield from self.resources(child, enter(call, scope), strip)

    def instance(self, planned: Node, written: Node, relative: str, scope: Scope, strip: str) -> Instance:
        """One resource, with its change and the code behind it."""
        change = self.changes[planned["address"]]
        own = f"{planned['type']}.{planned['name']}"
        return Instance(
            address=relative,
            module=relative[: relative.index(own)],
            terraform=planned["type"],
            key=planned.get("index"),
            values=change.get("after") or planned.get("values", {}),
            unknown=change.get("after_unknown") or {},
            sensitive=change.get("after_sensitive") or {},
            expressions=written.get("expressions", {}),
            for_each=tuple(written.get("for_each_expression", {}).get("references", ())),
            after=tuple(written.get("depends_on", ())),
            provider=self.provider(written.get("provider_config_key", ""), scope),
            settled=scope.settled,
        )

    def provider(self, key: str, scope: Scope) -> tuple[str, Node] | None:
        """The explicit provider of a resource: family and settings; None where nothing is stated about it."""
        stated = self.providers.get(key, {})
        family = FAMILIES.get(stated.get("name", ""))
        if family is None:
            return None
        settings: dict[str, Any] = {}
        for name in SETTINGS[family]:
            if name not in stated.get("expressions", {}):
                continue
            expression = stated["expressions"][name]
            if name == "default_tags":
                settings[name] = {"tags": known(expression[0]["tags"], scope, f"{key}: default_tags")}
            else:
                settings[name] = known(expression, scope, f"{key}: {name}")
        return (family, settings) if settings else None


def known(expression: Node, scope: Scope, where: str) -> Any:
    """The value of a provider's setting: a plan shows it only where it is a constant or a variable."""
    if "constant_value" in expression:
        return expression["constant_value"]
    for reference in expression.get("references", ()):
        name = reference.removeprefix("var.")
        if reference.startswith("var.") and scope.variables.get(name) is not None:
            return scope.variables[name]
    raise Untranslatable(f"provider {where} is no constant and no variable with a value; a plan does not show it")
