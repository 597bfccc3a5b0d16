"""From a reading to the estate: every cloud's mapping, in the order they need each other."""

from __future__ import annotations

from collections.abc import Iterable

from recoverable.clouds import (
    aws_alarms,
    aws_backup,
    aws_buckets,
    aws_databases,
    aws_keys,
    aws_other_databases,
    aws_tables,
    aws_volumes,
    gcp_alarms,
    gcp_buckets,
    gcp_databases,
    gcp_keys,
    neon,
)
from recoverable.clouds.changes import add_changes
from recoverable.clouds.index import Index
from recoverable.clouds.live_facts import add_live
from recoverable.clouds.repository import add_files
from recoverable.clouds.state_backends import add_backends, link_backends
from recoverable.model.estate import Estate
from recoverable.model.raw import Problem, Reading
from recoverable.model.values import Location

MAPPINGS = (
    ("aws_", aws_databases.add_databases),
    ("aws_", aws_tables.add_tables),
    ("aws_", aws_other_databases.add_other_databases),
    ("aws_", aws_buckets.add_buckets),
    ("aws_", aws_volumes.add_volumes),
    ("google_", gcp_databases.add_databases),
    ("google_", gcp_buckets.add_buckets),
    ("neon_", neon.add_databases),
    ("aws_", aws_backup.add_backup),
    ("aws_", aws_keys.add_keys),
    ("google_", gcp_keys.add_keys),
    ("aws_", aws_alarms.add_alarms),
    ("google_", gcp_alarms.add_alarms),
    ("", add_files),
    ("", add_live),
)
"""Each with how its cloud's types begin: a policy pack asks about one resource at a time, and need not look for the other clouds'."""
PREFIXES = (
    "aws_db_",
    "aws_rds_",
    "aws_s3_",
    "aws_dynamodb_",
    "aws_docdb_",
    "aws_neptune_",
    "aws_redshift_",
    "aws_elasticache_",
    "aws_memorydb_",
    "aws_efs_",
    "aws_ebs_volume",
    "aws_ebs_encryption_by_default",
    "aws_fsx_",
    "aws_backup_",
    "aws_kms_",
    "aws_secretsmanager_",
    "aws_ssm_parameter",
    "aws_cloudwatch_event_",
    "aws_cloudwatch_metric_alarm",
    "aws_sns_topic",
    "aws_dlm_",
    "aws_cloudtrail",
    "aws_lb",
    "aws_alb",
    "google_sql_database_instance",
    "google_storage_",
    "google_kms_",
    "google_spanner_",
    "google_alloydb_",
    "google_firestore_",
    "google_bigquery_",
    "google_secret_manager_",
    "google_backup_dr_",
    "google_monitoring_",
    "google_logging_",
    "neon_",
    "audit_",
)


def wanted(kind: str) -> bool:
    """Whether a resource type matters: it is protected, or it protects something."""
    return kind.startswith(PREFIXES)


def build_estates(readings: Iterable[Reading]) -> tuple[list[Estate], list[tuple[str, Exception]]]:
    """The estates of a run, joined with each other, and what crashed with the path of its reading."""
    estates, crashes = [], []
    for reading in readings:
        try:
            estates.append(build_estate(reading))
        except RecursionError:
            reading.problems.append(Problem("error", "is nested too deeply", Location(reading.path)))
        except Exception as error:
            crashes.append((reading.path, error))
    link_backends(estates)
    return estates, crashes


def build_estate(reading: Reading) -> Estate:
    """The estate of one reading, with what changes in it where the input says so."""
    estate = _map(Index.of(reading), reading)
    add_backends(Index.of(reading), reading, estate)
    if reading.changes:
        before = None
        if reading.before is not None:
            before = _map(Index(reading.before), reading)
        add_changes(reading, before, estate)
    return estate


def _map(index: Index, reading: Reading) -> Estate:
    estate = Estate(
        source=reading.path,
        problems=[problem for problem in reading.problems if problem.kind != "missing-module"],
        missing_modules=[problem for problem in reading.problems if problem.kind == "missing-module"],
        environment_hints=reading.environment_hints,
        partial=reading.partial,
    )
    clouds = {kind.partition("_")[0] + "_" for kind in index.by_type} | {""}
    for cloud, mapping in MAPPINGS:
        if cloud in clouds:
            mapping(index, estate)
    return estate
