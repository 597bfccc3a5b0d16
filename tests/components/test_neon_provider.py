"""The Neon provider against a server of our own that speaks the documented API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi.dynamic import ConfigureRequest
from pulumi.dynamic.config import Config

from recoverable.components import neon_provider
from recoverable.components.neon_client import NeonClient, NeonError, checked_url
from recoverable.components.neon_provider import NeonProvider
from tests.components.neon_api import KEY, Neon, serving


@pytest.fixture
def neon() -> Iterator[Neon]:
    with serving(Neon()) as served:
        yield served


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the client would have slept."""
    waits: list[float] = []
    monkeypatch.setattr(neon_provider, "NeonClient", lambda key, url: NeonClient(key, url, waits.append))
    return waits


@pytest.fixture
def provider(slept: list[float]) -> NeonProvider:
    return configured({"neon:apiKey": KEY})


def configured(config: dict[str, Any]) -> NeonProvider:
    made = NeonProvider()
    made.configure(ConfigureRequest(Config(config, "shop")))
    return made


def props(neon: Neon, **more: Any) -> dict[str, Any]:
    stated = {
        "name": "orders",
        "region_id": "aws-eu-central-1",
        "org_id": None,
        "pg_version": 17,
        "history_retention_seconds": 2592000,
        "default_branch_protected": True,
        "branch": "main",
        "database": "orders",
        "role": "orders_owner",
        "store_password": "no",
        "tags": {"recoverable:environment": "prod"},
        "api_url": neon.url,
    }
    return {**stated, **more}


def test_fake_a_project_is_created_with_its_history_and_a_protected_branch(neon: Neon, provider: NeonProvider) -> None:
    made = provider.create(props(neon))
    held = neon.projects[made.id]
    assert (held["project"]["history_retention_seconds"], held["branch"]["protected"]) == (2592000, True)
    assert made.outs is not None
    assert made.outs["host"] == "ep-1.eu-central-1.aws.neon.tech"
    assert made.outs["branch_id"] == "br-main"


def test_fake_neither_key_nor_connection_string_is_in_the_state(neon: Neon, provider: NeonProvider) -> None:
    made = provider.create(props(neon))
    assert KEY not in str(made.outs)
    assert "s3cret" not in str(made.outs)


def test_fake_what_is_created_reads_back_without_a_difference(neon: Neon, provider: NeonProvider) -> None:
    wanted = props(neon)
    made = provider.create(wanted)
    assert made.outs is not None
    read = provider.read(made.id, made.outs)
    assert read.outs == made.outs
    assert provider.diff(made.id, read.outs, wanted).changes is False


def test_fake_drift_is_seen_and_put_right(neon: Neon, provider: NeonProvider) -> None:
    wanted = props(neon)
    made = provider.create(wanted)
    neon.projects[made.id]["project"]["history_retention_seconds"] = 0
    neon.projects[made.id]["branch"]["protected"] = False
    assert made.outs is not None
    found = provider.read(made.id, made.outs).outs
    assert found is not None
    assert (found["history_retention_seconds"], found["default_branch_protected"]) == (0, False)
    assert provider.diff(made.id, found, wanted).changes is True
    provider.update(made.id, found, wanted)
    assert neon.projects[made.id]["project"]["history_retention_seconds"] == 2592000
    assert neon.projects[made.id]["branch"]["protected"] is True


def test_fake_a_project_that_is_gone_has_no_id(neon: Neon, provider: NeonProvider) -> None:
    assert provider.read("quiet-sun-9", props(neon)).id == ""


def test_fake_a_protected_project_is_not_deleted(neon: Neon, provider: NeonProvider) -> None:
    made = provider.create(props(neon))
    with pytest.raises(NeonError) as caught:
        provider.delete(made.id, props(neon))
    assert str(caught.value) == (
        "Neon: project quiet-sun-00000001: its default branch is protected, and with the project all its history would go: "
        "set default_branch_protected = False and deploy, then delete"
    )
    assert made.id in neon.projects
    assert ("DELETE", f"/projects/{made.id}") not in neon.seen


def test_fake_an_unprotected_project_is_deleted_and_again_without_an_error(neon: Neon, provider: NeonProvider) -> None:
    made = provider.create(props(neon, default_branch_protected=False))
    provider.delete(made.id, props(neon))
    assert neon.projects == {}
    provider.delete(made.id, props(neon))


def test_fake_more_history_than_the_plan_is_refused_in_neons_words(provider: NeonProvider) -> None:
    with serving(Neon(plan="launch")) as neon, pytest.raises(NeonError) as caught:
        provider.create(props(neon))
    assert str(caught.value) == (
        "Neon: POST /projects: HTTP 400: requested history retention seconds exceeds allowed maximum; "
        'requested_history_retention_seconds:"2592000", max:"604800"'
    )


def test_fake_a_wrong_key_is_refused_and_shown_nowhere(neon: Neon, slept: list[float]) -> None:
    wrong = "napi_wrong"
    with pytest.raises(NeonError) as caught:
        configured({"neon:apiKey": wrong}).create(props(neon))
    assert str(caught.value) == "Neon: POST /projects: HTTP 401: authentication failed, invalid Bearer token (UNAUTHORIZED)"
    assert wrong not in str(caught.value)


def test_without_a_key_the_message_says_how_to_give_one(neon: Neon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NEON_API_KEY", raising=False)
    with pytest.raises(NeonError) as caught:
        configured({}).create(props(neon))
    assert str(caught.value) == (
        "Neon: no API key: set it with: pulumi config set --secret neon:apiKey (or in the environment as NEON_API_KEY)"
    )
    assert neon.seen == []


def test_fake_the_key_may_come_from_the_environment(neon: Neon, slept: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEON_API_KEY", KEY)
    assert configured({}).create(props(neon)).id in neon.projects


@pytest.mark.parametrize("status", [423, 429])
def test_fake_what_neon_did_not_take_is_sent_again(neon: Neon, provider: NeonProvider, slept: list[float], status: int) -> None:
    neon.faults = [("POST", status, "7"), ("POST", status, "")]
    provider.create(props(neon))
    assert len(neon.projects) == 1
    assert slept[0] == 7.0
    assert [each for each in neon.seen if each[0] == "POST"] == [("POST", "/projects")] * 3


def test_fake_a_creation_that_may_have_happened_is_not_sent_again(neon: Neon, provider: NeonProvider) -> None:
    neon.faults = [("POST", 503, "")]
    with pytest.raises(NeonError) as caught:
        provider.create(props(neon))
    assert caught.value.status == 503
    assert neon.seen == [("POST", "/projects")]


def test_fake_reading_survives_a_server_that_is_down_for_a_moment(neon: Neon, provider: NeonProvider) -> None:
    made = provider.create(props(neon))
    neon.faults = [("GET", 502, ""), ("GET", 503, "")]
    assert provider.read(made.id, props(neon)).id == made.id


def test_fake_a_lock_that_never_ends_is_given_up_with_neons_words(neon: Neon, provider: NeonProvider, slept: list[float]) -> None:
    neon.polls = {"stuck": 10**6}
    with pytest.raises(NeonError) as caught:
        provider.create(props(neon))
    assert "HTTP 423: project already has running operations" in str(caught.value)
    assert len(slept) == 11


def test_fake_operations_are_waited_for(provider: NeonProvider, slept: list[float]) -> None:
    with serving(Neon(slow=3)) as neon:
        provider.create(props(neon))
        assert neon.polls == {"op-0": 0}
    assert slept == [0.5, 1.0, 2.0]


def test_fake_an_operation_in_an_unknown_state_is_an_error_and_the_new_project_is_taken_back(provider: NeonProvider) -> None:
    with serving(Neon(outcome="paused")) as neon, pytest.raises(NeonError, match="the operation is paused, which is no state"):
        provider.create(props(neon))


def test_fake_a_project_whose_branch_cannot_be_protected_is_deleted_again(neon: Neon, provider: NeonProvider) -> None:
    neon.faults = [("PATCH", 400, "")]
    with pytest.raises(NeonError, match="the new project was deleted again"):
        provider.create(props(neon))
    assert neon.projects == {}


def test_fake_the_key_is_cut_out_of_what_a_server_says(neon: Neon, provider: NeonProvider) -> None:
    neon.faults = [("POST", 400, "")]
    with pytest.raises(NeonError) as caught:
        provider.create(props(neon))
    assert str(caught.value) == "Neon: POST /projects: HTTP 400: fault with Bearer [secret]"


def test_fake_a_redirect_does_not_carry_the_key_to_another_host(neon: Neon, provider: NeonProvider) -> None:
    with serving(Neon()) as other:
        neon.faults = [("GET", 302, f"{other.url}/projects/x")]
        with pytest.raises(NeonError) as caught:
            provider.read("x", props(neon))
        assert caught.value.status == 302
        assert other.seen == []


@pytest.mark.parametrize(
    ("field", "value"), [("region_id", "aws-us-east-1"), ("pg_version", 16), ("org_id", "org-1"), ("database", "other")]
)
def test_what_would_replace_the_project_is_refused(neon: Neon, provider: NeonProvider, field: str, value: object) -> None:
    olds = props(neon)
    (failure,) = provider.check(olds, props(neon, **{field: value})).failures
    assert failure.property == field
    assert failure.reason == (
        f"{olds[field]} cannot become {value}: the project would be replaced, and its data and history lost. "
        "Make a second project and restore into it."
    )


@pytest.mark.parametrize(
    "url", ["http://neon.example/api", "https://user:pass@neon.example", "ftp://127.0.0.1", "https://", "https://a/?b", "file:///etc"]
)
def test_an_address_that_the_key_must_not_go_to_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"an address without|https://"):
        checked_url(url)
    with pytest.raises(ValueError, match=r"an address without|https://"):
        NeonClient(KEY, url)
    assert KEY not in repr(NeonClient(KEY))
