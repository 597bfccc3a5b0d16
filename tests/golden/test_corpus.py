"""What the gate says about real code, plans and previews is committed, reviewed (REVIEW.md) and does not change unseen.

``UPDATE_GOLDEN=1 pytest tests/golden`` rewrites the files; read the diff, each line is a verdict.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.golden.corpus_summary import AS_OF, inputs, judge, name_of, summary

CORPUS = Path(os.environ.get("RECOVERABLE_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
HERE = Path(__file__).parent
PARTS = ("hcl", "plans", "pairs", "previews")

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus of real code and plans at {CORPUS}; set RECOVERABLE_CORPUS")


@pytest.fixture(scope="module")
def found() -> list[Path]:
    """The inputs; the working folder is the corpus, so that reports name places as below it."""
    here = Path.cwd()
    os.chdir(CORPUS)
    try:
        return inputs(CORPUS)
    finally:
        os.chdir(here)


@pytest.mark.parametrize("part", PARTS)
def test_the_verdicts_on_the_corpus_are_those_reviewed(part: str, found: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CORPUS)
    golden = HERE / f"{part}.txt"

    text = "\n".join(summary(CORPUS, path) for path in found if name_of(CORPUS, path).startswith(f"{part}/"))

    if os.environ.get("UPDATE_GOLDEN") == "1":
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text("utf-8"), "verdicts changed; if each is right: UPDATE_GOLDEN=1"


def test_no_input_of_the_corpus_makes_an_error(
    found: list[Path], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(CORPUS)
    folders = sorted({file.parent for file in (CORPUS / "hcl").rglob("*.tf")})

    wrong = []
    for path in dict.fromkeys([*found, *folders]):
        code, report = judge(CORPUS, path)
        if (
            code not in (0, 1, 3)
            or report["summary"]["verdicts"]["error"]
            or [item for item in report["problems"] if item["kind"] == "error"]
        ):
            wrong.append((name_of(CORPUS, path), code))

    assert wrong == []
    assert "Traceback" not in capfd.readouterr().err


def test_two_runs_write_the_same_bytes_whatever_the_hash_seed(found: list[Path], tmp_path: Path) -> None:
    reports = []
    for seed in ("1", "2", "2"):
        report = tmp_path / f"{len(reports)}.json"
        words = ["check", *(name_of(CORPUS, path) for path in found), "--format", f"json={report}", "--as-of", AS_OF]
        done = subprocess.run(
            [sys.executable, "-m", "recoverable", *words],
            cwd=CORPUS,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        reports.append(report.read_bytes())

    assert reports[0] == reports[1] == reports[2]
