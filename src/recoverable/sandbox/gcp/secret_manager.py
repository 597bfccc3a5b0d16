"""Secret Manager: secrets, their versions, and who may read them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from recoverable.sandbox.gcp.checks import DAY, known, lasts, look, matches, needs, one_of, only_one, walk
from recoverable.sandbox.gcp.cloud import NUMBER, GoogleCloud
from recoverable.sandbox.gcp.google import GoogleHandler
from recoverable.sandbox.gcp.grants import GrantHandler
from recoverable.sandbox.gcp.messaging import TOPIC
from recoverable.sandbox.provider.handler import Refusal, RefusedError, Values

SECRET = "gcp:secretmanager/secret:Secret"
SECRET_PATH = "projects/{project}/secrets/{it}"
VERSION = "gcp:secretmanager/secretVersion:SecretVersion"
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z"
LARGEST = 65_536  # bytes: https://cloud.google.com/secret-manager/quotas


def replicas(inputs: Values) -> Iterator[Refusal]:
    """Places of a user-managed secret: at least one, each once, with keys on all or on none."""
    found = look(inputs, "replication.userManaged.replicas")
    if found is None or not known(found):
        return
    places = [each.get("location") for each in found]
    if not places:
        yield Refusal("replication.userManaged.replicas", "at least one location must be given")
    if len(set(places)) != len(places):
        yield Refusal("replication.userManaged.replicas", "a location stands twice")
    keys = [bool(look(each, "customerManagedEncryption.kmsKeyName")) for each in found]
    if any(keys) and not all(keys):
        yield Refusal("replication.userManaged.replicas", "customerManagedEncryption must be given for every location or for none")


class Secret(GoogleHandler):
    """A secret without its value."""

    token = SECRET
    autoname = "secretId"
    path = "projects/{project}/secrets/{secretId}"
    labelled = True
    replaces = frozenset({"secretId", "replication", "project", "tags"})
    defaults: ClassVar[Values] = {"deletionProtection": False}
    kept = frozenset({"deletionProtection"})
    parents = (("topics[*].name", TOPIC, "{it}"),)
    checks = (
        matches("secretId", r"[a-zA-Z0-9_-]{1,255}", "letters, digits, _ and -, at most 255"),
        only_one("auto", "userManaged", under="replication", required=True),
        replicas,
        only_one("ttl", "expireTime"),
        # the SDK's own documentation: an hour to a hundred years
        lasts("rotation.rotationPeriod", 3600, 3_153_600_000),
        needs("rotationPeriod", "nextRotationTime", under="rotation"),
        needs("rotation", "topics", reason="Secret Manager announces a rotation to a topic"),
        matches("rotation.nextRotationTime", STAMP, "an RFC 3339 time in UTC"),
        matches("expireTime", STAMP, "an RFC 3339 time in UTC"),
        lasts("ttl", 1, 3_153_600_000),
        # https://cloud.google.com/secret-manager/docs/delayed-destroy: one day to 1000 days
        lasts("versionDestroyTtl", DAY, 1000 * DAY),
        matches("topics[*].name", r"projects/[^/]+/topics/[^/]+", "projects/P/topics/T"),
    )

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """Every key must be usable by Secret Manager, and lie where its copy of the secret lies."""
        what, agent = f"secret {inputs['secretId']}", cloud.agent("secretmanager")
        for _, key in walk(inputs, "replication.auto.customerManagedEncryption.kmsKeyName"):
            cloud.demand_key(key, "global", agent, what)
        for _, each in walk(inputs, "replication.userManaged.replicas[*]"):
            key = look(each, "customerManagedEncryption.kmsKeyName")
            if key:
                cloud.demand_key(key, each["location"], agent, what)

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Its full name goes by the project's number."""
        made: Values = {
            "name": f"projects/{NUMBER}/secrets/{inputs['secretId']}",
            "createTime": before.get("createTime", cloud.now()),
            "expireTime": inputs.get("expireTime", ""),
            "effectiveAnnotations": inputs.get("annotations") or {},
        }
        return made

    def guard(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """The provider's own flag keeps it."""
        if held.get("deletionProtection"):
            raise RefusedError(f"cannot destroy secret manager secret without setting deletion_protection=false ({identity})")

    def remove(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """With all its versions."""
        for name in cloud.store.list(VERSION):
            if name.startswith(f"{identity}/versions/"):
                cloud.store.delete(VERSION, name)
        super().remove(cloud, identity, body, held)


def sized(inputs: Values) -> Iterator[Refusal]:
    """A version has data, and not too much of it. No reason shows any."""
    for name in ("secretData", "secretDataWo"):
        value = inputs.get(name)
        if isinstance(value, str) and known(value) and len(value.encode()) > LARGEST:
            yield Refusal(name, f"at most {LARGEST} bytes, and it has {len(value.encode())}")


class SecretVersion(GoogleHandler):
    """One value of a secret; the store keeps its digest only."""

    token = VERSION
    replaces = frozenset({"secret", "secretData", "secretDataWoVersion", "isSecretDataBase64"})
    defaults: ClassVar[Values] = {"deletionPolicy": "DELETE", "enabled": True, "isSecretDataBase64": False}
    kept = frozenset({"deletionPolicy", "isSecretDataBase64", "secretDataWo"})
    secret = frozenset({"secretData", "secretDataWo"})
    parents = (("secret", SECRET, SECRET_PATH),)
    checks = (only_one("secretData", "secretDataWo", required=True), one_of("deletionPolicy", "DELETE", "DISABLE", "ABANDON"), sized)

    def identity(self, cloud: GoogleCloud, inputs: Values) -> str:
        """The next number under its secret."""
        secret = inputs["secret"] if "/" in inputs["secret"] else f"projects/{cloud.project}/secrets/{inputs['secret']}"
        prefix = f"{secret}/versions/"
        taken = [int(name.rsplit("/", 1)[-1]) for name in cloud.store.list(self.token) if name.startswith(prefix)]
        return f"{prefix}{max(taken, default=0) + 1}"

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Its number and name."""
        name = re.sub(r"^projects/[^/]+", f"projects/{NUMBER}", identity)
        return {
            "name": name,
            "version": identity.rsplit("/", 1)[-1],
            "createTime": before.get("createTime", cloud.now()),
            "destroyTime": "",
            "state": "ENABLED" if inputs.get("enabled", True) else "DISABLED",
        }

    def shown(self, body: Values, held: Values) -> Values:
        """The state is Google's word for ``enabled``."""
        return {name: value for name, value in body.items() if name != "state"} | {"enabled": body.get("state", "ENABLED") == "ENABLED"}

    def read(self, cloud: GoogleCloud, identity: str, held: Values) -> Values | None:
        """A destroyed version is gone; its number stays taken."""
        held_now = cloud.store.get(self.token, identity)
        return None if held_now is None or held_now.get("state") == "DESTROYED" else super().read(cloud, identity, held)

    def remove(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """Destroy, disable or leave it, as its policy says; a secret with a delay disables first."""
        policy = held.get("deletionPolicy", "DELETE")
        if policy == "ABANDON":
            return
        secret = cloud.store.get(SECRET, identity.rsplit("/versions/", 1)[0]) or {}
        delayed = policy == "DISABLE" or bool(secret.get("versionDestroyTtl"))
        cloud.store.put(self.token, identity, {**body, "state": "DISABLED" if delayed else "DESTROYED"}, verb="delete")


class SecretIamMember(GrantHandler):
    """One member's role on a secret."""

    token = "gcp:secretmanager/secretIamMember:SecretIamMember"
    has_project = True
    holder = "secretId"
    scope = SECRET_PATH
    parents = (("secretId", SECRET, SECRET_PATH),)
