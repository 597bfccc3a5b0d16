"""Split the recording of a batch into one document per example, each of the shape that the engine prints.

An example's document holds the steps (or resources) below its component, the component, the stack, and the providers
that those refer to: what a program with only this example in it would have shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

CASE = "recoverable:example:Case"
Node = dict[str, Any]


def state(step: Mapping[str, Any]) -> Mapping[str, Any]:
    """The resource that a step is about: as it will be, or as it was when it goes."""
    found: Mapping[str, Any] = step.get("newState") or step.get("oldState") or {}
    return found


def case_of(urn: str, parents: Mapping[str, str]) -> str | None:
    """The name of the example that a URN belongs to, found up the chain of its parents."""
    seen = set()
    while urn and urn not in seen:
        seen.add(urn)
        kind, name = urn.split("::")[2:4]
        if kind.split("$")[-1] == CASE:
            return name
        urn = parents.get(urn, "")
    return None


def provider_of(resource: Mapping[str, Any]) -> str:
    """The URN of a resource's provider, without the id that a reference ends in."""
    return str(resource.get("provider", "")).rpartition("::")[0]


def belongs(resources: list[tuple[Node, Mapping[str, Any]]]) -> Iterator[tuple[str, list[Node]]]:
    """Each example with its items and the shared ones that it needs, in the order of the recording."""
    parents = {each["urn"]: str(each.get("parent", "")) for _, each in resources if each}
    owners = [case_of(each["urn"], parents) for _, each in resources]
    for case in dict.fromkeys(owner for owner in owners if owner):
        mine = [each for (_, each), owner in zip(resources, owners, strict=True) if owner == case]
        providers = {provider_of(each) for each in mine}
        yield (
            case,
            [
                item
                for (item, each), owner in zip(resources, owners, strict=True)
                if owner == case or each["urn"] in providers or each["type"] == "pulumi:pulumi:Stack"
            ],
        )


def previews(document: Mapping[str, Any]) -> dict[str, Node]:
    """A preview per example; the summary is counted again from the steps that are left."""
    found = {}
    for case, steps in belongs([(step, state(step)) for step in document["steps"]]):
        counted = Counter(str(step["op"]) for step in steps)
        found[case] = {**document, "steps": steps, "changeSummary": dict(sorted(counted.items()))}
    return found


def exports(document: Mapping[str, Any]) -> dict[str, Node]:
    """A stack export per example."""
    deployment = document["deployment"]
    pairs = belongs([(each, each) for each in deployment["resources"]])
    return {case: {**document, "deployment": {**deployment, "resources": kept}} for case, kept in pairs}
