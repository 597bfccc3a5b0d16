"""``drill status`` and ``drill report``: exit codes, what is printed where, and nothing that is secret."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest

from recoverable.cli.entry import main
from recoverable.drill.verdict import Colour, DrillVerdict
from tests.support.drill_ledgers import drill, failed_drill, ledger

CONFIG = """\
[drill]
ledger = "ledger.jsonl"
[drill.stores.orders]
provider = "local"
environment = "prod"
source = { base_backups = "backup" }
"""
NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture(name="estate")
def estate_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store that is drilled; the ledger is empty."""
    (tmp_path / "recoverable.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECOVERABLE_STATE_DIR", str(tmp_path / "state"))
    # What the provider says of its source is not asked here.
    monkeypatch.setattr("recoverable.drill.parts.provider_names", lambda: ("local",))
    monkeypatch.setattr("recoverable.drill.parts.read_source", lambda name, table: dict(table.data))
    monkeypatch.setattr("recoverable.drill.parts.read_expectations", lambda table, subject: {})
    return tmp_path


def test_a_fresh_proof_is_clean(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger(estate / "ledger.jsonl", [drill(ended=NOW - DAY * 3)])

    assert main(["drill", "status"]) == 0
    out, err = capsys.readouterr()
    assert "orders  prod         fresh   3 days ago   31 + 7 d" in out
    assert err == ""
    assert max(map(len, out.splitlines()[:2])) <= 80


@pytest.mark.parametrize("verb", [["drill", "status"], ["drill", "status", "--json"], ["drill", "status", "--publish", "openmetrics"]])
def test_what_was_never_drilled_is_a_finding(estate: Path, verb: list[str]) -> None:
    assert main(verb) == 1


def test_an_overdue_proof_is_a_finding(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger(estate / "ledger.jsonl", [drill(ended=NOW - DAY * 50), failed_drill(ended=NOW - DAY)])

    assert main(["drill", "status"]) == 1
    out = capsys.readouterr().out
    assert "overdue" in out
    assert "since then a drill failed: heap-and-index-counts failed" in out


def test_a_failed_drill_after_a_young_proof_is_a_finding_in_every_output(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger(estate / "ledger.jsonl", [drill(ended=NOW - DAY * 3), failed_drill(ended=NOW - DAY)])

    assert main(["drill", "status"]) == 1
    out = capsys.readouterr().out
    assert "orders  prod         failing  3 days ago   31 + 7 d" in out
    assert "since then a drill failed: heap-and-index-counts failed" in out
    assert main(["drill", "status", "--json"]) == 1
    (store,) = json.loads(capsys.readouterr().out)["stores"]
    assert (store["status"], store["overdue"], store["failing"]) == ("failing", False, True)
    assert main(["drill", "status", "--publish", "openmetrics"]) == 1
    metrics = capsys.readouterr().out
    assert 'recoverable_restore_test_failing{environment="prod",store="orders"} 1.0' in metrics
    assert 'recoverable_restore_test_overdue{environment="prod",store="orders"} 0.0' in metrics
    assert main(["drill", "report"]) == 0
    assert capsys.readouterr().out.startswith("Failing: orders failed a drill and was not proven since\n")


def test_a_drill_that_could_not_run_is_told_and_no_finding(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost = drill(ended=NOW - DAY, verdict=DrillVerdict.COULD_NOT_RUN, colour=Colour.RED, reason="interrupted in verify")
    ledger(estate / "ledger.jsonl", [drill(ended=NOW - DAY * 3), lost])

    assert main(["drill", "status"]) == 0
    out = capsys.readouterr().out
    assert "fresh" in out
    assert "orders: the last drill could not run: interrupted in verify" in out
    assert main(["drill", "report"]) == 0
    assert capsys.readouterr().out.startswith("Proven: though the last drill could not run for orders\n")


def test_a_broken_ledger_is_a_finding_for_both_verbs(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = estate / "ledger.jsonl"
    ledger(path, [drill(ended=NOW - DAY), drill(ended=NOW)])
    path.write_text(path.read_text().replace('"rpo_seconds":12.5', '"rpo_seconds":0.5', 1))

    assert main(["drill", "status"]) == 1
    assert main(["drill", "report"]) == 1
    assert "not trusted" in capsys.readouterr().out


def test_no_store_is_nothing_to_judge(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (estate / "recoverable.toml").write_text("schema = 1\n", encoding="utf-8")

    assert main(["drill", "status"]) == 3
    assert "no store is set up" in capsys.readouterr().err


def test_status_as_json_is_json_alone(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger(estate / "ledger.jsonl", [drill(ended=NOW - DAY)])

    assert main(["drill", "status", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["stores"][0]["status"] == "fresh"
    assert found["faults"] == []


def test_openmetrics_goes_to_stdout_or_whole_into_a_file(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger(estate / "ledger.jsonl", [drill(ended=NOW - DAY)])

    assert main(["drill", "status", "--publish", "openmetrics"]) == 0
    printed = capsys.readouterr().out
    assert printed.endswith("# EOF\n")
    assert main(["drill", "status", "--publish", "openmetrics", "--output", "drills.prom"]) == 0
    assert (estate / "drills.prom").read_text().endswith("# EOF\n")
    assert (estate / "drills.prom").stat().st_mode & 0o777 == 0o644


TROUBLE = "postgresql://ann:marked-in-a-url@db/x password=marked-assigned marked-token-0815"


@pytest.mark.parametrize("asked", ["", "1"], ids=["", "with its trace"])
def test_a_bug_of_any_verb_exits_4_and_shows_no_secret(
    estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], asked: str
) -> None:
    def broken(*words: object) -> None:
        raise RuntimeError(TROUBLE)

    monkeypatch.setenv("API_TOKEN", "marked-token-0815")
    monkeypatch.setenv("RECOVERABLE_TRACEBACK", asked)
    monkeypatch.setattr("recoverable.drill.proof_status.judge_stores", broken)

    assert main(["drill", "status"]) == 4
    said = capsys.readouterr().err
    assert "RuntimeError" in said
    assert ("Traceback" in said) is bool(asked)
    assert "marked" not in said


@pytest.mark.parametrize(
    "words",
    [
        ["status", "--output", "x"],
        ["status", "--publish", "nagios"],
        ["status", "--json", "--publish", "openmetrics"],
        ["status", "--ledger", "ftp://x"],
        ["report", "elsewhere"],
        ["report", "--evidence", "recoverable.toml"],
        ["report", "--evidence", "missing.json"],
        ["report", "--evidence", "x", "--ledger", "y"],
        ["report", "--output", "missing/report.html"],
        ["report", "--format", "pdf"],
    ],
)
def test_wrong_options_are_bad_input(estate: Path, words: list[str]) -> None:
    assert main(["drill", *words]) == 2


def test_a_place_of_the_metric_that_does_not_answer_is_no_success(
    estate: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger(estate / "ledger.jsonl", [drill(ended=NOW - DAY)])
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ACCESS_KEY_ID": "AKIAMARKED",
        "AWS_SECRET_ACCESS_KEY": "marked-secret",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    assert main(["drill", "status", "--publish", "cloudwatch"]) == 5
    out, err = capsys.readouterr()
    assert "fresh" in out, "the table is printed all the same"
    assert "CloudWatch cannot be reached" in err
    assert "marked-secret" not in out + err


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("text", "Proven: "),
        ("html", "<!doctype html>"),
        ("markdown", "<!-- recoverable-drill -->"),
        ("junit", "<?xml"),
        ("json", "{"),
        ("openmetrics", "# HELP"),
    ],
)
def test_every_format_is_written(estate: Path, capsys: pytest.CaptureFixture[str], name: str, start: str) -> None:
    ledger(estate / "ledger.jsonl", [drill(ended=NOW - DAY)])

    assert main(["drill", "report", "--format", name]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(start)
    assert main(["drill", "report", "orders", "--format", name, "--output", "report.out"]) == 0
    assert (estate / "report.out").read_text().startswith(start)


def test_a_report_without_any_drill_is_written_and_says_so(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", "report"]) == 3
    assert "no drill was ever recorded" in capsys.readouterr().out


def test_the_record_of_one_drill_can_be_shown_and_an_edited_one_is_found_out(estate: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = ledger(estate / "elsewhere.jsonl", [failed_drill(ended=NOW)])
    (record,) = [each.data for each in made.entries()]
    assert record
    (estate / "one.json").write_text(json.dumps(record, indent=2), encoding="utf-8")
    (estate / "edited.json").write_text(json.dumps({**record, "verdict": "verified"}), encoding="utf-8")

    assert main(["drill", "report", "--evidence", "one.json"]) == 0
    assert "heap-and-index-counts failed" in capsys.readouterr().out
    assert main(["drill", "report", "--evidence", "edited.json"]) == 1
    assert "it was edited" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["status", "report"])
def test_help_ends_with_the_exit_status(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drill", verb, "--help"]) == 0
    assert "exit status:" in capsys.readouterr().out
