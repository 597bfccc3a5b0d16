"""What a data directory says of itself: ``pg_controldata``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recoverable.drill.postgres.programs import Programs
from recoverable.drill.postgres.running import ProgramFailedError, run_program
from recoverable.drill.target import parse_lsn

REQUIRED_SETTINGS = {
    "max_connections": "max_connections setting",
    "max_worker_processes": "max_worker_processes setting",
    "max_wal_senders": "max_wal_senders setting",
    "max_prepared_transactions": "max_prepared_xacts setting",
    "max_locks_per_transaction": "max_locks_per_xact setting",
}
"""Settings a server must have at least as large as the source to replay its log, and pg_controldata's lines for them."""


class ControlFileError(Exception):
    """``global/pg_control`` is missing, damaged or of another major version."""


@dataclass(frozen=True, slots=True)
class ControlFile:
    """The facts that a drill needs. LSNs are integers; ``settings`` are those of :data:`REQUIRED_SETTINGS`."""

    system_identifier: int
    state: str
    timeline: int
    checkpoint: int
    redo: int
    segment_size: int
    block_size: int
    checksums: bool
    settings: dict[str, int]


def read_control_file(programs: Programs, data: Path) -> ControlFile:
    """Read it with the program of the same major version.

    Raises:
        ControlFileError: it cannot be read, or its own checksum is wrong.
    """
    try:
        said = run_program([programs.path("pg_controldata"), "-D", data], timeout=30)
    except ProgramFailedError as error:
        raise ControlFileError(error.said) from None
    if "warning" in (said.stderr + said.stdout).lower():  # a wrong checksum or version is only a warning there, with exit code 0
        raise ControlFileError("global/pg_control is damaged, or was written by another major version")
    return parse_control_data(said.stdout)


def parse_control_data(said: str) -> ControlFile:
    """Read the lines of ``pg_controldata`` (LC_ALL=C).

    Raises:
        ControlFileError: a line that every version has is not there.
    """
    lines = {name.strip(): value.strip() for name, colon, value in (line.partition(":") for line in said.splitlines()) if colon}
    try:
        return ControlFile(
            system_identifier=int(lines["Database system identifier"]),
            state=lines["Database cluster state"],
            timeline=int(lines["Latest checkpoint's TimeLineID"]),
            checkpoint=parse_lsn(lines["Latest checkpoint location"]),
            redo=parse_lsn(lines["Latest checkpoint's REDO location"]),
            segment_size=int(lines["Bytes per WAL segment"]),
            block_size=int(lines["Database block size"]),
            checksums=lines["Data page checksum version"] != "0",
            settings={name: int(lines[line]) for name, line in REQUIRED_SETTINGS.items()},
        )
    except (KeyError, ValueError) as error:
        raise ControlFileError(f"pg_controldata did not say what it should: {error}") from None


def major_version(data: Path) -> int:
    """The major version of a data directory (``PG_VERSION``).

    Raises:
        ControlFileError: there is none, so it is no data directory.
    """
    try:
        return int((data / "PG_VERSION").read_text(encoding="ascii").split(".")[0])
    except (OSError, ValueError):
        raise ControlFileError(f"{data} has no readable PG_VERSION: it is no data directory") from None
