"""Keys with what they protect, and secrets."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.estate import Key, Secret
from recoverable.model.values import Kind
from tests.clouds.aws_backup_builders import CORPUS, DB, KEY, VAULT, ask, database, estate_of, estate_of_plan, res, unk

KEY_ARN = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
SSE = "aws_s3_bucket_server_side_encryption_configuration.uploads"


def the_key(*others: Any, **attrs: Any) -> Key:
    return estate_of(res(KEY, **attrs), *others).keys[0]


def sse(key: Any, bucket: Any = "acme-uploads") -> Any:
    return res(
        SSE, bucket=bucket, rule=[{"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms", "kms_master_key_id": key}]}]
    )


def alias(target: Any) -> Any:
    return res("aws_kms_alias.main", name="alias/acme", target_key_id=target)


BY_KEY = unk(f"{KEY}.arn", f"{KEY}.arn", not_null=True)
BY_ALIAS = unk("aws_kms_alias.main.arn", "aws_kms_alias.main.arn", not_null=True)


@pytest.mark.parametrize(
    ("key", "alias_target"),
    [
        (BY_KEY, None),
        (unk("x", f"{KEY}.arn"), None),
        (KEY_ARN, None),
        ("0a1b", None),
        (BY_ALIAS, unk("x", f"{KEY}.key_id")),
        ("alias/acme", unk("x", f"{KEY}.key_id")),
        ("arn:aws:kms:eu-west-1:123456789012:alias/acme", "0a1b"),
    ],
)
def test_a_key_protects_what_names_it(key: Any, alias_target: Any) -> None:
    others = [alias(alias_target)] if alias_target is not None else []
    resources = [
        database(kms_key_id=key),
        res(VAULT, name="acme", kms_key_arn=key),
        res("aws_s3_bucket.uploads", bucket="acme-uploads"),
        sse(key),
    ]

    assert sorted(the_key(*resources, *others, arn=KEY_ARN, key_id="0a1b").protects) == [VAULT, DB, "aws_s3_bucket.uploads"]


@pytest.mark.parametrize(
    "key", [None, "alias/other", KEY_ARN.replace("0a1b", "9z"), unk("var.key"), unk("x", f"{KEY}.arn", "aws_kms_key.other.arn")]
)
def test_a_key_does_not_protect_the_rest(key: Any) -> None:
    assert the_key(database(kms_key_id=key), res("aws_kms_key.other"), alias(unk("var.target")), arn=KEY_ARN).protects == []


def test_inline_encryption_of_a_bucket_names_its_key() -> None:
    rule = [{"apply_server_side_encryption_by_default": [{"sse_algorithm": "aws:kms", "kms_master_key_id": BY_KEY}]}]
    bucket = res("aws_s3_bucket.uploads", bucket="acme", server_side_encryption_configuration=[{"rule": rule}])

    assert the_key(bucket).protects == ["aws_s3_bucket.uploads"]


@pytest.mark.parametrize(
    ("attrs", "kind", "data"),
    [
        ({}, Kind.DEFAULT, False),
        ({"enable_key_rotation": True}, Kind.STATED, True),
        ({"enable_key_rotation": "true"}, Kind.STATED, True),
        ({"enable_key_rotation": unk()}, Kind.UNKNOWN, None),
        ({"customer_master_key_spec": "SYMMETRIC_DEFAULT"}, Kind.DEFAULT, False),
        ({"customer_master_key_spec": "RSA_4096"}, Kind.ABSENT, None),
        ({"customer_master_key_spec": "HMAC_256"}, Kind.ABSENT, None),
        ({"customer_master_key_spec": unk()}, Kind.UNKNOWN, None),
        ({"customer_master_key_spec": unk(), "enable_key_rotation": True}, Kind.STATED, True),
        ({"custom_key_store_id": "cks-1"}, Kind.ABSENT, None),
    ],
)
def test_rotation(attrs: dict[str, Any], kind: Kind, data: bool | None) -> None:
    rotation = the_key(**attrs).rotation

    assert (rotation.kind, rotation.data) == (kind, data)


@pytest.mark.parametrize("kind", ["aws_kms_replica_key", "aws_kms_external_key", "aws_kms_replica_external_key"])
def test_keys_that_do_not_rotate_by_themselves(kind: str) -> None:
    (key,) = estate_of(res(f"{kind}.main", enabled=False, enable_key_rotation=True)).keys

    assert key.rotation.absent
    assert key.enabled.is_false


def test_window_and_state() -> None:
    assert (the_key().deletion_days.data, the_key().deletion_days.kind) == (30, Kind.DEFAULT)
    assert the_key(deletion_window_in_days=7).deletion_days.data == 7
    assert the_key().enabled.is_true
    assert the_key(is_enabled=False).enabled.is_false


def the_secret(*others: Any, **attrs: Any) -> Secret:
    return estate_of(res("aws_secretsmanager_secret.main", **({"name": "acme/orders"} | attrs)), *others).secrets[0]


def test_secrets() -> None:
    rotation = res("aws_secretsmanager_secret_rotation.main", secret_id=unk("x", "aws_secretsmanager_secret.main.id"))
    maybe = res("aws_secretsmanager_secret_rotation.main", secret_id=unk("var.secret"))

    assert (the_secret().recovery_days.data, the_secret().recovery_days.kind) == (30, Kind.DEFAULT)
    assert the_secret(recovery_window_in_days=0).recovery_days.data == 0
    assert the_secret().rotation.is_false
    assert the_secret(rotation).rotation.is_true
    assert the_secret(rotation_rules=[{"automatically_after_days": 30}]).rotation.is_true
    assert the_secret(maybe).rotation.unknown


@pytest.mark.skipif(not CORPUS.is_dir(), reason="no corpus")
@pytest.mark.parametrize(
    ("name", "days"), [("test_exclude_resources_wont_invade_other_resources", 10), ("test_dynamodb_kms_key_problem", 30)]
)
def test_a_key_in_a_real_plan(name: str, days: int) -> None:
    (key,) = estate_of_plan(CORPUS / "plans" / "terraform-compliance" / f"{name}.tfplan.json").keys

    assert (key.rotation.is_false, key.enabled.is_true, key.deletion_days.data) == (True, True, days)


@pytest.mark.parametrize(
    ("window", "environment", "verdict", "severity"),
    [(29, "prod", "fail", "medium"), (13, "dev", "fail", "low"), (21, "staging", "pass", "medium")],
)
def test_the_window_is_measured_by_what_the_key_protects(window: int, environment: str, verdict: str, severity: str) -> None:
    key = res(KEY, deletion_window_in_days=window, tags={"environment": environment})
    (finding,) = ask("RCV120", estate_of(key, database(kms_key_id=BY_KEY, tags={"environment": environment})))

    assert (finding.verdict.value, finding.severity.value) == (verdict, severity)


def test_rules_on_keys_that_protect_nothing() -> None:
    estate = estate_of(res(KEY, is_enabled=False))

    assert ask("RCV120", estate) == []
    assert [(finding.verdict.value, finding.severity.value) for name in ("RCV121", "RCV122") for finding in ask(name, estate)] == [
        ("fail", "low"),
        ("fail", "medium"),
    ]
    assert ask("RCV121", estate_of(res(KEY, customer_master_key_spec="RSA_2048"))) == []
