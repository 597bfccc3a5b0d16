"""Secrets are struck out of text and data, in every form in which they turn up."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recoverable.drill.connection import Connection, Secret
from recoverable.drill.redaction import MARK, Redactor, secrets_in, secrets_of

SECRET = "pä'ss\\w/o rd+%@:\"?"
FORMS = {
    "itself": SECRET,
    "percent-encoded": quote(SECRET, safe=""),
    "percent-encoded, slashes left": quote(SECRET),
    "as a form": quote_plus(SECRET),
    "percent-encoded in small letters": quote(SECRET, safe="").replace("%2F", "%2f").replace("%C3%A4", "%c3%a4").replace("%3A", "%3a").replace("%5C", "%5c").replace("%2B", "%2b").replace("%3F", "%3f"),
    "in JSON": json.dumps(SECRET)[1:-1],
    "in JSON with its letters": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "as repr": repr(SECRET)[1:-1],
    "in a connection string": SECRET.replace("\\", "\\\\").replace("'", "\\'"),
    "in SQL": SECRET.replace("'", "''"),
    "in base64": base64.b64encode(SECRET.encode()).decode(),
    "in hexadecimal": SECRET.encode().hex(),
    "in an address": Connection("db.example", 5432, "ann", "orders", Secret(SECRET)).url().reveal(),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_struck_out_in_every_form(form: str) -> None:
    redactor = Redactor()
    redactor.add(Secret(SECRET))
    text = redactor.text(f"before {FORMS[form]} after")

    assert FORMS[form] not in text
    assert MARK in text
    assert text.startswith("before ")
    assert text.endswith(" after")


@given(st.text(min_size=4, max_size=30), st.text(max_size=20), st.text(max_size=20))
def test_no_secret_survives_in_any_text(secret: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.add(secret)
    if secret.strip() and secret not in MARK and secret not in before + MARK + after:
        for form in (secret, quote(secret, safe="")):
            assert secret not in redactor.text(before + form + after).replace(MARK, "")


@pytest.mark.parametrize(
    "text",
    [
        "connect to postgresql://ann:hunter2@db/x",
        "FATAL: PGPASSWORD=hunter2 was refused",
        'config {"password": "hunter2"}',
        "host=db password='hunter2' dbname=x",
        "repo1-cipher-pass=hunter2",
        "aws_secret_access_key = hunter2",
    ],
)
def test_what_stands_where_a_secret_usually_does_is_struck_out_though_nobody_told_it(text: str) -> None:
    assert "hunter2" not in Redactor().text(text)


@pytest.mark.parametrize(
    "text", ["password authentication failed for user ann", "tokens are counted", "https://example.com/a:b@c", "12 rows, key (id) is whole"]
)
def test_a_text_without_secrets_stays_as_it_is(text: str) -> None:
    assert Redactor().text(text) == text


def test_a_short_secret_is_struck_out_as_a_word_alone() -> None:
    redactor = Redactor()
    redactor.add("ab")

    assert redactor.text("cab ab table") == f"cab {MARK} table"


def test_data_is_redacted_in_keys_and_values_of_any_depth_and_holds_no_nan() -> None:
    redactor = Redactor()
    redactor.add("hunter2")
    data = redactor.data({"a": [{"hunter2": "x hunter2"}, ("hunter2",)], "b": float("nan"), "c": 1, "d": None, "e": Secret("hunter2")})

    assert "hunter2" not in json.dumps(data, allow_nan=False)
    assert data["c"] == 1


def test_every_line_of_a_secret_of_several_lines_is_struck_out() -> None:
    redactor = Redactor()
    redactor.add("-----BEGIN KEY-----\nMIIEabcdef\n-----END KEY-----")

    assert "MIIEabcdef" not in redactor.text("read MIIEabcdef")


def test_variables_and_settings_whose_name_says_so_are_secrets() -> None:
    environment = {
        "PGPASSWORD": "hunter2x",
        "PATH": "/bin",
        "DATABASE_URL": "postgresql://a:hunter3@h/d",
        "SECRET": "true",
        "DEBUG_TOKEN": "abc",
        "AWS_ACCESS_KEY_ID": "AKIAhunter6",
    }
    settings = {"repository": {"cipher_pass": "hunter4"}, "url": "postgresql://a:hunter5@h/d", "password_env": "PGPASSWORD"}

    assert set(secrets_of(environment)) == {"hunter2x", "postgresql://a:hunter3@h/d", "hunter3", "AKIAhunter6"}
    assert set(secrets_in(settings)) == {"hunter4", "hunter5"}


def test_a_secret_never_shows_itself() -> None:
    secret = Secret("hunter2")

    assert "hunter2" not in f"{secret} {secret!r} {secret:>20} {[secret]}"
