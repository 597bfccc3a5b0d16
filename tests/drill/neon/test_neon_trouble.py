"""What Neon refuses, and what its network does to a drill: a message that says what to do, and nothing left behind."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.contract import Resource
from recoverable.drill.engine import Outcome
from recoverable.drill.local import resources as folders
from recoverable.drill.providers.neon import NeonProvider
from recoverable.drill.reaper import Reaped
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import DrillVerdict, RungVerdict
from recoverable.model.errors import InputError
from tests.drill.harness import Cloning, Harness, green, rung, says
from tests.drill.neon_cloud import neon_settings
from tests.drill.virtual_clock import VirtualClock
from tests.fakes.fake_neon import MAIN, PROJECT, FakeNeon
from tests.fakes.json_server import Faults

pytestmark = pytest.mark.usefixtures("quick_disk")
MOST_CALLS = 200
BEFORE = ("throttle", "unavailable", "refuse")
AFTER = ("lost", "broken")


REFUSALS: dict[str, tuple[Callable[[FakeNeon, pytest.MonkeyPatch], object], dict[str, Any], str]] = {
    "a wrong key": (lambda fake, patch: patch.setenv("NEON_API_KEY", "napi_wrong"), {}, "make a new one in the console and export it"),
    "no such project": (lambda fake, patch: None, {"project": "no-such-1"}, "Mind project, branch, database and role"),
    "no such database": (lambda fake, patch: None, {"database": "nosuch"}, "there is no database nosuch; the branch has neondb"),
    "no such role": (lambda fake, patch: None, {"role": "nobody_here"}, "there is no role nobody_here"),
    "too many branches": (lambda fake, patch: setattr(fake, "branches_limit", 2), {}, "Delete some"),
    "no history": (lambda fake, patch: setattr(fake, "retention", 0), {}, "nothing can be restored"),
    "a compute that does not start": (lambda fake, patch: fake.breaks.add("start_compute"), {}, "compute node could not be started"),
    "a branch that is not ready": (
        lambda fake, patch: fake.branches[MAIN].update(current_state="archived"), {}, "main (br-aged-salad-637688) is archived"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_is_red_and_says_what_to_do(
    case: str, cloud: FakeNeon, drilled: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrange, settings, words = REFUSALS[case]
    arrange(cloud, monkeypatch)
    before = cloud.truth()
    outcome = drilled(**settings)

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert words in outcome.evidence.reason
    assert cloud.truth() == before


ANSWERS = {
    (400, "", "parent timestamp is before the history retention window"): "raise its history retention",
    (403, "", "forbidden"): "it needs the role Member",
    (406, "", "not acceptable"): "present state",
    (409, "BRANCH_ALREADY_EXISTS", "branch already exists"): "run `recoverable drill reap`",
    (412, "", "storing passwords is disabled"): "does not store passwords",
    (422, "BRANCHES_LIMIT_EXCEEDED", "branches limit exceeded"): "as many branches as its plan allows",
    (422, "ACTIVE_ENDPOINTS_LIMIT_EXCEEDED", "active endpoints limit exceeded"): "Too many computes are active",
    (422, "", "expiration date must be within 30 days"): "within 30 days",
    (422, "", "project is suspended"): "The project is suspended",
    (418, "", "teapot"): "Look at the project in the console",
}


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda each: f"{each[0]} {each[1] or each[2]}")
def test_every_documented_error_of_making_a_branch_becomes_advice(
    answer: tuple[int, str, str], cloud: FakeNeon, drilled: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    status, code, message = answer
    monkeypatch.setattr(cloud, "_create", lambda call: cloud.refusal(status, message, code))
    outcome = drilled()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert message in outcome.evidence.reason
    assert ANSWERS[answer] in outcome.evidence.reason
    assert outcome.evidence.leftovers == []


@pytest.mark.parametrize("target", ["time:2001-01-01T00:00:00Z", "time:2030-01-01T00:00:00Z"])
def test_a_time_outside_of_the_history_makes_nothing(target: str, cloud: FakeNeon, drilled: Callable[..., Outcome]) -> None:
    assert drilled(parse_target(target)).evidence.verdict is DrillVerdict.FAILED
    assert not any(call.method == "POST" for call in cloud.calls)


def test_a_named_restore_point_is_refused_as_input(cloud: FakeNeon, drilled: Callable[..., Outcome]) -> None:
    with pytest.raises(InputError, match="cannot restore to name"):
        drilled(parse_target("name:before_release"))


def test_an_operation_of_somebody_else_is_waited_for(cloud: FakeNeon, drilled: Callable[..., Outcome]) -> None:
    cloud._begin(MAIN, "apply_config")

    assert drilled().evidence.verdict is DrillVerdict.VERIFIED
    assert cloud.truth() == set()


def test_a_project_that_stays_locked_says_so_within_its_patience(
    cloud: FakeNeon, drilled: Callable[..., Outcome], clock: VirtualClock
) -> None:
    cloud.operations.append({"id": "stuck", "branch_id": MAIN, "action": "tenant_attach", "status": "running", "looks": -(10**6)})
    outcome = drilled()

    assert outcome.evidence.verdict is DrillVerdict.FAILED
    assert "Another operation runs on the project" in outcome.evidence.reason
    assert clock.monotonic() < 3600


def test_an_answer_that_never_comes_is_given_up_after_the_time_limit(cloud: FakeNeon, drilled: Callable[..., Outcome]) -> None:
    cloud.faults = Faults({1: "hang"})

    assert drilled(timeout=1).evidence.verdict is DrillVerdict.VERIFIED


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    cloud: FakeNeon, drilled: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "empty.pem"
    other.write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    outcome = drilled()

    assert outcome.unreachable
    assert "certificate is not trusted" in outcome.evidence.reason
    assert cloud.calls == []


def test_a_plain_http_address_is_refused(drilled: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEON_API_HOST", "http://127.0.0.1:1/api/v2")

    with pytest.raises(InputError, match="no https:// address"):
        drilled()


def test_branches_listed_without_annotations_are_no_answer(
    cloud: FakeNeon, drilled: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = cloud._list

    def half(call: Any) -> Any:
        reply = whole(call)
        reply.data.pop("annotations")
        return reply

    monkeypatch.setattr(cloud, "_list", half)

    assert drilled().unreachable


SPOILT: dict[str, tuple[Callable[[FakeNeon, str], object], str]] = {
    "mark removed": (lambda fake, branch: fake.notes[branch].clear(), "does not carry the mark"),
    "mark of another run": (lambda fake, branch: fake.notes[branch].update({"recoverable-run": "drill-x"}), "does not carry the mark"),
    "protected": (lambda fake, branch: fake.branches[branch].update(protected=True), "somebody protected it"),
    "made the default": (lambda fake, branch: fake.branches[branch].update(default=True), "default branch"),
    "with a child": (lambda fake, branch: fake.plant("child", {}, parent_id=branch), "delete them first"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_branch_that_is_not_certainly_ours_alone_is_left_and_told(
    reaped: Callable[[], Reaped], case: str, tmp_path: Path, cloud: FakeNeon, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil, words = SPOILT[case]

    def first_query(connection: Any) -> None:
        (branch,) = [each for each, fields in cloud.branches.items() if fields["name"].startswith("rcv-drill")]
        spoil(cloud, branch)

    provider = NeonProvider(clock, timeout=10)
    outcome = Harness(provider, clock, tmp_path / "state", neon_settings(), (green(rpo_seconds=1),), first_query=first_query).drill()
    (left,) = outcome.evidence.leftovers

    assert words in left.reason
    assert left.command == f"neonctl branches delete {left.resource.name.partition('/')[2]} --project-id {PROJECT}"
    assert left.resource.name in cloud.truth()
    assert [each.resource.name for each in reaped().leftovers] == [left.resource.name]


def test_neon_itself_removes_a_branch_after_its_expiry(cloud: FakeNeon, drilled: Callable[..., Outcome], clock: VirtualClock) -> None:
    cloud.faults = Faults({"DELETE": "refuse"})
    outcome = drilled()
    (left,) = outcome.evidence.leftovers

    assert cloud.truth() == {left.resource.name}
    clock.sleep((left.resource.expires - clock.now() + datetime.timedelta(seconds=1)).total_seconds())
    assert cloud.truth() == set()


def test_the_folder_of_a_dump_is_known_by_its_marker_and_removed(place: Path, cloud: FakeNeon, clock: VirtualClock) -> None:
    run, expires = "drill-261201120000-abcdef", clock.now() + datetime.timedelta(hours=1)
    ours = Resource("neon", folders.KIND, str(place / f"rcv-{run}"), run, expires, {"token": "4711"})
    foreign = Resource("neon", folders.KIND, str(place / f"rcv-{run}-2"), run, expires, {"token": "0815"})
    folders.make(ours)
    Path(foreign.name).mkdir()
    (Path(foreign.name) / "precious").touch()
    provider = NeonProvider(clock)

    assert [each.name for each in provider.existing((ours, foreign))] == [ours.name]
    assert provider.remove(ours) is None
    assert not Path(ours.name).exists()
    left = provider.remove(foreign)
    assert left is not None
    assert "marker is missing" in left.reason
    assert Path(foreign.name).exists()
    assert cloud.calls == []


def test_a_password_whose_reset_got_no_answer_is_reset_again(cloud: FakeNeon, drilled: Callable[..., Outcome]) -> None:
    """After a lost answer the password that came with the branch, production's, might still hold."""
    cloud.faults = Faults({f"POST /api/v2/projects/{PROJECT}/branches/br-": "lost x1"})

    assert drilled().evidence.verdict is DrillVerdict.VERIFIED
    assert len([call for call in cloud.calls if call.path[-1] == "reset_password"]) == 2


def test_a_clone_for_the_control_that_cannot_be_had_is_a_reservation_and_no_crash(
    cloud: FakeNeon, clock: VirtualClock, tmp_path: Path
) -> None:
    def first_query(connection: Any) -> None:
        cloud.faults = Faults({"POST": "refuse"})

    passing = rung("rows", says(RungVerdict.PASS), catches=(1,))
    harness = Harness(
        NeonProvider(clock), clock, tmp_path / "state", neon_settings(), (passing,), control=Cloning(), first_query=first_query
    )  # fmt: skip
    evidence = harness.drill(with_control=True).evidence

    assert evidence.control.outcome == "could not run"
    assert "the copy cannot be cloned" in evidence.control.detail
    assert (evidence.crashes, evidence.leftovers) == ([], [])
    assert evidence.verdict is DrillVerdict.VERIFIED
    assert cloud.truth() == set()
