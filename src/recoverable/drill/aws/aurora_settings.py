"""``[drill.stores.NAME.source]`` of the provider ``aurora``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recoverable.drill.aws.settings_parts import SECURITY_GROUPS, needed, only_with, text
from recoverable.standard.typed import Table

CLUSTER, SNAPSHOT, RETAINED, REPLICATED = "cluster", "snapshot", "retained-backup", "replicated-backup"
FORMS = (CLUSTER, SNAPSHOT, RETAINED)
NEEDED = {
    "cluster": "the identifier of the source",
    "subnet_group": "a DB subnet group of private subnets: without one Aurora takes the default network",
    "cluster_parameter_group": "a DB cluster parameter group for the copy, without pg_cron and with max_logical_replication_workers = 0",
    "parameter_group": "a DB parameter group for the copy's instance",
    "instance_class": "such as db.t4g.medium",
}
TEXTS = (*NEEDED, "snapshot", "resource_id", "region", "database", "ca_file")
KEYS = (*TEXTS, "from", "security_groups")
_ONLY_WITH = {"snapshot": (SNAPSHOT,), "resource_id": (RETAINED,)}


def read(table: Table) -> dict[str, Any]:
    """The settings, typed. Everything by which a copy could end up in the open has to be said."""
    table.only(KEYS)
    form = _form(table)
    found = needed(table, TEXTS, NEEDED)
    only_with(table, found, form, _ONLY_WITH)
    return {**found, "from": form}


def _form(table: Table) -> str:
    """Where from. What the provider ``rds`` has and AWS does not offer for clusters is refused in words of its own."""
    if table.data.get("from") != REPLICATED:
        return table.choice("from", FORMS, CLUSTER)
    table.wrong(
        "from",
        'is "replicated-backup", and AWS replicates automated backups of instances alone, none of clusters',
        'Copy cluster snapshots into the other region, and write region = "…" and from = "snapshot".',
    )
    return SNAPSHOT


SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "An Aurora PostgreSQL cluster and what its copy is made of. Credentials come from where boto3 finds them, never from here.",
    "additionalProperties": False,
    "required": [*NEEDED, "security_groups"],
    "properties": {
        "cluster": text("The identifier of the source; of a deleted one, the identifier that it had."),
        "from": {
            "enum": list(FORMS),
            "default": CLUSTER,
            "description": "cluster: point-in-time recovery of a cluster that runs, as a full copy. retained-backup: the same of a deleted one. "
            "snapshot: a cluster snapshot, one that was copied from another region too.",
        },
        "snapshot": text("A cluster snapshot. Default: the newest one of the cluster that is available."),
        "resource_id": text("The resource id (cluster-…) of a deleted cluster. Default: the one whose identifier is cluster."),
        "region": text("The region in which the copy is made. Default: the one of environment or profile."),
        "subnet_group": text("The DB subnet group of the copy."),
        "security_groups": SECURITY_GROUPS,
        "cluster_parameter_group": text("The DB cluster parameter group of the copy: no pg_cron, max_logical_replication_workers = 0."),
        "parameter_group": text("The DB parameter group of the copy's instance."),
        "instance_class": text("The class of the copy's one instance."),
        "database": text("The database to verify. Default: the one that the cluster was made with, else postgres."),
        "ca_file": text("Amazon's certificate bundle: the copy must then prove who it is. Without it TLS is demanded, yet not proven."),
    },
}
