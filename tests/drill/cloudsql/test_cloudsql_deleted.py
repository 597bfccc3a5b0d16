"""Restores of an instance that was deleted: by its final and retained backups, and to a time of its log, by the time of its deletion."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from recoverable.drill.cloudsql import deleted
from recoverable.drill.cloudsql.api import CloudSqlApi
from recoverable.drill.cloudsql.settings import RETAINED_BACKUP, RETAINED_CLONE
from recoverable.drill.contract import RestoreFailedError, Store
from recoverable.drill.engine import Outcome
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import DrillVerdict
from recoverable.standard.problems import StandardError
from tests.drill.cloudsql_cloud import DELETED, cloudsql_settings, gone
from tests.drill.conformance.slices import points
from tests.drill.virtual_clock import START, VirtualClock
from tests.fakes.fake_cloudsql import NETWORK, PROJECT, SOURCE, TOKEN, FakeCloudSql, text
from tests.fakes.json_server import Faults

pytestmark = pytest.mark.usefixtures("quick_disk")
HOUR, MINUTE = datetime.timedelta(hours=1), datetime.timedelta(minutes=1)


def failed(outcome: Outcome) -> set[str]:
    assert outcome.evidence.verdict is DrillVerdict.FAILED, outcome.evidence.reason
    return {each.name for each in outcome.evidence.failed()}


def test_the_newest_retained_backup_becomes_a_new_instance_that_is_marked_and_closed_from_the_first_moment(
    cloud: FakeCloudSql, drilled: Callable[..., Outcome]
) -> None:
    gone(cloud)
    evidence = drilled(restore=RETAINED_BACKUP).evidence
    (call,) = (each for each in cloud.calls if each.path[-1] == "restoreBackup")
    settings = call.body["restoreInstanceSettings"]["settings"]

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert evidence.backup_id == call.body["backup"] == cloud.kept[1]["name"]
    assert call.path[4].startswith("rcv-")
    assert "recoverable-mark" in settings["userLabels"]
    assert settings["ipConfiguration"] == {"ipv4Enabled": False, "privateNetwork": NETWORK}
    assert settings["backupConfiguration"] == {"enabled": False, "pointInTimeRecoveryEnabled": False}
    assert settings["deletionProtectionEnabled"] is False
    assert cloud.truth() == set()


def test_a_deleted_instance_is_cloned_to_a_time_by_the_time_of_its_deletion(cloud: FakeCloudSql, drilled: Callable[..., Outcome]) -> None:
    gone(cloud)
    evidence = drilled(parse_target(f"time:{(START - HOUR).isoformat()}"), restore=RETAINED_CLONE).evidence
    asked = next(each for each in cloud.calls if each.path[-1] == "getLatestRecoveryTime")
    cloned = next(each for each in cloud.calls if each.path[-1] == "clone").body["cloneContext"]

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert evidence.backup_id == f"{PROJECT}/{SOURCE} deleted at {text(DELETED)}"
    assert asked.query == {"sourceInstanceDeletionTime": text(DELETED)}
    assert (cloned["sourceInstanceDeletionTime"], cloned["pointInTime"]) == (text(DELETED), text(START - HOUR))
    assert cloud.truth() == set()


def test_a_time_after_its_deletion_is_refused(cloud: FakeCloudSql, drilled: Callable[..., Outcome]) -> None:
    gone(cloud)

    assert failed(drilled(parse_target(f"time:{(DELETED + MINUTE).isoformat()}"), restore=RETAINED_CLONE)) == {"restore-window"}


def test_of_a_name_that_was_used_twice_the_last_instance_is_meant_unless_deleted_at_says_another(
    cloud: FakeCloudSql, drilled: Callable[..., Outcome]
) -> None:
    before = DELETED - 24 * HOUR
    gone(cloud, before)
    cloud.put(SOURCE, {}, state="RUNNABLE")
    gone(cloud)

    assert drilled(restore=RETAINED_BACKUP).evidence.backup_id == cloud.kept[3]["name"]
    assert drilled(restore=RETAINED_BACKUP, deleted_at=before).evidence.backup_id == cloud.kept[1]["name"]
    told = drilled(restore=RETAINED_BACKUP, deleted_at=before + MINUTE)
    assert "that was deleted at" in told.evidence.reason


def test_backups_of_an_instance_that_lives_are_not_taken_for_retained_ones(cloud: FakeCloudSql, drilled: Callable[..., Outcome]) -> None:
    cloud.keep(SOURCE, "AUTOMATED", START - HOUR, START - HOUR + MINUTE)
    evidence = drilled(restore=RETAINED_BACKUP).evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert f"no backup is kept of an instance {PROJECT}/{SOURCE} that was deleted" in evidence.reason


def test_a_final_backup_that_does_not_say_when_its_instance_was_deleted_is_restored_but_its_log_is_not_asked_for(
    cloud: FakeCloudSql, drilled: Callable[..., Outcome]
) -> None:
    """Google's own example of one has no time of deletion."""
    gone(cloud)
    del cloud.kept[0]
    cloud.kept[0].pop("instanceDeletionTime")

    assert drilled(restore=RETAINED_BACKUP).evidence.verdict is DrillVerdict.VERIFIED
    assert "no backup says when the instance was deleted" in drilled(restore=RETAINED_CLONE).evidence.reason


def test_backups_are_found_on_every_page_and_expired_ones_are_none(cloud: FakeCloudSql, drilled: Callable[..., Outcome]) -> None:
    gone(cloud)
    cloud.page = 1
    cloud.kept[1]["expiryTime"] = text(START - MINUTE)
    assert drilled(restore=RETAINED_BACKUP).evidence.backup_id == cloud.kept[0]["name"]

    cloud.kept[0]["expiryTime"] = text(START - MINUTE)
    assert drilled(restore=RETAINED_BACKUP).evidence.verdict is DrillVerdict.FAILED


def test_a_final_backup_that_failed_is_red_though_an_older_one_can_be_restored(
    cloud: FakeCloudSql, drilled: Callable[..., Outcome]
) -> None:
    gone(cloud)
    cloud.kept[1]["state"] = "FAILED"
    outcome = drilled(restore=RETAINED_BACKUP)

    assert failed(outcome) == {"backups"}
    assert "FINAL FAILED" in outcome.evidence.reason


def test_a_backup_that_does_not_say_what_network_its_instance_had_makes_no_instance(
    cloud: FakeCloudSql, drilled: Callable[..., Outcome]
) -> None:
    gone(cloud)
    for each in cloud.kept:
        del each["instanceSettings"]
    evidence = drilled(restore=RETAINED_BACKUP).evidence

    assert "no backup says what settings the deleted instance had" in evidence.reason
    assert not [each for each in cloud.calls if each.method != "GET"]


def test_to_a_time_from_a_backup_is_refused(cloud: FakeCloudSql, drilled: Callable[..., Outcome]) -> None:
    gone(cloud)
    time = cloud.kept[1]["backupInterval"]["endTime"]

    assert failed(drilled(parse_target(f"time:{time}"), restore=RETAINED_BACKUP)) == {"recovery-target"}


def test_a_list_of_which_a_region_did_not_answer_is_no_list(
    cloud: FakeCloudSql, drilled: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone(cloud)
    listed = cloud.list_kept
    warning = {"code": "REGION_UNREACHABLE", "message": "europe-west3 did not answer", "region": "europe-west3"}
    monkeypatch.setattr(cloud, "list_kept", lambda call: {**listed(call), "warnings": [warning]})

    assert drilled(restore=RETAINED_BACKUP).evidence.verdict is DrillVerdict.COULD_NOT_RUN


def test_an_operation_that_is_done_with_an_error_says_what_to_do(cloud: FakeCloudSql, drilled: Callable[..., Outcome]) -> None:
    gone(cloud)
    cloud.errors["RESTORE_VOLUME"] = ("KMS_KEY_DISABLED", "The KMS key of the backup is disabled.")
    evidence = drilled(restore=RETAINED_BACKUP).evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "The KMS key of the backup is disabled" in evidence.reason
    assert "enable it" in evidence.reason
    assert cloud.truth() == set()


@pytest.mark.parametrize("setting", ["deletionProtectionEnabled", "backupConfiguration"])
def test_a_copy_that_is_not_as_it_was_ordered_gets_no_password(
    setting: str, cloud: FakeCloudSql, drilled: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cloud SQL makes it with the backup's own settings, whatever it was told."""
    gone(cloud)
    cloud.kept[1]["instanceSettings"]["settings"]["deletionProtectionEnabled"] = True
    put = cloud.put
    monkeypatch.setattr(
        cloud, "put", lambda name, settings, **more: put(name, {**settings, setting: cloud_own(cloud, setting)}, **more), raising=True
    )
    cloud.ignores = {setting}
    outcome = drilled(restore=RETAINED_BACKUP)

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "not as it was ordered" in outcome.evidence.reason
    assert not [each for each in cloud.calls if each.path[-1] == "users"]


def cloud_own(cloud: FakeCloudSql, setting: str) -> Any:
    return cloud.kept[1]["instanceSettings"]["settings"][setting]


@pytest.mark.parametrize(("form", "kind"), [
    (RETAINED_BACKUP, "throttle"), (RETAINED_BACKUP, "refuse"), (RETAINED_BACKUP, "lost"), (RETAINED_CLONE, "lost"), (RETAINED_CLONE, "broken"),
])  # fmt: skip
def test_one_fault_at_any_call_leaves_nothing_and_is_never_a_false_green(
    kind: str, form: str, cloud: FakeCloudSql, drilled: Callable[..., Outcome]
) -> None:
    gone(cloud)
    for at in points(9, 200):
        start = len(cloud.calls)
        cloud.faults = Faults({start + at: kind})
        outcome = drilled(restore=form)
        if len(cloud.calls) - start < at:
            break
        assert outcome.evidence.verdict is DrillVerdict.VERIFIED, f"{kind} at call {at}: {outcome.evidence.reason}"
        assert cloud.truth() == set(), f"{kind} at call {at}"
    else:
        pytest.fail("the drill never came to its end")


@pytest.mark.parametrize(("more", "words"), [
    ({"deleted_at": "2026-12-01T00:00:00Z"}, "is of an instance that was deleted"),
    ({"restore": RETAINED_BACKUP, "deleted_at": "2026-12-01T00:00:00"}, "no time with a zone"),
    ({"restore": RETAINED_BACKUP, "deleted_at": "yesterday"}, "no time with a zone"),
])  # fmt: skip
def test_a_time_of_deletion_that_cannot_be_is_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(StandardError, match=words):
        cloudsql_settings(5432, **more)


# https://docs.cloud.google.com/sql/docs/postgres/backup-recovery/manage-backups-deleted-instance, "Get a list of all backups", REST v1
LISTED = {
    "name": "projects/acme-prod/backups/BACKUP_ID", "kind": "sql#backup", "state": "SUCCESSFUL",
    "backupInterval": {"startTime": "2020-01-21T11:25:33.858Z", "endTime": "2020-01-21T11:26:18.663Z"}, "type": "FINAL", "instance": "orders",
    "selfLink": "https://sqladmin.googleapis.com/v1/projects/acme-prod/backups/BACKUP_ID", "location": "us", "description": "This is a final backup.",
    "backupKind": "SNAPSHOT", "dataDiskSizeGB": "10", "expiryTime": "2020-01-30T11:26:18.663Z",
    "backup_run": "projects/acme-prod/instances/orders/backupRuns/BACKUP_RUN_ID", "satisfies_pzs": False, "satisfies_pzi": False,
}  # fmt: skip
"""Placeholders filled in; fields as the page writes them (``backup_run`` is ``backupRun`` in the reference)."""


def test_the_documented_backup_is_read_and_the_fake_shows_its_fields(
    cloud: FakeCloudSql, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    gone(cloud)
    named_otherwise = {"backup_run", "satisfies_pzs", "satisfies_pzi", "dataDiskSizeGB", "description"}
    assert set(cloud.kept[1]) >= set(LISTED) - named_otherwise

    monkeypatch.setattr(cloud, "kept", [LISTED])
    api = CloudSqlApi(lambda: TOKEN, VirtualClock(), timeout=10)
    store = Store("orders", "prod", "cloudsql", cloudsql_settings(5432, restore=RETAINED_BACKUP), tmp_path)
    found = deleted.find(api, store, datetime.datetime(2020, 1, 22, tzinfo=datetime.UTC))
    assert found.newest == LISTED
    assert deleted.end_of(LISTED) == datetime.datetime(2020, 1, 21, 11, 26, 18, 663000, datetime.UTC)
    with pytest.raises(RestoreFailedError, match="no backup is kept"):
        deleted.find(api, store, datetime.datetime(2020, 2, 1, tzinfo=datetime.UTC))
