"""What must not keep anybody from being told: notes that cannot be kept, many recoveries, refused messages, a ledger written out of order."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from recoverable.alerts import notes, prometheus_rules
from recoverable.drill.verdict import DrillVerdict
from tests.alerts.conftest import DAY, WEBHOOK, Estate, ago, facts_of
from tests.alerts.test_facts import judged, kinds
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.support.drill_ledgers import drill, ledger


@pytest.mark.parametrize("how", ["no-folder", "a-folder-in-its-place"])
def test_notes_that_cannot_be_locked_or_read_keep_nobody_from_being_told(
    estate: Estate, hook: WebhookReceiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    estate.tells(WEBHOOK, facts="facts.jsonl")
    estate.facts(facts_of(last_backup=ago(days=3)))
    if how == "no-folder":
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("RECOVERABLE_STATE_DIR", str(tmp_path / "file" / "x"))
    else:
        (tmp_path / "state" / "alerts" / notes.FILE).mkdir(parents=True)

    done = estate.run()

    assert done.code == 2, done.err
    assert "firing: backup-missing [critical] aws_db_instance.orders (prod)" in done.out
    assert "the notes of alerts cannot be" in done.err
    assert len(hook.taken) == 1


@pytest.mark.parametrize("order", ["future", "late"])
def test_a_failed_drill_goes_on_ringing_until_a_later_one_proves_a_restore(estate: Estate, order: str) -> None:
    """Not one whose clock was wrong, and not an older one that was only written later."""
    now = datetime.datetime.now(datetime.UTC)
    good, bad = drill(ended=now - DAY * 10), drill(ended=now - DAY, verdict=DrillVerdict.FAILED, reason="no rows")
    written = [good, bad, drill(ended=now + DAY * 2)] if order == "future" else [bad, good]
    ledger(estate.folder / "ledger.jsonl", written)

    done = estate.run()

    assert done.code == 1, done.out + done.err
    assert "firing: restore-test-failed [high] orders (prod)" in done.out
    assert "no rows" in done.out


def test_what_begins_to_fire_is_named_before_any_number_of_recoveries(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK, facts="facts.jsonl")
    estate.prove(3)
    many = [f"store-{number:03}" for number in range(120)]
    estate.facts(*(facts_of(each, last_backup=ago(days=3)) for each in many))
    estate.run()
    estate.facts(*(facts_of(each) for each in many), facts_of("zz-new", last_backup=ago(days=3)))
    estate.run()

    told = hook.taken[-1]
    assert told["alerts"][0]["store"] == "zz-new"
    assert "backup-missing zz-new" in told["title"]


def test_refused_messages_do_not_hold_up_the_newest(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK, facts="facts.jsonl")
    for days in (3, 0, 3):
        estate.facts(facts_of(last_backup=ago(days=days)))
        hook.answers[:] = [413] * 9
        assert estate.run().code == 5
    estate.facts(facts_of(last_backup=ago(days=3)), facts_of("zz-new", last_backup=ago(days=3)))
    hook.answers[:] = [413] * 3

    assert estate.run().code == 5
    (told,) = hook.taken
    assert "zz-new" in [each["store"] for each in told["alerts"]]


def test_of_two_copies_of_one_name_the_late_one_counts() -> None:
    late, well = ({"target": "t", "state": "ok", "lag_seconds": seconds} for seconds in (999_999, 1))
    assert kinds(judged(facts_of(replication=[late, well]))) == kinds(judged(facts_of(replication=[well, late]))) == ["replication-late"]


@pytest.mark.parametrize("key", ["url_env", "secret_env"])
def test_a_secret_in_place_of_the_name_of_its_variable_is_not_shown(estate: Estate, hook: WebhookReceiver, key: str) -> None:
    named = {"url_env": "HOOK_URL", "secret_env": "HOOK_SECRET"}[key]
    estate.tells(WEBHOOK.replace(f'"{named}"', '"https://chat.example/T0/marked-secret"'))

    done = estate.run()

    assert done.code == 2
    assert f"{key} is no name of a variable" in done.err
    assert "marked-secret" not in done.out + done.err


def test_a_store_is_not_forgotten_where_the_notes_cannot_be_read_and_they_stay(estate: Estate) -> None:
    file = estate.folder / "state" / "alerts" / notes.FILE
    file.parent.mkdir(parents=True)
    file.write_text('{"schema": 1, "al')

    done = estate.run("--forget", "orders")

    assert (done.code, "cannot be read" in done.err, file.exists()) == (2, True, True)


def test_metrics_that_cannot_be_written_hide_no_message_that_waits(estate: Estate, hook: WebhookReceiver, tmp_path: Path) -> None:
    estate.tells(WEBHOOK, facts="facts.jsonl")
    estate.facts(facts_of(last_backup=ago(days=3)))
    hook.answers[:] = [503] * 9
    (tmp_path / "file").write_text("")

    done = estate.run("--metrics", str(tmp_path / "file" / "m.prom"))

    assert done.code == 5
    assert "the metrics cannot be written" in done.err


def test_a_waiting_message_that_lost_a_part_ends_no_run(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK, facts="facts.jsonl")
    estate.facts(facts_of(last_backup=ago(days=3)))
    hook.answers[:] = [503] * 9
    assert estate.run().code == 5
    file = estate.folder / "state" / "alerts" / notes.FILE
    data = json.loads(file.read_text())
    del data["waiting"][0]["message"]["title"]
    file.write_text(json.dumps(data))
    hook.answers.clear()

    done = estate.run()

    assert done.code == 1, done.err
    assert "kept as alerts.broken" in done.err
    assert len(hook.taken) == 1


def test_a_text_beyond_the_first_plane_is_written_as_prometheus_reads_it() -> None:
    assert prometheus_rules._text('SRE 🚀 "é"\x7f') == '"SRE 🚀 \\"é\\"\\U0000007f"'


def test_what_a_message_has_no_room_for_is_named_by_the_next(estate: Estate, hook: WebhookReceiver) -> None:
    many = [f"store-{number:03}" for number in range(150)]
    estate.tells(WEBHOOK, facts="facts.jsonl")
    estate.facts(*(facts_of(each, last_backup=ago(days=3)) for each in many))
    estate.run()
    estate.run()

    named = {each["store"] for told in hook.taken for each in told["alerts"]}
    assert (len(hook.taken), named >= set(many)) == (2, True)
    estate.run()
    assert len(hook.taken) <= 3


def test_broken_notes_that_cannot_be_set_aside_keep_nobody_from_being_told(estate: Estate, hook: WebhookReceiver) -> None:
    folder = estate.folder / "state" / "alerts"
    (folder / "alerts.broken" / "x").mkdir(parents=True)
    (folder / notes.FILE).write_text("{")
    estate.tells(WEBHOOK, facts="facts.jsonl")
    estate.facts(facts_of(last_backup=ago(days=3)))

    done = estate.run()

    assert (done.code, len(hook.taken)) == (2, 1), done.err
