"""What kinds of store there are to restore. Each has rungs, expectations and a negative control of its own."""

from __future__ import annotations

from enum import Enum


class Subject(str, Enum):
    """The kind of store that a provider restores, and that a rung can look at.

    Its value names the folders of its parts (``parts.py``): rungs in ``rungs_VALUE/``, the others in ``VALUE/``. PostgreSQL, for which
    all this was built first, has them without a word before or after.
    """

    POSTGRES = "postgres"
    OBJECTS = "objects"
    STATE = "state"
    SECRET = "secret"  # noqa: S105 - a kind of store, no password

    @property
    def rungs(self) -> str:
        """The folder of its rungs."""
        return "rungs" if self is Subject.POSTGRES else f"rungs_{self.value}"

    @property
    def has_server(self) -> bool:
        """Whether there is a database server to ask, to migrate, to smoke-test and to hand out."""
        return self is Subject.POSTGRES
