"""``[alerts]``: what is read, what is refused, and that the schema says the same."""

from __future__ import annotations

import datetime
import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from recoverable.alerts.secret_source import SecretSource
from recoverable.alerts.sending import RefusedError
from recoverable.alerts.settings import AlertSettings, read_settings
from recoverable.alerts.settings_schema import schema
from recoverable.alerts.to_email import Mailbox
from recoverable.standard.load import parse
from recoverable.standard.problems import StandardError
from tests.standard.test_schema import uncommented

MAIL = '[alerts.destinations.a]\nkind = "email"\nhost = "smtp.example.com"\nfrom = "a@example.com"\nto = ["b@example.com"]\n'
PUSH = '[alerts.push]\nurl = "https://example.com/x"\n'
HOOK = '[alerts.destinations.a]\nkind = "webhook"\nurl = "https://example.com/x"\nsecret_env = "S"\n'


def read(text: str) -> AlertSettings:
    """The settings of a standard."""
    return read_settings(parse(text))


def accepts(text: str) -> bool:
    """Whether the schema does."""
    return bool(Draft7Validator(schema()).is_valid(json.loads(json.dumps(tomllib.loads(text), default=str))))


def test_without_the_table_nobody_is_told_and_the_numbers_are_those_written_down() -> None:
    found = read("")

    assert (found.destinations, found.heartbeat, found.facts, found.metrics) == ((), None, "", "")
    assert (found.repeat, found.waiver_warning_days) == (datetime.timedelta(days=1), 14)
    assert (found.limits.backup_age, found.limits.facts_age) == (datetime.timedelta(hours=26), datetime.timedelta(days=2))


def test_the_example_file_with_every_line_switched_on_has_each_kind_of_destination() -> None:
    found = read(uncommented())

    assert [each.key for each in found.destinations] == ["oncall/oncall@example.com", "topic", "chat"]
    assert found.heartbeat
    assert found.push
    assert Path(found.facts).is_absolute()


def test_every_recipient_is_a_destination_of_its_own() -> None:
    found = read(MAIL.replace('["b@example.com"]', '["b@example.com", "c@example.com", "b@example.com"]'))

    assert [each.key for each in found.destinations] == ["a/b@example.com", "a/c@example.com"]
    assert [each.port for each in found.destinations if isinstance(each, Mailbox)] == [587, 587]


@pytest.mark.parametrize("text", [MAIL, HOOK, HOOK.replace('url = "https://example.com/x"', 'url_file = "x"'), MAIL + 'user = "x"\npassword_file = "y"\n',
                                  PUSH, PUSH + 'job = "a.b-c"\nuser = "x"\npassword_env = "Y"', '[alerts]\nrepeat = "90s"', '[alerts.heartbeat]\nurl = "https://example.com/ping"'])  # fmt: skip
def test_settings_and_schema_accept_the_same(text: str) -> None:
    read(text)
    assert accepts(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[alerts]\nrepeats = 1", "is not a key of the standard"),
        ('[alerts]\nrepeat = "soon"', "not a length of time"),
        ("[alerts]\nrepeat = 5", "not a length of time"),
        ("[alerts]\nwaiver_warning_days = -1", "not a whole number"),
        ("[alerts.destinations.a]\nhost = 'x'", "does not say of which kind"),
        ("[alerts.destinations.a]\nkind = 'pager'", "not one of email, sns, webhook"),
        ("[alerts.destinations.'A b']\nkind = 'sns'\ntopic_arn = 'arn:aws:sns:eu-central-1:123456789012:x'", "no name for a destination"),
        ("[alerts.destinations.a]\nkind = 'sns'\ntopic_arn = 'arn:aws:sqs:eu-central-1:123456789012:x'", "no ARN of a topic"),
        (MAIL + 'user = "x"', "must say one of password_env and password_file"),
        (MAIL + 'password_env = "X"', "is missing beside a password"),
        (MAIL + 'user = "x"\npassword = "marked-secret"', "is a secret, which must not stand in this file"),
        (MAIL + 'user = "x"\npassword_env = "X"\npassword_file = "Y"', "must say one of password_env and password_file"),
        (MAIL.replace("b@example.com", "b@example.com\\nBcc: c@example.com"), "no e-mail address"),
        (MAIL.replace("b@example.com", "nobody"), "no e-mail address"),
        (MAIL.replace('to = ["b@example.com"]', ""), "names nobody"),
        (MAIL + 'tls = "off"', "not one of starttls, tls"),
        (HOOK + 'secret = "marked-secret"', "is a secret, which must not stand in this file"),
        (HOOK.replace('secret_env = "S"', ""), "must say one of secret_env and secret_file"),
        (HOOK.replace("https://example.com/x", "http://example.com/x"), "is not encrypted"),
        (HOOK.replace("https://example.com/x", "https://ann:marked-secret@example.com/x"), "holds a user or a password"),
        (HOOK.replace("https://example.com/x", "https://example.com/x?token=marked-secret"), "behind which secrets stand"),
        (HOOK + 'url_env = "U"', "says the same as url_env"),
        (HOOK.replace('"S"', '"a b"'), "no name of a variable"),
        ("[alerts.heartbeat]\nca_file = 'x'", "must say one of url_env and url_file"),
        (PUSH + "job = 'a/b'", "no name of a job"),
        (PUSH + 'user = "x"', "must say one of password_env and password_file"),
        (PUSH + 'password_env = "X"', "is missing beside a password"),
        (PUSH + 'user = "x"\npassword = "marked-secret"', "is a secret, which must not stand in this file"),
        (PUSH.replace("https", "http"), "is not encrypted"),
        ("[alerts.push]\njob = 'x'", "must say one of url_env and url_file"),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_never_with_a_secret(text: str, said: str) -> None:
    with pytest.raises(StandardError) as refused:
        read(text)

    assert said in str(refused.value)
    assert "recoverable.toml:" in str(refused.value)
    assert "marked-secret" not in str(refused.value)


def test_a_secret_is_read_from_a_variable_or_a_file_and_its_absence_names_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("marked-secret\n")
    monkeypatch.setenv("KEY", " marked-secret ")

    assert SecretSource("file", str(tmp_path / "key")).read() == SecretSource("env", "KEY").read()
    assert "marked-secret" not in repr(SecretSource("env", "KEY").read())
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for form, where in (
        ("env", "MISSING"),
        ("file", str(tmp_path / "nowhere")),
        ("file", str(tmp_path / "empty")),
        ("file", str(tmp_path / "bytes")),
    ):
        with pytest.raises(RefusedError, match=Path(where).name):
            SecretSource(form, where).read()
