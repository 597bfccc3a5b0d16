"""The steps of the doctor in their order, by kind of backend and client."""

from __future__ import annotations

from recoverable.state_backend.doctor import (
    bucket_steps,
    gcs_bucket_steps,
    gcs_key_step,
    gcs_lifecycle_step,
    gcs_object_steps,
    key_step,
    lifecycle_step,
    lock_steps,
    object_steps,
    pulumi_steps,
    table_steps,
)
from recoverable.state_backend.doctor.step import Step
from recoverable.state_backend.settings import GcsBackend, S3Backend

EVERYONE = (
    Step("bucket", "the bucket is there, in its region", bucket_steps.bucket, ()),
    Step("versioning", "every version of state is kept", bucket_steps.versioning),
    Step("public-access", "nothing can be opened to everyone", bucket_steps.public_access),
    Step("tls-only", "plain HTTP is denied", bucket_steps.tls_only),
    Step("lifecycle", "no lifecycle eats state", lifecycle_step.lifecycle),
)
OBJECTS = (
    Step("write", "state is written and read", object_steps.write),
    Step("encryption", "what clients write is encrypted", object_steps.encryption, ("write",)),
    Step("default-encryption", "what is written without a header is encrypted, too", object_steps.default_encryption, ("write",)),
    Step("older-version", "a replaced state is read by its version", object_steps.older_version, ("write",)),
)
KEYS = (Step("key", "the keys work", key_step.keys),)
LOCK_FILE = (
    Step("lock", "Terraform's lock file is taken", lock_steps.take, ("write",)),
    Step("second-writer", "a second writer is refused", lock_steps.second_writer, ("lock",)),
    Step("race", "of several writers at once one wins", lock_steps.race, ("second-writer",)),
    Step("unlock", "the lock is released", lock_steps.release, ("lock",)),
)
TABLE = (
    Step("table", "the lock table is there, and keyed by LockID", table_steps.table),
    Step("table-lock", "a lock is taken in the table", table_steps.take, ("table",)),
    Step("table-second-writer", "a second writer is refused by the table", table_steps.second_writer, ("table-lock",)),
    Step("table-race", "of several writers at once one wins in the table", table_steps.race, ("table-second-writer",)),
    Step("table-unlock", "the lock in the table is released", table_steps.release, ("table-lock",)),
)
PULUMI = (
    Step("pulumi-lock", "Pulumi's lock shows, refuses and is released", pulumi_steps.lock, ("write",)),
    Step("pulumi-race", "of two Pulumi writers at once never both go on", pulumi_steps.race, ("pulumi-lock",)),
)
GCS_EVERYONE = (
    Step("bucket", "the bucket is there, in its location", gcs_bucket_steps.bucket, ()),
    Step("versioning", "every generation of state is kept", gcs_bucket_steps.versioning),
    Step("public-access", "nothing can be opened to everyone", gcs_bucket_steps.public_access),
    Step("retention", "nothing keeps state from being replaced, or a lock from being deleted", gcs_bucket_steps.retention),
    Step("lifecycle", "no lifecycle eats state", gcs_lifecycle_step.lifecycle),
)
GCS_KEYS = (Step("secrets-key", "the key of Pulumi's secrets works", gcs_key_step.secrets_key),)
GCS_OBJECTS = (
    Step("write", "state is written and read", object_steps.write, ("bucket", "retention")),
    Step("encryption", "what clients write is encrypted under the key", gcs_object_steps.encryption, ("write",)),
    Step("default-encryption", "what is written without a key is, too", gcs_object_steps.default_encryption, ("write",)),
    Step("older-version", "a replaced state is read by its generation", object_steps.older_version, ("write",)),
)


def s3_steps(backend: S3Backend) -> tuple[Step, ...]:
    """The steps that the clients of a backend in S3 need."""
    terraform, pulumi = "terraform" in backend.clients, "pulumi" in backend.clients
    keyed = backend.kms_key or (pulumi and backend.secrets_key)
    return (
        *EVERYONE,
        *(KEYS if keyed else ()),
        *OBJECTS,
        *(LOCK_FILE if terraform else ()),
        *(TABLE if terraform and backend.lock_table else ()),
        *(PULUMI if pulumi else ()),
    )


def gcs_steps(backend: GcsBackend) -> tuple[Step, ...]:
    """The steps that the clients of a backend in Cloud Storage need, which answers a token over TLS alone and has no lock table."""
    terraform, pulumi = "terraform" in backend.clients, "pulumi" in backend.clients
    return (
        *GCS_EVERYONE,
        *(GCS_KEYS if pulumi and backend.kms_key else ()),
        *GCS_OBJECTS,
        *(LOCK_FILE if terraform else ()),
        *(PULUMI if pulumi else ()),
    )
