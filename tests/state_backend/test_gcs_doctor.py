"""The doctor on Cloud Storage: every step passes on a sound bucket, nothing is left behind or touched, and trouble is no verdict."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from tests.fakes.fake_gcs import TOKEN
from tests.state_backend.conftest import Outcome
from tests.state_backend.gcs_places import NAME, GcsPlace, what

Run = Callable[..., Outcome]
EVERYONE = {"bucket", "versioning", "public-access", "retention", "lifecycle", "write", "encryption", "default-encryption", "older-version"}
FILE = {"lock", "second-writer", "race", "unlock"}
PULUMI = {"pulumi-lock", "pulumi-race"}


@pytest.mark.parametrize(("clients", "wanted"), [("terraform", FILE), ("pulumi", PULUMI), ("terraform pulumi", FILE | PULUMI)])
def test_a_sound_bucket_is_proven_and_nothing_is_left(gcs: GcsPlace, run: Run, clients: str, wanted: set[str]) -> None:
    gcs.set(encryption=None)
    gcs.declare(clients, key="")

    told = run("doctor", "infra", "--json")

    assert told.code == 0, told.out
    assert told.steps("pass") == EVERYONE | wanted
    assert told.data["proven"] is True
    assert (told.data["left"], told.data["notes"]) == ([], [])
    assert "under Google's own key" in told.found("encryption")
    assert gcs.names() == []


def test_state_under_a_declared_key_is_proven_and_locks_have_the_buckets_key(gcs: GcsPlace, run: Run) -> None:
    told = run("doctor", "infra")

    assert told.code == 0, told.out
    assert f"{len(EVERYONE | FILE)} passed, 0 failed, 0 could not run: it is proven." in told.out
    assert "gs://acme-state in europe-west1, for terraform" in told.out
    named = {what(call).rpartition("/")[2] for call in gcs.fake.calls if "kmsKeyName" in call.query}
    assert named == {"terraform.tfstate"}


def test_soft_delete_is_a_note_and_no_leftover(gcs: GcsPlace, run: Run) -> None:
    gcs.set(softDeletePolicy={"retentionDurationSeconds": "604800"})

    told = run("doctor", "infra")

    assert told.code == 0, told.out
    assert "note: what the doctor wrote is removed for clients, and stays restorable 7 days" in told.out
    assert "left behind" not in told.out
    assert gcs.names() == []


def test_what_others_keep_in_the_bucket_is_neither_touched_nor_removed(gcs: GcsPlace, run: Run) -> None:
    """State, and an object below the doctor's own prefix that another run has written."""
    others = ["state/default.tfstate", "state/default.tflock", ".pulumi/stacks/shop/dev.json", ".recoverable-doctor/0/terraform.tfstate"]
    for name in others:
        gcs.fake.put(NAME, name, b"theirs", metadata={"recoverable-doctor": "0"})
    gcs.fake.calls.clear()

    assert run("doctor", "infra").code == 0

    assert gcs.names() == sorted(others)
    changed = [what(call) for call in gcs.fake.calls if call.method != "GET"]
    assert len(changed) > 10
    assert all(name.startswith(".recoverable-doctor/") and not name.startswith(".recoverable-doctor/0/") for name in changed)


def test_what_another_put_below_the_prefix_of_this_run_is_listed_and_stays(gcs: GcsPlace, run: Run) -> None:
    planted: list[str] = []

    def plant(call: object) -> None:
        found = [name for name in gcs.bucket.objects if name.endswith("/terraform.tfstate")]
        if found and not planted:
            planted.append(found[0])
            gcs.fake.put(NAME, found[0], gcs.bucket.objects[found[0]][0].content, metadata={"recoverable-doctor": "another"})

    gcs.fake.after = plant
    told = run("doctor", "infra", "--json")

    assert told.code == 6, told.out
    assert [item["place"].partition("#")[0] for item in told.data["left"]] == [f"gs://{NAME}/{planted[0]}"]
    assert gcs.names() == planted


def test_a_token_appears_nowhere(gcs: GcsPlace, run: Run) -> None:
    gcs.refuse("POST", ".tflock", permission=TOKEN)

    told = run("doctor", "infra")

    assert told.code == 1
    assert TOKEN not in told.out + told.err
    assert TOKEN not in "".join(path.read_text() for path in gcs.folder.rglob("*.toml"))


def test_the_printed_role_holds_what_the_doctor_calls_and_no_more(gcs: GcsPlace, run: Run) -> None:
    gcs.bucket.fields["iamConfiguration"]["publicAccessPrevention"] = "inherited"  # so that the policy is read
    gcs.fake.used.clear()
    assert run("doctor", "infra").code == 1

    printed = run("iam-policy", "infra", "--for", "doctor").data
    (binding,) = printed["gs://acme-state"]["bindings"]
    assert gcs.fake.used == set(printed[binding["role"]]["includedPermissions"])
    assert 'startsWith("projects/_/buckets/acme-state/objects/.recoverable-doctor/")' in binding["condition"]["expression"]


@pytest.mark.parametrize(("kind", "code"), [("throttle", 5), ("unavailable", 5), ("throttle x2", 0)])
def test_a_server_that_throttles_to_the_end_is_no_verdict(gcs: GcsPlace, run: Run, kind: str, code: int) -> None:
    gcs.fake.faults.planned = {f"GET /storage/v1/b/{NAME}": kind}

    told = run("doctor", "infra", "--json")

    assert told.code == code, told.out
    assert told.steps("fail") == set()


def test_no_server_at_all_is_unreachable(gcs: GcsPlace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE", "https://127.0.0.1:9/storage/v1/")

    told = run("doctor", "infra", "--json")

    assert (told.code, told.steps("pass")) == (5, set())


def test_credentials_that_are_not_taken_are_bad_input(gcs: GcsPlace, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recoverable.drill.cloudsql.tokens.DefaultToken.__call__", lambda _: "ya29.marked-but-expired")

    told = run("doctor", "infra")

    assert (told.code, "does not take the credentials" in told.err) == (2, True)
    assert "ya29" not in told.out + told.err


@pytest.mark.parametrize("name", ["terraform.tfstate.tflock", "race-1.tflock"])
def test_a_lock_whose_answer_was_lost_is_no_verdict_and_is_found_and_removed(gcs: GcsPlace, run: Run, name: str) -> None:
    """Asked for again it would be refused by itself, and a sound bucket would look broken."""
    lost: list[str] = []

    def lose(call: object, reply: object) -> object:
        if not lost and getattr(call, "method", "") == "POST" and what(call).endswith(name):  # type: ignore[arg-type]
            lost.append(name)
            return gcs.fake.refusal(503, "lost")
        return reply

    gcs.fake.spoil = lose  # type: ignore[assignment]
    told = run("doctor", "infra", "--json")

    assert (told.code, lost) == (5, [name]), told.out
    assert told.steps("fail") == set()
    assert gcs.names() == []


def test_a_release_whose_answer_was_lost_is_no_failure(gcs: GcsPlace, run: Run) -> None:
    """Asked for again there is no lock any more."""
    gcs.declare("terraform pulumi")
    seen: set[str] = set()

    def lose(call: object, reply: object) -> object:
        name = what(call)  # type: ignore[arg-type]
        if getattr(call, "method", "") == "DELETE" and name not in seen:
            seen.add(name)
            return gcs.fake.refusal(503, "lost")
        return reply

    gcs.fake.spoil = lose  # type: ignore[assignment]
    told = run("doctor", "infra", "--json")

    assert told.steps("fail") == set(), told.out
    assert len(seen) > 3
    assert gcs.names() == []


def test_what_cannot_be_removed_is_listed_with_the_command(gcs: GcsPlace, run: Run) -> None:
    gcs.fake.denied = {"storage.objects.delete"}
    gcs.set(softDeletePolicy={"retentionDurationSeconds": "604800"})

    told = run("doctor", "infra", "--json")

    assert told.code == 6, told.out
    assert told.steps("fail") == {"unlock", "older-version"}
    assert "the lock cannot be released" in told.found("unlock")
    assert len(told.data["left"]) == len(gcs.names()) > 4
    assert all(item["command"] == f"gcloud storage rm '{item['place']}'" and "#" in item["place"] for item in told.data["left"])


def test_a_doctor_that_is_terminated_removes_what_it_wrote(gcs: GcsPlace, run: Run) -> None:
    sent: list[int] = []

    def terminate(call: object) -> None:
        if not sent and any("race-1" in name for name in gcs.bucket.objects):
            sent.append(len(gcs.names()))
            os.kill(os.getpid(), signal.SIGTERM)

    gcs.fake.after = terminate
    told = run("doctor", "infra")

    assert (told.code, told.out) == (130, ""), told.err
    assert sent[0] > 3
    assert "left behind" not in told.err
    assert gcs.names() == []
