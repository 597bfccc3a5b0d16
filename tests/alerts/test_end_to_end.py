"""``recoverable alerts`` against real receivers: failing, still failing, recovered; down, spooled, told later once."""

from __future__ import annotations

import re
import time
from email.message import EmailMessage

import pytest

from recoverable.alerts import notes
from tests.alerts.conftest import DAY, NOW, PASSWORD, SECRET, TOPIC, WEBHOOK, Estate, Queue, ago, facts_of, mailbox
from tests.fakes.mail_server import MailServer
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.support.certificates import Certificate
from tests.support.drill_ledgers import drill, ledger


def states(body: dict[str, object]) -> list[tuple[str, str]]:
    """Kind and state of each alert in a message."""
    alerts = body["alerts"]
    assert isinstance(alerts, list)
    return [(each["kind"], each["state"]) for each in alerts]


def test_every_destination_hears_that_it_fails_nothing_while_it_goes_on_and_that_it_recovered(
    estate: Estate, hook: WebhookReceiver, mail: MailServer, made: Certificate, queue: Queue
) -> None:
    estate.tells(WEBHOOK, TOPIC, mailbox(mail, made))
    estate.prove(50)

    failing = estate.run()

    assert failing.code == 1
    assert "firing: restore-test-overdue [critical] orders (prod)" in failing.out
    assert sorted(failing.err.splitlines()) == ["told hook: 1 message", "told oncall/ann@example.com: 1 message", "told topic: 1 message"]
    assert [states(each) for each in hook.taken] == [[("restore-test-overdue", "firing")]]
    (letter,) = mail.letters
    assert letter.recipients == ["ann@example.com"]
    assert letter.message["Subject"] == "[recoverable] 1 firing: restore-test-overdue orders"
    assert "the last proven restore is 50 days old" in body_of(letter.message)
    assert hook.ids[0] not in str(letter.message["Message-ID"]), "an id is of one message for one destination"
    (published,) = queue.letters()
    assert published["Subject"] == letter.message["Subject"]
    assert "restore-test-overdue  orders (prod)" in published["Message"]

    for _ in range(2):
        still = estate.run()
        assert (still.code, still.err) == (1, "")
        assert "known: restore-test-overdue" in still.out
    assert (len(hook.taken), len(mail.letters), queue.letters()) == (1, 1, [])

    ledger(estate.folder / "ledger.jsonl", [drill(ended=NOW)])
    recovered = estate.run()

    assert (recovered.code, "recovered: restore-test-overdue" in recovered.out) == (0, True)
    assert states(hook.taken[1]) == [("restore-test-overdue", "recovered")]
    assert mail.letters[1].message["Subject"] == "[recoverable] 1 recovered: restore-test-overdue orders"
    assert [each["Subject"] for each in queue.letters()] == [mail.letters[1].message["Subject"]]
    assert estate.run().code == 0
    assert (len(hook.taken), len(mail.letters), queue.letters(), hook.refused) == (2, 2, [], 0)


def body_of(message: object) -> str:
    """The text of a letter."""
    assert isinstance(message, EmailMessage)
    return message.get_content()


def test_what_cannot_be_sent_is_kept_and_sent_once_when_the_receiver_is_back(
    estate: Estate, hook: WebhookReceiver, mail: MailServer, made: Certificate
) -> None:
    estate.tells(WEBHOOK, mailbox(mail, made))
    estate.prove(50)
    hook.answers = [503, 503]

    first, second = estate.run(), estate.run()

    assert (first.code, second.code) == (5, 5), "a failure to send is never less than that"
    assert "error: hook: it answers 503; 1 message for the next run" in first.err
    assert (len(mail.letters), hook.taken) == (1, []), "one that is down does not keep another from being told, nor is that told twice"

    third = estate.run()

    assert (third.code, third.err) == (1, "told hook: 1 message\n")
    assert states(hook.taken[0]) == [("restore-test-overdue", "firing")]
    assert estate.run().code == 1
    assert (len(hook.taken), len(mail.letters)) == (1, 1)


def test_a_topic_that_is_down_is_told_later_once(estate: Estate, queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    estate.tells(TOPIC)
    estate.prove(50)
    with monkeypatch.context() as broken:
        broken.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        broken.setattr("time.sleep", lambda seconds: None)
        down = estate.run()
    assert (down.code, queue.letters()) == (5, [])
    assert "SNS cannot be reached (EndpointConnectionError); 1 message for the next run" in down.err

    assert estate.run().code == 1
    assert estate.run().code == 1
    assert len(queue.letters()) == 1


def test_fail_and_recovery_that_both_waited_come_in_their_order(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK)
    estate.prove(50)
    hook.answers = [503, 503]
    estate.run()
    estate.prove(1)
    assert estate.run().code == 5, "all is well, and still somebody has to hear of it"

    assert estate.run().code == 0
    assert [states(each)[0][1] for each in hook.taken] == ["firing", "recovered"]


def test_what_was_taken_is_not_sent_again_after_a_crash_before_the_end(
    estate: Estate, hook: WebhookReceiver, mail: MailServer, made: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The webhook has taken it, then the process dies while it speaks to the mail server."""
    estate.tells(WEBHOOK, mailbox(mail, made))
    estate.prove(50)
    with monkeypatch.context() as crash:
        crash.setattr("recoverable.alerts.to_email.Mailbox.send", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert estate.run().code == 130
    assert (len(hook.taken), mail.letters) == (1, [])

    assert estate.run().code == 1
    assert (len(hook.taken), len(mail.letters)) == (1, 1)


def test_a_message_whose_fate_is_unknown_is_sent_again_under_the_same_id(estate: Estate, mail: MailServer, made: Certificate) -> None:
    """The server took it and was gone before it said so: nobody can know, and a second letter is better than none."""
    estate.tells(mailbox(mail, made))
    estate.prove(50)
    mail.orders.hang_up_after_data = True
    assert estate.run().code == 5
    mail.orders.hang_up_after_data = False

    assert estate.run().code == 1
    first, second = (each.message["Message-ID"] for each in mail.letters)
    assert first == second
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.com>", first)


def test_what_goes_on_is_told_again_after_the_time_that_is_set(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK, repeat="1s")
    estate.prove(50)
    estate.run()
    time.sleep(1.1)

    again = estate.run()

    assert "still firing: restore-test-overdue" in again.out
    assert [states(each)[0][1] for each in hook.taken] == ["firing", "still firing"]
    assert len(set(hook.ids)) == 2


def test_a_broken_ledger_is_one_alert_and_no_store_recovers_by_it(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK)
    estate.prove(50)
    estate.run()
    path = estate.folder / "ledger.jsonl"
    whole = path.read_text()
    path.write_text(whole.replace('"rpo_seconds":12.5', '"rpo_seconds":0.5'))

    broken = estate.run()

    assert broken.code == 1
    assert states(hook.taken[1]) == [("ledger-broken", "firing")]
    assert "known: restore-test-overdue" in broken.out
    assert "this run could not look" in broken.out
    path.write_text(whole)
    assert estate.run().code == 1
    assert states(hook.taken[2]) == [("ledger-broken", "recovered")]


def test_a_ledger_that_cannot_be_reached_is_5_and_nothing_recovers(
    estate: Estate, hook: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.tells(WEBHOOK)
    estate.prove(50)
    estate.run()
    for name, value in {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "AKIAMARKED", "AWS_SECRET_ACCESS_KEY": "marked-secret-of-aws",
                        "AWS_DEFAULT_REGION": "eu-central-1", "AWS_MAX_ATTEMPTS": "1"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    gone = estate.run("--ledger", "s3://acme-evidence/drills")

    assert gone.code == 5
    assert len(hook.taken) == 1
    assert "marked-secret" not in gone.out + gone.err


def test_secrets_stand_in_no_output_note_metric_or_message(
    estate: Estate, hook: WebhookReceiver, mail: MailServer, made: Certificate, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.tells(WEBHOOK, TOPIC, mailbox(mail, made))
    estate.prove(50)
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:marked-password-of-the-job@db/orders")
    job = {"at": ago(hours=1), "id": "job-1", "message": "could not connect to postgresql://app:marked-password-of-the-job@db/orders"}
    estate.facts(facts_of(failed_jobs=[job]))
    hook.answers = [500]
    mail.orders.password = "another"  # the login is refused, and the answer names a password
    down = estate.run("--facts", "facts.jsonl", "--metrics", "alerts.prom", "--json")
    hook.answers, mail.orders.password = [], PASSWORD
    back = estate.run("--facts", "facts.jsonl", "--metrics", "alerts.prom")

    assert (down.code, back.code) == (5, 1)
    assert len(hook.taken) == len(mail.letters) == 1
    everything = [down.out, down.err, back.out, back.err, estate.notes, (estate.folder / "alerts.prom").read_text()]
    everything += [str(hook.taken), str(mail.letters[0].message), str(queue.letters())]
    for secret in (SECRET, PASSWORD, "marked-password-of-the-job", "marked-secret-of-aws", "marked-path-as-good-as-a-secret"):
        assert [text for text in everything if secret in text] == []
    assert any("job-1 could not connect to [struck out]" in text for text in everything)


def test_a_second_run_waits_for_the_first_and_says_so_in_the_end(
    estate: Estate, hook: WebhookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    estate.tells(WEBHOOK)
    estate.prove(50)
    monkeypatch.setattr(notes, "PATIENCE", 0.1)
    with notes.NotesFile(estate.folder / "state" / "alerts").locked():
        second = estate.run()

    assert (second.code, hook.taken) == (5, [])
    assert "another run of recoverable alerts holds" in second.err


def test_the_heartbeat_is_asked_after_whole_runs_alone(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK, '\n[alerts.heartbeat]\nurl_env = "HOOK_URL"\n')
    estate.prove(50)
    assert estate.run().code == 1
    assert hook.pings == 1, "an alert is no failure of the alerting"

    estate.prove(1)
    hook.answers = [503]
    waits = estate.run()
    assert (waits.code, hook.pings) == (5, 1)
    assert "no heartbeat was sent" in waits.err

    estate.facts("{")
    unread = estate.run("--facts", "facts.jsonl")
    assert (unread.code, hook.pings) == (2, 1)

    estate.facts(facts_of())
    assert (estate.run("--facts", "facts.jsonl").code, hook.pings) == (0, 2)
    hook.answers = [404]
    refused = estate.run("--facts", "facts.jsonl")
    assert (refused.code, hook.pings) == (5, 2)
    assert "error: the heartbeat: it answers 404" in refused.err


def test_a_clock_of_a_year_ago_does_not_silence(estate: Estate, hook: WebhookReceiver) -> None:
    """A note from a future that never came is told again rather than never."""
    estate.tells(WEBHOOK)
    estate.prove(50)
    estate.run()
    path = estate.folder / "state" / "alerts" / "alerts.json"
    path.write_text(re.sub(r'"told": [0-9.]+', f'"told": {(NOW + DAY * 365).timestamp()}', path.read_text()))

    estate.run()

    assert states(hook.taken[1]) == [("restore-test-overdue", "still firing")]
