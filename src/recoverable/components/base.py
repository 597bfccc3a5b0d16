"""What every component shares: its token, its tags, and which options its children get."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast

import pulumi

from recoverable.components import arguments
from recoverable.components.late_values import together
from recoverable.components.policy import Cloud, ProtectionPolicy, label
from recoverable.components.refusal import RefusedError, shown
from recoverable.components.tag_checks import check_tags

PACKAGE = "recoverable"
A = TypeVar("A")


class Component(pulumi.ComponentResource):
    """A component of this package: ``recoverable:index:NAME``.

    The constructor reads the arguments, has the subclass ``check`` them all, and only then registers the component: what is
    refused leaves nothing behind. The subclass then creates its children and calls ``finish`` last and once.
    """

    def __init__(self, kind: str, name: str, given: Any, cls: type[A], opts: pulumi.ResourceOptions | None = None) -> None:
        if not isinstance(name, str) or not name:
            raise RefusedError(kind, "name", name, "a text", "The names of its children are made of it.")
        self.kind, self.label = kind, f"{kind} {shown(name)}"
        self.short = name
        self.settings: Any = arguments.read(cls, given, self.label)  # each subclass knows its own class
        self.policy: ProtectionPolicy = cast(Any, self.settings).policy  # required by every argument class, and read as what it is
        given = {**(self.policy.tags or {}), **(getattr(self.settings, "tags", None) or {})}
        check_tags(self.refuse, given, label, on_aws=self.on_aws)
        self.check()
        super().__init__(f"{PACKAGE}:index:{kind}", name, None, opts)

    def check(self) -> None:
        """Refuse what cannot be built, or would not protect. Called before anything is registered."""

    @property
    def on_aws(self) -> bool:
        """Whether this is built on AWS."""
        return self.policy.cloud is Cloud.AWS

    def refuse(self, field: str, value: Any, bound: str, reason: str) -> None:
        """Raise the refusal of one of this component's arguments."""
        raise RefusedError(self.label, field, value, bound, reason)

    def tags(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The tags of a child on AWS."""
        return self.policy.all_tags(self.short, {**(getattr(self.settings, "tags", None) or {}), **(extra or {})})

    def labels(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """The labels of a child on Google Cloud."""
        return self.policy.all_labels(self.short, {**(getattr(self.settings, "tags", None) or {}), **(extra or {})})

    def helper(self, **more: Any) -> pulumi.ResourceOptions:
        """Options of a child that holds no data and may be replaced: a policy, a role, an alarm."""
        return pulumi.ResourceOptions(parent=self, protect=False, **more)

    def stateful(self, **more: Any) -> pulumi.ResourceOptions:
        """Options of a child that holds data, or the key to it.

        Protected against deletion outside dev, and in production left in the cloud even when it is taken out of the
        program by force. An import id means: adopt what exists.
        """
        return pulumi.ResourceOptions(parent=self, protect=self.policy.protects, retain_on_delete=self.policy.is_production, **more)

    def finish(self, evidence: Mapping[str, Any] | None = None, **outputs: Any) -> None:
        """Set the outputs as attributes and register them; what is evidence also joins the policy's summary.

        ``evidence`` is one entry of ``evidence.entry``.
        """
        if evidence is not None:
            stated: pulumi.Output[dict[str, Any]] = together(dict(evidence))
            self.policy.add_evidence(stated)
            outputs["evidence"] = stated
        for name, value in outputs.items():
            setattr(self, name, together(value))
        self.register_outputs({name: getattr(self, name) for name in outputs})
