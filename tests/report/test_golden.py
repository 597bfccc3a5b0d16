"""Every format against its golden file; ``UPDATE_GOLDEN=1 pytest tests/report`` rewrites them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from recoverable.report import formats
from recoverable.report.result import Result

HERE = Path(__file__).parent
# GitLab's is a JSON array: Checkov's git mode takes every .json of a repository for a mapping.
GOLDEN = {
    "text": "text.txt",
    "json": "report.json",
    "sarif": "report.sarif",
    "junit": "junit.xml",
    "github": "github.txt",
    "gitlab": "gitlab.codequality",
    "markdown": "markdown.md",
    "html": "report.html",
}
DRAW_ALL = """
import hashlib, sys
sys.path[:0] = [{src!r}, {here!r}]
import conftest
from recoverable.report import formats
for result in (conftest.sample(), conftest.hostile()):
    for name in formats.names():
        print(name, hashlib.sha256(formats.render(result, name).encode("utf-8")).hexdigest())
"""


@pytest.mark.parametrize("name", formats.names())
def test_the_report_is_as_reviewed(sample: Result, name: str) -> None:
    """A change of a report shows as a diff of its golden file."""
    golden = HERE / "golden" / GOLDEN[name]
    drawn = formats.render(sample, name)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(drawn, encoding="utf-8", newline="")

    assert golden.read_text(encoding="utf-8") == drawn


def test_two_runs_give_the_same_bytes(sample: Result) -> None:
    """No report depends on the order of a set or a hash."""
    assert sample
    script = DRAW_ALL.format(src=str(HERE.parents[1] / "src"), here=str(HERE))
    runs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(runs) == 1
    assert runs.pop().count("\n") == 2 * len(formats.names())


@pytest.mark.parametrize("name", formats.names())
def test_a_hostile_run_is_drawn_in_every_format(hostile: Result, name: str) -> None:
    """No text of the input steers a terminal, runs backwards or starts a runner's command."""
    drawn = formats.render(hostile, name)
    lines = drawn.split("\n")
    ours = [line for line in lines if name == "github" and line.startswith("::")]

    assert drawn.encode("utf-8")
    assert "\x1b" not in drawn
    assert "\u202e" not in drawn
    assert [line for line in lines if line.lstrip().startswith("::") and line not in ours] == []


@pytest.mark.parametrize("name", formats.names())
def test_every_report_ends_with_one_newline(sample: Result, name: str) -> None:
    """Files end as text files do."""
    drawn = formats.render(sample, name)

    assert drawn.endswith("\n")
    assert not drawn.endswith("\n\n")


@pytest.mark.parametrize("name", formats.names())
def test_no_report_shows_the_password(sample: Result, name: str) -> None:
    """The sample's code holds a literal password on a reported line, which no report repeats."""
    assert "hunter2" not in formats.render(sample, name)


@pytest.mark.parametrize("name", formats.names())
def test_an_empty_run_is_drawn(name: str) -> None:
    """A run without findings has a report too."""
    assert formats.render(Result(findings=[], exit_code=3), name)
