"""The custom role that a drill of Google's secrets needs is the calls that it makes; all of them read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.secret.permissions import policy
from recoverable.drill.secret.settings import read
from tests.drill.google_secrets import google_secrets
from tests.drill.state.state_world import typed
from tests.fakes.json_server import Call

PAGE = Path(__file__).parents[3] / "docs" / "drill-secret.md"


def asked(call: Call) -> str:
    """The permission that Google's pages name for a method."""
    last = call.path[-1]
    if "cryptoKeys" in call.path:
        return "cloudkms.cryptoKeyVersions.get" if "cryptoKeyVersions" in call.path else "cloudkms.cryptoKeys.get"
    if last.endswith(":access"):
        return "secretmanager.versions.access"
    return {"secrets": "secretmanager.secrets.list", "versions": "secretmanager.versions.list"}.get(last, "secretmanager.secrets.get")


@pytest.mark.usefixtures("quick_disk")
@pytest.mark.parametrize("more", [{}, {"names": None, "prefix": "orders-"}])
def test_the_role_is_what_drills_call(tmp_path: Path, more: dict[str, Any]) -> None:
    with google_secrets(tmp_path) as world:
        assert not world.harness(tmp_path / "state", **more).drill(with_control=True).evidence.failed()
        role = policy(typed(read, world.source(**more)))

        assert set(role["includedPermissions"]) == {asked(call) for call in world.fake.calls}


def test_without_a_prefix_nothing_may_be_listed_and_the_page_names_every_permission() -> None:
    source = {"service": "gcp-secretmanager", "project": "acme-prod"}
    named = policy(typed(read, {**source, "names": ["a"]}))["includedPermissions"]
    found = policy(typed(read, {**source, "prefix": "a"}))["includedPermissions"]
    text = PAGE.read_text(encoding="utf-8")

    assert set(found) - set(named) == {"secretmanager.secrets.list"}
    assert [each for each in found if f"`{each}`" not in text] == []
