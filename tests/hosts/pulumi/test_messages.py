"""Messages speak Pulumi: every type and property that a fix names is one of the SDK's."""

from __future__ import annotations

import importlib
import re

import pytest

from recoverable.clouds.build import PREFIXES
from recoverable.hosts.pulumi.messages import in_pulumi, in_python, type_name
from recoverable.readers.pulumi.pulumi_names import terraform_type
from tests.parity.policy_pack_verdicts import all_cases, recorded, told_about

NAMED = re.compile(r"\b(?:aws|gcp)\.[a-z0-9]+\.[A-Z]\w+")
TERRAFORM = re.compile(r"\b(?:aws|google)_[a-z0-9_]+")


@pytest.mark.parametrize(
    ("terraform", "pulumi"),
    [
        ("aws_s3_bucket_versioning", "aws.s3.BucketVersioning"),
        ("aws_db_instance", "aws.rds.Instance"),
        ("aws_s3_bucket_replication_configuration", "aws.s3.BucketReplicationConfig"),
        ("google_secret_manager_secret", "gcp.secretmanager.Secret"),
        ("google_backup_dr_backup_plan", "gcp.backupdisasterrecovery.BackupPlan"),
        ("google_sql_database_instance", "gcp.sql.DatabaseInstance"),
        ("neon_project", "neon_project"),
    ],
)
def test_a_type_is_named_as_the_sdk_names_it(terraform: str, pulumi: str) -> None:
    assert type_name(terraform) == pulumi


def test_properties_are_camel_case_and_in_python_as_they_were() -> None:
    fix = 'Set settings.backup_configuration.transaction_log_retention_days = 7, with edition = "ENTERPRISE_PLUS" for more than 7.'

    assert (
        in_pulumi(fix)
        == 'Set settings.backupConfiguration.transactionLogRetentionDays = 7, with edition = "ENTERPRISE_PLUS" for more than 7.'
    )
    assert in_python(fix) == fix


def test_keys_of_the_standard_and_quoted_text_stay_as_they_are() -> None:
    assert in_pulumi('set rpo_minutes for it, and source_type = "a_b"') == 'set rpo_minutes for it, and sourceType = "a_b"'


def test_every_type_that_a_message_about_an_example_names_is_in_the_sdk() -> None:
    named: set[str] = set()
    left: set[str] = set()
    for name, _, example in all_cases():
        if name in recorded(example):
            for item in told_about(name).all:
                fixes = [line for line in item.message.splitlines() if line.startswith("fix")]
                named.update(word for line in fixes for word in NAMED.findall(line))
                left.update(word for line in fixes for word in TERRAFORM.findall(line) if word.startswith(PREFIXES))

    assert left == set()
    assert len(named) > 10
    for word in sorted(named):
        package, module, cls = word.split(".")
        assert hasattr(importlib.import_module(f"pulumi_{package}.{module}"), cls), word
        assert terraform_type(f"{package}:{module}/{cls[0].lower()}{cls[1:]}:{cls}")
