"""Which files are opened as files of answers: our own, alone; what is refused stays as it was."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.audit.kept.answers_file import AnswersFile
from recoverable.audit.kept.opening import APPLICATION
from recoverable.model.errors import InputError
from tests.audit.kept.test_answers_file import kept, opened, path, silent

__all__ = ["kept", "path"]


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE accounts (name TEXT)")
    other.close()
    path.chmod(0o600)


def of_version(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute(f"PRAGMA application_id = {APPLICATION}")
        other.execute("PRAGMA user_version = 99")
        other.execute("CREATE TABLE answer (question BLOB)")
    other.close()
    path.chmod(0o600)


def text(path: Path) -> None:
    path.write_text("a text of mine\n" * 1000, encoding="utf-8")
    path.chmod(0o600)


def half(path: Path) -> None:
    with opened(path) as answers:
        for number in range(200):
            answers.slot(number).keep("x" * 200)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def readable(path: Path) -> None:
    path.touch(0o644)
    path.chmod(0o644)


def link(path: Path) -> None:
    path.symlink_to("/dev/null")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (foreign, "no file of answers"),
        (text, "no file of answers"),
        (of_version, "another version"),
        (half, "damaged"),
        (readable, "read or written by others"),
        (link, "no plain file"),
        (Path.mkdir, "no plain file"),
    ],
)
def test_what_is_no_such_file_is_refused_and_left_as_it_was(make: Callable[[Path], None], said: str, path: Path) -> None:
    make(path)
    before = path.read_bytes() if path.is_file() else b""

    with pytest.raises(InputError, match=said) as refused:
        AnswersFile(path, silent)

    assert refused.value.fix
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        AnswersFile(tmp_path / "no" / "answers", silent)


def test_two_at_once_are_refused(kept: Path) -> None:
    with opened(kept) as answers:
        with pytest.raises(InputError, match="in use by another audit"):
            AnswersFile(kept, silent)
        assert answers.slot("s3", "tags").find() is not None


def test_two_processes_at_once_are_refused(kept: Path) -> None:
    code = "import sys, pathlib\nfrom recoverable.audit.kept.answers_file import AnswersFile\nAnswersFile(pathlib.Path(sys.argv[1]), print)"
    with opened(kept):
        done = subprocess.run([sys.executable, "-c", code, str(kept)], capture_output=True, text=True, check=False)

    assert "in use by another audit" in done.stderr


def test_a_file_of_mine_under_the_journals_name_is_left_alone(path: Path) -> None:
    mine = path.with_name(f"{path.name}-journal")
    mine.write_text("a text of mine\n", encoding="utf-8")

    with pytest.raises(InputError, match="is in the way"):
        AnswersFile(path, silent)
    assert mine.read_text(encoding="utf-8") == "a text of mine\n"
