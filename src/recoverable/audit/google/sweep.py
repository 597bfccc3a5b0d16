"""Projects of Google Cloud, each as one reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from recoverable.audit.google import bigquery, buckets, cloudsql, guards, other_databases
from recoverable.audit.google.keys import Keys
from recoverable.audit.google.projects import Project
from recoverable.audit.parts import Part
from recoverable.audit.resources import Found
from recoverable.audit.web.asking import Place
from recoverable.audit.web.sweep import WebLook, part_of

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

    def parts(self) -> Iterator[Part]:
        """A part for each project, and one for what could not be listed of a folder or organization."""
        for place in self.projects:
            yield self._project(place) if isinstance(place, Project) else self._above(place)

    def _above(self, place: Place) -> Part:
        found = Found()
        found.add(*self.gaps(place))
        return part_of(KIND, f"gcp:{place.account}", found)

    def _project(self, project: Project) -> Part:
        """Stores first, then the keys that they name."""
        found, keys = Found(), Keys()
        path = f"gcp:{project.account}"
        self.run(
            path,
            [
                lambda: cloudsql.read_instances(project, found, keys, self.now),
                lambda: buckets.read_buckets(project, found, keys),
                lambda: other_databases.read_alloydb(project, found, keys),
                lambda: other_databases.read_spanner(project, found, keys),
                lambda: other_databases.read_firestore(project, found, keys),
                lambda: bigquery.read_datasets(project, found, keys),
                lambda: guards.read_secrets(project, found, keys),
                lambda: guards.read_listeners(project, found),
            ],
        )
        self.run(path, keys.tasks(project, found))
        found.add(*self.gaps(project))
        return part_of(KIND, path, found, [("project", project.account)])
