"""Answers to read calls in one SQLite file, so that an audit that was stopped goes on where it was.

A row is one answer: the digest of who asked what, when it was read, the answer as text, and a sum over all of it. Answers are written
as they come and made durable about once a second: a ``kill -9`` loses what came in since, and never breaks the file. Memory holds none.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from recoverable.audit.kept.opening import files_beside, named, opened, same_file
from recoverable.audit.kept.tagged import data_of, text_of

LONGEST = 6 * 3600.0
"""Seconds that an answer may be old: a workday's stop and go, and less than the day after which a daily run comes again."""
BATCH_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Told:
    """An answer that was kept. Its value is None where nothing is set."""

    value: Any


@dataclass(frozen=True, slots=True)
class Held:
    """How many answers there are, and when the first and the last of them were read, in seconds since 1970."""

    count: int = 0
    first: float = 0.0
    last: float = 0.0


class AnswersFile:
    """The file of one audit, which nobody else can use meanwhile. Safe for many threads.

    ``tell`` hears once where the file can be written or read no more: then the audit goes on without it, and asks everything. ``clock``
    gives seconds since 1970.
    """

    def __init__(self, path: Path, tell: Callable[[str], None], clock: Callable[[], float] = time.time) -> None:
        """Open or make it; what is too old is taken out.

        Raises:
            InputError: it is no such file, another version's, damaged, open to others, or in use.
        """
        self.path, self.tell, self._clock = path, tell, clock
        self._connection, self._identity = opened(path)
        self._lock = threading.Lock()
        self._opened, self._committed, self._broken = clock(), time.monotonic(), False
        self.outdated = self._outdated()
        self.earlier = self.held()
        """What earlier runs left."""
        self.taken, self.oldest = 0, clock()
        """How many answers of earlier runs were given, and when the oldest of them was read."""

    def of(self, cloud: str, *who: str) -> Kept:
        """The answers that one login got about one account of a cloud."""
        return Kept(self, (cloud, *who))

    def find(self, question: bytes) -> Told | None:
        """The answer of an earlier run; None where there is none that may be given."""
        if not self.earlier.count:
            return None
        with self._lock:
            row = self._run("SELECT read, answer, sum FROM answer WHERE question = ?", question)
        if not row or row[0][2] != _sum(question, *row[0][:2]):
            return None
        if row[0][0] > self._opened or self._clock() - row[0][0] > LONGEST:
            return None
        found = Told(data_of(row[0][1]))
        with self._lock:
            self.taken, self.oldest = self.taken + 1, min(self.oldest, row[0][0])
        return found

    def keep(self, question: bytes, answer: Any) -> None:
        """Take an answer in."""
        read, text = self._clock(), text_of(answer)
        with self._lock:
            if self._broken:
                return
            if not self._connection.in_transaction:
                self._run("BEGIN")
            self._run("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", question, read, text, _sum(question, read, text))
            if time.monotonic() - self._committed >= BATCH_SECONDS:
                self._commit()

    def held(self) -> Held:
        """What is in it now."""
        with self._lock:
            row = self._run("SELECT count(*), min(read), max(read) FROM answer")
        return Held(*row[0]) if row and row[0][0] else Held()

    def close(self, *, done: bool) -> Held:
        """Close it, and take it away where the audit is done or it holds nothing; gives what stays.

        A path that leads to another file by now is left alone.
        """
        with self._lock:
            self._commit()
        left = Held() if done else self.held()
        with self._lock:
            if same_file(self.path, self._identity):  # taken away while it is locked: whoever comes now makes a new one
                for beside in files_beside(self.path):
                    beside.unlink(missing_ok=True)
                if done or not (left.count or self._broken):  # of one that failed nobody knows what it holds
                    self._remove()
            self._connection.close()
            self._broken = True  # for threads that an interrupt left running
        return left

    def _remove(self) -> None:
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            self._broken = False
            self._run("DELETE FROM answer")
            self.tell(f"{self.path} cannot be removed ({error.strerror}): it was emptied")

    def _outdated(self) -> int:
        now = self._clock()
        with self._lock:
            row = self._run("SELECT count(*) FROM answer WHERE read < ? OR read > ?", now - LONGEST, now)
            self._run("DELETE FROM answer WHERE read < ? OR read > ?", now - LONGEST, now)
        return int(row[0][0]) if row else 0

    def _commit(self) -> None:
        if self._connection.in_transaction:
            self._run("COMMIT")
        self._committed = time.monotonic()

    def _run(self, words: str, *values: Any) -> list[Any]:
        """Run one statement. A file that fails is given up, not the audit: nothing comes from it any more."""
        if self._broken:
            return []
        try:
            return self._connection.execute(words, values).fetchall()
        except sqlite3.Error as error:
            self._broken = True
            self.tell(f"{self.path} fails ({named(error)}): from here on everything is asked, and nothing more is kept")
            return []


class Kept:
    """The answers of one login about one account."""

    def __init__(self, file: AnswersFile, who: tuple[str, ...]) -> None:
        self._file, self._who = file, who

    def slot(self, *question: Any) -> Slot:
        """The place of the answer to one question: everything that makes it another one than any other."""
        return Slot(self._file, sha256(text_of([*self._who, *question]).encode()).digest())


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of one answer."""

    _file: AnswersFile
    _question: bytes

    def find(self) -> Told | None:
        """The answer, where an earlier run kept it."""
        return self._file.find(self._question)

    def keep(self, answer: Any) -> None:
        """Keep the answer for a later run."""
        self._file.keep(self._question, answer)


def _sum(question: bytes, read: float, text: str) -> int:
    """A sum that a changed answer does not have (CRC-32: against bad disks, not against people, from whom the mode keeps it)."""
    return zlib.crc32(b"%s %r %s" % (question, read, text.encode("utf-8", "surrogatepass")))
