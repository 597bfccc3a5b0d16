"""The requests and responses that Google's pages show, replayed unchanged: against the fake as curl sends them, and into the client.

Only their placeholders (``project-id`` and the like) are filled in. What a page shows and the API does not do (a single run for a list
of backups, a time without its zero) stays as it is shown. In what is replayed here the pages of Cloud SQL's three databases say the same;
named are the ones that were read. Of error bodies they show no example, only texts and the representation.
"""

from __future__ import annotations

import datetime
import http.client
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.cloudsql import instances, preflight
from recoverable.drill.cloudsql.api import CloudSqlApi
from recoverable.drill.contract import RestoreFailedError, Store
from recoverable.drill.rest.client import RefusedError
from tests.drill.cloudsql_cloud import cloudsql, cloudsql_settings
from tests.drill.neon.test_neon_api import NoData
from tests.drill.virtual_clock import START, VirtualClock
from tests.fakes.fake_cloudsql import CUSTOMER, PROJECT, SOURCE, TOKEN, FakeCloudSql, text
from tests.fakes.google_errors import error

TARGET = "target"
LINK = "https://sqladmin.googleapis.com/v1/projects/project-id"
# https://docs.cloud.google.com/sql/docs/sqlserver/backup-recovery/pitr, "Perform a PITR", REST v1
CLONE_TO_TIME = {
    "cloneContext": {"kind": "sql#cloneContext", "destinationInstanceName": "target-instance-id", "pointInTime": "restore-timestamp"}
}
CLONING_TO_TIME = {
    "kind": "sql#operation", "targetLink": f"{LINK}/instances/target-instance-id", "status": "PENDING", "user": "user@example.com",
    "insertTime": "2020-01-21T22:43:37.981Z", "operationType": "CREATE", "name": "operation-id", "targetId": "target-instance-id",
    "selfLink": f"{LINK}/operations/operation-id", "targetProject": "project-id",
}  # fmt: skip
RECOVERY_TIMES = {
    "kind": "sql#getLatestRecoveryTime",
    "earliestRecoveryTime": "2023-06-10T17:23:59.648821586Z",
    "latestRecoveryTime": "2023-06-20T17:23:59.648821586Z",
}
NO_BACKUP_BEFORE = "Successful backup required for carrying out the operation was not found."
# https://docs.cloud.google.com/sql/docs/mysql/clone-instance, REST v1
CLONING = {**CLONING_TO_TIME, "operationType": "CLONE"}
# https://docs.cloud.google.com/sql/docs/mysql/backup-recovery/restoring, "Restore to a different project", REST v1
BACKUP_RUN = {
    "kind": "sql#backupRun", "status": "SUCCESSFUL", "enqueuedTime": "2020-01-21T11:25:33.818Z", "id": "backup-id",
    "startTime": "2020-01-21T11:25:33.858Z", "endTime": "2020-01-21T11:26:18.663Z", "type": "AUTOMATED",
    "windowStartTime": "2020-01-21T10:00:00.479Z", "instance": "instance-id",
    "selfLink": f"{LINK}/instances/instance-id/backupRuns/backup-id", "location": "us",
}  # fmt: skip
RESTORE = {"restoreBackupContext": {"backupRunId": "backup-id", "project": "source-project-id", "instanceId": "source-instance-id"}}
"""The page has the id without quotes: a number."""
RESTORING = {**CLONING_TO_TIME, "operationType": "RESTORE_VOLUME"}
RESTORING_BACKUP = {**CLONING_TO_TIME, "operationType": "RESTORE_BACKUP"}
DELETING = {**CLONING_TO_TIME, "operationType": "DELETE_BACKUP"}
"""Of an instance, all the same."""
# https://docs.cloud.google.com/sql/docs/postgres/deletion-protection, REST v1
INSERT = {
    "name": "instance-id", "region": "region", "databaseVersion": "database-version",
    "settings": {"tier": "machine-type", "deletionProtectionEnabled": True},
}  # fmt: skip
INSERTING = {**CLONING_TO_TIME, "insertTime": "2022-05-24T15:34:10.929Z"}
PROTECT = {"settings": {"deletionProtectionEnabled": True}}
PROTECTING = {**CLONING_TO_TIME, "insertTime": "2022-06-1T03:42:12.281Z"}
# https://docs.cloud.google.com/sql/docs/postgres/configure-ha, REST v1beta4
INSERT_REGIONAL = {
    "name": "instance-name", "region": "region", "databaseVersion": "database-version",
    "settings": {
        "tier": "machine-type", "backupConfiguration": {"enabled": True, "pointInTimeRecoveryEnabled": True}, "availabilityType": "REGIONAL",
    },
}  # fmt: skip
# https://docs.cloud.google.com/sql/docs/sqlserver/backup-recovery/configure-pitr, "Disable PITR", REST v1
NO_BACKUPS = {"settings": {"backupConfiguration": {"enabled": False, "pointInTimeRecoveryEnabled": False}}}
# https://docs.cloud.google.com/sql/docs/sqlserver/create-manage-users, "Set the password for the default user account", REST v1
PASSWORD = {"name": "user-id", "password": "password"}
PASSWORD_SET = {
    "kind": "sql#operation", "targetLink": f"{LINK}/instances/instance-id", "status": "DONE", "user": "user@example.com",
    "insertTime": "2020-02-07T22:38:41.217Z", "startTime": "2020-02-07T22:38:41.217Z", "endTime": "2020-02-07T22:38:44.801Z",
    "operationType": "UPDATE_USER", "name": "operation-id", "targetId": "instance-id", "selfLink": f"{LINK}/operations/operation-id",
    "targetProject": "project-id",
}  # fmt: skip
# https://docs.cloud.google.com/sql/docs/postgres/admin-api/rest/v1/operations: the representation of an operation's errors
ERRORS = {"kind": "sql#operationErrors", "errors": [{"kind": "sql#operationError", "code": "string", "message": "string"}]}


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[FakeCloudSql]:
    with cloudsql(tmp_path, NoData(), VirtualClock().now) as fake:
        fake.databases.head = lambda parent: "0/1"  # type: ignore[method-assign]
        fake.put(TARGET, {}, state="RUNNABLE")
        yield fake


@pytest.fixture
def api(cloud: FakeCloudSql) -> CloudSqlApi:
    return CloudSqlApi(lambda: TOKEN, VirtualClock(), timeout=10)


def filled(example: Any, **values: Any) -> Any:
    """An example with its placeholders filled in; a value that is one placeholder alone becomes what is given, of whatever type."""
    words = {
        "project-id": PROJECT, "source-project-id": PROJECT, "source-instance-id": SOURCE, "instance-id": TARGET, "region": "europe-west3",
        "database-version": "POSTGRES_18", "machine-type": "db-custom-2-7680", **values,
    }  # fmt: skip
    if isinstance(example, dict):
        return {key: filled(value, **values) for key, value in example.items()}
    return words.get(example, example) if isinstance(example, str) else example


def curl(cloud: FakeCloudSql, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
    """What the curl of Google's pages sends."""
    port = int(cloud.address.rpartition(":")[2])
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=ssl.create_default_context(cafile=str(cloud.certificate)))
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json; charset=utf-8"}
    connection.request(method, f"/v1/projects/{PROJECT}{path}", None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    data = json.loads(answer.read())
    connection.close()
    return answer.status, data


@pytest.mark.parametrize(
    ("method", "path", "request_body", "response"),
    [
        (
            "POST", f"/instances/{SOURCE}/clone",
            filled(CLONE_TO_TIME, **{"target-instance-id": "new", "restore-timestamp": text(START - datetime.timedelta(hours=1))}), CLONING_TO_TIME,
        ),
        ("POST", f"/instances/{TARGET}/restoreBackup", filled(RESTORE, **{"backup-id": 1733050000000}), RESTORING),
        ("POST", "/instances", filled(INSERT, **{"instance-id": "new"}), INSERTING),
        ("POST", "/instances", filled(INSERT_REGIONAL, **{"instance-name": "new"}), INSERTING),
        ("PATCH", f"/instances/{TARGET}", PROTECT, PROTECTING),
        ("PATCH", f"/instances/{TARGET}", NO_BACKUPS, PROTECTING),
        ("GET", f"/instances/{SOURCE}/getLatestRecoveryTime", None, RECOVERY_TIMES),
        ("DELETE", f"/instances/{TARGET}", None, DELETING),
    ],
    ids=["clone to a time", "restoreBackup", "insert", "insert regional", "protect", "no backups", "recovery times", "delete"],
)  # fmt: skip
def test_the_fake_takes_the_documented_request_and_answers_with_the_documented_fields(
    cloud: FakeCloudSql, method: str, path: str, request_body: Any, response: dict[str, Any]
) -> None:
    status, answered = curl(cloud, method, path, request_body)

    assert status == 200, answered
    assert set(answered) >= set(response)
    assert answered["kind"] == response["kind"]
    for name in {"targetLink", "selfLink"} & set(response):
        assert answered[name].startswith(f"https://sqladmin.googleapis.com/v1/projects/{PROJECT}/")


def test_the_fake_shows_a_backup_with_the_documented_fields(cloud: FakeCloudSql) -> None:
    status, answered = curl(cloud, "GET", f"/instances/{SOURCE}/backupRuns")

    assert (status, answered["kind"]) == (200, "sql#backupRunsList")
    assert set(answered["items"][0]) >= set(BACKUP_RUN)


@pytest.mark.parametrize(
    "response",
    [CLONING_TO_TIME, CLONING, RESTORING, RESTORING_BACKUP, DELETING, INSERTING, PROTECTING, PASSWORD_SET],
    ids=["clone to a time", "clone", "restore", "restore backup", "delete", "insert", "patch", "password"],
)
def test_the_client_reads_the_documented_operation_of_every_changing_call(
    api: CloudSqlApi, cloud: FakeCloudSql, monkeypatch: pytest.MonkeyPatch, response: dict[str, Any]
) -> None:
    monkeypatch.setattr(cloud, "_route", lambda call, rest: response)
    answers = [
        api.clone(PROJECT, SOURCE, "new", "2026-11-30T00:00:00Z"), api.insert(PROJECT, {"name": "new"}), api.restore_backup(PROJECT, TARGET, SOURCE, "1"),
        api.patch(PROJECT, TARGET, {}), api.set_password(PROJECT, TARGET, "postgres", "new"), api.delete(PROJECT, TARGET),
    ]  # fmt: skip

    assert [each["name"] for each in answers] == ["operation-id"] * 6
    assert [instances.error_of(each) for each in answers] == [None] * 6


def test_the_clients_own_requests_hold_what_the_documented_ones_hold(api: CloudSqlApi, cloud: FakeCloudSql) -> None:
    at = text(START - datetime.timedelta(hours=1))
    api.clone(PROJECT, SOURCE, "new", at)
    api.restore_backup(PROJECT, TARGET, SOURCE, cloud.backups[0]["id"])
    cloned, restored = (call.body for call in cloud.calls)

    assert cloned == filled(CLONE_TO_TIME, **{"target-instance-id": "new", "restore-timestamp": at})
    wanted = filled(RESTORE, **{"backup-id": cloud.backups[0]["id"]})["restoreBackupContext"]
    assert restored == {"restoreBackupContext": {**wanted, "kind": "sql#restoreBackupContext"}}


def test_a_password_goes_where_the_documented_request_puts_it(
    api: CloudSqlApi, cloud: FakeCloudSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "_route", lambda call, rest: PASSWORD_SET)
    api.set_password(PROJECT, TARGET, "user-id", "password")
    (call,) = cloud.calls

    assert (call.method, call.raw, call.query) == ("PUT", f"/v1/projects/{PROJECT}/instances/{TARGET}/users", {"name": "user-id"})
    assert call.body == PASSWORD


def test_the_documented_times_make_the_window_with_their_nanoseconds_cut_off(
    api: CloudSqlApi, cloud: FakeCloudSql, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    route = cloud._route
    monkeypatch.setattr(cloud, "_route", lambda call, rest: RECOVERY_TIMES if rest[-1] == "getLatestRecoveryTime" else route(call, rest))
    window = preflight.window(api, Store("orders", "prod", "cloudsql", cloudsql_settings(5432), tmp_path))

    assert window.earliest == datetime.datetime(2023, 6, 10, 17, 23, 59, 648821, datetime.UTC)
    assert window.latest == datetime.datetime(2023, 6, 20, 17, 23, 59, 648821, datetime.UTC)


def test_the_documented_run_is_the_newest_backup(
    api: CloudSqlApi, cloud: FakeCloudSql, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(cloud, "backups", [{**BACKUP_RUN, "instance": SOURCE}])
    store = Store("orders", "prod", "cloudsql", cloudsql_settings(5432, restore="backup"), tmp_path)

    assert preflight.newest_backup(api, store) == {**BACKUP_RUN, "instance": SOURCE}
    assert preflight.window(api, store).latest == datetime.datetime(2020, 1, 21, 11, 26, 18, 663000, datetime.UTC)


class Waiting:
    """As much of a run as waiting for an operation needs."""

    def __init__(self) -> None:
        self.clock = VirtualClock()

    def check_budget(self) -> None:
        """There is none."""

    def note(self, line: str) -> None:
        """Nobody reads it."""


def test_an_operation_that_is_done_is_waited_for_once_and_one_that_is_done_with_an_error_has_failed(
    api: CloudSqlApi, cloud: FakeCloudSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: Any = Waiting()
    monkeypatch.setattr(cloud, "_route", lambda call, rest: PASSWORD_SET)
    assert instances.wait(api, PROJECT, "operation-id", "the password", run) == PASSWORD_SET
    assert len(cloud.calls) == 1

    monkeypatch.setattr(cloud, "_route", lambda call, rest: {**PASSWORD_SET, "error": ERRORS})
    with pytest.raises(RestoreFailedError, match="the password ended with an error: string string"):
        instances.wait(api, PROJECT, "operation-id", "the password", run)


def test_the_documented_words_for_a_time_without_a_backup_say_what_to_do(
    api: CloudSqlApi, cloud: FakeCloudSql, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "answer", lambda call: error(400, NO_BACKUP_BEFORE))
    with pytest.raises(RefusedError) as refused:
        api.clone(PROJECT, SOURCE, "new", "2001-01-01T00:00:00Z")
    told = instances.explain("the clone cannot be made", refused.value)

    assert NO_BACKUP_BEFORE in str(told)
    assert "choose a later one" in str(told)


def test_the_fake_refuses_what_the_documented_request_does_not_hold(cloud: FakeCloudSql) -> None:
    """It is no fake that takes anything: a field of another method, a user that is not there, a clone without a name."""
    assert CUSTOMER.owner != "user-id"
    assert (
        curl(cloud, "POST", f"/instances/{SOURCE}/clone", {"cloneContext": {**CLONE_TO_TIME["cloneContext"], "backupRunId": 1}})[0] == 400
    )
    assert curl(cloud, "PUT", f"/instances/{TARGET}/users?name=user-id", PASSWORD)[0] == 400
    assert curl(cloud, "POST", f"/instances/{TARGET}/restoreBackup", filled(RESTORE, **{"backup-id": 1}))[0] == 404
