"""The custom role that a drill needs is the calls that it makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.drill.cloudsql.permissions import role
from recoverable.drill.cloudsql.settings import FORMS, RETAINED
from recoverable.drill.engine import Outcome
from recoverable.drill.reaper import Reaped
from tests.drill.cloudsql_cloud import cloudsql_settings, gone
from tests.fakes.fake_cloudsql import FakeCloudSql
from tests.fakes.json_server import Call

pytestmark = pytest.mark.usefixtures("quick_disk")
PAGE = Path(__file__).parents[3] / "docs" / "drill-cloudsql.md"
ASKS = {
    ("GET", "getLatestRecoveryTime"): {"cloudsql.instances.get"},
    ("GET", "backupRuns"): {"cloudsql.backupRuns.list"},
    ("GET", "backups"): {"cloudsql.backupRuns.list"},
    ("GET", "databases"): {"cloudsql.databases.list"},
    ("GET", "instances"): {"cloudsql.instances.list"},
    ("GET", "instances/NAME"): {"cloudsql.instances.get"},
    ("GET", "operations"): {"cloudsql.instances.list"},
    ("GET", "operations/NAME"): {"cloudsql.instances.get"},
    ("POST", "clone"): {"cloudsql.instances.clone"},
    ("POST", "instances"): {"cloudsql.instances.create"},
    ("POST", "restoreBackup"): {"cloudsql.instances.restoreBackup", "cloudsql.backupRuns.get"},
    ("PATCH", "instances/NAME"): {"cloudsql.instances.update"},
    ("PUT", "users"): {"cloudsql.users.update"},
    ("DELETE", "instances/NAME"): {"cloudsql.instances.delete"},
}
"""Google's permissions by method, as the Admin API's own pages name them."""


def asked(call: Call) -> set[str]:
    """The permissions that Google asks for a call."""
    last, before = call.path[-1], call.path[-2]
    if last == "restoreBackup" and "backup" in call.body:
        return ASKS["POST", "restoreBackup"] | {"cloudsql.instances.create"}  # it makes the instance
    return ASKS[call.method, f"{before}/NAME" if before in ("instances", "operations") else last]


@pytest.mark.parametrize("form", FORMS)
def test_the_role_is_what_drills_and_the_reaper_call(
    form: str, cloud: FakeCloudSql, drilled: Callable[..., Outcome], reaped: Callable[[], Reaped]
) -> None:
    if form in RETAINED:
        gone(cloud)
    drilled(restore=form, with_control=True)
    reaped()
    called = {permission for call in cloud.calls for permission in asked(call)}

    assert set(role(cloudsql_settings(5432, restore=form))["includedPermissions"]) - called <= {"cloudsql.instances.list"}
    assert called <= set(role(cloudsql_settings(5432, restore=form))["includedPermissions"])


def test_the_page_names_every_permission() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for form in FORMS:
        for permission in role(cloudsql_settings(5432, restore=form))["includedPermissions"]:
            assert permission in text, permission
