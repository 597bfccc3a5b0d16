"""Which file is the standard, and what becomes of one that cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recoverable.model.errors import InputError
from recoverable.standard.load import load, parse
from recoverable.standard.problems import StandardError


def write(path: Path, text: str = "[environments.prod]\nbackup_retention_days = 35\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path) -> str:
    with pytest.raises(StandardError) as caught:
        load(path, start=path.parent)
    return str(caught.value)


def test_an_explicit_path_is_taken_whatever_lies_nearer(tmp_path: Path) -> None:
    write(tmp_path / "recoverable.toml", "")
    other = write(tmp_path / "other.toml")

    assert load(other, start=tmp_path).settings("prod")["backup_retention_days"].value == 35


def test_the_nearest_file_going_up_is_taken(tmp_path: Path) -> None:
    write(tmp_path / "recoverable.toml", "")
    near = write(tmp_path / "a" / "recoverable.toml")
    (tmp_path / "a" / "b" / "c").mkdir(parents=True)

    assert load(None, start=tmp_path / "a" / "b" / "c").path == near
    assert load(None, start=write(tmp_path / "a" / "main.tf", "")).path == near


@pytest.mark.parametrize("git", ["folder", "file"])
def test_the_search_ends_at_the_root_of_the_repository(tmp_path: Path, git: str) -> None:
    write(tmp_path / "recoverable.toml")
    repository = tmp_path / "repository"
    (repository / "infra").mkdir(parents=True)
    (repository / ".git").mkdir() if git == "folder" else write(repository / ".git", "gitdir: elsewhere")

    assert load(None, start=repository / "infra").label == "built-in"
    write(repository / "recoverable.toml", "")
    assert load(None, start=repository / "infra").path == repository / "recoverable.toml"


def test_the_file_is_named_relative_to_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a" / "recoverable.toml")

    monkeypatch.chdir(tmp_path)
    assert load(None, start=Path("a")).settings("prod")["backup_retention_days"].source == "a/recoverable.toml:2"
    monkeypatch.chdir(tmp_path / "a")
    assert load(path, start=Path()).label == "recoverable.toml"
    monkeypatch.chdir("/")
    assert load(Path("/") / path, start=Path()).label == str(path).lstrip("/")


def test_a_missing_file_is_refused_and_not_replaced_by_the_built_in_standard(tmp_path: Path) -> None:
    path = tmp_path / "no.toml"
    assert refused(path) == f"the standard file does not exist ({path}). Check the path, or leave it out to use the built-in standard."


def test_a_dangling_link_called_recoverable_toml_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").symlink_to(tmp_path / "gone")
    with pytest.raises(StandardError, match="does not exist"):
        load(None, start=tmp_path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path) == f"the standard file is a folder ({tmp_path}). Name the file in it: {tmp_path}/recoverable.toml."


def test_a_symlink_loop_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "loop.toml"
    path.symlink_to(path)
    assert refused(path) == f"the standard file cannot be read: {os.strerror(40)} ({path}). Check that it is a file you may read."


def test_a_file_that_never_ends_is_refused() -> None:
    assert refused(Path("/dev/zero")).startswith("the standard file is over 10 MB (/dev/zero).")


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"schema = 1\nreviewed = \xff\n")
    assert refused(path) == f"the standard file is not UTF-8 text ({path}:2). Save it as UTF-8."


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xef\xbb\xbfschema = 1\r\n[environments.prod]\r\nbackup_retention_days = 31\r\n")
    assert load(path, start=tmp_path).settings("prod")["backup_retention_days"].source == f"{path}:3"


SYNTAX_FIX = "Mend the syntax; strings need quotes, and a table's name stands in [brackets]."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("schema = 1\nfail_on = medium\n", f"the standard file is not valid TOML: Invalid value (s.toml:2). {SYNTAX_FIX}"),
        (
            "schema = 1\n\n[environments\n\n",
            f"the standard file is not valid TOML: Expected ']' at the end of a table declaration (s.toml:3). {SYNTAX_FIX}",
        ),
        ("schema = 1\nx = [1,\n\n", f"the standard file is not valid TOML: Invalid value (s.toml:2). {SYNTAX_FIX}"),
        ("a = 1\na = 2", f"the standard file is not valid TOML: Cannot overwrite a value (s.toml:2). {SYNTAX_FIX}"),
    ],
)
def test_a_syntax_error_is_told_with_its_line(text: str, expected: str) -> None:
    with pytest.raises(StandardError) as caught:
        parse(text, label="s.toml")
    assert str(caught.value) == expected


def test_a_number_of_ten_thousand_digits_is_refused() -> None:
    with pytest.raises(StandardError, match=r"^the standard file is not valid TOML: Exceeds the limit"):
        parse(f"schema = {'9' * 10_000}")


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(StandardError) as caught:
        parse(f"drill = {'[' * 5000}{']' * 5000}", label="s.toml")
    assert str(caught.value) == "the standard file is nested too deeply (s.toml). Flatten its arrays and tables."


def test_a_newer_schema_is_refused_alone() -> None:
    with pytest.raises(StandardError) as caught:
        parse("schema = 2\nnew_key = 1")
    assert str(caught.value) == (
        "schema is 2, and this version of recoverable reads 1 (recoverable.toml:1). Update recoverable, or write schema = 1."
    )


@pytest.mark.parametrize("value", ['"1"', "true", "0", "1.0"])
def test_a_schema_that_is_not_one_is_refused(value: str) -> None:
    with pytest.raises(StandardError) as caught:
        parse(f"schema = {value}")
    assert str(caught.value) == "schema is not 1 (recoverable.toml:1). Write schema = 1."


def test_a_standard_error_is_a_users_mistake_with_what_where_and_fix() -> None:
    with pytest.raises(InputError) as caught:
        parse("fail_on = 3")
    error = caught.value
    assert (error.what, error.where, error.fix) == (
        "fail_on is 3, not one of critical, high, medium, low, advice",
        "recoverable.toml:1",
        "Write one of critical, high, medium, low, advice, in quotes.",
    )


def test_drills_are_left_to_the_drills() -> None:
    assert parse("[drill.stores.orders]\nanything = [1, { x = true }]").environments == ("prod", "staging", "dev")


def test_outside_listeners_and_switches_of_the_gate_are_read() -> None:
    standard = parse('require_environment = true\nfail_on = "low"\n[alerting]\nexternal = ["datadog", " pager "]')

    assert (standard.require_environment, standard.fail_on.value, standard.external_alerting) == (True, "low", ("datadog", "pager"))
