"""Copies of state that lie in Cloud Storage, of a backend there or in S3: sealed, never written over, and read again by the real Terraform."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet

from tests.fakes.fake_gcs import TOKEN
from tests.fakes.json_server import Call, Reply
from tests.state_backend.conftest import SECRET, Outcome
from tests.state_backend.gcs_places import NAME, GcsPlace, what
from tests.state_backend.places import Place
from tests.state_backend.terraform_writers import TerraformWriter, needs_terraform

Run = Callable[..., Outcome]
AWAY = "acme-copies"
HIDDEN = "marked-secret-inside-of-a-state"
PROGRAM = f'resource "terraform_data" "one" {{\n  input = sensitive("{HIDDEN}")\n}}\n'
STATE = {"version": 4, "serial": 3, "lineage": "of-the-test", "outputs": {}, "resources": [], "x": HIDDEN}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    made = Fernet.generate_key().decode()
    monkeypatch.setenv("RECOVERABLE_STATE_KEY", made)
    return made


@pytest.fixture
def kept(gcs: GcsPlace) -> GcsPlace:
    """A backend with a state, and another bucket."""
    gcs.fake.make(AWAY, {"location": "europe-west4"})
    gcs.fake.put(NAME, "state/default.tfstate", json.dumps(STATE).encode())
    gcs.fake.calls.clear()
    return gcs


def held(place: GcsPlace) -> dict[str, bytes]:
    """What lies in the other bucket."""
    return {name: generations[-1].content for name, generations in place.fake.buckets[AWAY].objects.items()}


def copied(run: Run) -> str:
    told = run("backup", "infra", "--to", f"gs://{AWAY}/copies", "--json")
    assert told.code == 0, told.err
    return str(told.data["copy"])


def test_a_copy_is_sealed_and_its_manifest_is_written_last(kept: GcsPlace, run: Run, key: str) -> None:
    where = copied(run)

    files = held(kept)
    copy = where.removeprefix(f"gs://{AWAY}/")
    assert set(files) == {f"{copy}/0001.sealed", f"{copy}/manifest.json"}
    assert HIDDEN.encode() in Fernet(key.encode()).decrypt(files[f"{copy}/0001.sealed"])
    assert not any(HIDDEN.encode() in body or key.encode() in body for body in files.values())
    writes = [call for call in kept.fake.calls if call.method != "GET"]
    assert [what(call).rpartition("/")[2] for call in writes] == ["0001.sealed", "manifest.json"]
    assert {call.query.get("ifGenerationMatch") for call in writes} == {"0"}
    assert all(call.path[:5] == ["upload", "storage", "v1", "b", AWAY] for call in writes)


@pytest.mark.parametrize("taken", ["0001.sealed", "manifest.json"])
def test_what_lies_at_a_name_is_never_written_over(kept: GcsPlace, run: Run, taken: str) -> None:
    """Somebody puts an object of the very name there a moment before."""

    def sooner(call: Call) -> Reply | None:
        if call.method == "POST" and what(call).endswith(taken) and not any(name.endswith(taken) for name in held(kept)):
            kept.fake.put(AWAY, what(call), b"theirs")
        return None

    kept.fake.before = sooner
    told = run("backup", "infra", "--to", f"gs://{AWAY}/copies")
    kept.fake.calm()

    assert (told.code, "there is such a copy already" in told.err) == (2, True)
    assert [body for name, body in held(kept).items() if name.endswith(taken)] == [b"theirs"]


@pytest.mark.parametrize("place", [f"gs://{NAME}", f"gs://{NAME}/copies", "gs://", "gs://nobodys-bucket/x"])
def test_a_copy_beside_the_original_or_nowhere_is_refused(kept: GcsPlace, run: Run, place: str) -> None:
    told = run("backup", "infra", "--to", place)

    assert (told.code, told.out) == (2, "")
    assert list(kept.bucket.objects) == ["state/default.tfstate"]


@pytest.mark.parametrize("option", ["--place-profile=other", "--place-region=eu-west-1", "--place-endpoint=https://s3.acme.example"])
def test_options_of_s3_beside_it_are_refused_and_not_forgotten(kept: GcsPlace, run: Run, option: str) -> None:
    told = run("backup", "infra", "--to", f"gs://{AWAY}/copies", option)

    assert (told.code, "are for s3://" in told.err, held(kept)) == (2, True, {})


@pytest.mark.parametrize("ending", ["0001.sealed", "manifest.json"])
def test_a_write_that_is_denied_names_the_permission_and_leaves_no_copy(kept: GcsPlace, run: Run, ending: str) -> None:
    kept.refuse("POST", ending)

    told = run("backup", "infra", "--to", f"gs://{AWAY}/copies")
    kept.fake.calm()

    assert (told.code, "storage.objects.create is refused with 403" in told.err) == (1, True)
    assert not any(name.endswith("manifest.json") for name in held(kept))


@pytest.mark.parametrize("kind", ["lost", "unavailable", "broken"])
def test_an_answer_that_is_lost_is_no_copy_and_no_verdict(kept: GcsPlace, run: Run, kind: str) -> None:
    kept.fake.faults.planned = {f"POST /upload/storage/v1/b/{AWAY}": kind}

    told = run("backup", "infra", "--to", f"gs://{AWAY}/copies")

    assert (told.code, told.out) == (5, "")


def test_a_copy_that_the_place_does_not_give_back_as_it_was_is_none(kept: GcsPlace, run: Run) -> None:
    def spoilt(call: Call, reply: Reply) -> Reply:
        return Reply(200, b"gAAAAA-other", reply.headers) if call.query.get("alt") == "media" and what(call).endswith(".sealed") else reply

    kept.fake.spoil = spoilt
    told = run("backup", "infra", "--to", f"gs://{AWAY}/copies")
    kept.fake.calm()

    assert (told.code, "does not open" in told.err, told.out) == (1, True, "")


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "0001.sealed": lambda body: body[:40] + bytes([body[40] ^ 1]) + body[41:],
    "manifest.json": lambda body: body.replace(b'"serial": 3', b'"serial": 4'),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_copy_that_was_changed_is_not_restored(kept: GcsPlace, run: Run, name: str) -> None:
    where = copied(run)
    place = f"{where.removeprefix(f'gs://{AWAY}/')}/{name}"
    kept.fake.put(AWAY, place, DAMAGED[name](held(kept)[place]))

    told = run("restore", "infra", "--from", where)

    assert told.code == 1, told.out
    assert "was changed" in told.err or "is not what was written" in told.err


@pytest.mark.parametrize("copy", ["copies/none", "copies"])
def test_a_place_without_a_copy_is_told(kept: GcsPlace, run: Run, copy: str) -> None:
    told = run("restore", "infra", "--from", f"gs://{AWAY}/{copy}")

    assert (told.code, "there is no such object" in told.err) == (2, True)


def test_state_of_s3_is_copied_off_its_platform(make: Callable[..., Place], gcs: GcsPlace, run: Run, key: str) -> None:
    place = make()
    place.declared = ['clients = ["terraform"]']
    place.declare()
    place.s3.put_object(Bucket=place.bucket, Key="terraform.tfstate", Body=json.dumps(STATE).encode())
    gcs.fake.make(AWAY, {"location": "europe-west4"})

    told = run("backup", "infra", "--to", f"gs://{AWAY}", "--json")

    assert told.code == 0, told.err
    assert told.data["source"] == f"s3://{place.bucket}"
    assert len(held(gcs)) == 2
    assert not any(secret in told.out + told.err for secret in (HIDDEN, TOKEN, SECRET, key))


@needs_terraform
@pytest.mark.terraform
def test_a_state_of_terraform_is_restored_from_there_and_read_by_terraform(kept: GcsPlace, run: Run, key: str, tmp_path: Any) -> None:
    file = tmp_path / "written.tfstate"
    block = f'terraform {{\n  backend "local" {{\n    path = "{file}"\n  }}\n}}\n'
    TerraformWriter(tmp_path, "ann", block, tmp_path / "meeting", PROGRAM).run("apply", "-auto-approve", "-input=false")
    kept.fake.put(NAME, "state/default.tfstate", file.read_bytes())
    where = copied(run)

    told = run("restore", "infra", "--from", where, "--state", "state/default.tfstate", "--into", str(tmp_path / "scratch"))

    assert told.code == 0, told.out + told.err
    assert "terraform show reads 1 resources" in told.out
    assert (tmp_path / "scratch" / "terraform.tfstate").read_bytes() == file.read_bytes()
    assert not any(secret in told.out + told.err for secret in (HIDDEN, TOKEN, key))
