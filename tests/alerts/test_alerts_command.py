"""The command: its modes, its exit codes, and what it leaves behind."""

from __future__ import annotations

import json

import pytest

from recoverable.alerts import notes
from tests.alerts.conftest import STORE, TOPIC, WEBHOOK, Estate, facts_of, mailbox
from tests.fakes.mail_server import MailServer
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.support.certificates import Certificate


def test_all_is_well_is_0(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK)
    estate.prove(3)

    done = estate.run()

    assert (done.code, done.out, done.err, hook.taken) == (0, "0 firing; 1 watched\n", "", [])


def test_nothing_to_watch_is_3(estate: Estate) -> None:
    estate.tells(store="")

    done = estate.run()

    assert (done.code, "nothing is set up to watch" in done.err) == (3, True)


def test_a_store_that_was_never_drilled_fires(estate: Estate) -> None:
    done = estate.run()

    assert done.code == 1
    assert "no restore was ever proven: no drill of it is in the ledger" in done.out
    assert "warning: no destination is set up, so nobody is told" in done.err


def test_a_dry_run_shows_and_neither_sends_nor_writes(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK, metrics="alerts.prom")
    estate.prove(50)

    done = estate.run("--dry-run")

    assert (done.code, "firing: restore-test-overdue" in done.out) == (1, True)
    assert done.err == "nothing was written or sent (--dry-run)\n"
    assert (hook.taken, (estate.folder / "state").exists(), (estate.folder / "alerts.prom").exists()) == ([], False, False)


def test_json_says_the_same_and_is_json_alone(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK)
    estate.prove(50)

    found = json.loads(estate.run("--json").out)

    assert [(each["kind"], each["state"], each["severity"]) for each in found["firing"]] == [("restore-test-overdue", "firing", "critical")]
    assert found["destinations"] == [{"name": "hook", "taken": 1, "waiting": 0, "error": ""}]
    assert (found["whole"], found["watched"], found["ended"]) == (True, 1, [])


def test_a_test_message_goes_to_everybody_and_is_not_kept(
    estate: Estate, hook: WebhookReceiver, mail: MailServer, made: Certificate
) -> None:
    estate.tells(WEBHOOK, mailbox(mail, made, "ann@example.com", "bob@example.com"))
    mail.orders.refuse = {"RCPT bob@example.com": "550 nobody"}

    done = estate.run("--test")

    assert done.code == 5
    assert done.out.splitlines() == [
        "hook: took the test message",
        "oncall/ann@example.com: took the test message",
        "oncall/bob@example.com: the mail server refuses the recipient with 550",
    ]
    assert hook.taken[0]["title"] == "test"
    assert not (estate.folder / "state").exists()
    estate.tells()
    assert estate.run("--test").code == 3


def test_one_recipient_that_is_refused_neither_stops_nor_doubles_the_other(estate: Estate, mail: MailServer, made: Certificate) -> None:
    estate.tells(mailbox(mail, made, "bob@example.com", "ann@example.com"))
    estate.prove(50)
    mail.orders.refuse = {"RCPT bob@example.com": "550 nobody"}

    assert [estate.run().code, estate.run().code] == [5, 5]
    mail.orders.refuse = {}
    assert estate.run().code == 1
    assert [each.recipients for each in mail.letters] == [["ann@example.com"], ["bob@example.com"]]


def test_facts_that_cannot_be_read_are_told_and_2(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK, facts="nowhere.jsonl")
    estate.prove(3)

    done = estate.run()

    assert done.code == 2
    assert "error: nowhere.jsonl cannot be read: No such file or directory" in done.err
    assert [each["kind"] for each in hook.taken[0]["alerts"]] == ["facts-unreadable"]


def test_a_store_that_facts_leave_out_fires_until_it_is_forgotten(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK, facts="facts.jsonl")
    estate.prove(3)
    estate.facts(facts_of("kept"), facts_of("removed", last_backup=None))
    assert estate.run().code == 1
    estate.facts(facts_of("kept"))

    left_out = estate.run()

    assert left_out.code == 1
    assert "store-not-reported [high] removed (prod)" in left_out.out
    assert "known: backup-missing" in left_out.out, "silence is no recovery"
    assert estate.run("--forget", "removd").code == 2
    forgotten = estate.run("--forget", "removed")
    assert (forgotten.code, forgotten.out) == (0, "forgotten: removed\n")
    assert estate.run().code == 0
    closed = {(each["kind"], each["state"]) for each in hook.taken[-1]["alerts"]}
    assert closed == {("store-not-reported", "closed"), ("backup-missing", "closed")}


def test_facts_that_are_named_no_more_are_a_mistake_until_they_are_forgotten(estate: Estate) -> None:
    estate.prove(3)
    estate.facts(facts_of())
    assert estate.run("--facts", "facts.jsonl").code == 0

    assert estate.run().code == 2
    assert estate.run("--forget", "*").code == 0
    assert estate.run().code == 0


def test_notes_that_cannot_be_understood_are_set_aside_and_everything_is_told_anew(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK)
    estate.prove(50)
    estate.run()
    path = estate.folder / "state" / "alerts" / "alerts.json"
    path.write_text('{"schema": 1, "alerts": [}')

    again = estate.run()

    assert again.code == 1
    assert "warning: the notes of earlier runs cannot be read (kept as alerts.broken)" in again.err
    assert [each["title"] for each in hook.taken] == ["1 firing: restore-test-overdue orders"] * 2
    assert "what waited may be lost" in hook.taken[1]["remarks"][0]
    assert path.with_suffix(".broken").read_text().startswith('{"schema": 1, "alerts": [}')


def test_a_bug_in_one_destination_is_4_and_the_others_are_told(
    estate: Estate, hook: WebhookReceiver, mail: MailServer, made: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.tells(mailbox(mail, made), WEBHOOK)
    estate.prove(50)
    with monkeypatch.context() as broken:
        broken.setattr("recoverable.alerts.to_email.Mailbox.letter", lambda *_: int("marked-secret"))
        done = estate.run()

    assert (done.code, len(hook.taken)) == (4, 1)
    assert "oncall/ann@example.com: internal error: ValueError; 1 message for the next run" in done.err
    assert "marked-secret" not in done.out + done.err
    assert (estate.run().code, len(mail.letters)) == (1, 1)


@pytest.mark.parametrize("change", [('"kind": "restore-test-overdue"', '"kind": "what"'), ('"since"', '"sinc"'), ('"waiting"', '"wait"')])
def test_notes_that_are_json_and_no_notes_are_set_aside_too(estate: Estate, hook: WebhookReceiver, change: tuple[str, str]) -> None:
    estate.tells(WEBHOOK)
    estate.prove(50)
    estate.run()
    path = estate.folder / "state" / "alerts" / "alerts.json"
    path.write_text(path.read_text().replace(*change))

    assert (estate.run().code, len(hook.taken)) == (1, 2)


def test_notes_of_a_newer_version_are_refused(estate: Estate) -> None:
    estate.run()
    path = estate.folder / "state" / "alerts" / "alerts.json"
    path.write_text(path.read_text().replace('"schema": 1', '"schema": 2'))

    assert estate.run().code == 2
    assert '"schema": 2' in path.read_text()


def test_a_disk_that_is_full_keeps_nobody_from_being_told(estate: Estate, hook: WebhookReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    estate.tells(WEBHOOK)
    estate.prove(50)
    monkeypatch.setattr(notes, "replace_file", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))

    done = estate.run()

    assert (done.code, len(hook.taken)) == (2, 1)
    assert "cannot be written (No space left on device)" in done.err


def test_what_nobody_takes_is_given_up_in_the_end_and_that_is_told(
    estate: Estate, hook: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notes, "MOST_WAITING", 2)
    estate.tells(WEBHOOK)
    hook.answers = [503] * 9
    for days in (50, 1, 50, 1):
        estate.prove(days)
        done = estate.run()

    assert done.code == 5
    assert "1 old messages that nobody took are given up" in done.err
    assert json.loads(estate.notes)["given_up"] == 2


def test_messages_for_a_destination_that_was_removed_are_dropped_and_that_is_told(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK)
    estate.prove(50)
    hook.answers = [503]
    estate.run()
    estate.tells(WEBHOOK.replace(".hook]", ".new]"))

    done = estate.run()

    assert "messages that waited for hook are dropped" in done.err
    assert [each["alerts"] for each in hook.taken] == [[]]
    assert done.code == 1


def test_notes_and_lock_are_for_their_user_alone(estate: Estate) -> None:
    estate.run()

    folder = estate.folder / "state" / "alerts"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o600}


def test_the_schema_of_facts_is_printed(estate: Estate) -> None:
    done = estate.run("--facts-schema")

    assert done.code == 0
    assert json.loads(done.out)["properties"]["store"]


@pytest.mark.parametrize(
    "words", [["--test", "--dry-run"], ["--ledger", "ftp://x"], ["--config", "nowhere.toml"], ["--forget", "nobody"], ["what"]]
)
def test_wrong_options_are_2(estate: Estate, words: list[str]) -> None:
    assert estate.run(*words).code == 2


def test_wrong_settings_are_2_and_nothing_is_sent(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK, TOPIC.replace("sns:", "sqs:"), store=STORE)
    estate.prove(50)

    assert estate.run().code == 2
    assert hook.taken == []


def test_help_ends_with_the_exit_status(estate: Estate) -> None:
    done = estate.run("--help")

    assert done.code == 0
    assert "exit status:" in done.out
