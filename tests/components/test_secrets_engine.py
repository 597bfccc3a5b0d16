"""Secrets with the real engine: what the laptop cloud then holds, read back with boto3, and that no value lies open."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recoverable.sandbox.laptop import Laptop
from tests.components.backup_stacks import FAR, client, lives, made, source, store, unchanged

pytestmark = pytest.mark.engine

VALUE = "postgres://shop:s3cr3t@db/shop"
GIVEN = '[SecretArgs("database-url", value=pulumi.Config().require_secret("databaseUrl")), SecretArgs("later")]'


def app(more: str = "", environment: str = "dev", region: str | None = None, given: str = GIVEN, cloud: str = "AWS") -> str:
    return source("secrets_store", f'Secrets("app", SecretsArgs(policy=policy, secrets={given}{more}))', environment, region, cloud)


def test_the_value_is_in_the_cloud_and_nowhere_else_in_clear(laptop: Laptop, tmp_path: Path) -> None:
    stack = made(laptop, tmp_path, "appvalues", app(environment="staging", region=FAR, more=", replicate=True"), "staging")
    stack.run("config", "set", "--secret", "databaseUrl", VALUE)
    shown = stack.up()
    outputs = stack.outputs()
    manager = client(laptop, "secretsmanager")
    name = outputs["secret_names"]["DATABASE_URL"]
    assert manager.get_secret_value(SecretId=name)["SecretString"] == VALUE
    found = manager.describe_secret(SecretId=name)
    assert found["KmsKeyId"] == outputs["kms_key_arn"]
    policy = json.loads(manager.get_resource_policy(SecretId=name)["ResourcePolicy"])
    assert [each["Sid"] for each in policy["Statement"]] == ["DenyPlainHttp"]
    assert client(laptop, "secretsmanager", FAR).describe_secret(SecretId=name)["PrimaryRegion"] == "eu-west-1"
    with pytest.raises(manager.exceptions.ResourceNotFoundException):
        manager.get_secret_value(SecretId=outputs["secret_names"]["LATER"])
    state = stack.run("stack", "export").stdout
    assert "s3cr3t" not in shown + state + json.dumps(outputs)
    stack.run("preview", "--expect-no-changes")


def test_they_are_updated_and_drift_is_seen_and_they_go(laptop: Laptop, tmp_path: Path) -> None:
    stack = made(laptop, tmp_path, "secretlife", app())
    stack.run("config", "set", "--secret", "databaseUrl", VALUE)
    stack.up()
    manager = client(laptop, "secretsmanager")

    names = stack.outputs()["secret_names"]
    assert names["LATER"].startswith("secretlife/dev/later-")

    def check() -> None:
        (keep,) = [each["Value"] for each in manager.describe_secret(SecretId=names["LATER"])["Tags"] if each["Key"] == "cost"]
        assert keep == "42"

    lives(stack, app(', tags={"cost": "42"}'), check, lambda: manager.tag_resource(SecretId=names["LATER"], Tags=DRIFT))
    with pytest.raises(manager.exceptions.InvalidRequestException):  # it waits for its recovery window to end
        manager.get_secret_value(SecretId=names["DATABASE_URL"])
    stack.up()  # and is not in the way of the next life
    again = stack.outputs()
    assert set(again["secret_names"].values()).isdisjoint(names.values())
    assert manager.get_secret_value(SecretId=again["secret_names"]["DATABASE_URL"])["SecretString"] == VALUE
    unchanged(stack)


def test_secrets_that_an_earlier_version_named_keep_their_names(laptop: Laptop, tmp_path: Path) -> None:
    """In dev, without a random end: nothing is replaced, for another name would be another secret."""
    stack = made(laptop, tmp_path, "secretold", app(given='[SecretArgs("later")]', more=', prefix="secretold/dev"'))
    stack.up()
    stack.program(app(given='[SecretArgs("later")]'))
    stack.run("preview", "--expect-no-changes")
    assert stack.outputs()["secret_names"]["LATER"] == "secretold/dev/later"


DRIFT = [{"Key": "cost", "Value": "43"}]


def test_an_open_output_is_refused_by_the_engine_without_showing_it(laptop: Laptop, tmp_path: Path) -> None:
    stack = made(laptop, tmp_path, "openvalue", app(given='[SecretArgs("a", value=pulumi.Output.from_input("s3cr" + "3t"))]'))
    refused = stack.run("up", "--yes", "--skip-preview", check=False)
    assert refused.returncode != 0
    said = refused.stdout + refused.stderr
    assert 'Secrets "app": secrets[0].value = "a value that is not secret" is refused' in said
    assert "s3cr3t" not in said


def test_fake_google_secret_has_a_key_in_both_locations(laptop: Laptop, tmp_path: Path) -> None:
    stack = made(laptop, tmp_path, "gcpapp", app(environment="prod", region="europe-west4", cloud="GCP"), "prod")
    stack.run("config", "set", "--secret", "databaseUrl", VALUE)
    stack.up()
    outputs = stack.outputs()
    found = store(laptop).get("gcp:secretmanager/secret:Secret", outputs["secret_arns"]["DATABASE_URL"]) or {}
    places = found["replication"]["userManaged"]["replicas"]
    assert [each["customerManagedEncryption"]["kmsKeyName"] for each in places] == [outputs["kms_key_arn"], outputs["replica_kms_key_arn"]]
    stack.run("preview", "--expect-no-changes")
