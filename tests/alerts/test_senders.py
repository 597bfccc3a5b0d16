"""Each way of sending: what counts as taken, and that a failure names its cause in our words alone."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
from pathlib import Path
from typing import Any

import pytest

from recoverable.alerts.secret_source import SecretSource
from recoverable.alerts.sending import Delivery, RefusedError, SendError, UnreachableError
from recoverable.alerts.to_email import Mailbox
from recoverable.alerts.to_sns import Topic
from recoverable.alerts.to_webhook import Webhook, signature
from tests.alerts.conftest import ARN, PASSWORD, SECRET
from tests.fakes.mail_server import MailServer
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.support.certificates import Certificate, certificate

AT = datetime.datetime(2026, 12, 1, 12, tzinfo=datetime.UTC)
DELIVERY = Delivery("0" * 32, AT, "[recoverable] 1 firing: überfällig", "Läuft nicht.\n.\nEnde\n", '{"id": "x"}')


def box(server: MailServer, made: Certificate, **more: Any) -> Mailbox:
    """A mailbox behind a server."""
    usual: dict[str, Any] = {
        "name": "oncall", "host": "localhost", "port": server.port, "tls": "starttls", "sender": "r@example.com", "recipient": "ann@example.com",
        "user": "alerts", "password": SecretSource("env", "MAIL_PASSWORD"), "ca_file": str(made.ca_file),
    }  # fmt: skip
    return Mailbox(**{**usual, **more})


def test_a_letter_arrives_behind_tls_with_its_headers_and_every_line(mail: MailServer, made: Certificate) -> None:
    box(mail, made).send(DELIVERY)

    (letter,) = mail.letters
    assert letter.message["Subject"] == DELIVERY.subject
    assert letter.message["Message-ID"] == f"<{'0' * 32}@example.com>"
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert letter.message.get_content().replace("\r\n", "\n") == DELIVERY.text  # type: ignore[attr-defined]  # of EmailMessage
    assert [line.split()[0] for line in mail.in_the_clear] == ["ehlo", "STARTTLS"]


def test_tls_from_the_first_word_works_too(made: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)
    with MailServer(made, implicit=True, password=PASSWORD) as server:
        box(server, made, tls="tls").send(DELIVERY)

        assert len(server.letters) == 1
        assert server.in_the_clear == []


@pytest.mark.parametrize(
    ("orders", "error", "said"),
    [
        ({"tls": False}, RefusedError, "offers no STARTTLS"),
        ({"password": "another"}, RefusedError, "refuses the login with 535"),
        ({"refuse": {"AUTH": "454 4.7.0 later, marked-secret"}}, UnreachableError, "puts the login off with 454"),
        ({"refuse": {"RCPT": "550 5.1.1 marked-secret is nobody"}}, RefusedError, "refuses the recipient with 550"),
        ({"refuse": {"RCPT": "450 greylisted"}}, UnreachableError, "puts the recipient off with 450"),
        ({"refuse": {"MAIL": "553 not you"}}, RefusedError, "refuses the message with 553"),
        ({"refuse": {"DATA": "552 full"}}, RefusedError, "refuses the message with 552"),
        ({"refuse": {"EHLO": "421 too busy", "HELO": "421 too busy"}}, UnreachableError, "cannot be reached|put"),
        ({"hang_up_after_data": True}, UnreachableError, "cannot be reached"),
    ],
)
def test_what_a_mail_server_does_not_take_is_told_by_its_code_alone(
    mail: MailServer, made: Certificate, orders: dict[str, Any], error: type[SendError], said: str
) -> None:
    for key, value in orders.items():
        setattr(mail.orders, key, value)

    with pytest.raises(error, match=said) as failed:
        box(mail, made).send(DELIVERY)
    assert "marked" not in str(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__, "a traceback would show what the server said"


def test_no_password_goes_to_a_server_whose_certificate_cannot_be_verified(mail: MailServer, made: Certificate, tmp_path: Path) -> None:
    for more in ({"ca_file": ""}, {"ca_file": str(certificate(tmp_path, "elsewhere.example").ca_file)}):
        with pytest.raises(RefusedError, match="certificate cannot be verified"):
            box(mail, made, **more).send(DELIVERY)
    with pytest.raises(RefusedError, match="cannot be read"):
        box(mail, made, ca_file=str(tmp_path / "nowhere")).send(DELIVERY)
    assert mail.letters == []


def test_a_mail_server_that_is_away_and_a_password_that_is_not_set(
    mail: MailServer, made: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnreachableError, match="cannot be reached"):
        box(mail, made, port=1).send(DELIVERY)
    monkeypatch.delenv("MAIL_PASSWORD")
    with pytest.raises(RefusedError, match="MAIL_PASSWORD is not set"):
        box(mail, made).send(DELIVERY)
    assert mail.sessions == 0


HOOK = Webhook("hook", SecretSource("env", "HOOK_URL"), SecretSource("env", "HOOK_SECRET"))


@pytest.mark.parametrize(
    ("status", "error"),
    [(302, RefusedError), (307, RefusedError), (400, RefusedError), (401, RefusedError), (404, RefusedError), (410, RefusedError), (429, UnreachableError),
     (500, UnreachableError), (503, UnreachableError), (204, None), (202, None)],
)  # fmt: skip
def test_only_an_answer_of_success_is_one_and_no_redirect_is_followed(
    hook: WebhookReceiver, status: int, error: type[SendError] | None
) -> None:
    hook.answers = [status]

    if error is None:
        HOOK.send(DELIVERY)
    else:
        with pytest.raises(error, match=f"it answers {status}") as failed:
            HOOK.send(DELIVERY)
        assert "marked" not in str(failed.value)
    assert len(hook.paths) == 1


def test_a_webhook_behind_tls_is_verified(made: Certificate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    with WebhookReceiver(SECRET, made.server) as receiver:
        monkeypatch.setenv("HOOK_URL", receiver.address)
        with pytest.raises(RefusedError, match="certificate cannot be verified"):
            HOOK.send(DELIVERY)
        Webhook("hook", HOOK.url, HOOK.secret, str(made.ca_file)).send(DELIVERY)

        assert receiver.taken == [{"id": "x"}]


def test_a_receiver_with_another_key_refuses(hook: WebhookReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "whsec_" + base64.b64encode(b"x" * 32).decode())

    with pytest.raises(RefusedError, match="it answers 401"):
        HOOK.send(DELIVERY)
    assert (hook.refused, hook.taken) == (1, [])


@pytest.mark.parametrize("secret", ["whsec_c2hvcnQ=", "marked-secret", "whsec_not base64!", base64.b64encode(b"x" * 32).decode()])
def test_a_key_that_is_none_is_refused_without_being_shown(hook: WebhookReceiver, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setenv("HOOK_SECRET", secret)

    with pytest.raises(RefusedError, match="openssl rand") as failed:
        HOOK.send(DELIVERY)
    assert secret not in str(failed.value)
    assert hook.paths == []


@pytest.mark.parametrize(
    "address", ["http://example.com/x", "ftp://example.com", "https://ann:marked-secret@example.com", "nowhere", "https://[x"]
)
def test_an_address_in_the_environment_is_held_to_the_same_rules(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("HOOK_URL", address)

    with pytest.raises(RefusedError) as failed:
        HOOK.send(DELIVERY)
    assert "marked-secret" not in str(failed.value)
    assert "example.com" not in str(failed.value)


def test_the_signature_is_the_one_of_the_specification() -> None:
    """HMAC-SHA256 of id.timestamp.body, in base64 behind the version."""
    key, body = b"k" * 24, b'{"a": 1}'
    wanted = base64.b64encode(hmac.digest(key, b'msg_1.1614265330.{"a": 1}', hashlib.sha256)).decode()

    assert signature(key, "msg_1", "1614265330", body) == f"v1,{wanted}"


def test_a_request_to_sns_keeps_its_bounds() -> None:
    long = Delivery("0" * 32, AT, "ü" * 300, "ü" * 400_000, "{}")
    plain, fifo = Topic("t", ARN).request(long), Topic("t", f"{ARN}.fifo").request(long)

    assert plain["Subject"] == "?" * 100
    assert 200_000 < len(plain["Message"].encode()) <= 250_000
    assert "MessageGroupId" not in plain
    assert (fifo["MessageGroupId"], fifo["MessageDeduplicationId"]) == ("recoverable-alerts", "0" * 32)


def test_a_topic_that_is_not_there_is_refused_by_its_code(queue: Any) -> None:
    with pytest.raises(RefusedError, match="SNS refuses with NotFound"):
        Topic("t", f"{ARN}-elsewhere").send(DELIVERY)
