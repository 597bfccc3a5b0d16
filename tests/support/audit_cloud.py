"""Two accounts of moto's server for the audit, with what moto has not: backup jobs, recovery points, restore windows and lags.

Every call is written down; a call can be denied as IAM would. Times are minutes before now.
"""

from __future__ import annotations

import datetime
import urllib.request
from collections.abc import Iterable
from types import TracebackType
from typing import Any

import boto3
import pytest
from moto.rds.models import DBCluster, DBInstance

from recoverable.sandbox.aws import gaps_wire
from recoverable.sandbox.aws.gaps_faults import PATH
from tests.support.audit_cloud_kinds import KindsOfMoto
from tests.support.audit_cloud_memory import MemoryOfMoto
from tests.support.moto_server import MotoServer

HOME, OTHER = "123456789012", "210987654321"
ROLE = f"arn:aws:iam::{OTHER}:role/audit"
MODELS = {"elasticloadbalancing": "elbv2", "elasticfilesystem": "efs"}
"""Services that sign under another name than their model's."""
Json = dict[str, Any]


def before(minutes: int) -> datetime.datetime:
    """So many minutes ago."""
    return datetime.datetime.now(datetime.UTC) - datetime.timedelta(minutes=minutes)


class AuditCloud(MotoServer):
    """Serves while it is entered."""

    def __init__(self) -> None:
        super().__init__()
        self.app: Any = self.server.app
        self.server.app = self._answer
        self.calls: list[tuple[str, str, str, str]] = []
        self.denied: set[tuple[str, str]] = set()
        self.refusing: set[str] = set()
        self.jobs: dict[tuple[str, str], list[Json]] = {}
        self.points: dict[str, list[Json]] = {}
        self.windows: dict[tuple[str, str], list[Json]] = {}
        self.shared: dict[tuple[str, str], list[str]] = {}
        self.policies: dict[str, Json] = {}
        self.statuses: dict[str, list[Json]] = {}
        self.lags: dict[str, int] = {}
        self.snapshots: dict[tuple[str, str], list[Json]] = {}
        self.kinds = KindsOfMoto()
        self.memory = MemoryOfMoto()
        self._patch = pytest.MonkeyPatch()
        self._keys: dict[str, tuple[str, str, str | None]] = {HOME: ("testing", "testing", None)}

    def __enter__(self) -> str:
        """Moto's databases could always be restored to this very moment; ours are behind by what ``lags`` says."""
        lags = self.lags
        self._patch.setattr(DBInstance, "latest_restorable_time", property(lambda self: before(lags.get(self.arn, 4)).replace(tzinfo=None)))
        statuses = self.statuses
        self._patch.setattr(DBInstance, "status_infos", property(lambda self: statuses.get(self.arn, [])), raising=False)
        self._patch.setattr(
            DBCluster, "latest_restorable_time", property(lambda self: before(lags.get(self.db_cluster_arn, 4)).replace(tzinfo=None))
        )
        return super().__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._patch.undo()
        super().__exit__(kind, error, trace)

    def session(self, account: str) -> boto3.Session:
        """A login to an account, by taking its role where it is not ours."""
        if account not in self._keys:
            sts = boto3.client("sts", region_name="us-east-1", endpoint_url=self.endpoint)
            found = sts.assume_role(RoleArn=ROLE, RoleSessionName="seeds")["Credentials"]
            self._keys[account] = (found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])
        key, secret, token = self._keys[account]
        return boto3.Session(key, secret, token)

    def fault(self, service: str, operation: str, count: int) -> None:
        """Let the next calls of an operation be throttled."""
        text = f'{{"service": "{service}", "operation": "{operation}", "kind": "throttle", "count": {count}}}'.encode()
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}{PATH}", text, method="POST"), timeout=60).close()

    def heal(self) -> None:
        """No faults and no denials any more."""
        self.denied.clear()
        self.refusing.clear()
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}{PATH}", method="DELETE"), timeout=60).close()

    def _answer(self, environ: Json, start: Any) -> Iterable[bytes]:
        who = gaps_wire.signed_for(environ)
        if who is None:
            return self.app(environ, start)  # type: ignore[no-any-return]  # a WSGI application
        key, region, signed = who
        service = "s3control" if environ["PATH_INFO"].startswith("/v20180820/") else MODELS.get(signed, signed)
        body = gaps_wire.body_of(environ)
        found = gaps_wire.operation_of(service, environ, body)
        if found is None:
            return self.app(gaps_wire.again(environ, body), start)  # type: ignore[no-any-return]
        operation, path, request = found
        name = str(operation.name)
        account = gaps_wire.account_of(key, environ)
        self.calls.append((account, region, service, name))
        protocol = gaps_wire.protocol_of(operation, request)
        given = gaps_wire.parsed(operation, path, request, body)
        refused = name == "AssumeRole" and given["RoleArn"].split(":")[4] in self.refusing
        if refused or (service, name) in self.denied:
            error = gaps_wire.ApiError(
                "AccessDenied" if protocol != "json" else "AccessDeniedException", f"not authorized: {service}:{name}"
            )
            return gaps_wire.serialized(operation, protocol, error, 403).give(start)
        own = self._own(service, name, account, region, given)
        if own is None:
            return self.app(gaps_wire.again(environ, body), start)  # type: ignore[no-any-return]
        return gaps_wire.serialized(operation, protocol, own).give(start)

    def _own(self, service: str, name: str, account: str, region: str, given: Json) -> Json | None:
        """What moto does not know."""
        if (service, name) == ("backup", "ListBackupJobs"):
            return {"BackupJobs": self.jobs.get((account, region), [])}
        if (service, name) == ("backup", "ListRecoveryPointsByBackupVault"):
            arn = f"arn:aws:backup:{region}:{account}:backup-vault:{given['BackupVaultName']}"
            return {"RecoveryPoints": self.points.get(arn, [])}
        if (service, name) == ("rds", "DescribeDBInstanceAutomatedBackups"):
            return {"DBInstanceAutomatedBackups": self.windows.get((account, region), [])}
        if (service, name) == ("rds", "DescribeDBSnapshots") and given.get("SnapshotType") == "automated":
            return {"DBSnapshots": self.snapshots.get((account, region), [])}
        if (service, name) == ("ec2", "DescribeSnapshots") and given.get("RestorableByUserIds"):
            return {"Snapshots": [{"SnapshotId": each} for each in self.shared.get((account, region), [])]}
        if (service, name) == ("efs", "PutBackupPolicy"):
            self.policies[given["FileSystemId"]] = given["BackupPolicy"]
        if (service, name) in (("efs", "PutBackupPolicy"), ("efs", "DescribeBackupPolicy")):
            return {"BackupPolicy": self.policies[given["FileSystemId"]]}
        if (service, name) == ("efs", "DescribeReplicationConfigurations"):
            return {"Replications": []}
        own = self.kinds.answer(service, name, account, region, given)
        return self.memory.answer(service, name, account, region, given) if own is None else own

    def job(self, arn: str, account: str, region: str, state: str = "COMPLETED", minutes: int = 60) -> None:
        """A backup job that ended."""
        job = {"BackupJobId": f"job-{minutes}", "ResourceArn": arn, "State": state, "CreationDate": before(minutes + 5)}
        self.jobs.setdefault((account, region), []).append({**job, "CompletionDate": before(minutes)})

    def snapshot(self, name: str, account: str, region: str, minutes: int) -> None:
        """A snapshot that RDS made by itself."""
        snapshot = {"DBInstanceIdentifier": name, "DBSnapshotIdentifier": f"rds:{name}", "Status": "available"}
        self.snapshots.setdefault((account, region), []).append({**snapshot, "SnapshotCreateTime": before(minutes)})

    def window(self, name: str, account: str, region: str, days: float) -> None:
        """How far back an instance can be restored."""
        window = {"EarliestTime": before(int(days * 1440)), "LatestTime": before(3)}
        entry = {"DBInstanceIdentifier": name, "Region": region, "Status": "active", "RestoreWindow": window}
        self.windows.setdefault((account, region), []).append(entry)
