"""What the steps of one run on Cloud Storage share."""

from __future__ import annotations

from dataclasses import dataclass, field

from recoverable.drill.rest.client import Json
from recoverable.state_backend.doctor.gcs_scratch import GcsScratch
from recoverable.state_backend.doctor.visit import CommonVisit
from recoverable.state_backend.gcs_calls import Gcs
from recoverable.state_backend.kms_calls import CloudKms
from recoverable.state_backend.settings import GcsBackend


@dataclass(kw_only=True)
class GcsVisit(CommonVisit):
    """Of a backend in Cloud Storage. ``about`` is the bucket's resource, once the step ``bucket`` has read it."""

    backend: GcsBackend
    scratch: GcsScratch
    gcs: Gcs
    kms: CloudKms
    about: Json = field(default_factory=dict)
    unhonoured = "The server does not honour ifGenerationMatch=0, as Cloud Storage does. Do not keep state there."
    deletion = "storage.objects.delete"
