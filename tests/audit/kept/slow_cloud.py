"""A small account of moto's for audits that are stopped: buckets, a database, a plan; it can be told to answer slowly."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from moto.rds.models import rds_backends

from recoverable.audit.calls import CALLS
from tests.audit.conftest import LOGIN
from tests.support.audit_cloud import HOME, AuditCloud, before

REGION = "eu-west-1"
SECRET = "marked-secret-in-a-tag"
BUCKETS = 20
Json = dict[str, Any]


class SlowCloud(AuditCloud):
    """Answers after ``pause`` seconds each, from the ``slow_from``-th call on."""

    def __init__(self) -> None:
        super().__init__()
        self.slow_from, self.pause = 0, 0.0

    def _answer(self, environ: Json, start: Any) -> Iterable[bytes]:
        if self.pause and len(self.calls) >= self.slow_from:
            time.sleep(self.pause)
        return super()._answer(environ, start)

    @property
    def asked(self) -> Counter[tuple[str, str]]:
        """How often each call was made, of those that tables of calls know."""
        return Counter((service, name) for _, _, service, name in self.calls)

    @property
    def of_kept_calls(self) -> int:
        """How many calls were made whose answers may be kept."""
        return sum(count for call, count in self.asked.items() if CALLS[call].kept)


@dataclass(frozen=True)
class Stopped:
    """The account, the folder that runs have to themselves, and the environment of a process that reaches it."""

    cloud: SlowCloud
    folder: Path
    environment: dict[str, str]

    @property
    def file(self) -> Path:
        return self.folder / "answers"

    def words(self, *more: str) -> list[str]:
        """The command line of an audit of it, with the file of answers."""
        return ["audit", "aws", "--region", REGION, "--config", str(self.folder / "recoverable.toml"), "--resume", str(self.file), *more]

    @contextmanager
    def running(self, *words: str) -> Iterator[subprocess.Popen[str]]:
        """The real command in a process of its own."""
        command = [sys.executable, "-m", "recoverable", *self.words(*words)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=self.environment, cwd=self.folder) as run:
            try:
                yield run
            finally:
                run.kill()
                run.wait()
                self.settle()

    def killed(self, run: subprocess.Popen[str]) -> None:
        """Kill a run, and wait until its calls are answered to nobody."""
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
        self.settle()
        self.cloud.pause = 0.0

    def settle(self) -> None:
        """Wait until the calls that were sent are answered, so that none of them counts for whoever comes next."""
        count = -1
        while count != len(self.cloud.calls):
            count = len(self.cloud.calls)
            time.sleep(max(0.2, 3 * self.cloud.pause))

    def wait_for(self, calls: int) -> None:
        """Until so many calls were made."""
        until = time.monotonic() + 60
        while len(self.cloud.calls) < calls:
            assert time.monotonic() < until, f"only {len(self.cloud.calls)} calls"
            time.sleep(0.01)


@pytest.fixture(scope="module")
def account() -> Iterator[SlowCloud]:
    """Every third bucket without versioning, one with a secret in a tag; a database that is 4 minutes behind."""
    cloud = SlowCloud()
    with cloud as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in {**LOGIN, "AWS_ENDPOINT_URL": endpoint}.items():
            patch.setenv(name, value)
        session = cloud.session(HOME)
        s3 = session.client("s3", region_name=REGION, endpoint_url=endpoint)
        for number in range(BUCKETS):
            name = f"stopped-{number:03}"
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
            if number % 3:
                s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_tagging(Bucket="stopped-001", Tagging={"TagSet": [{"Key": "note", "Value": SECRET}]})
        rds = session.client("rds", region_name=REGION, endpoint_url=endpoint)
        rds.create_db_instance(
            DBInstanceIdentifier="orders",
            Engine="postgres",
            DBInstanceClass="db.t3.micro",
            AllocatedStorage=20,
            MasterUsername="admin1",
            MasterUserPassword="marked-secret-of-a-database",
            BackupRetentionPeriod=30,
        )
        rds_backends[HOME][REGION].databases["orders"].instance_create_time = before(60 * 24 * 90).replace(tzinfo=None)
        cloud.window("orders", HOME, REGION, 30)
        backup = session.client("backup", region_name=REGION, endpoint_url=endpoint)
        backup.create_backup_vault(BackupVaultName="main")
        rule = {"RuleName": "daily", "TargetBackupVaultName": "main", "ScheduleExpression": "cron(0 3 * * ? *)"}
        backup.create_backup_plan(BackupPlan={"BackupPlanName": "daily", "Rules": [rule]})
        yield cloud


@pytest.fixture
def stopped(account: SlowCloud, tmp_path: Path) -> Iterator[Stopped]:
    """The account for one test; well and quick again afterwards."""
    (tmp_path / "recoverable.toml").write_text("schema = 1\n", encoding="utf-8")
    account.calls.clear()
    yield Stopped(account, tmp_path, {**os.environ, "HOME": str(tmp_path)})
    account.pause = 0.0
    account.heal()
    account.calls.clear()


def told(out: str) -> list[Json]:
    """Findings and summary of JSON lines, in an order of their own; ages are left out, for they go on."""
    rows = [json.loads(line) for line in out.splitlines()]
    return sorted((row for row in rows if "minutes" not in str(row.get("found"))), key=json.dumps)
