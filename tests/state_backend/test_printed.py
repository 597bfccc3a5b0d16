"""What `show`, `iam-policy` and `migrate` print of one declaration."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.readers.hcl.hcl_case import read_one
from tests.state_backend.conftest import Outcome

Run = Callable[..., Outcome]
KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d"
TOML = f"""schema = 1
[state_backend.infra]
kind = "s3"
bucket = "acme-state"
region = "eu-west-1"
keys = ["network/terraform.tfstate", "dns.tfstate"]
workspaces = ["blue"]
kms_key = "{KEY}"
secrets_key = "alias/infra"
lock_table = "terraform-locks"
[state_backend.plain]
kind = "s3"
bucket = "acme-state"
region = "cn-north-1"
clients = ["pulumi"]
pulumi_prefix = "team"
[state_backend.google]
kind = "gcs"
bucket = "acme-state"
kms_key = "projects/p/locations/eu/keyRings/r/cryptoKeys/k"
[state_backend.cloud]
kind = "hcp"
organization = "acme"
tags = ["network"]
"""


@pytest.fixture(autouse=True)
def declared(tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text(TOML)


def shown(run: Run, name: str) -> dict[str, Any]:
    told = run("show", name, "--json")
    assert told.code == 0
    return told.data


def test_s3_is_a_block_per_state_with_a_lock_file_and_another_with_the_table(run: Run) -> None:
    found = shown(run, "infra")
    assert set(found["backend"]) == set(found["backend_with_table"]) == {"network/terraform.tfstate", "dns.tfstate"}
    block, old = found["backend"]["dns.tfstate"], found["backend_with_table"]["dns.tfstate"]
    assert "use_lockfile = true" in block
    assert "dynamodb_table" not in block
    assert 'dynamodb_table = "terraform-locks"' in old
    assert "use_lockfile" not in old
    assert all(f'kms_key_id     = "{KEY}"' in each or f'kms_key_id   = "{KEY}"' in each for each in (block, old))


def test_pulumis_url_asks_for_the_encryption_headers_that_it_otherwise_leaves_out(run: Run) -> None:
    assert shown(run, "infra")["pulumi_login_url"] == f"s3://acme-state?region=eu-west-1&awssdk=v2&ssetype=aws:kms&kmskeyid={KEY}"
    assert shown(run, "infra")["pulumi_secrets_provider"] == "awskms://alias/infra?region=eu-west-1"
    assert shown(run, "plain")["pulumi_login_url"] == "s3://acme-state/team?region=cn-north-1&awssdk=v2&ssetype=AES256"


def test_a_backend_for_pulumi_alone_has_no_block_and_without_a_key_no_secrets_url(run: Run) -> None:
    found = shown(run, "plain")
    assert (found["backend"], found["backend_with_table"], found["pulumi_secrets_provider"]) == ({}, {}, "")
    assert run("show", "plain", "--only", "backend").code == 2
    assert run("show", "plain", "--only", "secrets").code == 2


def test_cloud_storage_and_hcp_have_blocks_of_their_own(run: Run) -> None:
    google, cloud = shown(run, "google"), shown(run, "cloud")
    assert 'backend "gcs"' in google["backend"]["state"]
    assert google["pulumi_login_url"] == "gs://acme-state"
    assert google["pulumi_secrets_provider"] == "gcpkms://projects/p/locations/eu/keyRings/r/cryptoKeys/k"
    assert "cloud {" in cloud["backend"][""]
    assert 'tags = ["network"]' in cloud["backend"][""]


@pytest.mark.parametrize(("name", "key"), [("infra", "dns.tfstate"), ("google", "state"), ("cloud", "")])
def test_our_own_reader_finds_in_the_block_what_was_declared(run: Run, tmp_path: Path, name: str, key: str) -> None:
    module = tmp_path / "module"
    module.mkdir()
    told = run("show", name, "--only", "backend", *(["--key", key] if key else []))
    (module / "backend.tf").write_text(told.out)

    (backend,) = read_one(module).backends

    assert backend.type == {"infra": "s3", "google": "gcs", "cloud": "cloud"}[name]
    assert not backend.partial


def test_which_of_several_states_is_meant_has_to_be_said(run: Run) -> None:
    told = run("show", "infra", "--only", "backend")
    assert told.code == 2
    assert "network/terraform.tfstate, dns.tfstate" in told.err
    assert run("show", "infra", "--only", "backend", "--key", "x").code == 2


def statements(run: Run, *words: str) -> dict[str, dict[str, Any]]:
    told = run("iam-policy", *words)
    assert told.code == 0, told.err
    return {each["Sid"]: each for each in told.data["Statement"]}


def test_terraform_may_delete_locks_and_named_workspaces_and_never_the_state_itself(run: Run) -> None:
    found = statements(run, "infra", "--account", "123456789012")
    assert set(found) == {"List", "State", "Locks", "Workspaces", "LockTable", "Key"}
    assert "s3:DeleteObject" not in found["State"]["Action"]
    assert all(each.endswith(".tflock") for each in found["Locks"]["Resource"])
    assert all("/env:/blue/" in each for each in found["Workspaces"]["Resource"])
    assert found["LockTable"]["Resource"] == "arn:aws:dynamodb:eu-west-1:123456789012:table/terraform-locks"
    assert all("*" not in action for each in found.values() for action in each["Action"])


def test_pulumi_has_what_lies_below_its_folder_in_the_partition_of_the_region(run: Run) -> None:
    found = statements(run, "plain", "--for", "pulumi")
    assert found["State"]["Resource"] == ["arn:aws-cn:s3:::acme-state/team/.pulumi/*"]
    assert set(found) == {"List", "State"}
    assert "SecretsKey" in statements(run, "infra", "--for", "pulumi")


def test_the_doctor_writes_below_its_own_prefix_alone(run: Run) -> None:
    found = statements(run, "infra", "--for", "doctor")
    writes = {action: each["Resource"] for each in found.values() for action in each["Action"] if "Put" in action or "Delete" in action}
    assert writes.pop("dynamodb:PutItem") == writes.pop("dynamodb:DeleteItem")
    assert set(writes) == {"s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"}
    assert all(each == ["arn:aws:s3:::acme-state/.recoverable-doctor/*"] for each in writes.values())


def test_copies_are_taken_with_reads_alone(run: Run) -> None:
    actions = {action for each in statements(run, "infra", "--for", "backup").values() for action in each["Action"]}
    assert actions == {"s3:ListBucket", "s3:GetObject", "s3:GetObjectVersion", "kms:Decrypt"}


def test_copies_may_list_and_read_workspaces_that_nobody_declared(run: Run) -> None:
    found = statements(run, "infra", "--for", "backup")
    assert "env:/*" in found["List"]["Condition"]["StringLike"]["s3:prefix"]
    assert "arn:aws:s3:::acme-state/env:/*/dns.tfstate" in found["State"]["Resource"]


def test_google_has_bindings_and_hcp_has_none_to_give(run: Run) -> None:
    told = run("iam-policy", "google", "--for", "pulumi")
    (binding,) = told.data["gs://acme-state"]["bindings"]
    assert 'startsWith("projects/_/buckets/acme-state/objects/.pulumi/")' in binding["condition"]["expression"]
    assert run("iam-policy", "cloud").code == 2
    assert run("iam-policy", "plain", "--for", "terraform").code == 2


def test_an_account_is_twelve_digits(run: Run) -> None:
    assert run("iam-policy", "infra", "--account", "12").code == 2


def test_moving_a_bucket_under_code_names_each_resource(run: Run) -> None:
    told = run("migrate", "infra", "--client", "bucket").out
    assert "terraform import aws_s3_bucket.state acme-state" in told
    assert "terraform import aws_dynamodb_table.locks terraform-locks" in told
    assert 'import_id="acme-state"' in told
    assert (
        "recoverable state-backend doctor infra --config"
        in run("migrate", "infra", "--client", "bucket", "--config", "recoverable.toml").out
    )
    assert run("migrate", "cloud", "--client", "bucket").code == 2
    assert run("migrate", "cloud", "--client", "pulumi").code == 2


def test_what_the_doctor_does_not_know_it_says(run: Run) -> None:
    told = run("doctor", "cloud")
    assert (told.code, "buckets only" in told.err) == (2, True)


def test_json_is_one_document_that_names_every_way_back(run: Run) -> None:
    found = shown(run, "infra")
    assert json.dumps(found)
    assert set(found["unlock"]) == {"terraform", "pulumi"}
    assert "copy-object" in found["restore"]
