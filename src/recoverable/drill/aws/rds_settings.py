"""``[drill.stores.NAME.source]`` of the provider ``rds``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recoverable.drill.aws.settings_parts import SECURITY_GROUPS, needed, only_with, text
from recoverable.standard.typed import Table

INSTANCE, SNAPSHOT, RETAINED, REPLICATED = "instance", "snapshot", "retained-backup", "replicated-backup"
FORMS = (INSTANCE, SNAPSHOT, RETAINED, REPLICATED)
NEEDED = {
    "instance": "the identifier of the source",
    "subnet_group": "a DB subnet group of private subnets: without one RDS takes the default network",
    "parameter_group": "a DB parameter group for the copy, without pg_cron and with max_logical_replication_workers = 0",
    "instance_class": "such as db.t4g.medium",
}
TEXTS = (*NEEDED, "snapshot", "backup_arn", "region", "database", "user", "ca_file")
KEYS = (*TEXTS, "from", "login", "security_groups")
PASSWORD, IAM = "password", "iam"
"""How the drill logs in: as the master user by a new password, or as ``user`` by a token."""
_ONLY_WITH = {"snapshot": (SNAPSHOT,), "backup_arn": (RETAINED, REPLICATED)}


def read(table: Table) -> dict[str, Any]:
    """The settings, typed. Everything by which a copy could end up in the open has to be said: RDS's own defaults are never used."""
    table.only(KEYS)
    form = table.choice("from", FORMS, INSTANCE)
    found = needed(table, TEXTS, NEEDED)
    only_with(table, found, form, _ONLY_WITH)
    login = table.choice("login", (PASSWORD, IAM), PASSWORD)
    if (login == IAM) != bool(found["user"]):
        table.problems.add(table.path, "names login and user not together", 'Write login = "iam" and user = "drills", or neither.')
    return {**found, "from": form, "login": login}


SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "An RDS instance and what its copy is made of. Credentials come from where boto3 finds them, never from here.",
    "additionalProperties": False,
    "required": [*NEEDED, "security_groups"],
    "properties": {
        "instance": text("The identifier of the source; of a deleted one, the identifier that it had."),
        "from": {
            "enum": list(FORMS),
            "default": INSTANCE,
            "description": "instance: point-in-time recovery of an instance that runs. retained-backup: the same of a deleted one. "
            "replicated-backup: of the copy in this region of another region's automated backups. snapshot: a snapshot.",
        },
        "snapshot": text("A snapshot. Default: the newest one of the instance that is available."),
        "backup_arn": text("The ARN of an automated backup. Default: the one of the instance."),
        "region": text("The region in which the copy is made. Default: the one of environment or profile."),
        "subnet_group": text("The DB subnet group of the copy."),
        "security_groups": SECURITY_GROUPS,
        "parameter_group": text("The DB parameter group of the copy: no pg_cron, max_logical_replication_workers = 0."),
        "instance_class": text("The instance class of the copy."),
        "database": text("The database to verify. Default: the one that the instance was made with, else postgres."),
        "login": {
            "enum": [PASSWORD, IAM],
            "default": PASSWORD,
            "description": "As the master user by a new password, or as user by a token of the drill's identity.",
        },
        "user": text("A database user of the source that is granted rds_iam: who verifies, with login = iam."),
        "ca_file": text("Amazon's certificate bundle: the copy must then prove who it is. Without it TLS is demanded, yet not proven."),
    },
}
