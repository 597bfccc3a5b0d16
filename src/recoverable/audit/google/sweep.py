"""One project of Google Cloud as one reading."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.audit.google import buckets, cloudsql, guards
from recoverable.audit.google.keys import Keys
from recoverable.audit.google.projects import Project
from recoverable.audit.resources import Found
from recoverable.audit.sweep import Part
from recoverable.audit.web.sweep import WebSweep, part_of

KIND = "gcp-project"
"""The kind of a reading."""
CODE_ONLY = {
    "deletion-protection-off": "in a project it is api-deletion-protection-off that asks",
    "force-destroy": "it is a wish of the code alone",
    "password-in-code": "it is about code",
}
"""By the rule's name, why it is left to ``check``."""


def parts(sweep: WebSweep, project: Project) -> Iterator[Part]:
    """All of a project: stores first, then the keys that they name."""
    found, keys = Found(), Keys()
    path = f"gcp:{project.account}"
    sweep.run(
        path,
        [
            lambda: cloudsql.read_instances(project, found, keys, sweep.now),
            lambda: buckets.read_buckets(project, found, keys),
            lambda: guards.read_secrets(project, found, keys),
            lambda: guards.read_listeners(project, found),
        ],
    )
    sweep.run(path, keys.tasks(project, found))
    found.add(*sweep.gaps("gcp", project))
    yield part_of(KIND, path, found, [("project", project.account)])
