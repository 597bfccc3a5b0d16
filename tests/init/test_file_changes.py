"""All is written, or nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from recoverable.init import file_changes
from recoverable.init.file_changes import FileChange, change, difference, text_of, write_all
from recoverable.model.errors import InputError


def everything(folder: Path) -> dict[str, str]:
    """All files below a folder."""
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_files_are_written_with_their_folders(tmp_path: Path) -> None:
    assert write_all(tmp_path, [change(tmp_path, "a/b/c.yml", "x\n"), change(tmp_path, "d", "é\r\n")]) == ["a/b/c.yml", "d"]

    assert (tmp_path / "d").read_bytes() == "é\r\n".encode()
    assert everything(tmp_path) == {"a/b/c.yml": "x\n", "d": "é\n"}


def test_what_is_as_it_should_be_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")

    assert write_all(tmp_path, [change(tmp_path, "a", "x")]) == []


def test_rights_are_kept_and_new_files_have_the_usual_ones(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "a").chmod(0o640)

    write_all(tmp_path, [change(tmp_path, "a", "y"), change(tmp_path, "b", "y")])

    mask = os.umask(0)
    os.umask(mask)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("disk full")])
def test_nothing_is_left_where_it_ends_before_the_last_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    (tmp_path / "old").write_text("old")
    real, calls = file_changes._prepared, []

    def prepared(target: Path, text: str) -> str:
        calls.append(target)
        if len(calls) == 3:
            raise error
        return real(target, text)

    monkeypatch.setattr(file_changes, "_prepared", prepared)
    with pytest.raises(type(error) if isinstance(error, BaseException) else error):
        write_all(tmp_path, [change(tmp_path, "old", "new"), change(tmp_path, "x/y", "new"), change(tmp_path, "x/z", "new")])

    assert everything(tmp_path) == {"old": "old"}
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    inside = tmp_path / "repository"
    inside.mkdir()
    (tmp_path / "secret").write_text("s")
    (inside / "recoverable.toml").symlink_to(tmp_path / "secret")

    with pytest.raises(InputError, match="leads out"):
        change(inside, "recoverable.toml", "x")


def test_a_link_inside_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("a")
    (tmp_path / "link").symlink_to("real")

    write_all(tmp_path, [change(tmp_path, "link", "b")])

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "b"


@pytest.mark.parametrize("content", [b"\xff\xfe", None])
def test_what_is_no_text_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    (tmp_path / "x").mkdir() if content is None else (tmp_path / "x").write_bytes(content)

    with pytest.raises(InputError):
        text_of(tmp_path, "x")


def test_the_difference_names_new_files_as_git_does() -> None:
    assert list(difference(FileChange("a", None, "x\n"))) == ["--- /dev/null", "+++ b/a", "@@ -0,0 +1 @@", "+x"]
    assert "-x" in list(difference(FileChange("a", "x\n", "y\n")))
