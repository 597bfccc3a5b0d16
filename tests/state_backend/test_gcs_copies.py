"""Copies of state in Cloud Storage: every workspace and stack, by generation, and read again by the real Terraform."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.fakes.fake_gcs import TOKEN
from tests.state_backend.conftest import Outcome
from tests.state_backend.gcs_places import NAME, GcsPlace
from tests.state_backend.terraform_writers import TerraformWriter, needs_terraform

Run = Callable[..., Outcome]
HIDDEN = "marked-secret-inside-of-a-state"
STACK = {"version": 3, "checkpoint": {"stack": "organization/shop/dev", "latest": {"manifest": {}, "resources": []}}}
PROGRAM = f'resource "terraform_data" "one" {{\n  input = sensitive("{HIDDEN}")\n}}\n'


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    made = Fernet.generate_key().decode()
    monkeypatch.setenv("RECOVERABLE_STATE_KEY", made)
    return made


def put(gcs: GcsPlace, name: str, serial: int = 1) -> int:
    """An empty state of Terraform; its generation."""
    body = {"version": 4, "serial": serial, "lineage": f"lineage-of-{name}", "outputs": {}, "resources": [], "x": HIDDEN}
    return gcs.fake.put(NAME, name, json.dumps(body).encode()).number


def test_every_workspace_and_stack_is_copied_by_its_live_generation(gcs: GcsPlace, run: Run, tmp_path: Path) -> None:
    """What lies deeper belongs to another prefix, and what is no state is none."""
    gcs.declare("terraform pulumi")
    put(gcs, "state/default.tfstate", 1)
    wanted = {"state/default.tfstate": put(gcs, "state/default.tfstate", 2), "state/blue.tfstate": put(gcs, "state/blue.tfstate")}
    put(gcs, "state/other/default.tfstate")
    gcs.fake.put(NAME, "state/default.tflock", b"{}")
    stack = ".pulumi/stacks/shop/dev.json"
    wanted[stack] = gcs.fake.put(NAME, stack, json.dumps(STACK).encode()).number
    gcs.fake.put(NAME, f"{stack}.bak", b"{}")
    gcs.fake.page = 1  # so that lists have several pages
    gcs.fake.calls.clear()

    told = run("backup", "infra", "--to", str(tmp_path / "copies"), "--json")

    assert told.code == 0, told.err
    assert {each["key"]: each["version"] for each in told.data["items"]} == {name: str(number) for name, number in wanted.items()}
    assert {each["serial"] for each in told.data["items"] if each["key"] == "state/default.tfstate"} == {2}
    assert told.data["source"] == "gs://acme-state"
    assert {call.method for call in gcs.fake.calls} == {"GET"}
    files = "".join(path.read_text() for path in (tmp_path / "copies").rglob("*") if path.is_file())
    assert not any(secret in files + told.out + told.err for secret in (HIDDEN, TOKEN))


@pytest.mark.parametrize(
    ("name", "reason"), [("state/other/default.tfstate", "there is no state below state/"), (None, "there is no state")]
)
def test_a_prefix_without_state_is_no_copy(gcs: GcsPlace, run: Run, tmp_path: Path, name: str | None, reason: str) -> None:
    if name:
        put(gcs, name)

    told = run("backup", "infra", "--to", str(tmp_path / "copies"))

    assert (told.code, reason in told.err) == (2, True)
    assert not list((tmp_path / "copies").rglob("manifest.json"))


@pytest.mark.parametrize("permission", ["storage.objects.list", "storage.objects.get"])
def test_a_denial_names_what_is_missing_and_is_no_copy(gcs: GcsPlace, run: Run, tmp_path: Path, permission: str) -> None:
    put(gcs, "state/default.tfstate")
    gcs.fake.denied = {permission}

    told = run("backup", "infra", "--to", str(tmp_path / "copies"))

    assert told.code == 1
    assert f"{permission} is refused" in told.err
    assert "iam-policy infra --for backup" in told.err
    assert not list((tmp_path / "copies").rglob("manifest.json"))


def test_a_server_that_is_busy_to_the_end_is_unreachable(gcs: GcsPlace, run: Run, tmp_path: Path) -> None:
    put(gcs, "state/default.tfstate")
    gcs.fake.faults.planned = {f"GET /storage/v1/b/{NAME}/o/": "unavailable"}

    assert run("backup", "infra", "--to", str(tmp_path / "copies")).code == 5


@needs_terraform
@pytest.mark.terraform
def test_a_state_of_terraform_is_restored_and_read_by_terraform(gcs: GcsPlace, run: Run, tmp_path: Path) -> None:
    file = tmp_path / "written.tfstate"
    block = f'terraform {{\n  backend "local" {{\n    path = "{file}"\n  }}\n}}\n'
    TerraformWriter(tmp_path, "ann", block, tmp_path / "meeting", PROGRAM).run("apply", "-auto-approve", "-input=false")
    gcs.fake.put(NAME, "state/default.tfstate", file.read_bytes())
    where = run("backup", "infra", "--to", str(tmp_path / "copies"), "--json").data["copy"]

    told = run("restore", "infra", "--from", where, "--state", "state/default.tfstate", "--into", str(tmp_path / "scratch"))

    assert told.code == 0, told.out + told.err
    assert "terraform show reads 1 resources" in told.out
    assert file.read_bytes() in [path.read_bytes() for path in (tmp_path / "scratch").rglob("*") if path.is_file()]
    assert HIDDEN not in told.out + told.err
