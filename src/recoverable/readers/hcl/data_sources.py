"""Data sources whose answer follows from the code alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from recoverable.model.sketches import sketched
from recoverable.model.values import Ref, Unknown
from recoverable.readers.google_iam_policy import google_policy_sketch, google_policy_text
from recoverable.readers.hcl.block_values import body_values
from recoverable.readers.hcl.evaluator import Scope
from recoverable.readers.hcl.hcl_values import has_unknown, joined
from recoverable.readers.hcl.provider_configs import resource_provider
from recoverable.readers.iam_policy import policy_sketch, policy_text

if TYPE_CHECKING:
    from recoverable.readers.hcl.resource_values import Resource

# What these answer is the configuration of the provider they ask.
_FROM_PROVIDER = {
    ("aws_region", "name"): "region", ("aws_region", "id"): "region", ("aws_region", "region"): "region",
    ("google_client_config", "region"): "region", ("google_client_config", "project"): "project",
}  # fmt: skip
_POLICY_META = frozenset({"count", "for_each", "provider", "depends_on"})


def data_attribute(resource: Resource, name: str, scope: Scope) -> Any:
    """An attribute that needs no provider; None where only the provider knows."""
    if resource.type == "aws_iam_policy_document" and name in ("json", "minified_json"):
        return _policy(resource, name, scope, partial(policy_text, minified=name == "minified_json"), policy_sketch)
    if resource.type == "google_iam_policy" and name == "policy_data":
        return _policy(resource, name, scope, google_policy_text, google_policy_sketch)
    setting = _FROM_PROVIDER.get((resource.type, name))
    if setting and name not in resource.block.body.arguments:
        provider = resource_provider(resource.module, resource.block)
        value = provider.attrs.get(setting)
        return value if isinstance(value, str) else None
    return None


def _policy(
    resource: Resource, name: str, scope: Scope, text: Callable[[dict[str, Any]], str | None], sketch: Callable[[dict[str, Any]], str]
) -> Any:
    attrs = body_values(resource.module, resource.block.body, scope, _POLICY_META, top=True)
    if has_unknown(attrs):
        found = joined(attrs, not_null=True)
        own = Ref(resource.address, name)
        return sketched(Unknown(found.expression, found.reason, (own, *found.refs), True), sketch(attrs))
    return text(attrs)
