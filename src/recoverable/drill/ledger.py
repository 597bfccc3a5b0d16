"""The hash-chained ledger of evidence: what every place that keeps one must do, and how the chain is checked.

Each record holds the hash of the one before it. What a check can find, and what it cannot:

- a record that was edited, removed, inserted or moved breaks the chain at that place, whoever did it, unless everything
  after it was written anew as well;
- records cut off at the end leave a chain that is whole. The head that is kept beside the records tells, unless it was
  turned back too; on a bucket with versions the deleted ones are still listed;
- somebody who may write the whole ledger can write a whole new chain. Only a hash that was written down elsewhere tells:
  ``--expect-head``, given the hash that every drill prints, or object lock, which refuses the deletion in the first place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

from recoverable.drill.evidence import GENESIS, Record, canonical, hash_of
from recoverable.model.errors import InputError


class LedgerError(Exception):
    """The ledger could not be read or written: what happened, without any secret."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as it is stored: its place (for messages) and its bytes. ``data`` is None where it cannot be read."""

    place: str
    raw: bytes
    data: Record | None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest record, as written down beside the ledger."""

    sequence: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where the chain is broken."""

    place: str
    what: str


class Ledger(Protocol):
    """A place that keeps records in order and only lets them be added."""

    @property
    def place(self) -> str:
        """How messages name it."""

    def entries(self) -> Iterator[Entry]:
        """All records in their order.

        Raises:
            LedgerError: it cannot be read. A ledger that does not exist yet is empty.
            TransientError: nobody answered.
        """

    def head(self) -> Head | None:
        """The newest record as written down beside the records; None where the place keeps none."""

    def removed(self) -> Iterator[str]:
        """Places of records that are known to have been removed or written over; empty where the place cannot know."""

    def append(self, record: Mapping[str, Any]) -> Record:
        """Add a record at the end, chained to the one before; on the disk (or answered for) on return.

        Raises:
            LedgerError: it cannot be written.
            TransientError: nobody answered.
        """


def entry(place: str, raw: bytes) -> Entry:
    """Read one stored record."""
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError):
        data = None
    return Entry(place, raw, data if isinstance(data, dict) else None)


def verify(ledger: Ledger, expected_head: str = "") -> list[Fault]:
    """Every place where the chain is broken; empty where it is whole.

    Raises:
        LedgerError, TransientError: it cannot be read.
    """
    entries = list(ledger.entries())
    faults = list(chain_faults(entries))
    faults += [Fault(place, "this record was removed or written over") for place in ledger.removed()]
    head = ledger.head()
    if head and not _ends_at(entries, head):
        what = f"the ledger once ended with record {head.sequence} ({head.hash[:40]}): records at the end were removed or changed"
        faults.append(Fault("the end", what))
    if expected_head and expected_head not in {str(each.data.get("hash")) for each in entries if each.data}:
        faults.append(
            Fault("the end", f"no record has the expected hash {expected_head[:12]}…: records were removed or the chain was written anew")
        )
    return faults


def _ends_at(entries: list[Entry], head: Head) -> bool:
    """Whether the head speaks of the last record, or of the one before it: a crash may come between the record and the head."""
    if not len(entries) - 1 <= head.sequence <= len(entries):
        return False
    at = entries[head.sequence - 1].data if head.sequence else {"hash": GENESIS}
    return at is not None and at.get("hash") == head.hash


def chain_faults(entries: Iterable[Entry]) -> Iterator[Fault]:
    """What is wrong with the records themselves and with how they follow one another."""
    previous = GENESIS
    for sequence, each in enumerate(entries, 1):
        data = each.data
        if data is None:
            yield Fault(each.place, "it is not JSON: it was edited or cut off")
            previous = ""
            continue
        yield from _record_faults(each, data, sequence, previous)
        previous = str(data.get("hash", ""))


def _record_faults(each: Entry, data: Record, sequence: int, previous: str) -> Iterator[Fault]:
    try:
        whole = each.raw == canonical(data)
        right = hash_of(data) == data.get("hash")
    except ValueError:
        whole = right = False
    if not whole:
        yield Fault(each.place, "it is not written as this tool writes: it was edited")
    if not right:
        yield Fault(each.place, "its hash is not that of its content: it was edited")
    if data.get("sequence") != sequence or type(data.get("sequence")) is not int:
        yield Fault(
            each.place, f"it says it is record {data.get('sequence')}, and stands at {sequence}: records were removed, inserted or moved"
        )
    if data.get("previous_hash") != previous:
        yield Fault(each.place, "it does not follow the record before it: one of them was edited, removed, inserted or moved")


def open_ledger(place: str, state: Path, lock_days: int) -> Ledger:
    """The ledger at a path or ``s3://bucket/prefix``; the one in the state folder for "".

    Raises:
        InputError: the address cannot be one, or boto3 is not installed: told before the drill and not after it.
    """
    if place.startswith("s3://"):
        from recoverable.drill.ledger_s3 import S3Ledger

        bucket, _, prefix = place.removeprefix("s3://").partition("/")
        if not bucket:
            raise InputError(f"{place!r} names no bucket", "--ledger", "Write s3://bucket/prefix.")
        if find_spec("boto3") is None:
            raise InputError("boto3 is not installed", "--ledger", "pip install 'recoverable[drill]'.")
        return S3Ledger(bucket, prefix.strip("/"), lock_days)
    if "://" in place:
        raise InputError(f"{place!r} is no place for a ledger", "--ledger", "Use a file, or s3://bucket/prefix.")
    from recoverable.drill.ledger_file import FileLedger

    return FileLedger(Path(place).expanduser().absolute() if place else state / "ledger.jsonl")
