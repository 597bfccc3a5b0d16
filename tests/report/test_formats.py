"""Writing reports: where they go, and that a file is whole or not there."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from recoverable.report import formats, json_report
from recoverable.report.result import Result

SRC = str(Path(__file__).parents[2] / "src")


def test_an_unknown_format_is_named_with_the_known_ones() -> None:
    """The message is fit to print."""
    with pytest.raises(ValueError, match="unknown format 'pdf'; known are text, json, sarif, junit, github, gitlab"):
        formats.render(Result(findings=[]), "pdf")


def test_options_reach_only_the_formats_that_know_them(sample: Result) -> None:
    """One set of options serves a run with several formats."""
    assert "pass[" in formats.render(sample, "text", verbose=True, suppressed=False)
    assert formats.render(sample, "json", verbose=True) == formats.render(sample, "json")


@pytest.mark.parametrize("target", [None, "-"])
def test_without_a_file_the_report_goes_to_stdout(sample: Result, capfdbinary: pytest.CaptureFixture[bytes], target: str | None) -> None:
    """Data is UTF-8, whatever the terminal speaks."""
    formats.write(sample, "json", target)

    assert capfdbinary.readouterr().out == formats.render(sample, "json").encode()


def test_a_terminal_that_is_not_utf8_gets_escapes(monkeypatch: pytest.MonkeyPatch, sample: Result) -> None:
    """The text report adapts, data does not."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    odd = Result(findings=[], problems=[], inputs=[], standard_source="x", exit_code=3)
    formats.write(odd, "text")
    formats.write(sample, "html")

    assert raw.getvalue().startswith(b"Nothing to judge was found\n")
    assert "\u00b7".encode() in raw.getvalue()


def test_stdout_without_bytes_is_served(monkeypatch: pytest.MonkeyPatch, sample: Result) -> None:
    """A StringIO in place of stdout works."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    formats.write(sample, "text")

    assert stream.getvalue() == formats.render(sample, "text")


def test_a_file_is_written_whole_in_a_folder_that_is_made(sample: Result, tmp_path: Path) -> None:
    """Nothing else is left in the folder, and the umask holds."""
    target = tmp_path / "out" / "r.json"
    formats.write(sample, "json", str(target))
    mask = os.umask(0)
    os.umask(mask)

    assert target.read_text(encoding="utf-8") == formats.render(sample, "json")
    assert os.listdir(target.parent) == ["r.json"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~mask


def test_a_crash_leaves_the_old_file(sample: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a report is worse than the last one."""
    target = tmp_path / "r.json"
    target.write_text("old")

    def crash(_result: Result) -> object:
        yield "half"
        raise RuntimeError

    monkeypatch.setattr(json_report, "chunks", crash)
    with pytest.raises(RuntimeError):
        formats.write(sample, "json", str(target))

    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["r.json"]


def test_a_link_and_its_mode_stay(sample: Result, tmp_path: Path) -> None:
    """Writing through a link replaces what it leads to."""
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to(real)
    formats.write(sample, "text", str(link))

    assert link.is_symlink()
    assert real.read_text() == formats.render(sample, "text")
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_a_device_is_written_to(sample: Result) -> None:
    """It cannot be replaced."""
    formats.write(sample, "text", "/dev/null")

    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_text_and_json_import_nothing_heavy() -> None:
    """The floor of `check` is 0.25 s and 60 MB in all."""
    script = (
        "import sys; from recoverable.report import formats; from recoverable.report.result import Result\n"
        "for name in ('text', 'json'): formats.render(Result(findings=[]), name)\n"
        "heavy = 'jinja2 rich html xml hashlib tempfile shutil textwrap urllib sqlite3 email http asyncio'.split()\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-S", "-c", script], env={"PYTHONPATH": SRC}, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
