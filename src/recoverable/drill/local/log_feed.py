"""Feeds archived log to a recovering server: it asks through a pipe, and this process fetches, whoever may read the archive.

The server's account need not be able to read it, every kind of archive is fetched the same way, and an archive that cannot
be read ends the recovery instead of looking like the end of the log.
"""

from __future__ import annotations

import os
import select
import shlex
import threading
from pathlib import Path

from recoverable.drill.backups.base_backup import DamagedBackupError
from recoverable.drill.postgres.account import Account, hand_over
from recoverable.drill.wal.archive import ArchiveError, WalArchive

THERE, MISSING, BROKEN = 0, 1, 200
"""Exit codes of restore_command: PostgreSQL takes those above 125 as a reason to stop, all others as the end of the log."""
_SCRIPT = """# Asks the drill for a file of the log, and ends with its answer.
echo "$$ $1 $2" > {ask} || exit {broken}
while read -r who code; do
    [ "$who" = "$$" ] && exit "$code"
done < {answer}
exit {broken}
"""


class LogFeed:
    """A thread that answers one server. A context manager; ``problem`` says what could not be read."""

    def __init__(self, archive: WalArchive, data: Path, folder: Path, account: Account, unfinished: str = "") -> None:
        """``unfinished`` is the segment that is only there as ``.partial``; ``folder`` is one that the account can enter."""
        self._archive = archive
        self._data = data
        self._account = account
        self._unfinished = unfinished
        self._ask, self._answer, self._script = folder / "ask", folder / "answer", folder / "fetch.sh"
        self._staged = data.parent / "fetched"
        self._stop_reader, self._stop_writer = -1, -1
        self._thread = threading.Thread(target=self._serve, name="log-feed", daemon=True)
        self.problem = ""
        self.fetched = 0

    @property
    def command(self) -> str:
        """The server's ``restore_command``."""
        return f"/bin/sh {shlex.quote(str(self._script)).replace('%', '%%')} %f %p"

    def __enter__(self) -> LogFeed:
        for pipe in (self._ask, self._answer):
            os.mkfifo(pipe, 0o600)
            hand_over(pipe, self._account)
        text = _SCRIPT.format(ask=shlex.quote(str(self._ask)), answer=shlex.quote(str(self._answer)), broken=BROKEN)
        self._script.write_text(text, encoding="utf-8")
        self._script.chmod(0o600)
        hand_over(self._script, self._account)
        self._stop_reader, self._stop_writer = os.pipe()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        os.write(self._stop_writer, b"x")
        self._thread.join()
        os.close(self._stop_reader)
        os.close(self._stop_writer)
        for path in (self._ask, self._answer, self._script, self._staged):
            path.unlink(missing_ok=True)

    def _serve(self) -> None:
        """Both pipes are held open in both directions, so that neither side ever meets an end between two questions."""
        ask = os.open(self._ask, os.O_RDWR)
        answer = os.open(self._answer, os.O_RDWR)
        both = select.poll()  # select() refuses descriptors from 1024 on, which a long-lived process reaches
        both.register(ask, select.POLLIN)
        both.register(self._stop_reader, select.POLLIN)
        try:
            rest = b""
            while True:
                ready = {descriptor for descriptor, _ in both.poll()}
                if self._stop_reader in ready:
                    return
                rest += os.read(ask, 4096)
                *lines, rest = rest.split(b"\n")
                for line in lines:
                    who, name, place = line.decode().split(" ", 2)
                    os.write(answer, f"{who} {self._fetch(name, place)}\n".encode())
        finally:
            os.close(ask)
            os.close(answer)

    def _fetch(self, name: str, place: str) -> int:
        try:
            source = f"{name}.partial" if name == self._unfinished else name
            if not self._archive.fetch(source, self._staged):
                return MISSING
            hand_over(self._staged, self._account)
            os.replace(self._staged, self._data / place)
            self.fetched += 1
        except (ArchiveError, DamagedBackupError, OSError) as error:
            self.problem = f"log file {name} could not be fetched: {error}"
            return BROKEN
        except Exception as error:  # whatever it is: the server waits, and must not take silence for the end of the log
            self.problem = f"log file {name} could not be fetched: {type(error).__name__}"
            return BROKEN
        return THERE
