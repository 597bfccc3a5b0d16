"""The functions of the Google provider that programs ask before they build."""

from __future__ import annotations

from typing import Any

from recoverable.sandbox.gcp.checks import look
from recoverable.sandbox.gcp.cloud import NUMBER, GoogleCloud
from recoverable.sandbox.gcp.databases import INSTANCE
from recoverable.sandbox.provider.handler import Function, RefusedError, Values


class GetProject(Function[GoogleCloud]):
    """The project that the stand-in has: one, whose number never changes."""

    token = "gcp:organizations/getProject:getProject"
    fake = True

    def call(self, cloud: GoogleCloud, arguments: Values) -> Values:
        """The project that was asked for, else the provider's."""
        project = arguments.get("projectId") or cloud.project
        if project != cloud.project:
            raise RefusedError(f"googleapi: Error 403: the stand-in has the project {cloud.project} only, not {project}, forbidden")
        return {
            "id": f"projects/{project}",
            "projectId": project,
            "name": project,
            "number": NUMBER,
            "autoCreateNetwork": False,
            "billingAccount": "",
            "deletionPolicy": "PREVENT",
            "folderId": "",
            "orgId": "",
            "labels": {},
            "effectiveLabels": {},
            "pulumiLabels": {},
            "tags": {},
        }


class GetClientConfig(Function[GoogleCloud]):
    """Project and region of the provider. The access token is no token."""

    token = "gcp:organizations/getClientConfig:getClientConfig"
    fake = True

    def call(self, cloud: GoogleCloud, arguments: Values) -> Values:
        """The provider's configuration."""
        place = f"projects/{cloud.project}/regions/{cloud.region}/zones/"
        return {
            "id": f'"{place}"',
            "project": cloud.project,
            "region": cloud.region,
            "zone": f"{cloud.region}-b",
            "accessToken": "sandbox",
            "defaultLabels": dict(cloud.labels),
        }


class _Agent(Function[GoogleCloud]):
    """The service agent of one of Google's services."""

    fake = True
    service = ""
    address = "emailAddress"

    def call(self, cloud: GoogleCloud, arguments: Values) -> Values:
        """Its address in the ways in which grants ask for it."""
        email = cloud.agent(self.service)
        found: dict[str, Any] = {"id": email, self.address: email, "member": f"serviceAccount:{email}", "project": cloud.project}
        return found


class GetProjectServiceAccount(_Agent):
    """The service agent of Cloud Storage: it needs the keys of encrypted buckets."""

    token = "gcp:storage/getProjectServiceAccount:getProjectServiceAccount"
    service = "storage"


class GetTransferProjectServiceAccount(_Agent):
    """The service agent of the Storage Transfer Service: it needs both buckets of a transfer."""

    token = "gcp:storage/getTransferProjectServiceAccount:getTransferProjectServiceAccount"
    service = "transfer"
    address = "email"

    def call(self, cloud: GoogleCloud, arguments: Values) -> Values:
        """With the number by which Google knows it."""
        return super().call(cloud, arguments) | {"subjectId": f"1{NUMBER}00000000"}


class GetLatestRecoveryTime(Function[GoogleCloud]):
    """The latest time that an instance can be recovered to: now, where point-in-time recovery is on."""

    token = "gcp:sql/getDatabaseInstanceLatestRecoveryTime:getDatabaseInstanceLatestRecoveryTime"
    fake = True

    def call(self, cloud: GoogleCloud, arguments: Values) -> Values:
        """Refused where the instance is missing or has no point-in-time recovery."""
        name = arguments["instance"]
        held = cloud.store.get(INSTANCE, name)
        if held is None:
            raise RefusedError(f"googleapi: Error 404: The Cloud SQL instance {name} does not exist., instanceDoesNotExist")
        backups = look(held, "settings.backupConfiguration") or {}
        if not (backups.get("pointInTimeRecoveryEnabled") or backups.get("binaryLogEnabled")):
            raise RefusedError(f"googleapi: Error 400: point-in-time recovery is not enabled on {name}, invalid")
        return {
            "id": f"projects/{cloud.project}/instances/{name}/latestRecoveryTime",
            "instance": name,
            "project": cloud.project,
            "latestRecoveryTime": cloud.now(),
            "sourceInstanceDeletionTime": "",
        }
