"""Secrets under the mocks: what they ask the engine for, that the rules pass them, and that no value leaks."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from recoverable.components.policy import ProtectionPolicy
from recoverable.components.secrets_store import RotationArgs, SecretArgs, Secrets, SecretsArgs
from tests.components.backup_samples import made, questions, statements

SECRET_MARK = "4dabf18193072939515e22adb298388d"
LAMBDA = "arn:aws:lambda:eu-west-1:123456789012:function:rotate"


def app(*secrets: SecretArgs, **more: Any) -> Callable[[ProtectionPolicy], Secrets]:
    return lambda policy: Secrets("app", SecretsArgs(policy=policy, secrets=list(secrets) or [SecretArgs("database-url")], **more))


def valued(policy: ProtectionPolicy) -> Secrets:
    """With a value: outputs have to be made where the program runs."""
    return app(SecretArgs("database-url", value=pulumi.Output.secret("s3cr3t")), SecretArgs("stripe/key"))(policy)


@pytest.mark.parametrize("cloud", ["aws", "gcp"])
@pytest.mark.parametrize("environment", ["prod", "staging", "dev"])
def test_every_rule_passes_them(tmp_path: Path, environment: str, cloud: str) -> None:
    assert questions(made(tmp_path, valued, environment, cloud=cloud), tmp_path) == []


@pytest.mark.parametrize(("environment", "days"), [("prod", 30), ("staging", 21), ("dev", 14)])
def test_the_recovery_window_is_the_retention_as_far_as_aws_goes(tmp_path: Path, environment: str, days: int) -> None:
    assert made(tmp_path, app(), environment).one("Secret").inputs["recoveryWindowInDays"] == days


@pytest.mark.parametrize(("kept", "days"), [(1, 7), (400, 30)])
def test_the_recovery_window_stays_within_what_aws_takes(tmp_path: Path, kept: int, days: int) -> None:
    standard = f'[environments.dev.kinds."secret"]\nbackup_retention_days = {kept}\n'
    assert made(tmp_path, app(), "dev", standard).one("Secret").inputs["recoveryWindowInDays"] == days


def test_a_value_reaches_the_engine_as_a_secret_and_no_output_has_it(tmp_path: Path) -> None:
    built = made(tmp_path, valued, preview=False)
    assert SECRET_MARK in built.one("SecretVersion").inputs["secretString"]
    others = [child.inputs for child in built.children if child.token.split(":")[-1] != "SecretVersion"]
    assert "s3cr3t" not in json.dumps([others, built.outputs])


def test_a_secret_without_a_value_has_no_version(tmp_path: Path) -> None:
    assert [child.name for child in made(tmp_path, valued).of("SecretVersion")] == ["app-database-url-version"]


OPEN = """
import pulumi
from pathlib import Path
from tests.components.backup_samples import made
from recoverable.components.secrets_store import SecretArgs, Secrets, SecretsArgs
given = lambda: [SecretArgs("a", value=pulumi.Output.from_input("s3cr3t"))]
made(Path("."), lambda policy: Secrets("app", SecretsArgs(policy=policy, secrets=given())), "dev")
"""


def test_an_output_that_is_not_secret_is_refused_without_showing_it(tmp_path: Path) -> None:
    """In a process of its own: whether an output is secret is known only after its secret was asked for, so the program ends half-way."""
    run = subprocess.run([sys.executable, "-c", OPEN], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode != 0
    assert run.stderr.splitlines()[-1] == (
        'recoverable.components.refusal.RefusedError: Secrets "app": secrets[0].value = "a value that is not secret" is refused: a secret, such '
        'as pulumi.Config().require_secret("databaseUrl"), or None to put the value there later. What stands in the program stands in the '
        "repository and in the state."
    )
    shown = [line for line in run.stderr.splitlines() if "s3cr3t" in line and "from_input" not in line]
    assert shown == []


def test_copies_lie_in_the_replica_region_under_a_key_of_that_region(tmp_path: Path) -> None:
    built = made(tmp_path, app(), preview=False)
    (replica,) = built.one("Secret").inputs["replicas"]
    assert replica["region"] == built.one("Key", "app-replica-key").inputs["region"] == "eu-central-1"
    assert replica["kmsKeyId"].endswith(":app-replica-key")
    assert "replicas" not in made(tmp_path, app(), "dev").one("Secret").inputs


def test_keys_of_the_callers_are_used(tmp_path: Path) -> None:
    keys = {"kms_key": "arn:aws:kms:eu-west-1:123456789012:key/1", "replica_kms_key": "arn:aws:kms:eu-central-1:123456789012:key/2"}
    built = made(tmp_path, app(**keys))
    assert built.of("Key") == []
    inputs = built.one("Secret").inputs
    assert (inputs["kmsKeyId"], inputs["replicas"][0]["kmsKeyId"]) == tuple(keys.values())


def test_names_begin_with_project_and_stack_unless_told_otherwise(tmp_path: Path) -> None:
    assert made(tmp_path, app(), "staging").one("Secret").inputs["name"] == "shop/staging/database-url"
    assert made(tmp_path, app(prefix="legacy"), "dev").one("Secret").inputs["name"] == "legacy/database-url"


@pytest.mark.parametrize(
    ("environment", "more", "random"), [("dev", {}, True), ("dev", {"prefix": "legacy"}, False), ("staging", {}, False)]
)
def test_a_random_end_follows_where_stacks_come_and_go_and_nobody_chose_the_names(
    tmp_path: Path, environment: str, more: dict[str, str], random: bool
) -> None:
    """A deleted secret keeps its name for its recovery window."""
    secret = made(tmp_path, app(**more), environment).one("Secret")
    assert (secret.inputs.get("namePrefix"), "name" in secret.inputs) == (("shop/dev/database-url-", False) if random else (None, True))
    assert secret.ignored == (["name", "namePrefix"] if random else [])


def test_no_public_policy_and_no_plain_connection(tmp_path: Path) -> None:
    policy = made(tmp_path, app()).one("SecretPolicy")
    assert policy.inputs["blockPublicPolicy"] is True
    denied = statements(policy)["DenyPlainHttp"]
    assert (denied["Effect"], denied["Principal"], denied["Condition"]) == ("Deny", "*", {"Bool": {"aws:SecureTransport": "false"}})


def test_rotation_is_only_there_when_it_is_asked_for(tmp_path: Path) -> None:
    assert made(tmp_path, app(), "dev").of("SecretRotation") == []
    rotation = made(tmp_path, app(SecretArgs("a", rotation=RotationArgs(LAMBDA, 30))), "dev").one("SecretRotation").inputs
    assert (rotation["rotationLambdaArn"], rotation["rotationRules"]) == (LAMBDA, {"automaticallyAfterDays": 30})


@pytest.mark.parametrize(("environment", "protect", "retain"), [("prod", True, True), ("staging", True, False), ("dev", False, False)])
def test_secrets_and_keys_are_protected_and_what_may_be_replaced_is_not(
    tmp_path: Path, environment: str, protect: bool, retain: bool
) -> None:
    built = made(tmp_path, valued, environment)
    for child in built.children:
        kind = child.token.split(":")[-1]
        if kind in ("Secret", "Key"):
            assert (child.protect, child.retain) == (protect, retain), child.name
        elif kind in ("SecretPolicy", "SecretVersion"):
            assert (child.protect, child.retain) == (False, retain), child.name


def test_outputs_say_how_to_read_each_variable(tmp_path: Path) -> None:
    outputs = made(tmp_path, valued, "staging", preview=False).outputs["app"]
    assert outputs["environment_variables"] == ["DATABASE_URL", "STRIPE_KEY"]
    assert outputs["read_commands"]["STRIPE_KEY"] == (
        "aws secretsmanager get-secret-value --secret-id shop/staging/stripe/key --query SecretString --output text"
    )
    assert outputs["evidence"]["restoreCommand"] == "aws secretsmanager restore-secret --secret-id shop/staging/database-url"


def test_names_are_stable(tmp_path: Path) -> None:
    assert sorted(child.name for child in made(tmp_path, valued).children) == [
        "app",
        "app-database-url",
        "app-database-url-policy",
        "app-database-url-version",
        "app-key",
        "app-replica-key",
        "app-stripe-key",
        "app-stripe-key-policy",
    ]


def test_google_cloud_keeps_copies_in_both_locations_each_under_a_key_there(tmp_path: Path) -> None:
    built = made(tmp_path, valued, cloud="gcp", preview=False)
    secret = built.one("Secret", "app-database-url")
    places = secret.inputs["replication"]["userManaged"]["replicas"]
    assert [each["location"] for each in places] == ["europe-west1", "europe-west4"]
    assert [each["customerManagedEncryption"]["kmsKeyName"] for each in places] == ["app-key-id", "app-replica-key-id"]
    assert {child.inputs["location"] for child in built.of("KeyRing")} == {"europe-west1", "europe-west4"}
    assert (secret.inputs["versionDestroyTtl"], secret.inputs["deletionProtection"]) == ("2592000s", True)
    assert secret.inputs["secretId"] == "shop-prod-database-url"
    assert {child.urn for child in built.of("CryptoKeyIAMMember")} <= set(secret.depends)
    assert SECRET_MARK in built.one("SecretVersion").inputs["secretData"]


def test_google_cloud_rotates_by_a_topic(tmp_path: Path) -> None:
    rotation = RotationArgs("projects/acme/topics/rotate", 30, "2030-01-31T00:00:00Z")
    inputs = made(tmp_path, app(SecretArgs("a", rotation=rotation)), "dev", cloud="gcp").one("Secret").inputs
    assert inputs["rotation"] == {"rotationPeriod": "2592000s", "nextRotationTime": "2030-01-31T00:00:00Z"}
    assert inputs["topics"] == [{"name": "projects/acme/topics/rotate"}]
