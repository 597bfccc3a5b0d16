"""Watches which answers a time is taken from: those are of the moment, and no audit may keep them for later."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import botocore.session
import pytest

from recoverable.audit.asking import Region
from recoverable.audit.google import cloudsql
from recoverable.audit.neon import projects
from recoverable.audit.web import resources
from recoverable.audit.web.client import ReadingClient

Call = tuple[str, str]
TIMES = "timestamp"


class Watch:
    """``asked``: every call that was answered. ``timed``: those of whose answers a time was wanted, whether or not it was there."""

    def __init__(self) -> None:
        self.asked: set[Call] = set()
        self.timed: set[Call] = set()
        self._models = botocore.session.Session()
        self._services: dict[str, Any] = {}

    def aws(self, patch: pytest.MonkeyPatch) -> None:
        """Watch what readers are given by AWS, by the shapes that botocore knows: each member that is a time."""
        one, each = Region.one, Region.each

        def watched_one(region: Region, service: str, operation: str, *words: Any, **more: Any) -> Any:
            return self._seen(service, operation, one(region, service, operation, *words, **more))

        def watched_each(
            region: Region, service: str, operation: str, key: str, take: Callable[[Any], object], *words: Any, **more: Any
        ) -> Any:
            self.asked.add((service, operation))
            entry = self._shape(service, operation).members[key].member
            return each(region, service, operation, key, lambda item: take(self._in(item, entry, (service, operation))), *words, **more)

        patch.setattr(Region, "one", watched_one)
        patch.setattr(Region, "each", watched_each)

    def web(self, patch: pytest.MonkeyPatch) -> None:
        """Watch what readers are given by Google Cloud or Neon: each text that is read as a time."""
        get, moment = ReadingClient.get, resources.moment

        def watched_get(client: ReadingClient, path: str, query: Any) -> Any:
            call = next(each for each in client._table.calls.values() if each.service == client._service and each.fits(path))
            self.asked.add((call.service, call.name))
            return marked(get(client, path, query), (call.service, call.name))

        def watched_moment(text: Any) -> Any:
            if isinstance(text, Told):
                self.timed.add(text.call)
            return moment(text)

        patch.setattr(ReadingClient, "get", watched_get)
        for module in (resources, cloudsql, projects):
            patch.setattr(module, "moment", watched_moment)

    def _shape(self, service: str, operation: str) -> Any:
        if service not in self._services:
            self._services[service] = self._models.get_service_model(service)
        return self._services[service].operation_model(operation).output_shape

    def has_times(self, service: str, operation: str) -> bool:
        """Whether there is a time anywhere in an answer of AWS."""
        waiting, seen = [self._shape(service, operation)], set()
        while waiting:
            shape = waiting.pop()
            if shape.type_name == TIMES:
                return True
            if shape.name not in seen:
                seen.add(shape.name)
                waiting += shape.members.values() if shape.type_name == "structure" else ()
                waiting += [shape.member] if shape.type_name == "list" else ()
                waiting += [shape.value] if shape.type_name == "map" else ()
        return False

    def _seen(self, service: str, operation: str, answer: Any) -> Any:
        self.asked.add((service, operation))
        return self._in(answer, self._shape(service, operation), (service, operation))

    def _in(self, data: Any, shape: Any, call: Call) -> Any:
        if isinstance(data, dict) and shape is not None and shape.type_name == "structure":
            times = {name for name, member in shape.members.items() if member.type_name == TIMES}
            return Watched(
                {name: self._in(value, shape.members.get(name), call) for name, value in data.items()}, times, lambda: self.timed.add(call)
            )
        if isinstance(data, list) and shape is not None and shape.type_name == "list":
            return [self._in(each, shape.member, call) for each in data]
        return data


class Watched(dict[str, Any]):
    """An object of an answer that tells when one of its times is wanted."""

    def __init__(self, data: dict[str, Any], times: set[str], tell: Callable[[], None]) -> None:
        super().__init__(data)
        self._times, self._tell = times, tell

    def __getitem__(self, name: str) -> Any:
        self._note({name})
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self._note({name})
        return super().get(name, default)

    def items(self) -> Any:
        self._note(set(self))
        return super().items()

    def values(self) -> Any:
        self._note(set(self))
        return super().values()

    def __iter__(self) -> Iterator[str]:
        """Said here so that ``dict(data)`` and ``{**data}`` copy by ``__getitem__``."""
        return super().__iter__()

    def _note(self, names: set[str]) -> None:
        if names & self._times:
            self._tell()


class Told(str):
    """A text of an answer, and the call that it is an answer to."""

    __slots__ = ("call",)

    def __new__(cls, text: str, call: Call) -> Told:
        made = super().__new__(cls, text)
        made.call = call
        return made

    call: Call


def marked(data: Any, call: Call) -> Any:
    """An answer whose texts all say whose they are."""
    if isinstance(data, dict):
        return {name: marked(value, call) for name, value in data.items()}
    if isinstance(data, list):
        return [marked(each, call) for each in data]
    return Told(data, call) if isinstance(data, str) else data
