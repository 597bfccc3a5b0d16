"""Copies of state elsewhere: encrypted, sealed against change, and read again by the real Terraform and Pulumi."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from recoverable.sandbox.laptop import Laptop
from tests.state_backend.conftest import SECRET, Outcome
from tests.state_backend.meddling import Meddling
from tests.state_backend.places import Place, own_name, sound
from tests.state_backend.terraform_writers import TerraformWriter, needs_terraform
from tests.support.stacks import Stack

Run = Callable[..., Outcome]
Make = Callable[..., Place]
HIDDEN = "marked-secret-inside-of-a-state"
PROGRAM = f"""
resource "terraform_data" "one" {{
  input = sensitive("{HIDDEN}")
}}
resource "terraform_data" "many" {{
  count = 2
}}
"""
PULUMI = """
import pulumi
pulumi.export("token", pulumi.Config().require_secret("token"))
"""


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    made = Fernet.generate_key().decode()
    monkeypatch.setenv("RECOVERABLE_STATE_KEY", made)
    return made


def state(place: Place, name: str, serial: int = 4, workspace: str = "") -> bytes:
    """Put an empty state of Terraform."""
    body = json.dumps(
        {"version": 4, "serial": serial, "lineage": f"lineage-of-{name}", "outputs": {}, "resources": [], "x": HIDDEN}
    ).encode()
    place.s3.put_object(Bucket=place.bucket, Key=f"env:/{workspace}/{name}" if workspace else name, Body=body)
    return body


@pytest.fixture
def kept(make: Make) -> Place:
    """A backend with a state, one in a workspace, and a neighbour that is none of ours."""
    place = make()
    place.declared = ['clients = ["terraform"]']
    place.declare()
    state(place, "terraform.tfstate")
    state(place, "terraform.tfstate", 7, workspace="blue")
    place.s3.put_object(Bucket=place.bucket, Key="terraform.tfstate.backup", Body=b"other")
    return place


def copied(run: Run, place: str) -> tuple[str, dict[str, Any]]:
    told = run("backup", "infra", "--to", place, "--json")
    assert told.code == 0, told.err
    return told.data["copy"], told.data


def test_every_state_and_workspace_is_copied_with_version_serial_and_lineage(kept: Place, run: Run, key: str, tmp_path: Path) -> None:
    _, manifest = copied(run, str(tmp_path / "copies"))
    versions = kept.s3.list_object_versions(Bucket=kept.bucket)["Versions"]
    wanted = {each["Key"]: each["VersionId"] for each in versions if each["Key"] != "terraform.tfstate.backup"}
    assert {each["key"]: each["version"] for each in manifest["items"]} == wanted
    assert {each["serial"] for each in manifest["items"]} == {4, 7}
    assert {each["lineage"] for each in manifest["items"]} == {"lineage-of-terraform.tfstate"}


def test_neither_the_state_nor_the_key_is_readable_anywhere_but_by_the_key(kept: Place, run: Run, key: str, tmp_path: Path) -> None:
    where, _ = copied(run, str(tmp_path / "copies"))
    told = run("backup", "infra", "--to", str(tmp_path / "copies"))
    text = told.out + told.err
    for path in (tmp_path / "copies").rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o077 == 0
            text += path.read_text()
    assert HIDDEN not in text
    assert key not in text
    assert SECRET not in text
    sealed = Path(where) / "0001.sealed"
    assert HIDDEN.encode() in Fernet(key.encode()).decrypt(sealed.read_bytes())


def test_copies_go_to_another_bucket_and_are_opened_from_there(kept: Place, run: Run, key: str) -> None:
    kept.s3.create_bucket(Bucket=f"{kept.bucket}-far", CreateBucketConfiguration={"LocationConstraint": kept.region})
    where, manifest = copied(run, f"s3://{kept.bucket}-far/copies")
    keys = [each["Key"] for each in kept.s3.list_objects_v2(Bucket=f"{kept.bucket}-far")["Contents"]]
    assert len(keys) == len(manifest["items"]) + 1
    assert all(f"s3://{kept.bucket}-far/{each}".startswith(f"{where}/") for each in keys)


@pytest.mark.parametrize("to", ["s3://{bucket}", "s3://{bucket}/copies", "ftp://host/x", "s3://"])
def test_a_copy_beside_the_original_or_nowhere_is_refused(kept: Place, run: Run, key: str, to: str) -> None:
    assert run("backup", "infra", "--to", to.format(bucket=kept.bucket)).code == 2


def test_without_a_key_nothing_is_copied(kept: Place, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECOVERABLE_STATE_KEY", raising=False)
    told = run("backup", "infra", "--to", str(tmp_path / "copies"))
    assert told.code == 2
    assert "there is no key" in told.err
    assert not (tmp_path / "copies").exists()


def test_a_bad_key_is_told_without_being_shown(kept: Place, run: Run, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("not-a-key-hush-hush")
    told = run("backup", "infra", "--to", str(tmp_path / "copies"), "--key-file", str(tmp_path / "key"))
    assert told.code == 2
    assert "hush-hush" not in told.err


def test_a_new_key_is_written_for_its_owner_alone_and_not_shown_and_never_over_another(run: Run, kept: Place, tmp_path: Path) -> None:
    file = tmp_path / "state.key"
    told = run("backup", "infra", "--new-key", str(file))
    made = file.read_text().strip()
    assert told.code == 0
    assert made not in told.out + told.err
    assert file.stat().st_mode & 0o077 == 0
    assert run("backup", "infra", "--new-key", str(file)).code == 2
    assert file.read_text().strip() == made
    assert run("backup", "infra", "--to", str(tmp_path / "copies"), "--key-file", str(file)).code == 0


def test_a_declared_state_that_is_not_there_is_no_copy(kept: Place, run: Run, key: str, tmp_path: Path) -> None:
    kept.declared = ['clients = ["terraform"]', 'keys = ["terraform.tfstate", "gone.tfstate"]']
    kept.declare()
    told = run("backup", "infra", "--to", str(tmp_path / "copies"))
    assert told.code == 2
    assert "there is no state gone.tfstate" in told.err
    assert list((tmp_path / "copies").rglob("manifest.json")) == []


@pytest.mark.parametrize("body", [b"", b"{}", b'{"resources": 3}', b"\x1f\x8b\x00"])
def test_what_is_no_state_is_no_copy(kept: Place, run: Run, key: str, tmp_path: Path, body: bytes) -> None:
    kept.s3.put_object(Bucket=kept.bucket, Key="terraform.tfstate", Body=body)
    told = run("backup", "infra", "--to", str(tmp_path / "copies"))
    assert told.code == 2
    assert "is no state that can be read" in told.err
    assert list((tmp_path / "copies").rglob("manifest.json")) == []


def test_a_state_that_may_not_be_read_is_an_error_that_names_the_policy(
    kept: Place, run: Run, key: str, meddling: Meddling, tmp_path: Path
) -> None:
    meddling.denied = [("GET", "/terraform.tfstate")]
    told = run("backup", "infra", "--to", str(tmp_path / "copies"))
    meddling.calm()
    assert told.code == 1
    assert "--for backup" in told.err


DAMAGED: dict[str, Callable[[Path], Any]] = {
    "a-bit-of-the-state": lambda copy: flip(copy / "0001.sealed"),
    "states-exchanged": lambda copy: exchange(copy / "0001.sealed", copy / "0002.sealed"),
    "a-word-of-the-manifest": lambda copy: rewrite(copy / "manifest.json", '"serial": 4', '"serial": 5'),
    "an-item-taken-out": lambda copy: shorten(copy / "manifest.json"),
}


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def exchange(one: Path, two: Path) -> None:
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def rewrite(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def shorten(path: Path) -> None:
    data = json.loads(path.read_text())
    data["items"].pop()
    path.write_text(json.dumps(data))


@pytest.mark.parametrize("name", DAMAGED)
def test_a_copy_that_was_changed_is_not_restored(kept: Place, run: Run, key: str, tmp_path: Path, name: str) -> None:
    where, _ = copied(run, str(tmp_path / "copies"))
    DAMAGED[name](Path(where))
    told = run("restore", "infra", "--from", where)
    assert told.code == 1, told.out
    assert "was changed" in told.err or "is not what was written" in told.err or "does not hold" in told.err


def test_another_key_opens_nothing(kept: Place, run: Run, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where, _ = copied(run, str(tmp_path / "copies"))
    monkeypatch.setenv("RECOVERABLE_STATE_KEY", Fernet.generate_key().decode())
    assert run("restore", "infra", "--from", where).code == 1


@needs_terraform
@pytest.mark.terraform
def test_a_state_of_terraform_is_restored_and_read_by_terraform(
    make: Make, run: Run, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The words that every program is started with hold no secret, neither does what is printed."""
    place = make()
    place.declared = ['clients = ["terraform"]']
    place.declare()
    writer = TerraformWriter(tmp_path, "ann", run("show", "infra", "--only", "backend").out, tmp_path / "meeting", PROGRAM)
    writer.run("apply", "-auto-approve", "-input=false")
    where, manifest = copied(run, str(tmp_path / "copies"))
    words: list[str] = []
    really = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda command, **more: (words.extend(command), really(command, **more))[1])

    told = run("restore", "infra", "--from", where, "--state", "terraform.tfstate", "--into", str(tmp_path / "scratch"))

    assert told.code == 0, told.out + told.err
    assert f"terraform show reads 3 resources, serial {manifest['items'][0]['serial']}" in told.out
    held = place.s3.get_object(Bucket=place.bucket, Key="terraform.tfstate")["Body"].read()
    assert (tmp_path / "scratch" / "terraform.tfstate").read_bytes() == held
    assert (tmp_path / "scratch" / "terraform.tfstate").stat().st_mode & 0o077 == 0
    assert "show" in words
    assert HIDDEN not in " ".join([*words, told.out, told.err])
    assert key not in " ".join([*words, told.out, told.err])


@needs_terraform
@pytest.mark.terraform
def test_a_state_that_terraform_does_not_read_is_not_proven(kept: Place, run: Run, key: str, tmp_path: Path) -> None:
    """It has the parts that a manifest needs, and is of a version that no Terraform knows."""
    body = {"version": 99, "serial": 1, "lineage": "a", "resources": [], "outputs": {"x": HIDDEN}}
    kept.s3.put_object(Bucket=kept.bucket, Key="terraform.tfstate", Body=json.dumps(body).encode())
    where, _ = copied(run, str(tmp_path / "copies"))
    told = run("restore", "infra", "--from", where, "--state", "terraform.tfstate")
    assert told.code == 1
    assert "NOT PROVEN" in told.out
    assert HIDDEN not in told.out + told.err


def test_without_the_tool_nothing_is_proven(kept: Place, run: Run, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where, _ = copied(run, str(tmp_path / "copies"))
    monkeypatch.setenv("PATH", str(tmp_path))
    told = run("restore", "infra", "--from", where)
    assert told.code == 2
    assert "terraform is not on PATH" in told.err


@pytest.mark.engine
def test_a_stack_of_pulumi_is_restored_and_its_secrets_are_decrypted(
    laptop: Laptop, run: Run, key: str, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    variables = laptop.environment()
    place = sound(variables["AWS_ENDPOINT_URL"], f"copies-{own_name(request)}", tmp_path)
    place.declared = ['clients = ["pulumi"]']
    place.declare()
    stack = Stack(
        laptop, tmp_path / "program", PULUMI, environment={"PULUMI_BACKEND_URL": run("show", "infra", "--only", "login").out.strip()}
    )
    stack.run("config", "set", "--secret", "token", HIDDEN)
    stack.up()
    stack.run("stack", "init", "fresh", "--no-select")  # holds nothing yet, and must not keep the other from being copied
    where, _ = copied(run, str(tmp_path / "copies"))
    for name in ("PATH", "PULUMI_HOME", "PULUMI_CONFIG_PASSPHRASE_FILE"):
        monkeypatch.setenv(name, variables[name])

    told = run("restore", "infra", "--from", where)

    assert told.code == 0, told.out + told.err
    assert "pulumi stack import takes 1 resources, and its secrets are decrypted" in told.out
    assert "fresh.json: pulumi stack import takes 0 resources" in told.out
    assert HIDDEN not in told.out + told.err
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE_FILE", str(tmp_path / "none"))
    assert run("restore", "infra", "--from", where).code == 1
    assert shutil.which("pulumi") is not None
