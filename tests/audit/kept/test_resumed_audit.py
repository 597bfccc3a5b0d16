"""``audit aws --resume FILE``: whatever stopped it, it goes on where it was, says the same, and never judges by what is past."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.audit.kept.answers_file import LONGEST, AnswersFile
from recoverable.cli.entry import main
from tests.audit.kept.slow_cloud import BUCKETS, HOME, REGION, SECRET, Stopped, told
from tests.support.audit_cloud import ROLE

pytestmark = pytest.mark.xdist_group("audit-resume")
THROTTLED = 1
Said = tuple[int, str, str]


@pytest.fixture
def audit(stopped: Stopped, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Runs the command in this process; gives exit code, stdout and stderr."""

    def run(*words: str) -> Said:
        stopped.cloud.calls.clear()
        code = main(stopped.words(*words))
        found = capsys.readouterr()
        return code, found.out, found.err

    return run


def taken(err: str) -> int:
    """How many answers a run says it took."""
    found = re.search(r"([\d,]+) answers were taken", err)
    return int(found[1].replace(",", "")) if found else 0


def throttled(stopped: Stopped, audit: Callable[..., Said], *words: str) -> Said:
    """An audit that AWS throttles at the policies of a few buckets, with no second try."""
    stopped.cloud.fault("s3", "GetBucketPolicy", THROTTLED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        found = audit(*words)
    stopped.cloud.heal()
    return found


@pytest.mark.parametrize("words", [("--json-lines",), *([("--format", "json")] if os.environ.get("RECOVERABLE_LONG") else [])])
def test_after_a_kill_it_goes_on_and_finds_what_a_run_that_was_not_stopped_finds(
    words: tuple[str, ...], stopped: Stopped, audit: Callable[..., Said]
) -> None:
    whole = audit(*words)
    total, kept_calls = len(stopped.cloud.calls), stopped.cloud.of_kept_calls
    assert not stopped.file.exists()
    stopped.cloud.calls.clear()
    stopped.cloud.slow_from, stopped.cloud.pause = total // 3, 0.2
    with stopped.running(*words) as run:
        stopped.wait_for(total * 2 // 3)
        stopped.killed(run)
    assert stat.S_IMODE(stopped.file.stat().st_mode) == 0o600

    again = audit(*words)

    assert findings(again, words) == findings(whole, words)
    assert again[0] == whole[0] == 1
    assert taken(again[2]) > total // 4
    assert stopped.cloud.of_kept_calls == kept_calls - taken(again[2])
    assert not list(stopped.folder.glob("answers*"))


def findings(said: Said, words: tuple[str, ...]) -> Any:
    if "--json-lines" in words:
        return told(said[1])
    return [row for row in json.loads(said[1])["results"] if "minutes" not in str(row["found"])]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_stops_it_is_told_how_to_go_on(number: signal.Signals, stopped: Stopped, audit: Callable[..., Said]) -> None:
    stopped.cloud.slow_from, stopped.cloud.pause = 60, 0.2
    with stopped.running("--json-lines") as run:
        stopped.wait_for(130)
        os.kill(run.pid, number)
        _, err = run.communicate(timeout=60)
    stopped.cloud.pause = 0.0

    assert run.returncode == (130 if number == signal.SIGINT else -signal.SIGTERM)
    assert f"kept in {stopped.file}" in err
    assert "the same command goes on from there" in err
    assert SECRET not in err
    assert len(stopped.cloud.calls) < 130 + 8 * 8
    file = AnswersFile(stopped.file, print)
    assert file.close(done=False).count > 30


def test_only_what_was_not_answered_is_asked_by_the_run_that_goes_on(stopped: Stopped, audit: Callable[..., Said]) -> None:
    """What was throttled, and what was denied: no error is kept."""
    stopped.cloud.denied.add(("s3", "GetBucketTagging"))
    first = throttled(stopped, audit, "--json-lines")
    assert first[0] == 5
    assert stopped.file.exists()

    code, out, err = audit("--json-lines")

    assert code == 1
    assert not stopped.file.exists()
    asked = {call: count for call, count in stopped.cloud.asked.items() if call[0] == "s3"}
    assert asked == {("s3", "ListBuckets"): 1, ("s3", "GetBucketPolicy"): THROTTLED, ("s3", "GetBucketTagging"): BUCKETS}
    assert "the same command goes on" in first[2]
    assert f"going on: {stopped.file} holds" in err
    assert "settings are as they were then" in err
    assert [row for row in told(out) if row.get("verdict") == "unknown"] == []
    assert SECRET not in first[2] + err


def test_what_changed_of_the_moment_is_seen_by_the_run_that_goes_on(stopped: Stopped, audit: Callable[..., Said]) -> None:
    first = throttled(stopped, audit, "--json-lines")
    arn = f"arn:aws:rds:{REGION}:{HOME}:db:orders"
    assert "RCV203" not in rules_of(first, arn)
    stopped.cloud.lags[arn] = 45
    s3 = stopped.cloud.session(HOME).client("s3", region_name=REGION, endpoint_url=stopped.cloud.endpoint)
    s3.create_bucket(Bucket="stopped-new", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.delete_bucket(Bucket="stopped-000")
    try:
        second = audit("--json-lines")
    finally:
        stopped.cloud.lags.clear()
        s3.delete_bucket(Bucket="stopped-new")
        s3.create_bucket(Bucket="stopped-000", CreateBucketConfiguration={"LocationConstraint": REGION})

    assert "RCV203" in rules_of(second, arn)
    assert "RCV040" in rules_of(second, "arn:aws:s3:::stopped-new")
    assert "stopped-000" not in second[1]


def rules_of(said: Said, address: str) -> set[str]:
    """The rules that an address fails."""
    rows = [json.loads(line) for line in said[1].splitlines()]
    return {row["rule"] for row in rows if row.get("address") == address and row["verdict"] == "fail"}


def test_answers_that_are_older_than_the_limit_are_asked_for_anew(stopped: Stopped, audit: Callable[..., Said]) -> None:
    old = AnswersFile(stopped.file, print, lambda: time.time() - LONGEST - 1)
    old.of("aws", HOME).slot("old").keep("answer")
    assert old.close(done=False).count == 1

    _, _, err = audit("--json-lines")

    assert f"1 answers in {stopped.file} are older than {LONGEST / 3600:.0f} hours" in err
    assert "going on" not in err
    assert stopped.cloud.asked["s3", "GetBucketVersioning"] == BUCKETS


def test_no_other_login_or_account_is_given_the_answers_but_a_new_session_of_the_role_is(
    stopped: Stopped, audit: Callable[..., Said]
) -> None:
    """Another login might not be allowed to see what the first one saw."""
    mine = ("--json-lines", "--role-arn", f"arn:aws:iam::{HOME}:role/other")
    throttled(stopped, audit, *mine)
    copy = shutil.copy2(stopped.file, stopped.folder / "copy")

    for words in (("--json-lines", "--role-arn", ROLE), ("--json-lines",)):
        shutil.copy2(copy, stopped.file)
        _, _, err = audit(*words)
        assert taken(err) == 0
        assert "is one of this login" in err
    assert stopped.cloud.asked["s3", "GetBucketVersioning"] == BUCKETS
    shutil.copy2(copy, stopped.file)
    assert taken(audit(*mine)[2]) > BUCKETS


def test_another_audit_with_the_same_file_is_refused(stopped: Stopped, audit: Callable[..., Said]) -> None:
    stopped.cloud.slow_from, stopped.cloud.pause = 0, 0.05
    with stopped.running("--json-lines"):
        stopped.wait_for(50)
        code, out, err = audit("--json-lines")

    assert (code, out) == (2, "")
    assert "in use by another audit (--resume)" in err


def test_a_file_that_is_none_of_ours_is_refused_before_anybody_is_asked(stopped: Stopped, audit: Callable[..., Said]) -> None:
    stopped.file.write_text("my notes\n", encoding="utf-8")
    stopped.file.chmod(0o600)

    code, _, err = audit()

    assert (code, stopped.cloud.calls) == (2, [])
    assert "is no file of answers" in err
    assert stopped.file.read_text(encoding="utf-8") == "my notes\n"


@pytest.mark.parametrize("words", [("--facts", "{}"), ("--format", "json={}"), ("--format", "json", "--output", "{}")])
def test_answers_and_reports_do_not_go_to_one_file(words: tuple[str, ...], stopped: Stopped, audit: Callable[..., Said]) -> None:
    code, _, err = audit(*(word.format(stopped.file) for word in words))

    assert code == 2
    assert "a file of their own" in err
    assert not stopped.file.exists()


def test_a_mistake_leaves_no_file(stopped: Stopped, audit: Callable[..., Said]) -> None:
    assert audit("--format", "pdf")[0] == 2
    assert not stopped.file.exists()


def test_a_report_that_cannot_be_written_leaves_the_answers(stopped: Stopped, audit: Callable[..., Said], tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()

    assert audit("--format", "json", "--output", str(folder))[0] == 2
    assert AnswersFile(stopped.file, print).close(done=False).count > BUCKETS
