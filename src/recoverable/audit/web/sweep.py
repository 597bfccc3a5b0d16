"""Looks at whole accounts of HTTPS APIs, many calls at once, and hands each over as one reading that mapping and rules take as code."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import ClassVar

from recoverable.audit.parts import Part
from recoverable.audit.resources import Found
from recoverable.audit.web.asking import Place
from recoverable.audit.web.resources import readings_of
from recoverable.enforce.crashes import unjudged
from recoverable.model.errors import InputError
from recoverable.model.finding import Finding
from recoverable.model.raw import RawResource, Reading

Task = Callable[[], object]
"""A piece of work; it may give further tasks, as a list."""


@dataclass(slots=True)
class WebLook:
    """What the looks at all HTTPS APIs share; a subclass gives the parts. Its words are those of :class:`recoverable.audit.parts.Look`."""

    cloud: ClassVar[str]
    code_only: ClassVar[Mapping[str, str]]
    parallel: int
    now: datetime.datetime
    crashes: list[Finding] = field(default_factory=list)
    unreached: bool = False
    denied: bool = False

    @property
    def whole(self) -> bool:
        """Whether facts for alerts are of every store: everybody who was asked answered, nothing crashed, and what they are about may be listed."""
        return not (self.unreached or self.crashes or self.denied)

    def run(self, path: str, tasks: Iterable[Task]) -> None:
        """Run tasks at once, and those that they give; one that crashes is a finding, and the rest goes on."""
        waiting = list(tasks)
        with ThreadPoolExecutor(self.parallel) as pool:
            while waiting:
                following: list[Task] = []
                for future in [pool.submit(task) for task in waiting]:
                    try:
                        more = future.result()
                    except InputError:
                        raise
                    except Exception as error:
                        self.crashes.append(unjudged(path, error))
                    else:
                        following += more if isinstance(more, list) else []
                waiting = following

    def gaps(self, place: Place) -> Iterator[RawResource]:
        """What could not be read of an account, noted."""
        self.unreached = self.unreached or any(gap.why in ("throttled", "unreachable") for gap in place.gaps)
        self.denied = self.denied or any(gap.why in ("denied", "failed") and gap.call.lists for gap in place.gaps)
        return readings_of(self.cloud, place.account, place.gaps)


def part_of(kind: str, path: str, found: Found, hints: list[tuple[str, str]] | None = None) -> Part:
    """All that was found as one reading, in an order that does not depend on who answered first."""
    resources = sorted(found.resources, key=lambda raw: (raw.address, raw.type))
    return Part(Reading(kind, path, resources, environment_hints=hints or []))
