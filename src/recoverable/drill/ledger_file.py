"""A ledger in a file: a line of canonical JSON per record, and the newest hash in ``FILE.head`` beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from recoverable.drill.durable import append_line, make_folder, replace_file
from recoverable.drill.evidence import GENESIS, Record, canonical, chained
from recoverable.drill.ledger import Entry, Head, LedgerError, chain_faults, entry

PATIENCE = 60.0  # seconds for another drill to finish its own line


class FileLedger:
    """The ledger at a path. Any number of processes may append; a lock keeps them apart."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)

    def entries(self) -> Iterator[Entry]:
        """All lines."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise LedgerError(f"{self.path} cannot be read: {error.strerror}") from None
        lines = data.split(b"\n")
        for number, line in enumerate(lines, 1):
            if line or number < len(lines):
                yield entry(f"{self.path.name}:{number}", line)

    def head(self) -> Head | None:
        """What ``FILE.head`` says."""
        try:
            data = json.loads(self._head_path.read_bytes())
            return Head(int(data["sequence"]), str(data["hash"]))
        except FileNotFoundError:
            # A ledger that this tool wrote has a head: without one, the end cannot be trusted.
            return Head(0, "nothing: its head file is missing") if self.path.exists() else None
        except (OSError, ValueError, KeyError, TypeError):
            return Head(0, "nothing: its head file cannot be read")

    def removed(self) -> Iterator[str]:
        """A file does not remember."""
        return iter(())

    def append(self, record: Mapping[str, Any]) -> Record:
        """Add a line, then move the head; a crash between the two is mended here, a chain that is broken is refused."""
        try:
            make_folder(self.path.parent)
            with FileLock(f"{self.path}.lock", timeout=PATIENCE, mode=0o600):
                return self._append(record)
        except Timeout:
            raise LedgerError(f"{self.path} is locked by another process for more than {PATIENCE:.0f} s") from None
        except OSError as error:
            raise LedgerError(f"{self.path} cannot be written: {error.strerror}") from None

    def _append(self, record: Mapping[str, Any]) -> Record:
        entries = list(self.entries())
        last = entries[-1].data if entries else None
        fault = next(iter(chain_faults(entries)), None)
        if fault:
            raise LedgerError(
                f"{self.path} is broken at {fault.place}: {fault.what}. Keep it for whoever looks into it, and name a new file with --ledger"
            )
        head = self.head()
        last_hash = str(last["hash"]) if last else GENESIS
        ahead_by_one = last is not None and head is not None and head.sequence == len(entries) - 1 and head.hash == last["previous_hash"]
        first_without_head = len(entries) == 1 and not self._head_path.exists()
        if head and head.hash != last_hash and not ahead_by_one and not first_without_head:
            raise LedgerError(f"{self.path} does not end where {self._head_path.name} says: records at its end were removed or changed")
        new = chained(record, len(entries) + 1, last_hash)
        append_line(self.path, canonical(new).decode())
        replace_file(self._head_path, json.dumps({"sequence": new["sequence"], "hash": new["hash"]}) + "\n")
        return new

    @property
    def _head_path(self) -> Path:
        return self.path.with_name(f"{self.path.name}.head")
