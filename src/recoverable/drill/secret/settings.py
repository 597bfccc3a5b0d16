"""``[drill.stores.NAME.source]`` of the provider ``secret``."""

from __future__ import annotations

import re
from typing import Any

from recoverable.standard.typed import Table

KEYS = ("service", "names", "prefix", "region", "replica_region", "project", "scratch")
MANAGER, PARAMETERS, GOOGLE = "secretsmanager", "ssm", "gcp-secretmanager"
SERVICES = (MANAGER, PARAMETERS, GOOGLE)
_PROJECT = re.compile(r"[a-z][a-z0-9.:-]{4,62}\Z")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")


def read(table: Table) -> dict[str, Any]:
    """The settings, typed; every mistake becomes a problem of the table."""
    table.only(KEYS)
    names, prefix, region, replica = table.texts("names"), table.text("prefix"), table.text("region"), table.text("replica_region")
    service = table.choice("service", SERVICES, MANAGER) if "service" in table.data else ""
    if not service:
        table.problems.add(
            table.path, "does not say where the secrets are kept", 'Add service = "secretsmanager", "ssm" or "gcp-secretmanager".'
        )
    if bool(names) == bool(prefix):
        said = "names secrets twice" if names else "names no secrets"
        table.problems.add(table.path, said, 'Write either names = ["orders/database"] or prefix = "orders/".')
    _read_google(table, service, (*names, *([prefix] if prefix else ())))
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
        "project": table.text("project"),
        "scratch": table.text("scratch"),
    }


def _read_google(table: Table, service: str, names: tuple[str, ...]) -> None:
    """What only Google's service has, and what it has not."""
    if service != GOOGLE:
        if "project" in table.data:
            table.wrong("project", "is Google Cloud's, and the secrets are kept at AWS", f'Leave it out, or write service = "{GOOGLE}".')
        return
    if "project" not in table.data:
        table.problems.add(table.path, "names no project", 'Add project = "acme-prod".')
    elif isinstance(table.data["project"], str) and not _PROJECT.match(table.data["project"]):
        table.wrong("project", "is no name of a Google Cloud project", "Write its id, such as acme-prod.")
    for key in ("region", "replica_region"):
        if key in table.data:
            table.wrong(key, "is AWS's: Secret Manager serves all replicas under one address", "Leave it out.")
    if not all(_NAME.match(each) for each in names):
        key = "names" if "names" in table.data else "prefix"
        table.wrong(key, "holds what no name of Secret Manager has", "Write the ids alone: letters, digits, - and _.")


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": description}


SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Secrets of AWS Secrets Manager, SSM Parameter Store or Google Secret Manager, whose versions are their backups. They are only read.",
    "additionalProperties": False,
    "required": ["service"],
    "oneOf": [{"required": ["names"]}, {"required": ["prefix"]}],
    "properties": {
        "service": {"enum": list(SERVICES), "description": "Where they are kept."},
        "names": {"type": "array", "items": {"type": "string", "minLength": 1}, "description": "The secrets, by name."},
        "prefix": _text("All whose names begin so."),
        "region": _text("Their region. Default: the one of environment or profile."),
        "replica_region": _text("Where their replicas are."),
        "project": _text("The Google Cloud project, for gcp-secretmanager alone."),
        "scratch": _text("The folder below which the list of what was read is put, for the time of the drill."),
    },
}
