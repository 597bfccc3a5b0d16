"""Stores of which the facts speak no more: gone, moved to another environment, or one of two of the same name."""

from __future__ import annotations

from recoverable.alerts.judgement import Answer
from tests.alerts.conftest import WEBHOOK, Estate, ago, facts_of
from tests.alerts.test_facts import ORDERS, judged, kinds
from tests.fakes.webhook_receiver import WebhookReceiver

STAGING = (ORDERS[0], "staging")


def test_a_store_that_vanishes_is_told_though_another_environment_has_one_of_its_name(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK, facts="facts.jsonl")
    estate.prove(3)
    staging = facts_of(environment="staging")
    estate.facts(facts_of(last_backup=ago(days=3)), staging)
    assert estate.run().code == 1
    estate.facts(staging)

    for state in ("firing", "known"):
        done = estate.run()

        assert done.code == 1
        assert f"{state}: store-not-reported [high] aws_db_instance.orders (prod)" in done.out
        assert "known: backup-missing [critical]" in done.out
    assert estate.run("--forget", ORDERS[0]).code == 0
    assert (estate.run().code, estate.run().code) == (0, 0)


def test_a_store_has_moved_only_to_an_environment_that_was_not_known() -> None:
    both = judged(facts_of(environment="staging"), known=(ORDERS, STAGING))
    moved = judged(facts_of(environment="staging"), known=(ORDERS,))

    assert (kinds(both), both.moved) == (["store-not-reported"], set())
    assert (kinds(moved), moved.moved) == ([], {ORDERS})


def test_nothing_has_moved_where_a_line_could_not_be_read() -> None:
    found = judged("{", facts_of(environment="staging"), known=(ORDERS,))

    assert kinds(found) == ["facts-unreadable"]
    assert found.answer("facts:missing:prod:aws_db_instance.orders") is Answer.UNJUDGED
    assert found.moved == set()


def test_a_store_that_moved_is_remembered_where_it_is_now_alone(estate: Estate) -> None:
    estate.tells(facts="facts.jsonl")
    estate.prove(3)
    for environment in ("prod", "staging", "staging"):
        estate.facts(facts_of(environment=environment))
        assert estate.run().code == 0
