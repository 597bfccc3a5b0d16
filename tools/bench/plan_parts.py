"""One resource as a Terraform plan shows it, and the plan that is put together of many.

A plan says everything about a resource up to four times: the planned values, the change (before and after), the
state it started from, and the configuration. All of them are written here, as ``terraform show -json`` does, so that
a measured size is a real one.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

AWS = "registry.terraform.io/hashicorp/aws"
GOOGLE = "registry.terraform.io/hashicorp/google"

JsonObject = dict[str, Any]


@dataclass(slots=True)
class Declared:
    """A resource: ``known`` values (nulls as well), ``computed`` attributes, and its expressions.

    An attribute in ``references`` is made of another resource: known only once that one exists.
    """

    type: str
    name: str
    known: JsonObject
    computed: tuple[str, ...] = ()
    references: dict[str, list[str]] = field(default_factory=dict)
    from_variables: dict[str, str] = field(default_factory=dict)

    @property
    def provider(self) -> str:
        """The full name of its provider."""
        return GOOGLE if self.type.startswith("google_") else AWS

    def expressions(self) -> JsonObject:
        """What the configuration part shows of it."""
        found: JsonObject = {}
        for name, value in self.known.items():
            if name in self.from_variables:
                found[name] = {"references": [self.from_variables[name]]}
            elif value is not None and name != "tags_all" and value != []:
                found[name] = [_nested(item) for item in value] if _is_blocks(value) else {"constant_value": value}
        for name, references in self.references.items():
            found[name] = {"references": references}
        return found


def _is_blocks(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _nested(block: JsonObject) -> JsonObject:
    return {
        name: [_nested(item) for item in value] if _is_blocks(value) else {"constant_value": value}
        for name, value in block.items()
        if value is not None and value != []
    }


def to(resource: Declared, attribute: str = "id", key: str = "") -> list[str]:
    """A reference as plans write it: the attribute first, then every shorter prefix."""
    base = f"{resource.type}.{resource.name}"
    return [f"{base}{key}.{attribute}", f"{base}{key}", *([base] if key else [])]


class PlanWriter:
    """Collects resources into the parts of a plan."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same plan on every run
        self.count = 0
        self._planned: list[JsonObject] = []
        self._planned_modules: dict[str, list[JsonObject]] = {}
        self._prior: list[JsonObject] = []
        self._changes: list[JsonObject] = []
        self._resources: list[JsonObject] = []
        self._calls: dict[str, JsonObject] = {}
        self._relevant: dict[tuple[str, str], None] = {}

    def action(self) -> str:
        """Mostly new resources, some that are there already, a few that change or go."""
        return self.random.choices(("create", "no-op", "update", "delete"), (70, 26, 3, 1))[0]

    def declare(self, resource: Declared, module: str = "") -> None:
        """Write the configuration of a resource, in the root or in the module of a call."""
        into = self._calls[module]["module"]["resources"] if module else self._resources
        entry = {"address": f"{resource.type}.{resource.name}", "mode": "managed", "type": resource.type, "name": resource.name}
        entry["provider_config_key"] = "google" if resource.provider == GOOGLE else "aws"
        into.append({**entry, "expressions": resource.expressions(), "schema_version": 0})

    def call(self, module: str, source: str, each: str) -> None:
        """Write a module call with for_each."""
        expressions = {
            "environment": {"references": ["var.environment"]},
            "name": {"references": ["each.key"]},
            "settings": {"references": ["each.value"]},
        }
        self._calls[module] = {
            "source": source, "expressions": expressions, "for_each_expression": {"references": [each]},
            "module": {"resources": [], "variables": {name: {} for name in expressions}},
        }  # fmt: skip

    def instance(self, resource: Declared, action: str, module: str = "", key: str = "") -> None:
        """Write one instance into planned values, changes and, where it is there already, the prior state."""
        self.count += 1
        inside = f'module.{module}["{key}"]' if module else ""
        address = f"{inside}.{resource.type}.{resource.name}" if inside else f"{resource.type}.{resource.name}"
        identity = {"address": address, "mode": "managed", "type": resource.type, "name": resource.name, "provider_name": resource.provider}
        for references in resource.references.values() if action != "delete" else ():
            self._note_relevant(inside, references)
        made = {**resource.known, **{name: self._made(resource, name) for name in (*resource.computed, *resource.references)}}
        unknown: JsonObject = dict.fromkeys((*resource.computed, *resource.references), True) if action == "create" else {}
        values = resource.known if action == "create" else made
        marks: JsonObject = {name: {} for name, value in values.items() if isinstance(value, dict)}
        if action != "create":
            entry = {**identity, "schema_version": 0, "values": made, "sensitive_values": marks}
            self._prior.append(entry)
        if action != "delete":
            entry = {**identity, "schema_version": 0, "values": values, "sensitive_values": marks}
            (self._planned_modules.setdefault(inside, []) if inside else self._planned).append(entry)
        before = None if action == "create" else ({**made, "tags": {"owner": "nobody"}} if action == "update" else made)
        change = {
            "actions": [action], "before": before, "after": None if action == "delete" else values,
            "after_unknown": unknown, "before_sensitive": marks if before else False, "after_sensitive": False if action == "delete" else marks,
        }  # fmt: skip
        more = {"module_address": inside} if inside else {}
        reason = {"action_reason": "delete_because_no_resource_config"} if action == "delete" else {}
        self._changes.append({**identity, **more, "change": change, **reason})

    def _note_relevant(self, inside: str, references: list[str]) -> None:
        """Terraform lists every attribute of another resource that a planned value was made of."""
        for reference in references:
            kind, name, *attribute = reference.split(".")
            if attribute and kind != "var":
                self._relevant[(f"{inside}.{kind}.{name}" if inside else f"{kind}.{name}", attribute[0])] = None

    def _made(self, resource: Declared, name: str) -> Any:
        token = f"{self.random.getrandbits(68):017x}"
        if name == "arn":
            return f"arn:aws:{resource.type.split('_')[1]}:eu-west-1:111122223333:{resource.type.split('_')[-1]}/{resource.name}-{token}"
        if name in _LISTS:
            return []
        return _NUMBERS.get(name, f"{resource.type.split('_')[-1]}-{token}")

    def document(self) -> JsonObject:
        """The whole plan, as ``terraform show -json`` orders it."""
        version = "1.11.4"
        modules = [{"resources": items, "address": address} for address, items in self._planned_modules.items()]
        return {
            "format_version": "1.2",
            "terraform_version": version,
            "variables": {"environment": {"value": "prod"}, "region": {"value": "eu-west-1"}},
            "planned_values": {"root_module": {"resources": self._planned, "child_modules": modules}},
            "resource_changes": self._changes,
            "prior_state": {"format_version": "1.0", "terraform_version": version, "values": {"root_module": {"resources": self._prior}}},
            "configuration": {
                "provider_config": {
                    "aws": {"name": "aws", "full_name": AWS, "expressions": {"region": {"references": ["var.region"]}}},
                    "google": {"name": "google", "full_name": GOOGLE, "expressions": {"region": {"constant_value": "europe-west1"}}},
                },
                "root_module": {"resources": self._resources, "module_calls": self._calls, "variables": {"environment": {}, "region": {}}},
            },
            "relevant_attributes": [{"resource": resource, "attribute": [name]} for resource, name in self._relevant],
            "timestamp": "2026-11-01T04:00:00Z",
            "applyable": True,
            "complete": True,
            "errored": False,
        }


_LISTS = frozenset(
    [
        "cors_rule",
        "grant",
        "lifecycle_rule",
        "logging",
        "object_lock_configuration",
        "replication_configuration",
        "server_side_encryption_configuration",
        "versioning",
        "website",
        "root_block_device",
        "ebs_block_device",
        "network_interface",
        "maintenance_options",
        "metadata_options",
        "private_dns_name_options",
        "enclave_options",
        "capacity_reservation_specification",
        "cpu_options",
        "inline_policy",
        "managed_policy_arns",
        "role_last_used",
        "listener_endpoint",
        "master_user_secret",
        "replica",
        "target_failover",
        "target_health_state",
        "load_balancer_arns",
        "vpc_security_group_ids",
        "security_groups",
        "secondary_private_ips",
        "domain_dns_ips",
    ]
)
_NUMBERS: dict[str, Any] = {
    "port": 5432,
    "latest_restorable_time": "2026-10-31T04:00:00Z",
    "backup_retention_period": 7,
    "stream_enabled": False,
    "multi_az": False,
}
