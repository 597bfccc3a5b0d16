"""What the drill's identity must be allowed to do on the project, as a custom role: the calls that a drill makes, and nothing more.

A test holds the list against the calls that whole drills make. Which permission a call asks for: https://cloud.google.com/storage/docs/access-control/iam-json.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
READING = ("storage.buckets.get", "storage.objects.get", "storage.objects.list")
SCRATCH = (
    "storage.buckets.create", "storage.buckets.delete", "storage.buckets.getIamPolicy", "storage.buckets.list",
    "storage.objects.create", "storage.objects.delete",
)  # fmt: skip


def role_of_buckets() -> Json:
    """The role for drills of a bucket, as ``gcloud iam roles create --file`` takes it."""
    about = (
        "Read buckets, copy a sample into a bucket of the drill, remove it. Bind what creates and deletes with a condition on names: "
        'resource.name.startsWith("projects/_/buckets/rcv-").'
    )
    return _role(about, (*READING, *SCRATCH))


def role_of_states() -> Json:
    """The role for drills of a state, which only read."""
    return _role("Read the versions of a state. Bind it on its bucket.", READING)


def _role(description: str, permissions: tuple[str, ...]) -> Json:
    return {
        "title": "recoverable: restore drills",
        "description": description,
        "stage": "GA",
        "includedPermissions": sorted(permissions),
    }
