"""``[drill.stores.NAME.source]`` of the provider ``aurora``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recoverable.standard.typed import Table

CLUSTER, SNAPSHOT = "cluster", "snapshot"
FORMS = (CLUSTER, SNAPSHOT)
NEEDED = {
    "cluster": "the identifier of the source",
    "subnet_group": "a DB subnet group of private subnets: without one Aurora takes the default network",
    "cluster_parameter_group": "a DB cluster parameter group for the copy, without pg_cron and with max_logical_replication_workers = 0",
    "parameter_group": "a DB parameter group for the copy's instance",
    "instance_class": "such as db.t4g.medium",
}
TEXTS = (*NEEDED, "snapshot", "region", "database", "ca_file")
KEYS = (*TEXTS, "from", "security_groups")


def read(table: Table) -> dict[str, Any]:
    """The settings, typed. Everything by which a copy could end up in the open has to be said."""
    table.only(KEYS)
    form = table.choice("from", FORMS, CLUSTER)
    found = {key: table.text(key) for key in TEXTS}
    for key, about in NEEDED.items():
        if not found[key]:
            table.problems.add(table.path, f"names no {key}", f'Add {key} = "…": {about}.')
    groups = table.texts("security_groups")
    if not groups:
        table.problems.add(
            table.path, "names no security_groups", 'Add security_groups = ["sg-…"]: in from where the drill runs, out to nowhere.'
        )
    if found["snapshot"] and form != SNAPSHOT:
        table.wrong("snapshot", f'means nothing with from = "{form}"', "Remove the line, or change from.")
    return {**found, "from": form, "security_groups": groups}


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": description}


SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "An Aurora PostgreSQL cluster and what its copy is made of. Credentials come from where boto3 finds them, never from here.",
    "additionalProperties": False,
    "required": [*NEEDED, "security_groups"],
    "properties": {
        "cluster": _text("The identifier of the source."),
        "from": {
            "enum": list(FORMS),
            "default": CLUSTER,
            "description": "cluster: point-in-time recovery, as a full copy. snapshot: a cluster snapshot.",
        },
        "snapshot": _text("A cluster snapshot. Default: the newest one of the cluster that is available."),
        "region": _text("The region in which the copy is made. Default: the one of environment or profile."),
        "subnet_group": _text("The DB subnet group of the copy."),
        "security_groups": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "minLength": 1},
            "description": "The VPC security groups of the copy, exactly these.",
        },
        "cluster_parameter_group": _text("The DB cluster parameter group of the copy: no pg_cron, max_logical_replication_workers = 0."),
        "parameter_group": _text("The DB parameter group of the copy's instance."),
        "instance_class": _text("The class of the copy's one instance."),
        "database": _text("The database to verify. Default: the one that the cluster was made with, else postgres."),
        "ca_file": _text("Amazon's certificate bundle: the copy must then prove who it is. Without it TLS is demanded, yet not proven."),
    },
}
