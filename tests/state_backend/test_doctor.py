"""The doctor on backends that are sound: every step passes, and nothing is left behind or touched."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.model.errors import InputError
from recoverable.state_backend.calls import Aws
from tests.state_backend.conftest import SECRET, Outcome
from tests.state_backend.meddling import Meddling
from tests.state_backend.places import Place
from tests.support.pulumi_writers import wait_for

Run = Callable[..., Outcome]
Make = Callable[..., Place]
EVERYONE = {
    "bucket",
    "versioning",
    "public-access",
    "tls-only",
    "lifecycle",
    "key",
    "write",
    "encryption",
    "default-encryption",
    "older-version",
}
FILE = {"lock", "second-writer", "race", "unlock"}
TABLE = {"table", "table-lock", "table-second-writer", "table-race", "table-unlock"}
PULUMI = {"pulumi-lock", "pulumi-race"}


@pytest.mark.parametrize(
    ("table", "clients", "wanted"),
    [(False, ["terraform"], FILE), (True, ["terraform"], FILE | TABLE), (False, ["pulumi"], PULUMI), (True, [], FILE | TABLE | PULUMI)],
    ids=["lock-file", "table", "pulumi", "all"],
)
def test_a_sound_backend_is_proven_and_nothing_is_left(make: Make, run: Run, table: bool, clients: list[str], wanted: set[str]) -> None:
    place = make(table=table)
    place.declared = [f"clients = {clients}"] if clients else []
    place.declare()

    told = run("doctor", "infra", "--json")

    assert told.code == 0, told.out
    assert told.steps("pass") == EVERYONE | wanted
    assert told.data["proven"] is True
    assert told.data["left"] == []
    assert place.versions() == []
    assert not table or place.rows() == []


def test_a_bucket_without_a_key_is_proven_under_s3s_own(make: Make, run: Run) -> None:
    place = make()
    place.key = ""
    place.s3.delete_bucket_encryption(Bucket=place.bucket)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    place.s3.put_bucket_encryption(Bucket=place.bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    place.declare()

    told = run("doctor", "infra", "--json")

    assert told.code == 0, told.out
    assert "AES256" in told.found("encryption")


def test_what_others_keep_in_the_bucket_is_neither_touched_nor_removed(make: Make, run: Run, meddling: Meddling) -> None:
    """State, and objects below the doctor's own prefix that another run has written, with its metadata copied."""
    place = make()
    place.declare()
    others = ["terraform.tfstate", "terraform.tfstate.tflock", ".pulumi/stacks/shop/dev.json", ".recoverable-doctor/0/terraform.tfstate"]
    for key in others:
        place.s3.put_object(Bucket=place.bucket, Key=key, Body=b"theirs", Metadata={"recoverable-doctor": "0"})
    meddling.calm()

    assert run("doctor", "infra").code == 0

    assert place.versions() == sorted(others)
    changed = [line for line in meddling.log if line.startswith(("PUT", "DELETE")) and f"/{place.bucket}" in line]
    assert len(changed) > 10
    assert all(f"/{place.bucket}/.recoverable-doctor/" in line and "/.recoverable-doctor/0/" not in line for line in changed)


def test_the_report_for_readers_says_each_step_and_the_sum(make: Make, run: Run) -> None:
    place = make(table=True)
    place.declare()

    told = run("doctor", "infra")

    assert told.code == 0
    assert f"{len(EVERYONE | FILE | TABLE | PULUMI)} passed, 0 failed, 0 could not run: it is proven." in told.out
    assert "of 8 writers at once one wins, in 3 rounds" in told.out


def test_credentials_and_what_is_written_appear_nowhere(make: Make, run: Run, tmp_path: Path, meddling: Meddling) -> None:
    place = make(table=True)
    place.declare()
    meddling.denied = [("PUT", ".tflock"), ("GET", "?policy")]

    told = run("doctor", "infra")

    assert told.code == 1
    assert SECRET not in told.out + told.err
    assert SECRET not in "".join(path.read_text() for path in tmp_path.rglob("*") if path.is_file())


CALLS = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3control:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
}
"""Calls whose permission has another name: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"""


@pytest.mark.usefixtures("account_host")
def test_the_printed_policy_holds_what_the_doctor_calls_and_no_more(make: Make, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """kms:GenerateDataKey is what S3 itself calls in the writer's name."""
    place = make(table=True)
    place.declare()
    place.s3.delete_public_access_block(Bucket=place.bucket)  # so that the account's is asked for
    called: set[str] = set()
    really = Aws.call

    def noted(self: Aws, service: str, method: str, *, once: bool = False, **words: Any) -> dict[str, Any]:
        name = f"{service}:{''.join(part.title() for part in method.split('_'))}"
        versioned = "Version" if name in ("s3:GetObject", "s3:DeleteObject") and "VersionId" in words else ""
        called.add(CALLS.get(name, name + versioned))
        return really(self, service, method, once=once, **words)

    monkeypatch.setattr(Aws, "call", noted)
    assert run("doctor", "infra").code == 1

    statements = run("iam-policy", "infra", "--for", "doctor").data["Statement"]
    assert called | {"kms:GenerateDataKey"} == {action for each in statements for action in each["Action"]}


def test_a_doctor_that_is_terminated_removes_what_it_wrote(make: Make, meddling: Meddling, tmp_path: Path) -> None:
    place = make(table=True)
    place.declare()
    meddling.held = "race-1"
    words = [sys.executable, "-m", "recoverable", "state-backend", "doctor", "infra"]
    started = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: any("race-1" in line for line in meddling.log))
    assert place.versions() != []

    started.send_signal(signal.SIGTERM)
    meddling.go.set()
    out, err = started.communicate(timeout=60)

    assert started.returncode == 130, out + err
    assert "left behind" not in err
    assert place.versions() == []
    assert place.rows() == []


@pytest.mark.parametrize("name", ["terraform.tfstate.tflock", "race-1.tflock"])
def test_a_lock_whose_answer_was_lost_is_no_verdict_and_is_found_and_removed(make: Make, run: Run, meddling: Meddling, name: str) -> None:
    """Asked for again it would be refused by itself, and a sound backend would look broken."""
    place = make()
    place.declare()
    meddling.lost = [("PUT", name)]

    told = run("doctor", "infra", "--json")

    assert told.code == 5, told.out
    assert told.steps("fail") == set()
    assert meddling.lost == []
    assert place.versions() == []


def test_a_row_that_cannot_be_deleted_is_listed_with_the_command(make: Make, run: Run, meddling: Meddling) -> None:
    place = make(table=True)
    place.declared = ['clients = ["terraform"]']
    place.declare()
    meddling.denied = [("POST", "DynamoDB_20120810.DeleteItem")]

    told = run("doctor", "infra", "--json")
    meddling.calm()

    assert told.code == 6, told.out
    assert told.steps("fail") == {"table-unlock"}
    assert "the lock cannot be released" in told.found("table-unlock")
    assert sorted(item["place"].removeprefix(f"dynamodb {place.table}: ") for item in told.data["left"]) == sorted(place.rows())
    assert all(item["command"].startswith(f"aws dynamodb delete-item --table-name {place.table} ") for item in told.data["left"])


def test_credentials_that_expire_on_the_way_end_with_what_is_left(make: Make, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    place = make()
    place.declared = ['clients = ["terraform"]']
    place.declare()
    really = Aws.call

    def expiring(self: Aws, service: str, method: str, *, once: bool = False, **words: Any) -> dict[str, Any]:
        if "race-1" in str(words.get("Key")):
            monkeypatch.setattr(Aws, "call", expired)
        return (
            Aws.call(self, service, method, once=once, **words)
            if Aws.call is expired
            else really(self, service, method, once=once, **words)
        )

    def expired(*_: Any, **__: Any) -> dict[str, Any]:
        raise InputError("AWS does not take the credentials (ExpiredToken)", "", "Log in again.")

    monkeypatch.setattr(Aws, "call", expiring)
    told = run("doctor", "infra", "--json")

    assert told.code == 6, told.out
    assert "ExpiredToken" in told.found("race")
    assert {item["place"].split("/")[-1].split(" ")[0] for item in told.data["left"]} >= {"terraform.tfstate", "race-0.tflock"}
