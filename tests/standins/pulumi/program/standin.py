"""What the translated examples share: the component that marks a case, values known only later, explicit providers.

This file is copied beside the generated program; it is no part of the translation.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
import pulumi_aws
import pulumi_gcp

RANDOM = {"number": "randomInteger:RandomInteger", "flag": "randomInteger:RandomInteger"}


class Case(pulumi.ComponentResource):
    """One example: every resource of it is a child, so that the recording can be split by parent."""

    def __init__(self, name: str) -> None:
        """Register the component under the example's id."""
        super().__init__("recoverable:example:Case", name)
        self.name = name

    def child(self, provider: pulumi.ProviderResource | None = None, after: Sequence[pulumi.Resource] = ()) -> pulumi.ResourceOptions:
        """Options of a resource of this case."""
        return pulumi.ResourceOptions(parent=self, provider=provider, depends_on=list(after))

    @functools.cache  # noqa: B019 - a case lives as long as the program
    def helper(self, kind: str) -> Raw:
        """The one resource of this case whose outputs nobody can know before it exists."""
        token = RANDOM.get(kind, "randomPet:RandomPet")
        stated = {"min": 7, "max": 7} if kind in RANDOM else {"length": 2}
        return Raw(f"random:index/{token}", f"{self.name}.later-{kind}", stated, ["result"], self.child())

    def later(self, kind: str, *sources: Any) -> pulumi.Output[Any]:
        """A value that is unknown in a preview, with the resources it comes from among its dependencies."""
        helper = self.helper(kind)
        value: Any = helper.result if kind in RANDOM else helper.id
        if kind == "flag":
            value = value.apply(lambda number: number > 0)
        return pulumi.Output.all(value, *sources).apply(lambda found: found[0])


class Raw(pulumi.CustomResource):
    """A resource of a type that has no generated SDK."""

    def __init__(
        self,
        token: str,
        name: str,
        inputs: Mapping[str, Any],
        outputs: Sequence[str],
        opts: pulumi.ResourceOptions,
    ) -> None:
        """Register it with inputs as they go over the wire; outputs become attributes."""
        missing: dict[str, Any] = dict.fromkeys(outputs)
        super().__init__(token, name, {**missing, **inputs}, opts)

    def __getattr__(self, name: str) -> pulumi.Output[Any]:
        """Outputs are attributes by their wire name; only the type checker needs this."""
        raise AttributeError(name)


@functools.cache
def provider(family: str, settings: str) -> pulumi.ProviderResource:
    """The explicit provider with these settings (JSON), one for all cases that state the same."""
    stated = json.loads(settings)
    words = [family, *(str(stated[key]) for key in sorted(stated) if isinstance(stated[key], str))]
    words += [f"{key}-{value}" for key, value in sorted(stated.get("default_tags", {}).get("tags", {}).items())]
    name = "-".join(words)
    if family == "aws":
        return pulumi_aws.Provider(name, **stated)
    if family == "gcp":
        return pulumi_gcp.Provider(name, **stated)
    return pulumi.ProviderResource(family, name, stated)
