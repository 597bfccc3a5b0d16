"""Metrics pushed to the real Pushgateway of Prometheus, and what a run says where that fails."""

from __future__ import annotations

import base64
import json

import pytest
from prometheus_client.parser import text_string_to_metric_families

from recoverable.cli.exits import CLEAN, FINDINGS, UNREACHABLE
from tests.alerts.conftest import PASSWORD, WEBHOOK, Estate, ago, facts_of
from tests.alerts.prometheus_tools import pushgateway, scrape
from tests.fakes.webhook_receiver import WebhookReceiver

MINUTE = 60


def push(address: str, more: str = "") -> str:
    """The table of settings."""
    return f'\n[alerts.push]\nurl = "{address}"\n{more}'


def pushed(text: str, job: str = "recoverable") -> dict[tuple[str, ...], float]:
    """The samples of a job by name and labels, in the order of the labels' names."""
    return {
        (each.name, *(value for name, value in sorted(each.labels.items()) if name not in ("job", "instance"))): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
        if each.labels.get("job") == job and each.name.startswith("recoverable_")
    }


def test_a_run_pushes_what_it_found_and_the_next_replaces_it(estate: Estate) -> None:
    with pushgateway() as address:
        estate.tells(push(address), facts="facts.jsonl")
        estate.prove(50)
        estate.facts(facts_of("a", latest_restorable=ago(hours=2), observed=ago(hours=1)))
        assert estate.run().code == FINDINGS
        first = pushed(scrape(address))
        estate.prove(1)
        estate.facts(facts_of("a"))
        assert estate.run().code == CLEAN
        then = pushed(scrape(address))

    firing = ("recoverable_alerts_firing", "prod", "restore-test-overdue", "critical", "orders")
    assert first[firing] == 1
    assert firing not in then
    assert first["recoverable_restorable_lag_seconds", "prod", "a"] == 60 * MINUTE
    assert then["recoverable_restorable_lag_seconds", "prod", "a"] == 4 * MINUTE
    assert then["recoverable_alerts_last_whole_run_timestamp_seconds",] > first["recoverable_alerts_last_whole_run_timestamp_seconds",] > 0
    assert then["recoverable_last_proven_restore_timestamp_seconds", "prod", "orders"] > 0
    assert first["recoverable_alerts_given_up_messages_total",] == 0


def test_jobs_do_not_replace_each_other(estate: Estate) -> None:
    with pushgateway() as address:
        for job in ("orders", "billing"):
            estate.tells(push(address, f'job = "{job}"\n'))
            estate.run()
        text = scrape(address)

    assert pushed(text, "orders")
    assert pushed(text, "orders").keys() == pushed(text, "billing").keys()


def test_the_gateway_under_a_path_is_found(estate: Estate) -> None:
    with pushgateway("--web.route-prefix=/under/a/path") as address:
        estate.tells(push(f"{address}/under/a/path/"))
        estate.prove(1)
        assert estate.run().code == CLEAN
        assert pushed(scrape(f"{address}/under/a/path"))


def test_a_gateway_that_is_down_is_told_and_everybody_else_is_told_all_the_same(estate: Estate, hook: WebhookReceiver) -> None:
    with pushgateway() as gone:
        pass
    estate.tells(WEBHOOK, push(gone))
    estate.prove(50)

    done = estate.run("--json")

    assert done.code == UNREACHABLE
    assert "error: the Pushgateway: it cannot be reached" in done.err
    assert json.loads(done.out)["push"].startswith("the Pushgateway: it cannot be reached")
    assert len(hook.taken) == 1


def test_a_look_alone_pushes_nothing(estate: Estate) -> None:
    with pushgateway() as address:
        estate.tells(push(address))
        estate.run("--dry-run")
        assert pushed(scrape(address)) == {}


def test_the_login_is_sent_as_basic_and_never_shown(estate: Estate, hook: WebhookReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUSH_PASSWORD", PASSWORD)
    estate.tells('\n[alerts.push]\nurl_env = "HOOK_URL"\nuser = "push"\npassword_env = "PUSH_PASSWORD"\n')
    estate.prove(1)

    taken = estate.run()
    hook.answers = [401]
    refused = estate.run()

    assert (taken.code, refused.code) == (CLEAN, UNREACHABLE)
    assert [base64.b64decode(each.removeprefix("Basic ")).decode() for each in hook.logins] == [f"push:{PASSWORD}"] * 2
    assert hook.paths[0].endswith("/marked-path-as-good-as-a-secret/metrics/job/recoverable")
    assert "error: the Pushgateway: it answers 401" in refused.err
    for text in (taken.out, taken.err, refused.out, refused.err, estate.notes):
        assert PASSWORD not in text
        assert "marked-path" not in text


def test_a_password_that_is_not_there_is_told_by_the_name_of_its_variable(estate: Estate) -> None:
    with pushgateway() as address:
        estate.tells(push(address, 'user = "push"\npassword_env = "NOBODY_SET_IT"\n'))
        estate.prove(1)
        done = estate.run()

    assert done.code == UNREACHABLE
    assert "error: the Pushgateway: the environment variable NOBODY_SET_IT is not set" in done.err
