"""Cloud KMS as who uses keys meets it: ``encrypt`` and ``decrypt`` beside the keys that :mod:`fake_google_guards` shows. Imports nothing of ``recoverable``.

Written from https://cloud.google.com/kms/docs/reference/rest/v1/projects.locations.keyRings.cryptoKeys/encrypt and …/decrypt. A refused
precondition is worded and typed as gcloud shows it (``KEY_DISABLED``).
"""

from __future__ import annotations

import base64
import binascii
import secrets

from tests.fakes.fake_google_guards import TOKEN, FakeGoogleGuards, disabled
from tests.fakes.fake_secret_manager import crc32c, refusal
from tests.fakes.google_errors import RefusedError, only
from tests.fakes.json_server import Call, Json, Reply

LOCATIONS = ("europe-west1", "europe-west4", "global")
"""Where Cloud KMS is, of all places that there are."""
SERVICE = "cloudkms.googleapis.com"
MOST = 65536


class FakeCloudKms(FakeGoogleGuards):
    """Keys that are put there by :meth:`put_key`. ``spoil`` of a field (``ciphertext``, ``plaintext``) changes it on its way, that many times.

    ``used`` are permissions that calls asked for, ``forgets`` makes it answer with other bytes than it was given.
    """

    def __init__(self, *words: object) -> None:
        super().__init__(*words)  # type: ignore[arg-type]
        self.sealed: dict[bytes, tuple[str, bytes]] = {}
        """Version of the key and what was encrypted, by what came of it."""
        self.used: set[str] = set()
        self.spoilt: dict[str, int] = {}
        self.forgets = False

    def refusal(self, status: int, message: str) -> Reply:
        return refusal(status, message)

    def answer(self, call: Call) -> Reply:
        if call.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "Request had invalid authentication credentials. Expected OAuth 2 access token.")
        if SERVICE in self.off:
            return disabled(SERVICE, self.consumer)
        try:
            match call.method, call.path:
                case "GET", ["v1", "projects", _, "locations", _, "keyRings", _, "cryptoKeys", _]:
                    return Reply(200, self._found("/".join(call.path[1:]), "cloudkms.cryptoKeys.get"))
                case "POST", ["v1", "projects", _, "locations", _, "keyRings", _, "cryptoKeys", last] if last.endswith(":encrypt"):
                    return Reply(200, self._encrypt("/".join(call.path[1:]).removesuffix(":encrypt"), call.body))
                case "POST", ["v1", "projects", _, "locations", _, "keyRings", _, "cryptoKeys", last] if last.endswith(":decrypt"):
                    return Reply(200, self._decrypt("/".join(call.path[1:]).removesuffix(":decrypt"), call.body))
        except RefusedError as refused:
            return refusal(refused.status, refused.message, refused.reason)
        except AsleepError as asleep:
            return asleep.reply()
        return refusal(404, "Method not found.")

    def _found(self, name: str, permission: str) -> Json:
        self.used.add(permission)
        if permission in self.denied:
            words = f"Permission '{permission}' denied on resource '{name}' (or it may not exist)."
            raise RefusedError(403, "PERMISSION_DENIED", words)
        location = name.split("/")[3]
        if location not in LOCATIONS:
            words = f"The request concerns location '{location}' but was sent to location 'global'."
            raise RefusedError(400, "INVALID_ARGUMENT", f"{words} Either Cloud KMS is not available in '{location}' or it was misrouted.")
        if name not in self.keys:
            raise RefusedError(404, "NOT_FOUND", f"CryptoKey {name} not found.")
        return self.keys[name]

    def _encrypt(self, name: str, body: Json) -> Json:
        found = self._found(name, "cloudkms.cryptoKeyVersions.useToEncrypt")
        plain = self._given("plaintext", body)
        if found["purpose"] != "ENCRYPT_DECRYPT" or not found.get("primary"):
            raise RefusedError(400, "FAILED_PRECONDITION", f"{name} cannot be used for encryption: mind its purpose and primary version.")
        version = found["primary"]["name"]
        self._awake(version)
        made = secrets.token_bytes(80)
        self.sealed[made] = version, plain
        sent = body.get("plaintextCrc32c") is not None
        return {"name": version, **self._sent("ciphertext", made), **({"verifiedPlaintextCrc32c": True} if sent else {}),
                "protectionLevel": "SOFTWARE"}  # fmt: skip

    def _decrypt(self, name: str, body: Json) -> Json:
        self._found(name, "cloudkms.cryptoKeyVersions.useToDecrypt")
        version, plain = self.sealed.get(self._given("ciphertext", body), ("", b""))
        if not version.startswith(f"{name}/"):
            raise RefusedError(400, "INVALID_ARGUMENT", "Decryption failed: verify that 'name' refers to the correct CryptoKey.")
        self._awake(version)
        return {**self._sent("plaintext", plain[::-1] if self.forgets else plain), "usedPrimary": True, "protectionLevel": "SOFTWARE"}

    def _awake(self, version: str) -> None:
        if self.versions[version] != "ENABLED":
            raise AsleepError(version, self.versions[version])

    def _given(self, name: str, body: Json) -> bytes:
        only(body, {name: None, f"{name}Crc32c": None, "additionalAuthenticatedData": None, "additionalAuthenticatedDataCrc32c": None})
        try:
            data = base64.b64decode(str(body[name]), validate=True)
        except (KeyError, binascii.Error):
            raise RefusedError(400, "INVALID_ARGUMENT", f"Invalid value at '{name}' (TYPE_BYTES)") from None
        said = body.get(f"{name}Crc32c")
        if not data or len(data) > MOST or (said is not None and str(said) != str(crc32c(data))):
            raise RefusedError(400, "INVALID_ARGUMENT", f"The checksum in field {name}_crc32c did not match the data in field {name}.")
        return data

    def _sent(self, name: str, data: bytes) -> Json:
        spoil = self.spoilt.get(name, 0) > 0
        self.spoilt[name] = self.spoilt.get(name, 0) - 1
        sent = bytes((data[0] ^ 1, *data[1:])) if spoil else data
        return {name: base64.b64encode(sent).decode(), f"{name}Crc32c": str(crc32c(data))}


class AsleepError(Exception):
    """A version that is not enabled."""

    def __init__(self, version: str, state: str) -> None:
        super().__init__(version, state)
        self.version, self.state = version, state

    def reply(self) -> Reply:
        """With the type of the precondition."""
        violation = {"type": f"KEY_{self.state}", "subject": self.version}
        details = [{"@type": "type.googleapis.com/google.rpc.PreconditionFailure", "violations": [violation]}]
        words = f"{self.version} is not enabled, current state is: {self.state}."
        return Reply(400, {"error": {"code": 400, "message": words, "status": "FAILED_PRECONDITION", "details": details}})
