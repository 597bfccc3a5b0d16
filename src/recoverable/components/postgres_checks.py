"""What every Postgres of ours has to meet, and the refusals of what does not.

Each function takes the component that asks, so that its name stands in the refusal, and gives the effective value. A number of
the standard may be strengthened by an argument, never weakened.
"""

import enum
from typing import TYPE_CHECKING, Any

from recoverable.components import postgres_names, postgres_windows, regions
from recoverable.components.base import Component
from recoverable.components.bucket_checks import demands_of, member
from recoverable.components.key_checks import check_key
from recoverable.components.postgres_numbers import Kept, kept_by_aws, kept_by_google
from recoverable.components.postgres_plan import KINDS, NAMES, RPO_MINUTES, BackupOwner, Plan, PostgresEngine

if TYPE_CHECKING:
    from recoverable.components.postgres import PostgresArgs

AWS_ONLY = {
    "subnet_group_name": "Cloud SQL is reached through private_network or Private Service Connect.",
    "security_group_ids": "Cloud SQL has no security groups.",
    "username": "Cloud SQL users sign in by IAM; add gcp.sql.User for others.",
    "backup_owner": "Cloud SQL keeps its backups itself.",
    "backup_plan": "A plan of Backup and DR would take the place of Cloud SQL's own backups, and it copies to no other region.",
    "replica_kms_key_arn": "Cloud SQL encrypts its backups under the instance's key.",
    "monitoring_seconds": "Cloud Monitoring measures every instance.",
    "import_instance_ids": "A Cloud SQL instance is adopted by import_id alone.",
}
GOOGLE_ONLY = {
    "edition": "RDS and Aurora have no editions.",
    "private_network": "RDS takes subnet_group_name and security_group_ids.",
}


def plan_of(component: Component, given: "PostgresArgs") -> Plan:
    """What is going to be built. Raises RefusedError."""
    engine = engine_of(component, given.engine)
    kind = KINDS[engine]
    _refuse_password(component, given)
    _refuse_foreign(component, given, engine)
    postgres_names.check_names(component, given)
    storage = postgres_names.storage_of(component, given, engine)
    edition = postgres_names.edition_of(component, given, engine)
    _reachable(component, kind)
    if engine is PostgresEngine.CLOUDSQL:
        kept = kept_by_google(component, kind, given, edition)
    else:
        kept = kept_by_aws(component, kind, given, engine, aws_backup=_owner(component, given) is BackupOwner.AWS_BACKUP)
    return Plan(
        engine=engine,
        kind=kind,
        version=postgres_names.version_of(component, given.version, engine),
        size=postgres_names.size_of(component, given.size, engine),
        edition=edition,
        storage_gb=storage[0],
        max_storage_gb=storage[1],
        database=postgres_names.database_of(component, given.database),
        username=postgres_names.username_of(component, given.username),
        retention_days=kept.native,
        demanded_days=kept.days,
        pitr_days=kept.pitr,
        backup_plan=kept.by_plan,
        replica_region=replica_region(component, given, engine, kept),
        own_key=own_key(component, kind, given),
        multi_zone=multi_zone(component, kind, given.multi_zone),
        deletion_protection=not _given_up(component, "deletion_protection", given.deletion_protection, protects=True),
        final_snapshot=not _given_up(component, "skip_final_snapshot", given.skip_final_snapshot, protects=False),
        public=_given_up(component, "publicly_accessible", given.publicly_accessible, protects=False),
        backup_window=postgres_windows.backup_window(component, given.backup_window, kept.native),
        maintenance_window=postgres_windows.maintenance_window(component, given.maintenance_window, given.backup_window),
    )


def engine_of(component: Component, given: Any) -> PostgresEngine:
    """The engine, by the policy's cloud where none is given."""
    default = PostgresEngine.RDS if component.on_aws else PostgresEngine.CLOUDSQL
    engine = default if given is None else member(component, "engine", PostgresEngine, given)
    if (engine is PostgresEngine.CLOUDSQL) is component.on_aws:
        here = "AWS has rds and aurora" if component.on_aws else "Google Cloud has cloudsql"
        component.refuse("engine", engine, here, "The policy's cloud decides where it is built.")
    return engine


def _refuse_password(component: Component, given: "PostgresArgs") -> None:
    """The value itself is never shown."""
    if given.master_password is not None:
        component.refuse(
            "master_password",
            "[secret]",
            "leave it out" if component.on_aws else "leave it out; users sign in by IAM",
            "A password in the program reaches the repository, the preview and the state; Secrets Manager makes and rotates it."
            if component.on_aws
            else "A password in the program reaches the repository, the preview and the state.",
        )


def _refuse_foreign(component: Component, given: "PostgresArgs", engine: PostgresEngine) -> None:
    """Refuse arguments that would be dropped in silence."""
    for field, reason in (GOOGLE_ONLY if component.on_aws else AWS_ONLY).items():
        if getattr(given, field) is not None:
            component.refuse(field, _shown(getattr(given, field)), f"leave it out on {NAMES[engine]}", reason)
    if given.import_instance_ids is not None and (engine is not PostgresEngine.AURORA or given.import_id is None):
        component.refuse(
            "import_instance_ids", given.import_instance_ids, "only with import_id of an Aurora cluster", "Nothing is adopted."
        )
    if given.monitoring_seconds is not None and given.monitoring_seconds not in (1, 5, 10, 15, 30, 60):
        component.refuse("monitoring_seconds", given.monitoring_seconds, "one of 1, 5, 10, 15, 30, 60", "RDS measures at these only.")


def _shown(value: Any) -> Any:
    return value if isinstance(value, str | bool | int | enum.Enum) else "a value"


def _owner(component: Component, given: "PostgresArgs") -> BackupOwner:
    owner = member(component, "backup_owner", BackupOwner, given.backup_owner or BackupOwner.NATIVE)
    if owner is BackupOwner.AWS_BACKUP:
        for field in ("retention_days", "pitr_window_days", "backup_window"):
            value = getattr(given, field)
            if value is not None:
                component.refuse(
                    field,
                    value,
                    "leave it out with backup_owner = aws_backup",
                    "The plan's continuous backup owns the retention; two owners undo each other's setting.",
                )
        if given.backup_plan is False:
            component.refuse("backup_plan", False, "true, with backup_owner = aws_backup", "Nothing at all would back it up.")
    return owner


def _reachable(component: Component, kind: str) -> None:
    """An RPO below what point-in-time recovery promises is refused."""
    rpo = demands_of(component, kind).rpo_minutes
    if rpo.value is not None and rpo.value < RPO_MINUTES:
        component.refuse(
            "rpo_minutes",
            rpo.value,
            f"point-in-time recovery promises {RPO_MINUTES} minutes",
            f"{component.policy.tier} demands {rpo.value} ({rpo.source}); no backup of this database is faster.",
        )


def replica_region(component: Component, given: "PostgresArgs", engine: PostgresEngine, kept: Kept) -> str | None:
    """Where backups are copied to by this component; None where there is no copy, or a plan makes it."""
    policy, wanted = component.policy, demands_of(component, KINDS[engine]).second_region
    demanded = f"{policy.tier} demands a second region ({wanted.source})"
    asked = given.replicate or given.replica_region is not None
    if given.replicate is False and given.replica_region is not None:
        component.refuse("replica_region", given.replica_region, "leave it out where replicate is false", "Nothing would go there.")
    if engine is PostgresEngine.AURORA or kept.native is None:
        what = "Aurora" if engine is PostgresEngine.AURORA else "a database under aws_backup"
        if asked:
            component.refuse(
                "replicate",
                True,
                f"{what} has no replication of automated backups",
                "Set backup_plan = True and let a BackupVault copy to the second region.",
            )
        if wanted.value and not kept.by_plan:
            component.refuse(
                "backup_plan",
                given.backup_plan,
                demanded,
                f"{what} has no replication of automated backups (and no managed password in a global database): "
                "set backup_plan = True and let a BackupVault copy it.",
            )
        return None
    if given.replicate is False and wanted.value and not kept.by_plan:
        component.refuse("replicate", False, demanded, "The loss of a region takes the database and all its backups.")
    if given.replicate is False or not (asked or wanted.value):
        if given.replica_kms_key_arn is not None:
            component.refuse("replica_kms_key_arn", "a value", "there is no second copy here", "Set replicate = True or leave it out.")
        return None
    region, home = given.replica_region or policy.replica_region, policy.primary_region
    if region is None:
        component.refuse(
            "replica_region", None, demanded if wanted.value else "replicate is true", "Name it here or in the ProtectionPolicy."
        )
    if home is None:
        key = "aws:region" if component.on_aws else "gcp:region"
        component.refuse("policy.region", None, f"set it, or {key}", "Whether a copy leaves the region cannot be told without the region.")
    regions.check_region(component.refuse, "replica_region", str(region), on_aws=component.on_aws)
    if regions.same(region, home):
        component.refuse("replica_region", region, f"the database itself is in {home}", "A copy beside the original is lost with it.")
    check_key(component, "replica_kms_key_arn", given.replica_kms_key_arn, region)
    return region


def own_key(component: Component, kind: str, given: "PostgresArgs") -> bool:
    """Whether it is under a customer-managed key."""
    if given.storage_encrypted is False:
        component.refuse(
            "storage_encrypted", False, "every environment demands encryption", "A database that is created unencrypted stays so for ever."
        )
    wanted = demands_of(component, kind).customer_managed_key
    if given.customer_managed_key is False:
        if wanted.value:
            component.refuse(
                "customer_managed_key",
                False,
                f"{component.policy.tier} demands one ({wanted.source})",
                "Only an own key can be audited, disabled and shared with the account that keeps the copies.",
            )
        if given.kms_key_arn is not None:
            component.refuse("kms_key_arn", "a value", "leave it out with customer_managed_key = False", "It would not be used.")
        return False
    if given.import_id is not None and given.kms_key_arn is None:
        component.refuse(
            "kms_key_arn",
            None,
            "name the key that the adopted database has, or set customer_managed_key = False",
            "Another key would replace the database.",
        )
    check_key(component, "kms_key_arn", given.kms_key_arn, component.policy.primary_region)
    return True


def multi_zone(component: Component, kind: str, given: bool | None) -> bool:
    """Whether it spans several zones."""
    wanted = demands_of(component, kind).multi_zone
    if given is False and wanted.value:
        component.refuse(
            "multi_zone",
            False,
            f"{component.policy.tier} demands several zones ({wanted.source})",
            "The loss of one zone would mean a restore instead of a failover.",
        )
    return bool(wanted.value or given)


LOSSES = {
    "deletion_protection": "One wrong destroy removes the database.",
    "skip_final_snapshot": "What was written since the last backup would be lost with the database.",
    "publicly_accessible": "The whole internet could try passwords.",
}


def _given_up(component: Component, field: str, given: bool | None, *, protects: bool) -> bool:
    """Whether the caller gives a protection up, which production does not allow."""
    up = given is (not protects)
    if up and component.policy.is_production:
        component.refuse(field, given, f"not in {component.policy.tier}", LOSSES[field])
    return up
