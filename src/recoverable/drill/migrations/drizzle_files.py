"""The migrations that a drizzle project declares, in both layouts, and what its database records, compared as sets.

Up to drizzle-kit 0.31: ``meta/_journal.json`` and ``TAG.sql``; ``migrate`` applies every entry whose ``when`` is newer than the
newest ``created_at``, and passes over all others for ever. From 1.0 on: a folder ``YYYYMMDDHHMMSS_name/migration.sql`` each, applied
by name. Facts from the migrator sources of drizzle-orm 0.45.4 and 1.0.0-rc.5.
"""

from __future__ import annotations

import datetime
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from recoverable.drill.migrations.history import History
from recoverable.drill.migrations.tool import ToolMissingError

JOURNAL = "meta/_journal.json"
_FOLDER = re.compile(r"(\d{14})(_.*)?\Z")


@dataclass(frozen=True, slots=True)
class Declared:
    """A migration of the project: its name, the time in milliseconds by which it is ordered, and the hashes its text may have.

    ``hashes`` starts with the one of the file as it is; the others are of the same text with other line ends, which git may change.
    """

    name: str
    when: int
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row of the migrations table; ``name`` is None in tables of drizzle-orm before 1.0."""

    id: int
    hash: str
    when: int | None
    name: str | None = None


def read_declared(folder: Path) -> tuple[list[Declared], bool]:
    """The declared migrations in their order, and whether they are applied by name (the layout of 1.0).

    Raises:
        ToolMissingError: neither layout is there, or files are missing.
    """
    journal = folder / JOURNAL
    if journal.is_file():
        return _read_journal(folder, journal), False
    if not folder.is_dir():
        raise ToolMissingError(f"the migrations folder {folder.name} does not exist", "Correct out in the migrations table.")
    found = sorted(path.parent for path in folder.glob("*/migration.sql"))
    if not found:
        raise ToolMissingError(
            f"{folder.name} holds neither {JOURNAL} nor a folder with migration.sql", "Correct out in the migrations table."
        )
    return [Declared(path.name, _milliseconds(path.name), _hashes(path / "migration.sql")) for path in found], True


def _read_journal(folder: Path, journal: Path) -> list[Declared]:
    try:
        entries = [(str(entry["tag"]), int(entry["when"])) for entry in json.loads(journal.read_text(encoding="utf-8"))["entries"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ToolMissingError(f"{JOURNAL} cannot be read: {type(error).__name__}") from None
    missing = [tag for tag, _ in entries if not (folder / f"{tag}.sql").is_file()]
    if missing:
        raise ToolMissingError(f"{JOURNAL} names {missing[0]}, and there is no {missing[0]}.sql")
    return [Declared(tag, when, _hashes(folder / f"{tag}.sql")) for tag, when in entries]


def _milliseconds(name: str) -> int:
    found = _FOLDER.match(name)
    try:
        time = datetime.datetime.strptime(found[1] if found else "", "%Y%m%d%H%M%S").replace(tzinfo=datetime.UTC)
    except ValueError:
        raise ToolMissingError(f"the folder {name} does not begin with a time such as 20261201180551") from None
    return int(time.timestamp()) * 1000


def _hashes(file: Path) -> tuple[str, ...]:
    # Node decodes the file as UTF-8 first, which replaces what is none.
    text = file.read_bytes().decode("utf-8", "replace")
    unix = text.replace("\r\n", "\n")
    spellings = dict.fromkeys((text, unix, unix.replace("\n", "\r\n")))
    return tuple(sha256(one.encode()).hexdigest() for one in spellings)


def compare(declared: Sequence[Declared], recorded: Sequence[Recorded], *, by_name: bool) -> History:
    """Sets of (hash, time), or of names where the tool goes by them."""
    matches = [_match(row, declared, by_name) for row in recorded]
    seen = Counter(found.name for found in matches if found)
    pairs = [(row, found) for row, found in zip(recorded, matches, strict=True) if found]
    newest = max((row.when for row in recorded if row.when is not None), default=None)
    absent = [one for one in declared if one.name not in seen]
    skipped = [] if by_name or newest is None else [one.name for one in absent if one.when <= newest]
    pending = [one.name for one in absent if one.name not in skipped]
    moved = [] if by_name else [found for row, found in pairs if row.when != found.when]
    remarks = []
    if any(row.hash in found.hashes[1:] for row, found in pairs):
        remarks.append("some files differ from what was applied in their line ends alone")
    if by_name and newest is not None and any(one.when < newest for one in absent):
        remarks.append("some of the pending ones are older than the newest applied one")
    return History(
        declared=len(declared),
        applied=tuple(seen),
        pending=tuple(pending),
        skipped=tuple(skipped),
        edited=tuple(found.name for row, found in pairs if row.hash not in found.hashes),
        unknown=tuple(f"row {row.id} ({(row.name or row.hash)[:40]})" for row, found in zip(recorded, matches, strict=True) if not found),
        twice=tuple(name for name, times in seen.items() if times > 1),
        redated=tuple(one.name for one in moved if newest is not None and one.when > newest),
        remarks=tuple(remarks),
    )


def _match(row: Recorded, declared: Sequence[Declared], by_name: bool) -> Declared | None:
    """The declared migration that a row records, as the tool itself would find it."""
    if by_name and row.name is not None:
        return next((one for one in declared if one.name == row.name), None)
    # A table from before 1.0 under a project in the new layout is upgraded by seconds: names hold no milliseconds.
    when = row.when // 1000 * 1000 if by_name and row.when is not None else row.when
    same_time = [one for one in declared if one.when == when]
    same_text = [one for one in declared if row.hash in one.hashes]
    both = [one for one in same_time if one in same_text]
    for candidates in (both, same_time, same_text):
        if candidates:
            return candidates[0]
    return None
