"""Postgres: what is built in each environment, on each engine, and that the rules agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from recoverable.components.policy import Cloud
from recoverable.components.postgres import BackupOwner, PostgresEngine
from recoverable.components.refusal import RefusedError
from tests.components.harness import Built
from tests.components.postgres_programs import built, of_database, standard_of
from tests.components.standards import standards

RDS, AURORA, CLOUDSQL = PostgresEngine.RDS, PostgresEngine.AURORA, PostgresEngine.CLOUDSQL
DAYS = {"prod": 30, "staging": 21, "dev": 14}


@pytest.fixture(autouse=True)
def without_a_standard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in numbers hold unless a test writes others."""
    monkeypatch.chdir(tmp_path)


def database(made: Built) -> dict[str, Any]:
    return made.one({"Instance": "Instance", "Cluster": "Cluster", "DatabaseInstance": "DatabaseInstance"}[kind_of(made)]).inputs


def kind_of(made: Built) -> str:
    return next(kind for kind in ("Instance", "Cluster", "DatabaseInstance") if made.of(kind))


@pytest.mark.parametrize("environment", ["prod", "staging", "dev"])
@pytest.mark.parametrize("engine", [RDS, CLOUDSQL])
def test_every_rule_that_a_database_can_answer_passes(engine: PostgresEngine, environment: str) -> None:
    made = built(environment, cloud=Cloud.GCP if engine is CLOUDSQL else Cloud.AWS, engine=engine)
    assert of_database(made) == []
    asked = {found.rule for found in made.findings()}
    assert {"RCV001", "RCV002", "RCV004", "RCV005", "RCV007", "RCV009", "RCV010", "RCV011"} <= asked  # they were asked, and passed


@pytest.mark.parametrize("environment", ["prod", "staging", "dev"])
def test_every_rule_that_aurora_can_answer_passes_with_a_plan_that_copies_it(environment: str) -> None:
    made = built(environment, engine=AURORA, backup_plan=True, plan={"days": 35})
    assert of_database(made) == []
    assert "RCV015" in {found.rule for found in made.findings()} or environment != "prod"


def test_the_rules_see_a_database_that_is_spoilt_behind_the_components_back() -> None:
    made = built()
    spoilt = made.one("Instance").inputs
    spoilt.update(backupRetentionPeriod=3, storageEncrypted=False, deletionProtection=False, copyTagsToSnapshot=False)
    said = {line.split()[0] for line in of_database(made)}
    assert said >= {"RCV002", "RCV005", "RCV007", "RCV009", "RCV012"}


@pytest.mark.parametrize("environment", ["prod", "staging", "dev"])
def test_an_rds_instance_has_every_protection(environment: str) -> None:
    made = built(environment)
    found, prod = made.one("Instance").inputs, environment == "prod"
    assert found["backupRetentionPeriod"] == DAYS[environment]
    assert found["multiAz"] is prod
    wanted = {
        "storageEncrypted": True,
        "manageMasterUserPassword": True,
        "deletionProtection": True,
        "deleteAutomatedBackups": False,
        "skipFinalSnapshot": False,
        "copyTagsToSnapshot": True,
        "publiclyAccessible": False,
        "autoMinorVersionUpgrade": True,
        "applyImmediately": False,
        "iamDatabaseAuthenticationEnabled": True,
        "enabledCloudwatchLogsExports": ["postgresql", "upgrade"],
    }
    assert {name: found.get(name) for name in wanted} == wanted
    assert "password" not in found
    assert found["tags"]["recoverable:environment"] == environment
    assert found["tags"]["recoverable:component"] == "orders"
    parameters = made.one("ParameterGroup").inputs
    assert parameters["family"] == "postgres17"
    assert parameters["parameters"] == [{"name": "rds.force_ssl", "value": "1", "applyMethod": "immediate"}]


def test_the_key_of_the_database_rotates_and_can_be_brought_back_for_thirty_days() -> None:
    found = built().one("Key", "orders-key").inputs
    assert (found["enableKeyRotation"], found["deletionWindowInDays"], found["region"]) == (True, 30, "eu-west-1")


def test_automated_backups_are_replicated_under_a_key_of_the_second_region() -> None:
    made = built(preview=False)
    replication, key = made.one("InstanceAutomatedBackupsReplication"), made.one("Key", "orders-replica-key")
    assert (replication.inputs["region"], replication.inputs["retentionPeriod"]) == ("eu-central-1", 30)
    assert key.inputs["region"] == "eu-central-1"
    assert key.urn in replication.depends
    assert made.one("Instance").urn in replication.depends


@pytest.mark.parametrize(("environment", "protect", "retain"), [("prod", True, True), ("staging", True, False), ("dev", False, False)])
@pytest.mark.parametrize("engine", [RDS, AURORA, CLOUDSQL])
def test_only_what_holds_data_is_protected(engine: PostgresEngine, environment: str, protect: bool, retain: bool) -> None:
    cloud = Cloud.GCP if engine is CLOUDSQL else Cloud.AWS
    made = built(environment, cloud=cloud, engine=engine, backup_plan=True if engine is AURORA else None)
    helpers = {"ParameterGroup", "ClusterParameterGroup", "ServiceIdentity", "CryptoKeyIAMMember", "InstanceAutomatedBackupsReplication"}
    for child in (each for each in made.children if each.custom):
        helper = child.token.split(":")[-1] in helpers
        if child.name == "orders-database":  # dropped before the instance could refuse its own deletion
            assert (child.protect, child.retain) == (True, retain)
            continue
        assert (child.protect, child.retain) == ((False, False) if helper else (protect, retain)), child.name


def test_names_of_children_are_stable() -> None:
    names = {engine: [child.name for child in built(engine=engine, backup_plan=True).children] for engine in (RDS, AURORA)}
    assert sorted(names[RDS]) == ["orders", "orders-db", "orders-key", "orders-parameters", "orders-replica-backups", "orders-replica-key"]
    assert sorted(names[AURORA]) == [
        "orders",
        "orders-cluster",
        "orders-instance-0",
        "orders-instance-1",
        "orders-key",
        "orders-parameters",
    ]
    google = [child.name for child in built(cloud=Cloud.GCP).children]
    assert sorted(google) == ["orders", "orders-agent", "orders-database", "orders-db", "orders-key", "orders-key-grant", "orders-keyring"]


def test_the_name_of_the_last_snapshot_is_of_one_life() -> None:
    """It follows the parameter group's random name: the same in every preview, another one after a destroy."""
    made = built(preview=False)
    group = f"{made.one('ParameterGroup').name}-1a2b3c4"
    assert made.one("Instance").inputs["finalSnapshotIdentifier"] == f"{group}-final"


def test_an_aurora_cluster_has_every_protection_and_two_instances_in_production() -> None:
    made = built(engine=AURORA, backup_plan=True)
    found = made.one("Cluster").inputs
    wanted = {
        "engine": "aurora-postgresql",
        "engineMode": "provisioned",
        "backupRetentionPeriod": 30,
        "storageEncrypted": True,
        "manageMasterUserPassword": True,
        "deletionProtection": True,
        "deleteAutomatedBackups": False,
        "skipFinalSnapshot": False,
        "copyTagsToSnapshot": True,
        "enabledCloudwatchLogsExports": ["postgresql"],
    }
    assert {name: found.get(name) for name in wanted} == wanted
    instances = made.of("ClusterInstance")
    assert [each.inputs["promotionTier"] for each in instances] == [0, 1]
    assert all(each.inputs["publiclyAccessible"] is False for each in instances)
    assert len(built("staging", engine=AURORA).of("ClusterInstance")) == 1


def test_a_cloud_sql_instance_has_every_protection() -> None:
    found = built(cloud=Cloud.GCP).one("DatabaseInstance").inputs
    inside = found["settings"]
    assert found["databaseVersion"] == "POSTGRES_17"
    assert found["deletionProtection"] is True
    assert (inside["deletionProtectionEnabled"], inside["retainBackupsOnDelete"]) == (True, True)
    assert (inside["edition"], inside["availabilityType"]) == ("ENTERPRISE", "REGIONAL")
    assert inside["finalBackupConfig"] == {"enabled": True, "retentionDays": 30}
    assert inside["backupConfiguration"] == {
        "enabled": True,
        "startTime": "02:00",
        "location": "europe-west4",
        "pointInTimeRecoveryEnabled": True,
        "transactionLogRetentionDays": 7,
        "backupRetentionSettings": {"retainedBackups": 30, "retentionUnit": "COUNT"},
    }
    assert inside["ipConfiguration"] == {
        "ipv4Enabled": False,
        "sslMode": "ENCRYPTED_ONLY",
        "pscConfigs": [{"pscEnabled": True, "allowedConsumerProjects": ["acme"]}],
    }
    assert inside["maintenanceWindow"] == {"day": 7, "hour": 4, "updateTrack": "stable"}
    assert inside["userLabels"]["recoverable-environment"] == "prod"
    assert "rootPassword" not in found


def test_a_private_network_takes_the_place_of_private_service_connect() -> None:
    found = built(cloud=Cloud.GCP, private_network="projects/acme/global/networks/main").one("DatabaseInstance").inputs
    assert found["settings"]["ipConfiguration"] == {
        "ipv4Enabled": False,
        "sslMode": "ENCRYPTED_ONLY",
        "privateNetwork": "projects/acme/global/networks/main",
    }


def test_enterprise_plus_keeps_logs_for_the_window_that_is_asked() -> None:
    made = built(cloud=Cloud.GCP, size="db-perf-optimized-N-2", pitr_window_days=35, retention_days=35)
    inside = made.one("DatabaseInstance").inputs["settings"]
    assert (inside["edition"], inside["backupConfiguration"]["transactionLogRetentionDays"]) == ("ENTERPRISE_PLUS", 35)
    assert of_database(made) == []


def test_arguments_strengthen_what_the_standard_demands() -> None:
    made = built("dev", retention_days=20, pitr_window_days=25, multi_zone=True, replicate=True)
    found = made.one("Instance").inputs
    assert (found["backupRetentionPeriod"], found["multiAz"]) == (25, True)
    assert made.one("InstanceAutomatedBackupsReplication").inputs["retentionPeriod"] == 25


def test_a_retention_of_sixty_days_is_met_by_the_database_and_a_plan_together(tmp_path: Path) -> None:
    text = "schema = 1\n[environments.prod]\nbackup_retention_days = 60\n"
    made = built(folder=tmp_path, standard=text, backup_plan=True, plan={"days": 60})
    assert made.one("Instance").inputs["backupRetentionPeriod"] == 35
    assert of_database(made, standard_of(text)) == []


@pytest.mark.parametrize("engine", [RDS, AURORA])
def test_under_aws_backup_the_program_sets_no_retention(engine: PostgresEngine) -> None:
    made = built(engine=engine, backup_owner=BackupOwner.AWS_BACKUP, plan={"days": 35, "continuous": True})
    assert "backupRetentionPeriod" not in database(made)
    assert "backupWindow" not in database(made)
    assert made.of("InstanceAutomatedBackupsReplication") == []
    assert of_database(made) == []


def test_a_key_that_is_given_is_used_for_data_and_password() -> None:
    arn = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
    made = built(kms_key_arn=arn, replicate=True, replica_kms_key_arn=arn.replace("west-1", "central-1"))
    found = made.one("Instance").inputs
    assert (found["kmsKeyId"], found["masterUserSecretKmsKeyId"]) == (arn, arn)
    assert made.of("Key") == []


def test_adopting_takes_the_database_as_it_is() -> None:
    found = built(import_id="orders-production", customer_managed_key=False).one("Instance")
    assert (found.import_id, found.inputs["identifier"]) == ("orders-production", "orders-production")
    assert "kmsKeyId" not in found.inputs


def test_monitoring_has_a_role_of_its_own() -> None:
    made = built("dev", monitoring_seconds=60, insights=True)
    found = made.one("Instance").inputs
    assert (found["monitoringInterval"], found["performanceInsightsEnabled"]) == (60, True)
    assert "monitoring.rds.amazonaws.com" in made.one("Role").inputs["assumeRolePolicy"]


def test_the_evidence_names_the_mechanism_and_how_a_restore_begins() -> None:
    said = built(preview=False).outputs["orders"]["evidence"]
    assert said["achievedRpoMinutes"] == 5
    assert said["rpoMechanism"] == "RDS point-in-time recovery: logs every 5 minutes"
    assert (said["retentionDays"], said["pitrWindowDays"], said["demandedRpoMinutes"]) == (30, 30, 15)
    assert said["secondCopy"] == "orders-replica-backups-id"
    assert said["restoreCommand"] == (
        "aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier orders-db-1a2b3c4 "
        "--target-db-instance-identifier orders-db-1a2b3c4-restored --use-latest-restorable-time "
        "--db-parameter-group-name orders-parameters-1a2b3c4 --deletion-protection --copy-tags-to-snapshot --no-publicly-accessible "
        "--region eu-west-1"
    )


def test_a_restore_goes_into_the_network_of_the_database() -> None:
    made = built(subnet_group_name="private", security_group_ids=["sg-1", "sg-2"], preview=False)
    command = made.outputs["orders"]["restore_command"]
    assert command.endswith("--db-subnet-group-name private --vpc-security-group-ids sg-1 sg-2 --region eu-west-1")
    assert made.one("Instance").inputs["vpcSecurityGroupIds"] == ["sg-1", "sg-2"]


def test_restore_commands_of_the_other_engines() -> None:
    aurora = built(engine=AURORA, backup_plan=True, preview=False).outputs["orders"]["restore_command"]
    assert aurora.startswith(
        "aws rds restore-db-cluster-to-point-in-time --source-db-cluster-identifier orders-cluster-1a2b3c4 "
        "--db-cluster-identifier orders-cluster-1a2b3c4-restored --use-latest-restorable-time"
    )
    google = built(cloud=Cloud.GCP, preview=False).outputs["orders"]["restore_command"]
    assert google == "gcloud sql instances clone orders-db-1a2b3c4 orders-db-1a2b3c4-restored --point-in-time=YYYY-MM-DDTHH:MM:SSZ"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=standards)
@pytest.mark.parametrize("engine", [RDS, AURORA, CLOUDSQL])
def test_for_any_standard_the_rules_pass_or_the_construction_is_refused(engine: PostgresEngine, text: str, tmp_path: Path) -> None:
    cloud = Cloud.GCP if engine is CLOUDSQL else Cloud.AWS
    for environment in ("prod", "dev"):
        made, bound = or_refused(environment, cloud=cloud, engine=engine, folder=tmp_path, standard=text)
        said = [] if made is None else of_database(made, standard_of(text))
        assert said == []
        assert made is not None or any(word in bound for word in ("at most", "demands", "promises")), bound


def or_refused(environment: str, **how: Any) -> tuple[Built | None, str]:
    """What is built, or the bound for which it is refused."""
    try:
        return built(environment, **how), ""
    except RefusedError as refused:
        return None, refused.bound
