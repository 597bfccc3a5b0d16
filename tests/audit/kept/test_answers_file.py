"""The file of answers: what it gives back, what it refuses, and what a kill, a bad disk and a clock do to it."""

from __future__ import annotations

import datetime
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from recoverable.audit.kept.answers_file import BATCH_SECONDS, LONGEST, AnswersFile, Kept

ME = ("aws", "123456789012", "arn:aws:iam::123456789012:user/me")
ANSWER = {"Tags": {"owner": "orders"}, "Since": datetime.datetime(2026, 12, 2, 8, tzinfo=datetime.UTC), "Blob": b"\x00"}


def silent(text: str) -> None:
    raise AssertionError(f"nothing is to be told, but: {text}")


@contextmanager
def opened(
    path: Path, who: tuple[str, ...] = ME, *, done: bool = False, now: float = 1000.0, tell: Callable[[str], None] = silent
) -> Iterator[Kept]:
    """The answers of one login, in a run of their own."""
    file = AnswersFile(path, tell, lambda: now)
    try:
        yield file.of(*who)
    finally:
        file.close(done=done)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "answers"


@pytest.fixture
def kept(path: Path) -> Path:
    """A file with an answer to ``tags`` of the second 1000, and one that nothing is set."""
    with opened(path) as answers:
        answers.slot("s3", "tags").keep(ANSWER)
        answers.slot("s3", "policy").keep(None)
    return path


def test_a_later_run_is_given_what_was_kept_and_nothing_else(kept: Path) -> None:
    with opened(kept) as answers:
        tags, policy, other = (answers.slot("s3", name).find() for name in ("tags", "policy", "versioning"))

    assert tags is not None
    assert tags.value == ANSWER
    assert policy is not None
    assert policy.value is None
    assert other is None


def test_the_run_that_keeps_an_answer_is_not_given_it(kept: Path) -> None:
    """Only what earlier runs were told is taken: so a run that goes on asks what one that begins asks."""
    file = AnswersFile(kept, silent, iter_clock(1002.0, 1003.0))
    slot = file.of(*ME).slot("s3", "newer")
    slot.keep("x")

    assert slot.find() is None
    file.close(done=False)


def iter_clock(first: float, later: float) -> Callable[[], float]:
    """A clock that moves on once the file is open."""
    times = iter([first] * 3)
    return lambda: next(times, later)


@pytest.mark.parametrize(
    "who",
    [
        ("aws", "210987654321", "arn:aws:iam::123456789012:user/me"),
        ("aws", "123456789012", "arn:aws:iam::123456789012:user/you"),
        ("gcp", "123456789012", "arn:aws:iam::123456789012:user/me"),
        ("aws", "123456789012"),
    ],
)
def test_another_account_login_or_cloud_is_never_given_the_answer(who: tuple[str, ...], kept: Path) -> None:
    with opened(kept, who) as answers:
        assert answers.slot("s3", "tags").find() is None


@pytest.mark.parametrize(("age", "given"), [(0.0, True), (LONGEST, True), (LONGEST + 1, False), (-1.0, False)])
def test_an_answer_that_is_too_old_or_of_the_future_is_asked_for_anew(age: float, given: bool, kept: Path) -> None:
    with opened(kept, now=1000.0 + age) as answers:
        assert (answers.slot("s3", "tags").find() is not None) is given


def test_an_answer_grows_too_old_while_the_audit_runs(kept: Path) -> None:
    file = AnswersFile(kept, silent, iter_clock(1001.0, 1001.0 + LONGEST))

    assert file.earlier.count == 2
    assert file.of(*ME).slot("s3", "tags").find() is None
    file.close(done=False)


def test_the_file_is_its_owners_alone_and_goes_when_the_audit_is_done(kept: Path) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with opened(kept, done=True):
        pass

    assert list(kept.parent.iterdir()) == []


def test_a_file_that_holds_nothing_does_not_stay(path: Path) -> None:
    with opened(path):
        assert path.exists()

    assert list(path.parent.iterdir()) == []


def test_a_file_that_was_put_into_its_place_is_left_alone(kept: Path) -> None:
    with opened(kept, done=True):
        kept.unlink()
        kept.write_text("a report", encoding="utf-8")

    assert kept.read_text(encoding="utf-8") == "a report"


def test_an_empty_file_as_mktemp_makes_it_is_taken(path: Path) -> None:
    path.touch(0o600)
    with opened(path) as answers:
        answers.slot("a").keep(1)

    assert path.stat().st_size > 0


def test_an_answer_that_a_bad_disk_changed_is_asked_for_anew(kept: Path) -> None:
    raw = kept.read_bytes()
    assert raw.count(b"orders") == 1
    kept.write_bytes(raw.replace(b"orders", b"nobody"))

    with opened(kept) as answers:
        assert answers.slot("s3", "tags").find() is None
        assert answers.slot("s3", "policy").find() is not None


def test_many_threads_may_keep_and_find(kept: Path) -> None:
    def work(answers: Kept, first: int) -> None:
        for number in range(first, first + 50):
            answers.slot(number).keep(number)
            assert answers.slot("s3", "tags").find() is not None

    with opened(kept) as answers:
        workers = [threading.Thread(target=work, args=(answers, start)) for start in range(0, 400, 50)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
    with opened(kept) as answers:
        found = [answers.slot(number).find() for number in range(400)]

    assert [told.value for told in found if told is not None] == list(range(400))


WRITER = """
import pathlib, sys, time
from recoverable.audit.kept.answers_file import BATCH_SECONDS, AnswersFile
kept = AnswersFile(pathlib.Path(sys.argv[1]), print).of("aws", "1")
number = 0
while True:
    began = time.monotonic()
    kept.slot(number).keep([number, "x" * 500])
    sys.stdout.write(f"{number} {began!r}\\n")
    sys.stdout.flush()
    number += 1
"""


@pytest.mark.parametrize("seconds", [0.0, 1.3, 2.1])
def test_a_kill_loses_a_second_at_most_and_breaks_nothing(seconds: float, path: Path) -> None:
    """By the writer's own clock: how busy the machine is makes no difference."""
    began: list[float] = []
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if not line.endswith("\n"):
                break  # the kill cut it off
            began.append(float(line.split()[1]))
            if began[-1] - began[0] >= seconds:
                os.kill(writer.pid, signal.SIGKILL)
    file = AnswersFile(path, silent)
    kept = file.of("aws", "1")
    found = [told.value for number in range(len(began) + 1) if (told := kept.slot(number).find()) is not None]
    file.close(done=False)

    assert found == [[number, "x" * 500] for number in range(len(found))]
    sure = sum(moment <= began[-1] - BATCH_SECONDS for moment in began)
    assert len(found) >= sure
    assert sure > 0 or seconds < BATCH_SECONDS
    assert path.exists() is (len(found) > 0)


def test_a_thread_that_an_interrupt_left_running_does_no_harm(kept: Path) -> None:
    file = AnswersFile(kept, silent, lambda: 1000.0)
    slot = file.of(*ME).slot("s3", "tags")
    file.close(done=False)

    slot.keep("late")
    assert slot.find() is None
    with opened(kept) as answers:
        assert answers.slot("s3", "policy").find() is not None


def test_a_file_that_fails_is_told_once_and_given_up_and_the_audit_goes_on(kept: Path) -> None:
    told: list[str] = []
    file = AnswersFile(kept, told.append, lambda: 1000.0)
    file._connection.execute("DROP TABLE answer")
    slot = file.of(*ME).slot("s3", "tags")

    assert slot.find() is None
    slot.keep(ANSWER)
    assert slot.find() is None
    assert len(told) == 1
    assert "everything is asked" in told[0]
    file.close(done=True)
    assert not kept.exists()


def test_a_disk_that_is_full_is_told_and_what_was_kept_before_stays(kept: Path) -> None:
    told: list[str] = []
    with opened(kept, tell=told.append) as answers:
        answers._file._connection.execute("PRAGMA max_page_count = 4")
        for number in range(100):
            answers.slot(number).keep("x" * 1000)

    assert [text.partition("(")[2].partition(")")[0] for text in told] == ["SQLITE_FULL"]
    with opened(kept) as answers:
        assert answers.slot("s3", "tags").find() is not None


def test_a_file_that_cannot_be_removed_is_emptied(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later audit must not judge by it."""
    told: list[str] = []

    def refuse(self: Path, missing_ok: bool = False) -> None:
        if not self.name.endswith("-journal"):
            raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        with opened(kept, done=True, tell=told.append):
            pass

    assert ["it was emptied" in text for text in told] == [True]
    with opened(kept) as answers:
        assert answers.slot("s3", "tags").find() is None
