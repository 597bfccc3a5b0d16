"""Protected stores with the resources that protect them, some of them with the usual mistakes."""

from __future__ import annotations

import random
from collections.abc import Callable

from plan_noise import TEAMS, tags
from plan_parts import Declared, JsonObject, to


def bucket(name: str, label: str, rng: random.Random, companions: bool) -> list[Declared]:
    """An S3 bucket; its versioning, encryption and the rest refer to it, so they are unknown until it exists."""
    team = rng.choice(TEAMS)
    known = {"bucket": f"acme-{label}", "force_destroy": rng.random() < 0.1, "region": "eu-west-1", "timeouts": None, **tags(label, team)}
    computed = (
        "acceleration_status acl arn bucket_domain_name bucket_prefix bucket_region bucket_regional_domain_name cors_rule grant hosted_zone_id id lifecycle_rule logging "
        "object_lock_configuration object_lock_enabled policy replication_configuration request_payer server_side_encryption_configuration versioning website "
        "website_domain website_endpoint"
    )
    store = Declared("aws_s3_bucket", name, known, tuple(computed.split()), from_variables={"bucket": "var.name"} if name == "this" else {})
    if not companions:
        return [store]
    points: dict[str, list[str]] = {"bucket": to(store)}
    common = {"expected_bucket_owner": None, "region": "eu-west-1"}
    default = {"kms_master_key_id": "alias/storage", "sse_algorithm": "aws:kms"}
    expiry = {"newer_noncurrent_versions": None, "noncurrent_days": rng.choice((7, 30, 90))}
    rule = {
        "abort_incomplete_multipart_upload": [],
        "expiration": [],
        "filter": [],
        "id": "old",
        "noncurrent_version_expiration": [expiry],
        "status": "Enabled",
        "transition": [],
    }
    state = "Enabled" if rng.random() < 0.8 else "Suspended"
    closed = {
        "block_public_acls": True,
        "block_public_policy": True,
        "ignore_public_acls": True,
        "restrict_public_buckets": True,
        "region": "eu-west-1",
        "skip_destroy": None,
    }
    return [
        store,
        Declared(
            "aws_s3_bucket_versioning", name, {**common, "mfa": None, "versioning_configuration": [{"status": state}]}, ("id",), points
        ),
        Declared(
            "aws_s3_bucket_server_side_encryption_configuration",
            name,
            {**common, "rule": [{"apply_server_side_encryption_by_default": [default], "bucket_key_enabled": True}]},
            ("id",),
            points,
        ),
        Declared("aws_s3_bucket_public_access_block", name, closed, ("id",), points),
        Declared(
            "aws_s3_bucket_lifecycle_configuration",
            name,
            {**common, "rule": [rule], "timeouts": None},
            ("id", "transition_default_minimum_object_size"),
            points,
        ),
        Declared(
            "aws_s3_bucket_ownership_controls",
            name,
            {"region": "eu-west-1", "rule": [{"object_ownership": "BucketOwnerEnforced"}]},
            ("id",),
            points,
        ),
    ]


def database(name: str, label: str, rng: random.Random, companions: bool) -> list[Declared]:
    """An RDS for PostgreSQL instance; key, copy and event subscription beside it."""
    team = rng.choice(TEAMS)
    good = rng.random() < 0.7
    known: JsonObject = {
        "allocated_storage": 100, "allow_major_version_upgrade": None, "apply_immediately": False, "auto_minor_version_upgrade": True, "blue_green_update": [],
        "backup_retention_period": 35 if good else 7, "copy_tags_to_snapshot": good, "custom_iam_instance_profile": None, "customer_owned_ip_enabled": None,
        "db_subnet_group_name": "private", "dedicated_log_volume": False, "delete_automated_backups": not good, "deletion_protection": good, "domain": None,
        "enabled_cloudwatch_logs_exports": ["postgresql"], "engine": "postgres", "engine_version": "16.4", "final_snapshot_identifier": f"{label}-final",
        "iam_database_authentication_enabled": True, "identifier": label, "instance_class": "db.r6g.large", "manage_master_user_password": True, "max_allocated_storage": 500,
        "monitoring_interval": 60, "multi_az": good, "parameter_group_name": "postgres16", "performance_insights_enabled": True, "publicly_accessible": False,
        "replicate_source_db": None, "restore_to_point_in_time": [], "s3_import": [], "skip_final_snapshot": False, "snapshot_identifier": None, "storage_encrypted": True,
        "storage_type": "gp3", "timeouts": None, "username": "admin", "region": "eu-west-1", "password": None, "password_wo": None, "upgrade_storage_config": None, **tags(label, team),
    }  # fmt: skip
    computed = (
        "address arn availability_zone backup_target backup_window ca_cert_identifier character_set_name database_insights_mode db_name domain_dns_ips domain_fqdn endpoint "
        "engine_lifecycle_support engine_version_actual hosted_zone_id id identifier_prefix iops latest_restorable_time license_model listener_endpoint maintenance_window "
        "master_user_secret master_user_secret_kms_key_id monitoring_role_arn nchar_character_set_name network_type option_group_name performance_insights_kms_key_id "
        "performance_insights_retention_period port replica_mode replicas resource_id snapshot_identifier status storage_throughput timezone vpc_security_group_ids"
    )
    variables = {"identifier": "var.name"} if name == "this" else {}
    if not companions:
        return [
            Declared(
                "aws_db_instance",
                name,
                {**known, "kms_key_id": "arn:aws:kms:eu-west-1:111122223333:key/4b1d"},
                tuple(computed.split()),
                from_variables=variables,
            )
        ]
    key = Declared("aws_kms_key", name, {"bypass_policy_lockout_safety_check": False, "custom_key_store_id": None, "customer_master_key_spec": "SYMMETRIC_DEFAULT", "deletion_window_in_days": rng.choice((7, 30)), "description": label, "enable_key_rotation": good, "is_enabled": True, "key_usage": "ENCRYPT_DECRYPT", "timeouts": None, "xks_key_id": None, **tags(label, team)}, ("arn", "id", "key_id", "multi_region", "policy", "rotation_period_in_days"))  # fmt: skip
    alias = Declared(
        "aws_kms_alias",
        name,
        {"name": f"alias/{label}"},
        ("arn", "id", "name_prefix", "target_key_arn"),
        {"target_key_id": to(key, "key_id")},
    )
    # A local value hides what it is made of: a plan does not show the expressions of locals.
    key_arn = ["local.key_arn"] if name == "this" or rng.random() < 0.1 else to(key, "arn")
    store = Declared("aws_db_instance", name, known, tuple(computed.split()), {"kms_key_id": key_arn}, variables)
    copy = Declared("aws_db_instance_automated_backups_replication", name, {"pre_signed_url": None, "region": "eu-central-1", "retention_period": 35, "timeouts": None}, ("id",), {"source_db_instance_arn": to(store, "arn"), "kms_key_id": to(key, "arn")})  # fmt: skip
    events = Declared("aws_db_event_subscription", name, {"enabled": True, "event_categories": ["failure", "backup"], "name": label, "sns_topic": "arn:aws:sns:eu-west-1:111122223333:pages", "source_type": "db-instance", "timeouts": None, **tags(label, team)}, ("arn", "customer_aws_id", "id", "name_prefix"), {"source_ids": to(store, "identifier")})  # fmt: skip
    return [key, alias, store, copy, events]


def table(name: str, label: str, rng: random.Random, companions: bool) -> list[Declared]:
    """A DynamoDB table."""
    recovery = {"enabled": rng.random() < 0.7, "recovery_period_in_days": None}
    known = {
        "attribute": [{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}], "billing_mode": "PAY_PER_REQUEST", "deletion_protection_enabled": rng.random() < 0.7,
        "global_secondary_index": [], "hash_key": "pk", "import_table": [], "local_secondary_index": [], "name": label, "on_demand_throughput": [],
        "point_in_time_recovery": [recovery], "range_key": "sk", "replica": [], "restore_date_time": None, "restore_source_name": None, "restore_to_latest_time": None,
        "server_side_encryption": [{"enabled": True, "kms_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/4b1d"}], "table_class": None, "timeouts": None, "ttl": [],
        **tags(label, rng.choice(TEAMS)),
    }  # fmt: skip
    return [
        Declared(
            "aws_dynamodb_table",
            name,
            known,
            ("arn", "id", "read_capacity", "stream_arn", "stream_label", "stream_view_type", "write_capacity"),
        )
    ]


def secret(name: str, label: str, rng: random.Random, companions: bool) -> list[Declared]:
    """A secret with its rotation."""
    known = {
        "description": label,
        "force_overwrite_replica_secret": False,
        "kms_key_id": None,
        "name": label,
        "recovery_window_in_days": rng.choice((0, 30)),
        **tags(label, rng.choice(TEAMS)),
    }
    store = Declared("aws_secretsmanager_secret", name, known, ("arn", "id", "name_prefix", "policy", "replica"))
    rules = [{"automatically_after_days": 30, "duration": None, "schedule_expression": None}]
    rotation = {
        "rotate_immediately": True,
        "rotation_lambda_arn": "arn:aws:lambda:eu-west-1:111122223333:function:rotate",
        "rotation_rules": rules,
    }
    return (
        [store, Declared("aws_secretsmanager_secret_rotation", name, rotation, ("id", "rotation_enabled"), {"secret_id": to(store)})]
        if companions
        else [store]
    )


def cloud_sql(name: str, label: str, rng: random.Random, companions: bool) -> list[Declared]:
    """A Cloud SQL for PostgreSQL instance."""
    good = rng.random() < 0.7
    backup = {
        "backup_retention_settings": [{"retained_backups": 30 if good else 7, "retention_unit": "COUNT"}],
        "binary_log_enabled": None,
        "enabled": True,
        "location": "eu",
        "point_in_time_recovery_enabled": good,
    }
    settings = {
        "activation_policy": "ALWAYS", "active_directory_config": [], "availability_type": "REGIONAL" if good else "ZONAL", "backup_configuration": [backup], "collation": None,
        "database_flags": [], "deletion_protection_enabled": good, "deny_maintenance_period": [], "disk_autoresize": True, "disk_autoresize_limit": 0, "disk_type": "PD_SSD",
        "edition": "ENTERPRISE_PLUS", "insights_config": [], "maintenance_window": [], "pricing_plan": "PER_USE", "sql_server_audit_config": [], "tier": "db-perf-optimized-N-2",
        "user_labels": {"environment": "prod"},
    }  # fmt: skip
    known = {
        "clone": [],
        "database_version": "POSTGRES_16",
        "deletion_protection": good,
        "name": label,
        "region": "europe-west1",
        "restore_backup_context": [],
        "root_password": None,
        "settings": [settings],
        "timeouts": None,
    }
    computed = "available_maintenance_versions connection_name dns_name encryption_key_name first_ip_address id instance_type ip_address maintenance_version master_instance_name private_ip_address project psc_service_attachment_link public_ip_address self_link server_ca_cert service_account_email_address"
    return [Declared("google_sql_database_instance", name, known, tuple(computed.split()))]


def backup_plan(name: str, label: str, stores: list[Declared]) -> list[Declared]:
    """A vault with its lock, a plan, and a selection that names stores by reference."""
    vault = Declared("aws_backup_vault", name, {"force_destroy": False, "kms_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/4b1d", "name": label, "timeouts": None, **tags(label, "backup")}, ("arn", "id", "recovery_points"))  # fmt: skip
    lock = Declared(
        "aws_backup_vault_lock_configuration",
        name,
        {"changeable_for_days": 30, "max_retention_days": 365, "min_retention_days": 7},
        ("backup_vault_arn", "id"),
        {"backup_vault_name": to(vault, "name")},
    )
    rule = {"completion_window": 180, "copy_action": [], "enable_continuous_backup": None, "lifecycle": [{"cold_storage_after": None, "delete_after": 35}], "recovery_point_tags": None, "rule_name": "daily", "schedule": "cron(0 3 * * ? *)", "start_window": 60, "target_vault_name": label}  # fmt: skip
    plan = Declared(
        "aws_backup_plan",
        name,
        {"advanced_backup_setting": [], "name": label, "rule": [rule], **tags(label, "backup")},
        ("arn", "id", "version"),
    )
    selected = [reference for store in stores for reference in to(store, "arn")]
    chosen = Declared("aws_backup_selection", name, {"condition": [], "name": label, "not_resources": None, "selection_tag": [], "iam_role_arn": "arn:aws:iam::111122223333:role/backup"}, ("id",), {"plan_id": to(plan), "resources": selected})  # fmt: skip
    notice = Declared("aws_backup_vault_notifications", name, {"backup_vault_events": ["BACKUP_JOB_FAILED"], "sns_topic_arn": "arn:aws:sns:eu-west-1:111122223333:pages"}, ("backup_vault_arn", "id"), {"backup_vault_name": to(vault, "name")})  # fmt: skip
    return [vault, lock, plan, chosen, notice]


STORES: tuple[tuple[Callable[[str, str, random.Random, bool], list[Declared]], int], ...] = (
    (bucket, 40),
    (database, 30),
    (table, 15),
    (secret, 10),
    (cloud_sql, 5),
)


def store(name: str, label: str, rng: random.Random, companions: bool) -> list[Declared]:
    """Any store, as often as its kind is met."""
    make = rng.choices([kind for kind, _ in STORES], [weight for _, weight in STORES])[0]
    return make(name, label, rng, companions)
