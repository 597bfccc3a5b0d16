"""What an error of the server says about the copy. Texts of errors may hold rows, so most are told by their code alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from recoverable.drill.reading.sessions import BlindedError

DAMAGE = "damage"
BROKEN = "broken connection"
HINDRANCE = "hindrance"

_TELLING = ("XX", "58", "F0")
"""Classes whose texts hold block numbers, file names and names of relations, but no values of rows: internal error, system error, configuration."""
_HINDRANCES = {
    "57014": "it took longer than a statement may",
    "57P01": "the server was shut down",
    "57P03": "the server does not take connections yet",
    "42501": "permission denied",
    "55P03": "a lock was not given in time",
    "53100": "the disk is full",
    "53200": "the server is out of memory",
    "53300": "the server takes no more connections",
    "3D000": "there is no such database",
    "28000": "the login is refused",
    "28P01": "the password is refused",
    "0A000": "the server cannot do this",
    "54000": "a row is larger than the server can print",
}
_REFUSED = re.compile(
    r"authentication failed|not currently accepting connections|too many|starting up|shutting down|permission denied|no pg_hba\.conf entry"
    r"|remaining connection slots|is not permitted to log in|canceling authentication|role \".*\" does not exist"
    r"|database \".*\" does not exist(?!.*subdirectory)|unrecognized configuration parameter|invalid value for parameter",
    re.DOTALL,
)
"""What the server says at the door without meaning damage. A missing folder or system catalog is told at the door, too."""
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Happened:
    """The meaning of an error, and a sentence without rows."""

    kind: str
    text: str

    @property
    def speaks_against_the_copy(self) -> bool:
        """Whether it is a finding, and not only something that kept us from looking."""
        return self.kind in (DAMAGE, BROKEN)


def what_happened(error: Exception) -> Happened:
    """Sort an error of psycopg (or of the session) into damage, a crash under our hands, or a mere hindrance."""
    if isinstance(error, BlindedError):
        return Happened(HINDRANCE, str(error))
    code = getattr(error, "sqlstate", None)
    if code is None:
        return _without_code(error)
    if code in _HINDRANCES:
        return Happened(HINDRANCE, f"{_HINDRANCES[code]} ({code})")
    if code == "57P02":
        return Happened(BROKEN, "the server crashed while it was read (57P02)")
    return Happened(
        DAMAGE, f"{_text(error)} ({code})" if code.startswith(_TELLING) else f"reading it fails ({type(error).__name__} {code})"
    )


def _without_code(error: Exception) -> Happened:
    """No SQLSTATE: the connection was refused, or lost while a statement ran (the backend died of what it read)."""
    said = str(error)
    if "server closed the connection" in said or "connection is lost" in said or "consuming input failed" in said:
        return Happened(BROKEN, "the server process died while it was read")
    if isinstance(error, UnicodeError):
        return Happened(DAMAGE, "a name in it is not in the database's encoding")
    if "FATAL" in said and not _REFUSED.search(said):
        line = " ".join(said.partition("FATAL:")[2].split())
        return Happened(DAMAGE, f"it cannot be entered: {line if len(line) <= _LONGEST else line[:_LONGEST] + '…'}")
    return Happened(HINDRANCE, f"no connection ({type(error).__name__})")


def _text(error: Exception) -> str:
    diag = getattr(error, "diag", None)
    said = getattr(diag, "message_primary", None) or type(error).__name__
    line = " ".join(str(said).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
