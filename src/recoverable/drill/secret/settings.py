"""``[drill.stores.NAME.source]`` of the provider ``secret``."""

from __future__ import annotations

from typing import Any

from recoverable.standard.typed import Table

KEYS = ("service", "names", "prefix", "region", "replica_region", "scratch")
MANAGER, PARAMETERS = "secretsmanager", "ssm"
SERVICES = (MANAGER, PARAMETERS)


def read(table: Table) -> dict[str, Any]:
    """The settings, typed; every mistake becomes a problem of the table."""
    table.only(KEYS)
    names, prefix, region, replica = table.texts("names"), table.text("prefix"), table.text("region"), table.text("replica_region")
    service = table.choice("service", SERVICES, MANAGER) if "service" in table.data else ""
    if not service:
        table.problems.add(table.path, "does not say where the secrets are kept", 'Add service = "secretsmanager" or service = "ssm".')
    if bool(names) == bool(prefix):
        said = "names secrets twice" if names else "names no secrets"
        table.problems.add(table.path, said, 'Write either names = ["orders/database"] or prefix = "orders/".')
    if len(set(names)) != len(names):
        table.wrong("names", "holds a name twice", "Name each secret once.")
    if replica and not region:
        table.problems.add(table.path, "names a replica_region and no region", 'Add region = "…": where the secrets themselves are.')
    if replica and replica == region:
        table.wrong("replica_region", "is the region of the secrets themselves", "Name the region of the replica.")
    return {
        "service": service,
        "names": names,
        "prefix": prefix,
        "region": region,
        "replica_region": replica,
        "scratch": table.text("scratch"),
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": description}


SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Secrets of AWS Secrets Manager or SSM Parameter Store, whose versions are their backups. They are only read.",
    "additionalProperties": False,
    "required": ["service"],
    "oneOf": [{"required": ["names"]}, {"required": ["prefix"]}],
    "properties": {
        "service": {"enum": list(SERVICES), "description": "Where they are kept."},
        "names": {"type": "array", "items": {"type": "string", "minLength": 1}, "description": "The secrets, by name."},
        "prefix": _text("All whose names begin so."),
        "region": _text("Their region. Default: the one of environment or profile."),
        "replica_region": _text("Where their replicas are."),
        "scratch": _text("The folder below which the list of what was read is put, for the time of the drill."),
    },
}
