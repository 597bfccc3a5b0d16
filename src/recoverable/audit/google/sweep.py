"""Projects of Google Cloud, each as one reading; or, where memory has to stay small, their buckets in batches, and then all the rest.

Of a bucket that was handed over only itself is kept, and that only where who judged it says that keys need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from recoverable.audit.google import bigquery, buckets, cloudsql, guards, other_databases
from recoverable.audit.google.bucket_batches import Ties, Waiting, waiting
from recoverable.audit.google.keys import Keys
from recoverable.audit.google.projects import Project
from recoverable.audit.parts import Part
from recoverable.audit.resources import Found
from recoverable.audit.web.asking import Place
from recoverable.audit.web.sweep import WebLook, part_of
from recoverable.model.values import Unknown

KIND = "gcp-project"
"""The kind of a reading."""
CODE_ONLY = {
    "deletion-protection-off": "in a project it is api-deletion-protection-off that asks",
    "force-destroy": "it is a wish of the code alone",
    "password-in-code": "it is about code",
}
"""By the rule's name, why it is left to ``check``."""


@dataclass(slots=True, kw_only=True)
class GoogleLook(WebLook):
    """A look at projects, one after the other."""

    cloud: ClassVar[str] = "gcp"
    code_only: ClassVar[Mapping[str, str]] = CODE_ONLY
    projects: Iterable[Place]
    batch: int = 0
    """Buckets that are handed over together; 0: the whole project at once."""

    def parts(self) -> Iterator[Part]:
        """A part for each project, and one for what could not be listed of a folder or organization."""
        for place in self.projects:
            if isinstance(place, Project):
                yield from self._project(place)
            else:
                yield self._above(place)

    def _above(self, place: Place) -> Part:
        found = Found()
        found.add(*self.gaps(place))
        return part_of(KIND, f"gcp:{place.account}", found)

    def _project(self, project: Project) -> Iterator[Part]:
        """Stores first, then the keys that they name."""
        found, keys = Found(), Keys()
        path = f"gcp:{project.account}"
        self.run(
            path,
            [
                lambda: cloudsql.read_instances(project, found, keys, self.now),
                *([] if self.batch else [lambda: buckets.read_buckets(project, found, keys)]),
                lambda: other_databases.read_alloydb(project, found, keys),
                lambda: other_databases.read_spanner(project, found, keys),
                lambda: other_databases.read_firestore(project, found, keys),
                lambda: bigquery.read_datasets(project, found, keys),
                lambda: guards.read_secrets(project, found, keys),
                lambda: guards.read_listeners(project, found),
            ],
        )
        if self.batch:
            yield from self._buckets(project, found, keys, path)
        self.run(path, keys.tasks(project, found))
        found.add(*self.gaps(project))
        part = part_of(KIND, path, found, [("project", project.account)])
        if self.batch:
            part.but = frozenset(raw.address for raw in found.resources if raw.type == buckets.BUCKET)
        yield part

    def _buckets(self, project: Project, found: Found, keys: Keys, path: str) -> Iterator[Part]:
        """The buckets in batches, each with the jobs and alert policies that are about it; those that are needed later go into ``found``."""
        listed: list[Waiting] = []
        gaps: list[Unknown | None] = []
        self.run(path, [lambda: listed.extend(waiting(project)), lambda: gaps.append(buckets.read_transfers(project, found))])
        gap = next(iter(gaps), None)
        ties = Ties(listed, [raw for raw in found.resources if raw.type == buckets.TRANSFER])
        heard = [raw for raw in found.resources if raw.type in (guards.ALERT, guards.METRIC)]
        for start in range(0, len(listed), self.batch):
            some = listed[start : start + self.batch]
            here = Found()
            self.run(path, [partial(buckets.read_bucket, project, here, keys, each.item()) for each in some])
            own = [raw for raw in here.resources if raw.type == buckets.BUCKET]
            here.add(*heard, *ties.beside(each.name for each in some))
            here.add(*([buckets.may_be_copied(each.name, gap) for each in some] if gap is not None else []))
            part = part_of(KIND, path, here, [("project", project.account)])
            part.only = frozenset(raw.address for raw in own)
            if own:
                yield part
                found.add(*(raw for raw in own if part.is_needed(raw.address)))
