"""Escapes, short paths, fingerprints, groups and excerpts."""

from __future__ import annotations

from pathlib import Path

import pytest

from recoverable.report.excerpt import Excerpts, mask
from recoverable.report.groups import grouped
from recoverable.report.result import Result
from recoverable.report.words import Fingerprints, clean, clean_json, clean_lines, clip, harmless, near


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("größe 100 €", "größe 100 €"),
        ("\x1b[2J", r"\x1b[2J"),
        ("a\r\nb\tc", r"a\r\nb\tc"),
        ("\x9b31m", r"\x9b31m"),
        ("a\u202eb\u2066c", r"a\u202eb\u2066c"),
        ("\udcff", r"\udcff"),
        ("\ufffe\x00", r"\ufffe\x00"),
    ],
)
def test_clean_shows_what_would_steer(text: str, shown: str) -> None:
    """Controls, bidi marks and bytes that are no UTF-8 become visible; letters stay."""
    assert shown == clean(text)


def test_clean_json_stays_the_same_document() -> None:
    """Inside JSON the escapes are JSON's own."""
    assert clean_json('{"a": "\u202e\udcff\x9b\u00e9"}') == r'{"a": "\u202e\udcff\u009b' + '\u00e9"}'


@pytest.mark.parametrize(
    ("line", "shown"),
    [("  ::error::x", r"  \::error::x"), ("a ::b", "a ::b"), ("a ##[error]b", r"a #\#[error]b")],
)
def test_harmless_lines_are_no_commands(line: str, shown: str) -> None:
    """GitHub's runner carries out "::" after blanks, and "##[" anywhere."""
    assert shown == harmless(line)


def test_clean_lines_keeps_the_lines() -> None:
    """A fix may have several lines, none of them a command."""
    assert clean_lines("a\r\n  b\x1b\n::c") == ["a", r"  b\x1b", r"\::c"]


def test_clip_says_that_it_cut() -> None:
    """A cut text ends in dots and is no longer than asked."""
    assert clip("abcdefgh", 6) == "abc..."
    assert clip("abcdef", 6) == "abcdef"


def test_near_is_relative_below_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An absolute path is shortened only where that is possible."""
    monkeypatch.chdir(tmp_path)

    assert near(str(tmp_path / "a" / "main.tf")) == "a/main.tf"
    assert near("./a/../b.tf") == "b.tf"
    assert near("/elsewhere/b.tf") == "/elsewhere/b.tf"
    assert near("") == ""


def test_fingerprints_are_stable_and_unique() -> None:
    """The same parts give the same name; a second finding with the same parts is told apart."""
    one, other = Fingerprints(), Fingerprints()
    first, second = one.of("RCV001", "a", "main.tf"), one.of("RCV001", "a", "main.tf")

    assert other.of("RCV001", "a", "main.tf") == first
    assert first != second
    assert second == first.removesuffix(":1") + ":2"
    assert one.of("RCV001", "a\udcff", "main.tf") != first


def test_instances_that_say_the_same_are_one_group(sample: Result) -> None:
    """Seven buckets of one for_each are one group; the advice at the same line is another."""
    groups = grouped(found for found in sample.findings if found.line == 22)

    assert [(group.first.rule, len(group.findings)) for group in groups] == [("RCV101", 7), ("RCV102", 1)]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('  password = "abc\\"def" # x', '  password = "***" # x'),
        ("  master_password='x'", '  master_password="***"'),
        ('  db = { admin_token: "x", size = "y" }', '  db = { admin_token: "***", size = "y" }'),
        ("  password = var.password", "  password = var.password"),
        ('  name = "secret-bucket"', '  name = "secret-bucket"'),
        ('  url = "postgres://me:pw@db/x"', '  url = "postgres://***@db/x"'),
        ("  key AKIAABCDEFGHIJKLMNOP", "  key ***"),
        ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ==", "***"),
        ("  backup_retention_period = 7", "  backup_retention_period = 7"),
    ],
)
def test_an_excerpt_masks_secrets(line: str, shown: str) -> None:
    """Literals beside a secret's name are masked; references and other code stay."""
    assert shown == mask(line)


def test_a_tfvars_excerpt_masks_every_literal(tmp_path: Path) -> None:
    """In a file of values any name may hold a secret."""
    file = tmp_path / "prod.tfvars"
    file.write_text('pw1 = "x"\ndays = 7\n')

    assert Excerpts().around(str(file), 1, 1) == [(1, 'pw1 = "***"'), (2, "days = 7")]


@pytest.mark.parametrize("name", ["gone.tf", "terraform.tfstate", ".env", "plan.json", "folder.tf"])
def test_no_excerpt_of_what_is_no_code(tmp_path: Path, name: str) -> None:
    """State, environment files and plans are never quoted; a folder or a missing file is no error."""
    if name == "folder.tf":
        (tmp_path / name).mkdir()
    elif name != "gone.tf":
        (tmp_path / name).write_text("secret\n")

    assert Excerpts().line(str(tmp_path / name), 1) == ""


def test_an_excerpt_survives_bad_bytes_and_lines(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, controls, long lines and lines beyond the end are harmless."""
    file = tmp_path / "main.tf"
    file.write_bytes(b"\xef\xbb\xbfa = \xff\x1b[31m\n" + b"# x " * 1000 + b"\n")
    excerpts = Excerpts()

    assert excerpts.line(str(file), 1) == "a = \ufffd\\x1b[31m"
    assert len(excerpts.line(str(file), 2)) == 160
    assert excerpts.line(str(file), 99) == ""
    assert excerpts.line(str(file), 0) == ""
    assert excerpts.line("bad\0name.tf", 1) == ""
