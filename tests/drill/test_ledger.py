"""The hash chain: what an edit, a removal and a reordering look like afterwards, in a file and in a bucket."""

from __future__ import annotations

import json
import multiprocessing
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.evidence import canonical, chained, hash_of
from recoverable.drill.ledger import LedgerError, open_ledger, verify
from recoverable.drill.ledger_file import FileLedger
from recoverable.model.errors import InputError

RECORDS = 6


@pytest.fixture
def ledger(tmp_path: Path) -> FileLedger:
    found = FileLedger(tmp_path / "ledger.jsonl")
    for number in range(RECORDS):
        found.append({"store": "orders", "verdict": "failed" if number == 2 else "verified", "note": "é ü", "rpo_seconds": number + 0.125})
    return found


def lines(ledger: FileLedger) -> list[bytes]:
    return ledger.path.read_bytes().splitlines()


def write(ledger: FileLedger, new: list[bytes]) -> None:
    ledger.path.write_bytes(b"".join(line + b"\n" for line in new))


def test_a_chain_that_nobody_touched_is_whole(ledger: FileLedger) -> None:
    assert verify(ledger) == []
    assert verify(ledger, expected_head=json.loads(lines(ledger)[3])["hash"]) == []


def test_every_single_character_counts(ledger: FileLedger) -> None:
    original = ledger.path.read_bytes()
    chosen = random.Random(7).sample(range(len(original)), 200)
    for place in chosen:
        changed = bytearray(original)
        changed[place] ^= 1
        ledger.path.write_bytes(bytes(changed))

        assert verify(ledger), f"the change at byte {place} was not seen"


def edited(line: bytes, rehash: bool) -> bytes:
    data = json.loads(line)
    data["verdict"] = "verified"
    return canonical({**data, "hash": hash_of(data)} if rehash else data)


TAMPERING: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "edited": lambda all_: [*all_[:2], edited(all_[2], rehash=False), *all_[3:]],
    "edited with its hash mended": lambda all_: [*all_[:2], edited(all_[2], rehash=True), *all_[3:]],
    "removed": lambda all_: [*all_[:2], *all_[3:]],
    "the first removed": lambda all_: all_[1:],
    "the last removed": lambda all_: all_[:-1],
    "half removed": lambda all_: all_[:3],
    "all removed": lambda all_: [],
    "swapped": lambda all_: [all_[0], all_[2], all_[1], *all_[3:]],
    "repeated": lambda all_: [*all_, all_[-1]],
    "inserted": lambda all_: [*all_[:3], canonical(chained({"store": "x"}, 4, json.loads(all_[2])["hash"])), *all_[3:]],
    "written with spaces": lambda all_: [*all_[:5], json.dumps(json.loads(all_[5])).encode()],
    "a key twice": lambda all_: [*all_[:5], all_[5][:-1] + b',"verdict":"verified"}'],
    "cut off": lambda all_: [*all_[:5], all_[5][:40]],
    "an empty line": lambda all_: [*all_[:3], b"", *all_[3:]],
    "not a mapping": lambda all_: [*all_[:5], b"[1]"],
}


@pytest.mark.parametrize("how", TAMPERING)
def test_tampering_is_found(ledger: FileLedger, how: str) -> None:
    write(ledger, TAMPERING[how](lines(ledger)))

    assert verify(ledger)
    with pytest.raises(LedgerError):
        ledger.append({"store": "orders"})


def test_the_end_cut_off_together_with_the_head_is_found_by_a_hash_from_elsewhere_alone(ledger: FileLedger) -> None:
    known = json.loads(lines(ledger)[-1])["hash"]
    kept = lines(ledger)[:3]
    write(ledger, kept)
    last = json.loads(kept[-1])
    ledger.path.with_name("ledger.jsonl.head").write_text(json.dumps({"sequence": 3, "hash": last["hash"]}))

    assert verify(ledger) == []
    assert [fault.place for fault in verify(ledger, expected_head=known)] == ["the end"]


def test_a_missing_head_file_is_a_fault(ledger: FileLedger) -> None:
    ledger.path.with_name("ledger.jsonl.head").unlink()

    assert verify(ledger)


def test_a_crash_between_record_and_head_is_mended_by_the_next_record(ledger: FileLedger) -> None:
    head = ledger.path.with_name("ledger.jsonl.head")
    before = head.read_text()
    ledger.append({"store": "orders"})
    head.write_text(before)

    assert verify(ledger) == []
    ledger.append({"store": "orders"})
    assert verify(ledger) == []
    assert len(lines(ledger)) == RECORDS + 2


def append_some(path: str) -> None:
    for _ in range(5):
        FileLedger(Path(path)).append({"store": "orders"})


def test_many_processes_append_to_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.map(append_some, [str(path)] * 4)

    assert verify(FileLedger(path)) == []
    assert len(lines(FileLedger(path))) == 20


def test_a_record_that_json_cannot_hold_is_refused(ledger: FileLedger) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        ledger.append({"rpo_seconds": float("nan")})
    assert verify(ledger) == []


@pytest.mark.parametrize("place", ["gs://bucket/x", "s3://", "https://example.com"])
def test_an_address_that_is_no_ledger_is_refused(place: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        open_ledger(place, tmp_path, 1)


def test_a_ledger_nobody_wrote_is_empty_and_whole(tmp_path: Path) -> None:
    found = FileLedger(tmp_path / "none.jsonl")

    assert (list(found.entries()), verify(found)) == ([], [])


def test_the_hash_is_over_the_canonical_record_without_itself(ledger: FileLedger) -> None:
    import hashlib

    data: dict[str, Any] = json.loads(lines(ledger)[0])
    said = data.pop("hash")
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert said == hashlib.sha256(text.encode()).hexdigest()


def test_a_ledger_in_s3_without_boto3_is_told_before_the_drill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recoverable.drill.ledger.find_spec", lambda name: None)

    with pytest.raises(InputError, match="boto3 is not installed"):
        open_ledger("s3://bucket/drills", tmp_path, 1)
