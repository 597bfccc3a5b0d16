"""AWS Backup protects the kinds that it can back up, as the audit reads them: by ARN, by pattern, by tag, and only in its own region."""

from __future__ import annotations

import pytest

from recoverable.audit.facts import STORES
from recoverable.audit.resources import made
from recoverable.clouds.build import build_estate
from recoverable.clouds.live_facts import LIVE
from recoverable.model.raw import Reading

BASE = "eu-west-1:123456789012"
PLAN = f"arn:aws:backup:{BASE}:backup-plan:p"
ARNS = {
    "aws_docdb_cluster": f"arn:aws:rds:{BASE}:cluster:orders",
    "aws_neptune_cluster": f"arn:aws:rds:{BASE}:cluster:graph",
    "aws_redshift_cluster": f"arn:aws:redshift:{BASE}:cluster:facts",
    "aws_ebs_volume": f"arn:aws:ec2:{BASE}:volume/vol-1",
    "aws_fsx_windows_file_system": f"arn:aws:fsx:{BASE}:file-system/fs-1",
    "aws_fsx_openzfs_file_system": f"arn:aws:fsx:{BASE}:file-system/fs-2",
    "aws_fsx_lustre_file_system": f"arn:aws:fsx:{BASE}:file-system/fs-3",
}
OUTSIDE = ("aws_elasticache_replication_group", "aws_elasticache_cluster", "aws_elasticache_serverless_cache", "aws_memorydb_cluster")
"""AWS Backup has no backups of these."""


def selected(kind: str, arn: str, region: str = "eu-west-1", **selection: object) -> bool:
    """Whether a plan in eu-west-1 protects a store."""
    rules = [{"rule_name": "daily", "target_vault_name": "main", "schedule": "cron(0 5 ? * * *)"}]
    resources = [
        made(region, kind, arn, arn=arn, tags={"backup": "yes"}, automatic_backup_retention_days=0, deployment_type="PERSISTENT_2"),
        made("eu-west-1", "aws_backup_plan", PLAN, arn=PLAN, id="p", rule=rules),
        made("eu-west-1", "aws_backup_selection", f"{PLAN}#s", plan_id="p", **selection),
    ]
    (store,) = build_estate(Reading(LIVE, "aws:123456789012", resources)).stores
    assert not store.plans_unknown
    return bool(store.plans)


@pytest.mark.parametrize("kind", sorted(ARNS))
def test_a_plan_protects_a_store_that_it_names_or_that_has_its_tag(kind: str) -> None:
    arn = ARNS[kind]
    tag = [{"type": "STRINGEQUALS", "key": "backup", "value": "yes"}]

    assert selected(kind, arn, resources=[arn])
    assert selected(kind, arn, resources=[f"{arn[:-1]}*"])
    assert selected(kind, arn, resources=[], selection_tag=tag)
    assert not selected(kind, arn, resources=[f"{arn}-other"])
    assert not selected(kind, arn.replace("eu-west-1", "us-east-1"), "us-east-1", resources=[], selection_tag=tag)


@pytest.mark.parametrize("kind", OUTSIDE)
def test_a_plan_that_selects_everything_protects_no_cache(kind: str) -> None:
    assert not selected(kind, f"arn:aws:elasticache:{BASE}:x:1", resources=["*"])


def test_every_kind_of_store_that_is_read_can_be_named_here() -> None:
    assert {*ARNS, *OUTSIDE} <= STORES
