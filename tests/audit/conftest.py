"""Two accounts with the twins in three regions, made once for all tests of the audit."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from moto.rds.models import rds_backends

from recoverable.cli.entry import main
from recoverable.model.raw import RawResource
from tests.audit.ages_of_kinds import age_kind
from tests.audit.twin import Twin
from tests.audit.twins import STANDARD, TWINS, common
from tests.support.audit_cloud import HOME, OTHER, ROLE, AuditCloud, before
from tests.support.aws_from_code import Account
from tests.support.judging import read_folder

REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")
PLACES = tuple((account, region) for account in (HOME, OTHER) for region in REGIONS)
LOGIN = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "marked-secret-of-the-login",
    "AWS_MAX_ATTEMPTS": "2",
    "AWS_DEFAULT_REGION": "eu-west-1",
}
OLD = 60 * 24 * 90
"""Minutes: older than any retention of the twins."""


@dataclass(frozen=True)
class Run:
    """What a run of the command said."""

    code: int
    out: str
    err: str

    @property
    def results(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.out)["results"]
        return found


@dataclass
class Seeded:
    """The cloud, and the ARN and place of each twin."""

    cloud: AuditCloud
    standard: Path
    arns: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)


def resources(code: str, folder: Path) -> list[RawResource]:
    """A piece of Terraform, read."""
    folder.mkdir(exist_ok=True)
    (folder / "main.tf").write_text(code, encoding="utf-8")
    return read_folder(folder)[0].resources


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """Of a module and no longer: moto's clouds are seen by every server of the process."""
    folder = tmp_path_factory.mktemp("audit")
    standard = folder / "recoverable.toml"
    standard.write_text(f"schema = 1\n{STANDARD}", encoding="utf-8")
    cloud = AuditCloud()
    with cloud as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in {**LOGIN, "AWS_ENDPOINT_URL": endpoint}.items():
            patch.setenv(name, value)
        found = Seeded(cloud, standard)
        for number, (account, region) in enumerate(PLACES):
            here = _account(cloud, account, region)
            here.make(resources(common(), folder / f"common-{number}"))
            for twin in TWINS[number :: len(PLACES)]:
                code = resources(common() + twin.code, folder / twin.name)
                here.make([raw for raw in code if raw.address not in here.made])
                found.arns[twin.name], found.places[twin.name] = here.arn(twin.address), (account, region)
                _age(found, twin)
        cloud.calls.clear()
        yield found


@pytest.fixture(scope="module")
def audit(seeded: Seeded) -> Callable[..., Run]:
    """Runs the command on both accounts and all three regions, unless told otherwise."""

    def run(*words: str, roles: tuple[str, ...] = (f"arn:aws:iam::{HOME}:role/audit", ROLE), regions: tuple[str, ...] = REGIONS) -> Run:
        places = [word for role in roles for word in ("--role-arn", role)] + [word for name in regions for word in ("--region", name)]
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main(["audit", "aws", "--config", str(seeded.standard), *places, *words])
        return Run(code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def sick(seeded: Seeded) -> Iterator[AuditCloud]:
    """The cloud for a test that makes it deny or throttle; well again afterwards."""
    yield seeded.cloud
    seeded.cloud.heal()


def _account(cloud: AuditCloud, account: str, region: str) -> Account:
    session = cloud.session(account)
    clients: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in clients:
            clients[service] = session.client(service, region_name=region, endpoint_url=cloud.endpoint)
        return clients[service]

    return Account(client, region)


def _age(found: Seeded, twin: Twin) -> None:
    """Give what was made a past: good backups, unless the twin is for something else."""
    cloud, arn, (account, region) = found.cloud, found.arns[twin.name], found.places[twin.name]
    age_kind(cloud, twin, arn, (account, region), OLD)
    if twin.address.startswith("aws_db_instance."):
        stored = rds_backends[account][region].databases[twin.name]
        stored.instance_create_time = before(OLD).replace(tzinfo=None)
        cloud.window(twin.name, account, region, 3 if twin.name == "db-window" else stored.backup_retention_period)
        if stored.backup_retention_period:
            cloud.snapshot(twin.name, account, region, 3000 if twin.name == "db-stale" else 600)
        cloud.lags[arn] = 45 if twin.name == "db-lag" else 4
        if twin.name == "db-job":
            cloud.job(arn, account, region, "COMPLETED", 2000)
            cloud.job(arn, account, region, "FAILED", 500)
    elif twin.address.startswith("aws_efs_file_system."):
        cloud.job(arn, account, region, minutes=3000 if twin.name == "files-stale" else 600)
        if twin.name == "files-expired":
            cloud.job(arn, account, region, "EXPIRED", 60)
    elif twin.name == "vault-points":
        cloud.points[arn] = [
            {"RecoveryPointArn": f"{arn}:{number}", "IsEncrypted": number > 0, "Status": "COMPLETED"} for number in range(3)
        ]
    elif twin.name == "vault-good":
        cloud.points[arn] = [{"RecoveryPointArn": f"{arn}:0", "IsEncrypted": True, "Status": "COMPLETED"}]
