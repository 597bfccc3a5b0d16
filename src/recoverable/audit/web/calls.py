"""What a call of an HTTPS API is to the audit: one entry of a table that the guard, the printed role and the tests all go by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

_PART = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class WebCall:
    """One GET. ``path`` names its parts in braces. ``key`` is where the entries of a list are.

    ``action`` is what has to be allowed. ``nothing`` are error codes that mean no more than that nothing is set, ``lists`` that without it
    stores are not seen at all of which alerts are told facts. ``off_is_nothing``: where the API is not enabled in the project, there is nothing of it.
    """

    service: str
    name: str
    path: str
    action: str
    key: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    nothing: frozenset[str] = frozenset()
    lists: bool = False
    off_is_nothing: bool = False

    def filled(self, words: Mapping[str, str]) -> str:
        """The path with its parts filled in.

        Raises:
            KeyError: a part is not given.
        """
        return _PART.sub(lambda found: quote(words[found[1]], safe=""), self.path)

    def fits(self, path: str) -> bool:
        """Whether a path is one of this call. A part is never empty and never leads upwards."""
        pattern = "[^/?#]+".join(re.escape(each) for each in _PART.split(self.path)[::2])
        return re.fullmatch(pattern, path) is not None and not {"", ".", ".."} & set(path.split("/")[1:])


class ForbiddenRequestError(Exception):
    """A request that is no GET of the table of read calls: a bug, stopped before it was sent."""


@dataclass(frozen=True, slots=True)
class Table:
    """All calls of one cloud."""

    calls: Mapping[tuple[str, str], WebCall]

    @classmethod
    def of(cls, calls: Iterable[WebCall]) -> Table:
        """By service and name."""
        return cls({(call.service, call.name): call for call in calls})

    def guard(self, service: str, method: str, path: str) -> None:
        """Let nothing out that is not a GET of the table.

        Raises:
            ForbiddenRequestError: it is something else.
        """
        if method != "GET" or not any(call.service == service and call.fits(path) for call in self.calls.values()):
            raise ForbiddenRequestError(f"{method} of {service} is not a call of the audit")
