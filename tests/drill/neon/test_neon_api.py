"""The client of Neon's API and the fake against each other: the vendor's documented examples, and a fake that takes nothing else."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.contract import TransientError
from recoverable.drill.neon import branch_copy
from recoverable.drill.neon.api import NeonApi
from recoverable.drill.target import LATEST, RecoveryTarget, parse_target
from recoverable.drill.verdict import RungVerdict
from recoverable.model.errors import InputError
from tests.drill.neon_cloud import neon, neon_settings
from tests.drill.virtual_clock import VirtualClock
from tests.fakes.fake_neon import KEY, MAIN, PROJECT, FakeNeon
from tests.fakes.json_server import Reply
from tests.fakes.postgres_history import OneServer

# From Neon's OpenAPI description (components/examples and the examples of the paths).
BRANCH_ONLY = {"branch": {"parent_id": "br-aged-salad-637688", "name": "mybranch"}}
BRANCH_WITH_ENDPOINT = {"endpoints": [{"type": "read_write"}], "branch": {"parent_id": "br-aged-salad-637688", "name": "mybranch"}}
LISTED = {
    "branches": [
        {
            "id": "br-aged-salad-637688", "project_id": "shiny-wind-028834", "name": "main", "current_state": "ready", "logical_size": 28,
            "created_at": "2022-11-23T17:42:25Z", "updated_at": "2022-11-23T17:42:26Z", "data_transfer_bytes": 1000000,
            "written_data_bytes": 100800, "compute_time_seconds": 100, "active_time_seconds": 100, "cpu_used_sec": 100, "primary": True,
            "protected": False, "creation_source": "console",
        },
        {
            "id": "br-sweet-breeze-497520", "project_id": "shiny-wind-028834", "parent_id": "br-aged-salad-637688", "parent_lsn": "0/1DE2850",
            "name": "dev2", "current_state": "ready", "logical_size": 28, "created_at": "2022-11-30T19:09:48Z",
            "updated_at": "2022-11-30T19:09:49Z", "data_transfer_bytes": 1000000, "written_data_bytes": 100800, "compute_time_seconds": 100,
            "active_time_seconds": 100, "cpu_used_sec": 100, "primary": True, "protected": False, "creation_source": "console",
        },
    ],
    "annotations": {
        "br-sweet-breeze-497520": {
            "object": {"type": "console/branch", "id": "br-sweet-breeze-497520"}, "value": {"vercel-commit-ref": "test"},
            "created_at": "2022-11-23T17:42:25Z", "updated_at": "2022-11-23T17:42:26Z",
        }
    },
}  # fmt: skip
RESET = {
    "role": {
        "branch_id": "br-noisy-sunset-458773", "name": "sally", "password": "ClfD0aVuK3eK", "protected": False,
        "created_at": "2022-12-03T12:39:39Z", "updated_at": "2022-12-03T12:58:18Z",
    },
    "operations": [
        {
            "id": "6bef07a0-ebca-40cd-9100-7324036cfff2", "project_id": "shiny-wind-028834", "branch_id": "br-noisy-sunset-458773",
            "endpoint_id": "ep-small-pine-767857", "action": "apply_config", "status": "running", "failures_count": 0,
            "created_at": "2022-12-03T12:58:18Z", "updated_at": "2022-12-03T12:58:18Z", "total_duration_ms": 100,
        }
    ],
}  # fmt: skip


class NoData(OneServer):
    """A fake without a server: for what never reaches one."""

    def __init__(self) -> None:
        """Nothing to keep."""


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[FakeNeon]:
    with neon(tmp_path, NoData(), VirtualClock().now) as fake:
        yield fake


@pytest.fixture
def api(cloud: FakeNeon) -> NeonApi:
    return NeonApi("NEON_API_KEY", VirtualClock(), timeout=10)


def sent(cloud: FakeNeon, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:
    """A call without our client: what curl would send."""
    port = int(cloud.address.rpartition(":")[2])
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=ssl.create_default_context(cafile=str(cloud.certificate)))
    usual = {
        "Authorization": f"Bearer {KEY}",
        "Accept": "application/json",
        **({"Content-Type": "application/json"} if body is not None else {}),
    }
    every = {name: value for name, value in {**usual, **headers}.items() if value}
    connection.request(method, f"/api/v2{path}", None if body is None else json.dumps(body), every)
    answer = connection.getresponse()
    data = json.loads(answer.read())
    connection.close()
    return answer.status, data


@pytest.mark.parametrize("example", [BRANCH_ONLY, BRANCH_WITH_ENDPOINT], ids=["branch only", "branch with endpoint"])
def test_the_fake_takes_the_documented_requests_unchanged(cloud: FakeNeon, example: dict[str, Any]) -> None:
    status, made = sent(cloud, "POST", f"/projects/{PROJECT}/branches", example)

    assert status == 201
    assert {"branch", "endpoints", "operations"} <= set(made)
    assert made["branch"]["parent_id"] == MAIN
    assert len(made["endpoints"]) == len(example.get("endpoints", []))


def test_the_documented_list_of_branches_is_read_with_its_annotations(
    api: NeonApi, cloud: FakeNeon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloud, "_list", lambda call: Reply(200, LISTED))
    found = api.branches(PROJECT)

    assert [(each["name"], each["annotation"]) for each in found] == [("main", None), ("dev2", {"vercel-commit-ref": "test"})]


def test_the_documented_answer_to_a_new_password_is_read(api: NeonApi, cloud: FakeNeon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud, "_reset", lambda branch, role: Reply(200, RESET))

    assert branch_copy._password(api.reset_password(PROJECT, MAIN, "sally")) == "ClfD0aVuK3eK"


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/branches", {"branch": {"name": "x", "colour": "red"}}, {}, 400),
        ("/branches", {"branch": {"name": "x"}, "labels": {}}, {}, 400),
        ("/branches", {"endpoints": [{"type": "read_write"}, {"type": "read_write"}]}, {}, 400),
        ("/branches", {"branch": {"parent_timestamp": "2026-12-01T00:00:00"}}, {}, 400),
        ("/branches", {"branch": {"parent_lsn": "0/1", "parent_timestamp": "2026-12-01T00:00:00Z"}}, {}, 400),
        ("/branches", {"branch": {"expires_at": "2027-12-01T00:00:00Z"}}, {}, 400),
        ("/branches", {"branch": {}}, {"Authorization": ""}, 401),
        ("/branches", {"branch": {}}, {"Authorization": f"Basic {KEY}"}, 401),
        ("/branches", {"branch": {}}, {"Accept": "text/html"}, 406),
        ("/branches", {"branch": {}}, {"Content-Type": "text/plain"}, 415),
        ("/nothing", {}, {}, 404),
    ],
)  # fmt: skip
def test_the_fake_refuses_what_the_api_does_not_know(
    cloud: FakeNeon, path: str, body: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    found, answer = sent(cloud, "POST", f"/projects/{PROJECT}{path}", body, **headers)

    assert found == status
    assert set(answer) == {"request_id", "code", "message"}
    assert cloud.truth() == set()


def test_a_listing_of_many_pages_is_read_to_its_end(api: NeonApi, cloud: FakeNeon) -> None:
    cloud.page = 7
    for number in range(40):
        cloud.plant(f"preview-{number}", {})

    assert len(api.branches(PROJECT)) == 41
    assert api.projects() == [PROJECT]


@pytest.mark.parametrize("body", [{}, {"branches": None}, {"branches": [1]}, {"branches": []}], ids=str)
def test_half_an_answer_is_no_answer(api: NeonApi, cloud: FakeNeon, monkeypatch: pytest.MonkeyPatch, body: dict[str, Any]) -> None:
    monkeypatch.setattr(cloud, "_list", lambda call: Reply(200, body))

    with pytest.raises(TransientError):
        api.branches(PROJECT)


@pytest.mark.parametrize("key", ["", "napi_secret\nX-Other: 1", "napi secret", "napi_secrét"])
def test_a_key_that_cannot_be_sent_is_refused_without_repeating_it(
    api: NeonApi, cloud: FakeNeon, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("NEON_API_KEY", key)

    with pytest.raises(InputError) as refused:
        api.branches(PROJECT)
    assert "secr" not in str(refused.value)
    assert cloud.calls == []


BRANCH = {"parent_id": "br-main", "parent_lsn": "0/1DE2850", "parent_timestamp": "2026-11-30T12:00:00Z", "init_source": "parent-data"}
AT = parse_target("time:2026-11-30T12:00:00.4Z")


@pytest.mark.parametrize(
    ("target", "changed", "verdict"),
    [
        (AT, {}, RungVerdict.PASS),
        (AT, {"parent_timestamp": "2026-11-30T12:00:02Z"}, RungVerdict.FAIL),
        (AT, {"parent_timestamp": None}, RungVerdict.COULD_NOT_RUN),
        (AT, {"parent_timestamp": "yesterday"}, RungVerdict.COULD_NOT_RUN),
        (AT, {"parent_timestamp": "2026-11-30T12:00:00"}, RungVerdict.COULD_NOT_RUN),
        (parse_target("lsn:0/1DE2850"), {}, RungVerdict.PASS),
        (parse_target("lsn:0/1DE2851"), {}, RungVerdict.FAIL),
        (parse_target("lsn:0/1DE2850"), {"parent_lsn": None}, RungVerdict.COULD_NOT_RUN),
        (LATEST, {}, RungVerdict.PASS),
        (LATEST, {"parent_lsn": None}, RungVerdict.COULD_NOT_RUN),
        (LATEST, {"parent_lsn": "0/0"}, RungVerdict.FAIL),
        (LATEST, {"parent_id": None}, RungVerdict.FAIL),
        (LATEST, {"init_source": "schema-only"}, RungVerdict.FAIL),
    ],
)
def test_the_target_is_proven_by_what_neon_says_of_the_branch_or_not_at_all(
    target: RecoveryTarget, changed: dict[str, Any], verdict: RungVerdict
) -> None:
    assert branch_copy.proof({**BRANCH, **changed}, target, "br-main").verdict is verdict


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({}, "names no project"),
        ({"project": "a/../b"}, "is no id of a Neon project"),
        ({"project": "p", "api_key_env": "napi_9a8b7c-secret"}, "is no name of a variable"),
        ({"project": "p", "globals": "roles.sql"}, "is for dump only"),
        ({"project": "p", "api_key": "napi_x"}, "is not a key"),
    ],
)
def test_a_mistake_in_the_settings_is_told(table: dict[str, Any], words: str) -> None:
    from recoverable.drill.neon.settings import read
    from recoverable.standard.problems import Problems
    from recoverable.standard.typed import Table

    problems = Problems("recoverable.toml", {})
    read(Table(table, ("drill", "stores", "orders", "source"), problems))
    with pytest.raises(Exception, match=words) as told:
        problems.stop_if_any()
    assert "napi_9a8b7c" not in str(told.value)


def test_settings_have_the_defaults_of_a_new_neon_project() -> None:
    found = neon_settings()

    assert (found["database"], found["role"], found["api_key_env"]) == ("neondb", "neondb_owner", "NEON_API_KEY")
