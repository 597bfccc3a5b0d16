"""What Cloud SQL refuses or fails, and what its network does to a drill: a message that says what to do, and nothing left behind."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.cloudsql.api import CloudSqlApi
from recoverable.drill.cloudsql.target_proof import judge
from recoverable.drill.engine import Outcome
from recoverable.drill.heartbeat import Heartbeat
from recoverable.drill.reaper import Reaped
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import DrillVerdict, RungVerdict
from tests.drill.cloudsql_cloud import cloudsql_settings, provider
from tests.drill.harness import Cloning, Harness, rung, says
from tests.drill.virtual_clock import START, VirtualClock
from tests.fakes.fake_cloudsql import PROJECT, SOURCE, FakeCloudSql
from tests.fakes.google_errors import RefusedError
from tests.fakes.postgres_history import OneServer

pytestmark = pytest.mark.usefixtures("quick_disk")
MOST_CALLS = 200


def test_a_backup_is_restored_into_a_new_instance_that_is_marked_from_the_first_moment(
    cloud: FakeCloudSql, drilled: Callable[..., Outcome]
) -> None:
    evidence = drilled(restore="backup").evidence
    insert = next(call for call in cloud.calls if call.method == "POST" and call.path[-1] == "instances")

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert evidence.backup_id == f"{PROJECT}/{SOURCE}/1733050000000"
    assert "recoverable-mark" in insert.body["settings"]["userLabels"]
    assert insert.body["settings"]["ipConfiguration"]["ipv4Enabled"] is False
    assert insert.body["settings"]["deletionProtectionEnabled"] is False
    assert insert.body["settings"]["backupConfiguration"]["enabled"] is False
    assert cloud.truth() == set()


def test_a_clone_is_labelled_made_private_and_unprotected_before_it_gets_a_password(
    cloud: FakeCloudSql, drilled: Callable[..., Outcome]
) -> None:
    assert drilled().evidence.verdict is DrillVerdict.VERIFIED
    writes = [(call.method, call.path[-1].split("-")[0]) for call in cloud.calls if call.method != "GET"]

    assert writes == [("POST", "clone"), ("PATCH", "rcv"), ("PUT", "users"), ("DELETE", "rcv")]
    assert not any(call.path[4:5] == [SOURCE] for call in cloud.calls if call.method not in ("GET", "POST"))


@pytest.mark.parametrize("setting", ["deletionProtectionEnabled", "ipConfiguration", "backupConfiguration", "userLabels"])
def test_a_copy_that_is_not_as_it_was_ordered_gets_no_password(setting: str, cloud: FakeCloudSql, drilled: Callable[..., Outcome]) -> None:
    cloud.ignores = {setting}
    outcome = drilled()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "not as it was ordered" in outcome.evidence.reason
    assert not any(call.path[-1] == "users" for call in cloud.calls)


def test_a_source_without_a_private_address_needs_a_word_for_it(cloud: FakeCloudSql, drilled: Callable[..., Outcome]) -> None:
    cloud.instances[SOURCE]["settings"]["ipConfiguration"].pop("privateNetwork")
    outcome = drilled()

    assert "set allow_public = true" in outcome.evidence.reason
    assert not any(call.method == "POST" for call in cloud.calls)


OPERATIONS = {
    ("CLONE", "INTERNAL_ERROR", ""): "gcloud sql operations list",
    ("CLONE", "RESOURCE_EXHAUSTED", "Quota 'CPUS' exceeded"): "quota of the project is used up",
    ("CLONE", "KMS_KEY_DISABLED", "The CMEK key is disabled"): "The key of the instance cannot be used",
    ("CLONE", "UNKNOWN", "Failed to allocate an IP range in the network"): "private services range has no room",
    ("UPDATE", "UNKNOWN", "network not found"): "private network cannot be used",
    ("UPDATE_USER", "UNKNOWN", ""): "gcloud sql operations list",
}


@pytest.mark.parametrize("failure", OPERATIONS, ids=lambda each: " ".join(each[:2]))
def test_an_operation_that_is_done_with_an_error_is_red_and_says_what_to_do(
    failure: tuple[str, str, str], cloud: FakeCloudSql, drilled: Callable[..., Outcome]
) -> None:
    kind, code, message = failure
    cloud.errors = {kind: (code, message)}
    outcome = drilled()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert code in outcome.evidence.reason
    assert OPERATIONS[failure] in outcome.evidence.reason
    cloud.errors = {}
    assert cloud.truth() - {each.resource.name for each in outcome.evidence.leftovers} == set()


REFUSALS = {
    (403, "notAuthorized", "The client is not authorized to make this request."): "roles/cloudsql.admin",
    (403, "accessNotConfigured", "Cloud SQL Admin API has not been used in project before or it is disabled."): "gcloud services enable",
    (
        400,
        "errorBackupNotFound",
        "A successful backup that's required for carrying out the CLONE operation can't be found",
    ): "choose a later one",
    (409, "instanceAlreadyExists", "The Cloud SQL instance already exists."): "in the last week",
    (
        409,
        "invalidState",
        "The instance or operation is not in an appropriate state to handle the request.",
    ): "stopped, in maintenance, failed",
    (400, "invalidOperation", "Point-in-time recovery is not enabled for the instance."): "point-in-time recovery is on",
    (403, "quotaExceeded", "The maximum number of instances per project is reached."): "quota of the project",
    (418, "teapot", "short and stout"): "gcloud sql operations list",
}


@pytest.mark.parametrize("answer", REFUSALS, ids=lambda each: f"{each[0]} {each[1]}")
def test_every_documented_refusal_of_a_clone_becomes_advice(
    answer: tuple[int, str, str], cloud: FakeCloudSql, drilled: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*words: Any) -> Any:
        raise RefusedError(*answer)

    monkeypatch.setattr(cloud, "_clone", refuse)
    outcome = drilled()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert answer[2] in outcome.evidence.reason
    assert REFUSALS[answer] in outcome.evidence.reason
    assert outcome.evidence.leftovers == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda fake: fake.backups[0].update(status="FAILED"), "there is no successful backup"),
        (
            lambda fake: fake.backups.append({**fake.backups[0], "id": "2", "status": "OVERDUE", "startTime": "2026-12-01T11:59:00Z"}),
            "OVERDUE",
        ),
        (
            lambda fake: fake.backups.append({**fake.backups[0], "id": "2", "status": "SKIPPED", "startTime": "2026-12-01T11:59:00Z"}),
            "SKIPPED",
        ),
        (lambda fake: fake.instances[SOURCE].update(state="SUSPENDED"), "is SUSPENDED"),
        (lambda fake: fake.instances[SOURCE].update(databaseVersion="MYSQL_8_0"), "needs a PostgreSQL instance"),
        (
            lambda fake: fake.instances[SOURCE]["settings"]["backupConfiguration"].update(pointInTimeRecoveryEnabled=False),
            "mind that point-in-time recovery is on",
        ),
    ],
    ids=["no backup", "overdue", "skipped", "suspended", "mysql", "no pitr"],
)
def test_preflight_is_red_and_makes_nothing(
    change: Callable[[FakeCloudSql], object], words: str, cloud: FakeCloudSql, drilled: Callable[..., Outcome]
) -> None:
    change(cloud)
    outcome = drilled()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert words in outcome.evidence.reason
    assert not any(call.method != "GET" for call in cloud.calls)


def test_a_time_cannot_be_reached_from_a_backup(cloud: FakeCloudSql, drilled: Callable[..., Outcome]) -> None:
    outcome = drilled(parse_target("time:2026-12-01T11:00:00Z"), restore="backup")

    assert "it has one time, its own" in outcome.evidence.reason
    assert not any(call.method != "GET" for call in cloud.calls)


def test_another_operation_on_the_source_is_waited_for(cloud: FakeCloudSql, drilled: Callable[..., Outcome]) -> None:
    cloud._begin(SOURCE, "BACKUP_VOLUME")
    cloud.operations[-1]["looks"] = -20

    assert drilled().evidence.verdict is DrillVerdict.VERIFIED
    assert cloud.truth() == set()


SPOILT: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "mark of another run": (lambda each: each["settings"]["userLabels"].update({"recoverable-run": "drill-x"}), "does not carry the mark"),
    "protected": (lambda each: each["settings"].update(deletionProtectionEnabled=True), "deletion protection on"),
    "labels gone, and older than the drill": (
        lambda each: (each["settings"].update(userLabels={}), each.update(createTime="2026-01-01T00:00:00Z")), "does not carry the mark"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILT)
def test_an_instance_that_is_not_certainly_ours_is_left_and_told(
    reaped: Callable[[], Reaped], case: str, tmp_path: Path, cloud: FakeCloudSql, drilled: Callable[..., Outcome], clock: VirtualClock
) -> None:
    spoil, words = SPOILT[case]

    def first_query(connection: Any) -> None:
        (name,) = [each for each in cloud.instances if each.startswith("rcv-drill")]
        spoil(cloud.instances[name])

    (left,) = drilled(first_query=first_query).evidence.leftovers

    assert words in left.reason
    assert left.command == f"gcloud sql instances delete {left.resource.name.partition('/')[2]} --project {PROJECT}"
    assert left.resource.name in cloud.truth()
    assert [each.resource.name for each in reaped().leftovers] == [left.resource.name]


def test_lists_are_read_to_their_last_page(cloud: FakeCloudSql, clock: VirtualClock) -> None:
    cloud.page = 4
    for number in range(21):
        cloud.put(f"other-{number}", {}, state="RUNNABLE")

    assert len(CloudSqlApi(lambda: "ya29.marked-google-token", clock).instances(PROJECT)) == 22


@pytest.mark.parametrize(
    ("minutes", "verdict"), [(-30, RungVerdict.COULD_NOT_RUN), (-14, RungVerdict.PASS), (0, RungVerdict.PASS), (10, RungVerdict.FAIL)]
)
def test_data_of_another_time_than_was_asked_for_are_no_proof(minutes: int, verdict: RungVerdict) -> None:
    assert judge(Heartbeat(1, START + datetime.timedelta(minutes=minutes), 1), START).verdict is verdict


def test_a_copy_without_heartbeats_is_no_proof() -> None:
    assert judge(None, START).verdict is RungVerdict.COULD_NOT_RUN


def test_the_data_of_a_backup_may_be_of_any_moment_while_it_was_made() -> None:
    hour = datetime.timedelta(hours=1)

    assert judge(Heartbeat(1, START - hour, 1), START, START - hour).verdict is RungVerdict.PASS
    assert judge(Heartbeat(1, START - 2 * hour, 1), START, START - hour).verdict is RungVerdict.COULD_NOT_RUN


def test_a_clone_for_the_control_that_cannot_be_had_is_a_reservation_and_no_crash(
    cloud: FakeCloudSql, clock: VirtualClock, tmp_path: Path, database: OneServer
) -> None:
    def first_query(connection: Any) -> None:
        cloud.errors = {"CLONE": ("RESOURCE_EXHAUSTED", "Quota 'CPUS' exceeded")}

    passing = rung("rows", says(RungVerdict.PASS), catches=(1,))
    settings = cloudsql_settings(database.server.port)
    harness = Harness(
        provider(clock), clock, tmp_path / "state", settings, (passing,), control=Cloning(), first_query=first_query
    )  # fmt: skip
    evidence = harness.drill(with_control=True).evidence

    assert evidence.control.outcome == "could not run"
    assert "quota" in evidence.control.detail.lower()
    assert (evidence.crashes, evidence.leftovers) == ([], [])
    assert evidence.verdict is DrillVerdict.VERIFIED
    assert cloud.truth() == set()
