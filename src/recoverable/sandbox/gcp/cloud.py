"""The Google side of the laptop cloud: one project, one region, and the store that holds what is in it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from recoverable.sandbox.gcp.store import Store
from recoverable.sandbox.provider.handler import RefusedError

NUMBER = "123456789012"
STORE = "RECOVERABLE_SANDBOX_STORE"
"""The environment variable with the path of the store."""
VARIABLES = {
    "project": ("GOOGLE_PROJECT", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "CLOUDSDK_CORE_PROJECT"),
    "region": ("GOOGLE_REGION", "GCLOUD_REGION", "CLOUDSDK_COMPUTE_REGION"),
}
"""Where pulumi-gcp looks for what its configuration does not say, in this order."""
AGENTS = {
    "storage": "service-{number}@gs-project-accounts.iam.gserviceaccount.com",
    "sql": "service-{number}@gcp-sa-cloud-sql.iam.gserviceaccount.com",
    "secretmanager": "service-{number}@gcp-sa-secretmanager.iam.gserviceaccount.com",
    "pubsub": "service-{number}@gcp-sa-pubsub.iam.gserviceaccount.com",
    "transfer": "project-{number}@storage-transfer-service.iam.gserviceaccount.com",
    "backupdr": "service-{number}@gcp-sa-backupdr.iam.gserviceaccount.com",
    "scheduler": "service-{number}@gcp-sa-cloudscheduler.iam.gserviceaccount.com",
}
"""Google's own service accounts (service agents): https://cloud.google.com/iam/docs/service-agents"""
KEY = re.compile(r"projects/[^/]+/locations/([^/]+)/keyRings/[^/]+/cryptoKeys/[^/]+")
KEY_PLACES = {"eu": "europe"}  # the multi-region that Cloud KMS calls otherwise: https://cloud.google.com/kms/docs/locations
ENCRYPTS = ("roles/cloudkms.cryptoKeyEncrypterDecrypter", "roles/cloudkms.admin", "roles/owner")


def connect(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> GoogleCloud:
    """The cloud for a resource: its own project and region, else the provider's, else the environment's, else none.

    Raises RefusedError where the environment names no store.
    """
    path = os.environ.get(STORE)
    if not path:
        raise RefusedError(f"{STORE} names no file: start the sandbox with `recoverable sandbox up` and take its environment")
    project, region = (_configured(name, inputs, settings) for name in VARIABLES)
    return GoogleCloud(Store(path), project, region, dict(settings.get("defaultLabels") or {}))


def _configured(name: str, inputs: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    stated = [inputs.get(name), settings.get(name), *(os.environ.get(variable) for variable in VARIABLES[name])]
    return next((str(value) for value in stated if value), "")


@dataclass(frozen=True)
class GoogleCloud:
    """A project and a region of the laptop cloud. Nothing real is ever reached."""

    store: Store
    project: str
    region: str
    labels: Mapping[str, str] = field(default_factory=dict)
    """The provider's ``defaultLabels``."""

    def agent(self, service: str) -> str:
        """The e-mail address of the service agent of this project."""
        return AGENTS[service].format(number=NUMBER)

    def now(self) -> str:
        """The time as Google writes it."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def may_encrypt(self, agent: str, key: str) -> bool:
        """Whether a service agent may use a key: by a grant on the key, on its ring or in the project."""
        member = f"serviceAccount:{agent}"
        ring = key.rsplit("/cryptoKeys/", 1)[0]
        grants = (
            ("gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", "cryptoKeyId", key),
            ("gcp:kms/cryptoKeyIAMBinding:CryptoKeyIAMBinding", "cryptoKeyId", key),
            ("gcp:kms/keyRingIAMMember:KeyRingIAMMember", "keyRingId", ring),
            ("gcp:projects/iAMMember:IAMMember", "project", self.project),
        )
        return any(
            held.get(name) == on and held.get("role") in ENCRYPTS and member in [held.get("member"), *held.get("members", [])]
            for kind, name, on in grants
            for held in self.store.list(kind).values()
        )

    def demand_key(self, key: str, location: str, agent: str, what: str) -> None:
        """Refuse a customer-managed key that is missing, lies elsewhere, or that the service agent may not use.

        ``location`` is where the data lie, in any case; "" where the place of the key does not matter.
        """
        found = KEY.fullmatch(key)
        if not found:
            raise RefusedError(f"googleapi: Error 400: {what}: {key!r} is not projects/P/locations/L/keyRings/R/cryptoKeys/K, invalid")
        held = self.store.get("gcp:kms/cryptoKey:CryptoKey", key)
        if held is None or held.get("destroyed"):
            raise RefusedError(f"googleapi: Error 404: {what}: the Cloud KMS key {key} is not found or its versions are destroyed")
        place = KEY_PLACES.get(location.lower(), location.lower())
        if place and found[1].lower() != place:
            raise RefusedError(
                f"googleapi: Error 400: {what}: the key lies in {found[1]}, and for data in {location.lower()} it must lie in {place}"
            )
        if not self.may_encrypt(agent, key):
            raise RefusedError(
                f"googleapi: Error 403: {what}: permission denied on Cloud KMS key {key}: grant {agent} "
                "roles/cloudkms.cryptoKeyEncrypterDecrypter on it first, forbidden"
            )
