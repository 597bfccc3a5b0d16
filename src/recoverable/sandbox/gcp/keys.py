"""Cloud KMS: key rings and keys, which Google never deletes, and who may use them."""

from __future__ import annotations

from typing import ClassVar

from recoverable.sandbox.gcp.checks import DAY, lasts, matches, one_of
from recoverable.sandbox.gcp.cloud import GoogleCloud
from recoverable.sandbox.gcp.google import GoogleHandler
from recoverable.sandbox.gcp.grants import GrantHandler
from recoverable.sandbox.provider.handler import RefusedError, Values

RING, KEY = "gcp:kms/keyRing:KeyRing", "gcp:kms/cryptoKey:CryptoKey"
NAME = r"[a-zA-Z0-9_-]{1,63}"
NAME_WORDS = "letters, digits, _ and -, at most 63"
CENTURY = 36_500 * DAY


class KeyRing(GoogleHandler):
    """A key ring. Google keeps it for ever: taking it out of the program leaves it there, and its name taken."""

    token = RING
    autoname = "name"
    path = "projects/{project}/locations/{location}/keyRings/{name}"
    replaces = frozenset({"name", "location", "project"})
    checks = (matches("name", NAME, NAME_WORDS), matches("location", r"[a-z0-9-]+", "a region or multi-region in lower case"))

    def remove(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """Nothing is removed, as https://cloud.google.com/kms/docs/object-hierarchy#lifetime_of_objects says so."""


class CryptoKey(GoogleHandler):
    """A key. Deleting it schedules the destruction of its versions; the key itself and its name stay."""

    token = KEY
    autoname = "name"
    path = "{keyRing}/cryptoKeys/{name}"
    has_project = False
    labelled = True
    replaces = frozenset(
        {"name", "keyRing", "purpose", "destroyScheduledDuration", "importOnly", "skipInitialVersionCreation", "cryptoKeyBackend"}
    )
    defaults: ClassVar[Values] = {"purpose": "ENCRYPT_DECRYPT"}
    kept = frozenset({"skipInitialVersionCreation"})
    parents = (("keyRing", RING, "{it}"),)
    checks = (
        matches("name", NAME, NAME_WORDS),
        matches("keyRing", r"projects/[^/]+/locations/[^/]+/keyRings/[^/]+", "projects/P/locations/L/keyRings/R"),
        one_of("purpose", "ENCRYPT_DECRYPT", "ASYMMETRIC_SIGN", "ASYMMETRIC_DECRYPT", "RAW_ENCRYPT_DECRYPT", "MAC", "KEY_ENCAPSULATION"),
        lasts("rotationPeriod", DAY, CENTURY),
        # https://cloud.google.com/kms/docs/destroy-restore: one to 120 days, 30 unless stated
        lasts("destroyScheduledDuration", DAY, 120 * DAY),
        one_of("versionTemplate.protectionLevel", "SOFTWARE", "HSM", "HSM_SINGLE_TENANT", "EXTERNAL", "EXTERNAL_VPC"),
    )

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """The primary version, the template and the time for second thoughts that every key has."""
        template = {"algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION", "protectionLevel": "SOFTWARE", **(inputs.get("versionTemplate") or {})}
        made: Values = {"name": f"{identity}/cryptoKeyVersions/1", "state": "ENABLED"}
        skipped = bool(inputs.get("skipInitialVersionCreation") or inputs.get("importOnly"))
        return {
            "versionTemplate": template,
            "destroyScheduledDuration": inputs.get("destroyScheduledDuration", f"{30 * DAY}s"),
            "importOnly": bool(inputs.get("importOnly")),
            "cryptoKeyBackend": inputs.get("cryptoKeyBackend", ""),
            "keyAccessJustificationsPolicy": inputs.get("keyAccessJustificationsPolicy") or {},
            "primaries": before.get("primaries", [] if skipped else [made]),
        }

    def remove(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """Schedule the destruction of the versions: what they encrypted is lost after that."""
        gone = [{**each, "state": "DESTROY_SCHEDULED"} for each in body.get("primaries", [])]
        left = {name: value for name, value in body.items() if name != "rotationPeriod"}
        cloud.store.put(self.token, identity, {**left, "primaries": gone, "destroyed": True}, verb="delete")

    def read(self, cloud: GoogleCloud, identity: str, held: Values) -> Values | None:
        """A key whose versions are to be destroyed is as good as gone."""
        found = super().read(cloud, identity, held)
        return None if found is None or found.get("destroyed") else found

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """Only symmetric keys rotate by themselves."""
        if inputs.get("rotationPeriod") and inputs.get("purpose", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT":
            raise RefusedError(f"googleapi: Error 400: rotationPeriod: a key for {inputs['purpose']} has no automatic rotation, invalid")


class CryptoKeyIamMember(GrantHandler):
    """One member's role on a key."""

    token = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
    path = "{cryptoKeyId}/{role}/{member}"
    parents = (("cryptoKeyId", KEY, "{it}"),)


class CryptoKeyIamBinding(GrantHandler):
    """All members of a role on a key."""

    token = "gcp:kms/cryptoKeyIAMBinding:CryptoKeyIAMBinding"
    path = "{cryptoKeyId}/{role}"
    parents = (("cryptoKeyId", KEY, "{it}"),)


class KeyRingIamMember(GrantHandler):
    """One member's role on all keys of a ring."""

    token = "gcp:kms/keyRingIAMMember:KeyRingIAMMember"
    path = "{keyRingId}/{role}/{member}"
    parents = (("keyRingId", RING, "{it}"),)
