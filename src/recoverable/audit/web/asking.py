"""Asks one call or one list of pages about one account, and turns what cannot be read into a named gap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from recoverable.audit.asking import WORDS, Listed
from recoverable.audit.web.calls import Table, WebCall
from recoverable.audit.web.client import Json, NoAnswerError, ReadingClient
from recoverable.model.values import Unknown

MOST_PAGES = 10_000
OFF = frozenset({"SERVICE_DISABLED", "accessNotConfigured"})
Next = Callable[[Json], str]


@dataclass(frozen=True, slots=True)
class WebGap:
    """Something the audit could not read; ``why`` is a key of ``WORDS``, ``about`` the one thing asked about."""

    call: WebCall
    account: str
    why: str
    code: str
    about: str = ""

    @property
    def unknown(self) -> Unknown:
        """The gap as a value that is not known."""
        return Unknown(self.call.action, f"{WORDS[self.why]}: {self.code} in {self.account}")


class Place:
    """One account of a cloud: a project of Google Cloud, or what a key of Neon reaches. ``gaps`` collects what could not be read, ``off``
    the services of which an API was taken for empty since it is off.

    ``names`` are all names of the account by which an error may say where an API is not enabled; ``next_page`` gives the query parameter and
    value that lead from one page to the next.
    """

    def __init__(
        self,
        account: str,
        table: Table,
        clients: Mapping[str, ReadingClient],
        next_page: Callable[[Json], dict[str, str]],
        names: Callable[[], frozenset[str]] = frozenset,
    ) -> None:
        self.account, self.gaps, self.off = account, list[WebGap](), set[str]()
        self._table, self._clients, self._next, self._names = table, clients, next_page, names

    def one(self, service: str, name: str, about: str = "", query: Mapping[str, str] | None = None, **words: str) -> Json | Unknown | None:
        """The answer to one call; None where nothing is set, Unknown where it could not be read."""
        call = self._table.calls[service, name]
        try:
            return self._clients[service].get(call.filled(words), {**call.query, **(query or {})})
        except NoAnswerError as trouble:
            return self._missed(call, trouble, about)

    def each(
        self, service: str, name: str, take: Callable[[Any], object], about: str = "", query: Mapping[str, str] | None = None, **words: str
    ) -> Unknown | None:
        """Hand every entry of a list to ``take``; the gap where the list could not be read to its end, or is said not to be whole."""
        call = self._table.calls[service, name]
        asked, gap = {**call.query, **(query or {})}, None
        for _ in range(MOST_PAGES):
            try:
                page = self._clients[service].get(call.filled(words), asked)
            except NoAnswerError as trouble:
                return self._missed(call, trouble, about)
            entries = page.get(call.key, [])
            if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
                return self._gap(call, "failed", "NoList", about)
            for entry in entries:
                take(entry)
            if gap is None and (code := _part(page)):
                gap = self._gap(call, "unreachable", code, about)
            following = self._next(page)
            if not following or following.items() <= asked.items():
                return gap
            asked |= following
        return self._gap(call, "failed", "NoEnd", about)

    def pages(self, service: str, name: str, about: str = "", query: Mapping[str, str] | None = None, **words: str) -> Listed:
        """All entries of a list; what came before an error is kept, with the gap."""
        listed = Listed()
        listed.gap = self.each(service, name, listed.items.append, about, query, **words)
        return listed

    def unsure(self, service: str, name: str, code: str) -> Unknown:
        """What was taken for empty may not be so: the gap that it would have been, by Google's own code."""
        return self._gap(self._table.calls[service, name], "denied", code, "")

    def _missed(self, call: WebCall, trouble: NoAnswerError, about: str) -> Unknown | None:
        if trouble.code in call.nothing:
            return None
        if call.off_is_nothing and trouble.code in OFF and trouble.off and trouble.off in self._names():
            self.off.add(call.service)
            return None
        return self._gap(call, trouble.why, trouble.code, about)

    def _gap(self, call: WebCall, why: str, code: str, about: str) -> Unknown:
        gap = WebGap(call, self.account, why, code, about)
        self.gaps.append(gap)
        return gap.unknown


def _part(page: Json) -> str:
    """The code by which a page says that a part of the list could not be had; "" where it does not."""
    warnings = page.get("warnings")
    codes = [str(each.get("code")) for each in warnings if isinstance(each, dict)] if isinstance(warnings, list) else []
    return next((code for code in codes if "UNREACHABLE" in code), "") or ("UNREACHABLE" if page.get("unreachable") else "")
