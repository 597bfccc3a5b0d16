"""Opens a file of answers, or makes it, for this process alone; refuses what is none."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
from pathlib import Path

from recoverable.model.errors import InputError

APPLICATION, VERSION = 0x52435641, 1
"""``RCVA``, by which the file says whose it is, and the version of its table."""
TABLE = "CREATE TABLE answer (question BLOB PRIMARY KEY, read REAL NOT NULL, answer TEXT NOT NULL, sum INTEGER NOT NULL) WITHOUT ROWID"
PRIVATE = 0o600
JOURNAL = bytes.fromhex("d9d505f920a163d7")
"""How a rollback journal of SQLite begins: https://www.sqlite.org/fileformat2.html#the_rollback_journal"""
PRIMARY = 0xFF
"""The part of SQLite's extended codes that says the kind of error."""
OPTION = "--resume"
Identity = tuple[int, int]
"""Device and inode."""


def opened(path: Path) -> tuple[sqlite3.Connection, Identity]:
    """A connection that holds the file's lock to its end (the system frees it when the process dies), and which file it is.

    Raises:
        InputError: it is no such file, another version's, damaged, open to others, or in use.
    """
    identity = _private(path)
    _keep_what_is_beside(path)
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        _is_ours(connection, path)
        connection.execute("PRAGMA journal_mode = TRUNCATE")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN EXCLUSIVE")  # in this mode kept until the connection is closed
        if not _tables(connection):
            connection.execute(TABLE)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        connection.close()
        raise _refused(path, error) from None
    except InputError:
        connection.close()
        raise
    return connection, identity


def same_file(path: Path, identity: Identity) -> bool:
    """Whether a path leads to the file that was opened."""
    try:
        found = os.lstat(path)
    except OSError:
        return False
    return (found.st_dev, found.st_ino) == identity


def files_beside(path: Path) -> list[Path]:
    """What SQLite puts beside the file."""
    return [path.with_name(f"{path.name}-journal")]


def named(error: sqlite3.Error) -> str:
    """What SQLite calls an error; its text could hold what was in the file."""
    return str(getattr(error, "sqlite_errorname", type(error).__name__))


def _private(path: Path) -> Identity:
    """Make sure of a plain file of our own that nobody else may read or write: it holds settings, and is believed."""
    with contextlib.suppress(FileExistsError):  # one that is there is looked at below
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE))
    found = os.lstat(path)
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{path} is no plain file", OPTION, "Name a file; it is made where there is none.")
    if found.st_uid != os.geteuid():
        raise InputError(f"{path} belongs to somebody else", OPTION, "Name another file: what is in it would be believed.")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise InputError(f"{path} may be read or written by others", OPTION, "Remove it, or name another file: it has to have mode 0600.")
    return found.st_dev, found.st_ino


def _keep_what_is_beside(path: Path) -> None:
    """SQLite would write over a file of somebody else's that has the name of its journal. One of an earlier run, whose file is not begun yet,
    is known by its head.
    """
    if path.stat().st_size:
        return
    for beside in files_beside(path):
        try:
            with beside.open("rb") as stream:
                head = stream.read(len(JOURNAL))
        except FileNotFoundError:
            continue
        except OSError:
            head = b"?"
        if head not in (b"", JOURNAL):
            raise InputError(f"{beside} is in the way", OPTION, "Name another file: SQLite keeps its journal under that name.")


def _is_ours(connection: sqlite3.Connection, path: Path) -> None:
    """Before anything is written."""
    application, version = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    if application == APPLICATION and version != VERSION:
        raise InputError(f"{path} is of another version of recoverable ({version})", OPTION, "Remove it: the audit then asks everything.")
    if application != APPLICATION and (application or version or _tables(connection)):
        raise InputError(f"{path} is no file of answers", OPTION, "Name another file; it is made where there is none.")
    if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise InputError(f"{path} is damaged", OPTION, "Remove it: the audit then asks everything.")


def _tables(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


def _refused(path: Path, error: sqlite3.Error) -> InputError:
    """What an error of SQLite means to the user."""
    kind = getattr(error, "sqlite_errorcode", 0) & PRIMARY
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return InputError(f"{path} is in use by another audit", OPTION, "Wait for its end, or name another file.")
    if kind == sqlite3.SQLITE_NOTADB:
        return InputError(f"{path} is no file of answers", OPTION, "Name another file; it is made where there is none.")
    if kind == sqlite3.SQLITE_CORRUPT:
        return InputError(f"{path} is damaged", OPTION, "Remove it: the audit then asks everything.")
    return InputError(f"{path} cannot be used ({named(error)})", OPTION, "Name a file on a local disk with room.")
