"""The policy that a drill of a state needs is the calls that it makes; all of them read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from recoverable.cli import exits
from recoverable.cli.entry import main
from recoverable.drill.state.permissions import policy
from recoverable.drill.state.settings import read
from tests.drill.state.state_world import KEY, TABLE, StateWorld, terraform_state, typed

PAGE = Path(__file__).parents[3] / "docs" / "drill-state.md"
EXAMPLE = {"kind": "terraform", "url": "s3://acme-state/shop/terraform.tfstate", "region": "eu-west-1", "lock_table": "acme-locks"}
NOT_CALLED = {"kms:Decrypt"}
"""Asked by S3 in the caller's name."""


def actions_of(request: str, bucket: str) -> str:
    """IAM's name for a request that moto received."""
    if request.startswith("POST DynamoDB"):
        return f"dynamodb:{request.rpartition('.')[2]}"
    path, _, query = request.partition(" ")[2].partition("?")
    if path == f"/{bucket}/{KEY}":
        return "s3:GetObjectVersion" if "versionId" in query else "s3:GetObject"
    return {"versions": "s3:ListBucketVersions", "versioning": "s3:GetBucketVersioning"}[query.partition("&")[0].partition("=")[0]]


def test_the_policy_is_what_drills_call(world: StateWorld, tmp_path: Path) -> None:
    for serial in (7, 8):
        world.put(terraform_state(serial))
    world.digest(terraform_state(8))
    world.recorder.requests.clear()
    world.harness(tmp_path, lock_table=TABLE).drill(with_control=True)
    called = {actions_of(each, world.bucket) for each in world.recorder.requests}
    allowed = {action for each in policy(typed(read, EXAMPLE))["Statement"] for action in each["Action"]}

    assert allowed - NOT_CALLED == called
    assert all(action.split(":")[1].startswith(("Get", "List", "Decrypt")) for action in allowed)


def test_the_page_shows_this_policy() -> None:
    (shown,) = re.findall(r"```json\n(\{.*?\n\})\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)

    assert json.loads(shown) == policy(typed(read, EXAMPLE), "123456789012")


def test_the_command_prints_it_and_refuses_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    store = '[drill.stores.state]\nprovider = "state"\nenvironment = "prod"\n[drill.stores.state.source]\nkind = "terraform"\n'
    for url, code in (("s3://acme-state/shop/terraform.tfstate", exits.CLEAN), ("copies", exits.BAD_INPUT)):
        Path("recoverable.toml").write_text(f'{store}url = "{url}"\n', encoding="utf-8")
        assert main(["drill", "iam-policy", "state"]) == code
        said = capsys.readouterr()
        assert ("s3:GetObjectVersion" in said.out) is (code == exits.CLEAN)
        assert ("asks no cloud" in said.err) is (code == exits.BAD_INPUT)
