"""Who may do what: IAM members and bindings of any resource, service accounts and custom roles."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from recoverable.sandbox.gcp.checks import matches, one_of
from recoverable.sandbox.gcp.cloud import GoogleCloud
from recoverable.sandbox.gcp.google import GoogleHandler, digits, fill
from recoverable.sandbox.provider.handler import RefusedError, Values

MEMBER = r"allUsers|allAuthenticatedUsers|(user|serviceAccount|group|domain|projectOwner|projectEditor|projectViewer|principal|principalSet|deleted|iamMember):.+"
ROLE = r"(projects/[^/]+/|organizations/[^/]+/)?roles/[A-Za-z0-9_.]+"
SERVICE_ACCOUNT = "gcp:serviceaccount/account:Account"
CUSTOM_ROLE = "gcp:projects/iAMCustomRole:IAMCustomRole"


class GrantHandler(GoogleHandler):
    """A grant on something. No part of it can be changed in place but the members of a binding."""

    has_project = False
    holder: ClassVar[str] = ""
    """The property that names what the grant is on, where that may be a bare name; its full id is made as ``scope`` says."""
    scope: ClassVar[str] = ""
    replaces = frozenset(
        {"cryptoKeyId", "keyRingId", "bucket", "topic", "secretId", "serviceAccountId", "project", "role", "member", "condition"}
    )
    checks = (
        matches("role", ROLE, "roles/SERVICE.ROLE, or the full name of a custom role"),
        matches("member", MEMBER, "user:, serviceAccount:, group:, domain: … before an address, or allUsers"),
        matches("members[*]", MEMBER, "user:, serviceAccount:, group:, domain: … before an address, or allUsers"),
    )

    def identity(self, cloud: GoogleCloud, inputs: Values) -> str:
        """What it is on, the role and the member."""
        if not self.scope:
            return super().identity(cloud, inputs)
        return f"{fill(self.scope, cloud, {**inputs, 'it': inputs[self.holder]})}/{inputs['role']}/{inputs['member']}"

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """The project's own service accounts and custom roles must exist: the API refuses a grant to or of what does not."""
        for member in [*filter(None, [inputs.get("member")]), *(inputs.get("members") or [])]:
            address = member.removeprefix("serviceAccount:")
            own = address != member and address.endswith(f"@{cloud.project}.iam.gserviceaccount.com")
            if own and cloud.store.get(SERVICE_ACCOUNT, f"projects/{cloud.project}/serviceAccounts/{address}") is None:
                raise RefusedError(f"googleapi: Error 400: Service account {address} does not exist., badRequest")
        role = inputs.get("role", "")
        if role.startswith(f"projects/{cloud.project}/roles/") and cloud.store.get(CUSTOM_ROLE, role) is None:
            raise RefusedError(f"googleapi: Error 400: Role ({role}) does not exist in the resource's hierarchy., badRequest")

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """The tag of the policy that the grant is in."""
        return {"etag": hashlib.sha256(f"{identity}{inputs.get('members')}".encode()).hexdigest()[:12]}


class ProjectIamMember(GrantHandler):
    """One member's role in the project."""

    token = "gcp:projects/iAMMember:IAMMember"
    path = "{project}/{role}/{member}"


class ServiceAccountIamMember(GrantHandler):
    """Who may act as a service account."""

    token = "gcp:serviceaccount/iAMMember:IAMMember"
    path = "{serviceAccountId}/{role}/{member}"
    parents = (("serviceAccountId", SERVICE_ACCOUNT, "{it}"),)


class ServiceAccount(GoogleHandler):
    """A service account."""

    token = SERVICE_ACCOUNT
    autoname = "accountId"
    replaces = frozenset({"accountId", "project"})
    defaults: ClassVar[Values] = {"disabled": False}
    kept = frozenset({"createIgnoreAlreadyExists"})
    path = "projects/{project}/serviceAccounts/{accountId}@{project}.iam.gserviceaccount.com"
    checks = (matches("accountId", r"[a-z]([-a-z0-9]{4,28}[a-z0-9])", "6 to 30 lower-case letters, digits and -, beginning with a letter"),)

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Its address in the three ways in which other resources ask for it."""
        email = identity.rsplit("/", 1)[-1]
        return {
            "email": email,
            "member": f"serviceAccount:{email}",
            "name": identity,
            "uniqueId": before.get("uniqueId", digits(21)),
        }


class CustomRole(GoogleHandler):
    """A role of the project's own. The stand-in names none: a role id takes no dash, which automatic names have."""

    token = CUSTOM_ROLE
    path = "projects/{project}/roles/{roleId}"
    replaces = frozenset({"roleId", "project"})
    defaults: ClassVar[Values] = {"stage": "GA"}
    checks = (
        matches("roleId", r"[a-zA-Z0-9_.]{3,64}", "3 to 64 letters, digits, _ and ."),
        one_of("stage", "ALPHA", "BETA", "GA", "DEPRECATED", "DISABLED", "EAP"),
        matches("permissions[*]", r"[a-z][a-zA-Z0-9]*(\.[a-zA-Z][a-zA-Z0-9]*){2,}", "service.resource.verb"),
    )

    def identity(self, cloud: GoogleCloud, inputs: Values) -> str:
        """The role id must be stated here."""
        if not inputs.get("roleId"):
            raise RefusedError("roleId must be stated: the stand-in for Google Cloud names no custom role")
        return super().identity(cloud, inputs)

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Its full name."""
        return {"name": identity, "deleted": False}

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """A role without permissions grants nothing."""
        if not inputs.get("permissions"):
            raise RefusedError("googleapi: Error 400: permissions: at least one must be specified, badRequest")


class ProjectService(GoogleHandler):
    """An API that is switched on in the project."""

    token = "gcp:projects/service:Service"
    path = "{project}/{service}"
    replaces = frozenset({"service", "project"})
    kept = frozenset({"disableOnDestroy", "disableDependentServices", "checkIfServiceHasUsageOnDestroy"})
    checks = (matches("service", r"[a-z0-9-]+(\.[a-z0-9-]+)*\.(googleapis\.com|cloud\.goog)", "an API such as sqladmin.googleapis.com"),)


class ServiceIdentity(GoogleHandler):
    """The service agent of an API, made before its first use so that it can be granted something."""

    token = "gcp:projects/serviceIdentity:ServiceIdentity"
    path = "projects/{project}/services/{service}"
    replaces = frozenset({"service", "project"})

    def create(self, cloud: GoogleCloud, inputs: Values) -> str:
        """A project has one agent per API: asking for it again gives the same one, so two programs may state it."""
        identity = self.identity(cloud, self._whole(cloud, inputs))
        return identity if cloud.store.get(self.token, identity) is not None else super().create(cloud, inputs)

    def delete(self, cloud: GoogleCloud, identity: str, held: Values) -> None:
        """Nothing: Google deletes no service agent, the provider only forgets it."""

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Its address, for the APIs that the stand-in knows."""
        words = {
            "sqladmin": "sql",
            "secretmanager": "secretmanager",
            "pubsub": "pubsub",
            "storage": "storage",
            "cloudscheduler": "scheduler",
        }
        service = inputs["service"].removesuffix(".googleapis.com")
        if service not in {**words, "storagetransfer": "transfer", "backupdr": "backupdr"}:
            raise RefusedError(f"the stand-in for Google Cloud knows no service agent of {inputs['service']}")
        email = cloud.agent({**words, "storagetransfer": "transfer", "backupdr": "backupdr"}[service])
        return {"email": email, "member": f"serviceAccount:{email}"}
