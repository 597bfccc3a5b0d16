"""``audit --against``: a running account held against its code finds exactly what was changed by hand, and is unsure where a name is not known."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recoverable.cli.entry import main
from tests.audit.conftest import LOGIN, Run, resources
from tests.audit.twins import bucket, files, instance, table
from tests.audit.twins_of_kinds import docdb, neptune
from tests.support.audit_cloud import HOME, AuditCloud
from tests.support.aws_from_code import Account

pytestmark = pytest.mark.xdist_group("audit")
REGION = "eu-west-1"
RULES = ("RCV208", "RCV209", "RCV210")
PROVIDER = f'provider "aws" {{\n  region = "{REGION}"\n}}\nvariable "name" {{}}\n'
WEAK = {"backup_retention_period": "7", "deletion_protection": "false"}
SAME = (instance("db-same"), bucket("bucket-same", lock="GOVERNANCE"), table("table-same"), docdb("docdb-same"))
CODE = (
    *SAME,
    instance("db-drifted"),
    instance("db-more", backup_retention_period="14"),
    instance("db-gone"),
    docdb("docdb-gone"),
    docdb("docdb-drifted"),
    bucket("bucket-drifted"),
    table("table-drifted"),
)
LIVE = (
    *SAME,
    instance("db-drifted", **WEAK),
    instance("db-more", backup_retention_period="30"),
    instance("db-stray"),
    instance("later-stray"),
    docdb("docdb-stray"),
    docdb("docdb-drifted", backup_retention_period="7"),
    neptune("neptune-of-others"),
    bucket("bucket-drifted", versioning="Suspended", days=7, shut="false"),
    bucket("bucket-stray"),
    table("table-drifted", recovery="enabled = false"),
    files("files-of-others"),
)
HIDDEN = instance("hidden").code.replace('"hidden"\n', '"later-${var.name}"\n', 1)
"""An instance of which only the beginning of the name is known."""


@dataclass
class Held:
    """The cloud and the folder with its code."""

    cloud: AuditCloud
    code: Path

    def audit(self, *words: str, region: str = REGION) -> Run:
        out, err = io.StringIO(), io.StringIO()
        rules = [word for rule in RULES for word in ("--rule", rule)]
        with redirect_stdout(out), redirect_stderr(err):
            code = main(["audit", "aws", "--region", region, "--environment", "prod", *rules, *words])
        return Run(code, out.getvalue(), err.getvalue())

    def against(self, *words: str, region: str = REGION) -> Run:
        return self.audit("--against", str(self.code), "--format", "json", *words, region=region)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder, cloud = tmp_path_factory.mktemp("against"), AuditCloud()
    with cloud as endpoint, pytest.MonkeyPatch.context() as patch:
        for name, value in {**LOGIN, "AWS_ENDPOINT_URL": endpoint}.items():
            patch.setenv(name, value)
        session, clients = cloud.session(HOME), dict[str, Any]()

        def client(service: str) -> Any:
            if service not in clients:
                clients[service] = session.client(service, region_name=REGION, endpoint_url=endpoint)
            return clients[service]

        here = Account(client, REGION)
        for number, twin in enumerate(LIVE):
            here.make(resources(twin.code, folder / f"live-{number}"))
        code = folder / "code"
        code.mkdir()
        (code / "main.tf").write_text(PROVIDER + "".join(twin.code for twin in CODE) + HIDDEN, encoding="utf-8")
        yield Held(cloud, code)


def said(run: Run) -> set[tuple[str, str, str, str]]:
    """Store, rule, verdict and the attribute, of everything that is not well."""
    return {
        (
            item["address"].split(":")[-1].split("/")[-1].split(".")[-1],
            item["rule"],
            item["verdict"],
            item["message"].split(": declared")[0] if item["rule"] == "RCV210" else "",
        )
        for item in run.results
        if item["verdict"] != "pass"
    }


DRIFT = {
    ("db-gone", "RCV208", "fail", ""),
    ("docdb-gone", "RCV208", "fail", ""),
    ("hidden", "RCV208", "unknown", ""),
    ("docdb-stray", "RCV209", "fail", ""),
    ("db-stray", "RCV209", "fail", ""),
    ("later-stray", "RCV209", "unknown", ""),
    ("bucket-stray", "RCV209", "fail", ""),
    ("db-drifted", "RCV210", "fail", "backup retention"),
    ("db-drifted", "RCV210", "fail", "deletion protection"),
    ("db-more", "RCV210", "fail", "backup retention"),
    ("docdb-drifted", "RCV210", "fail", "backup retention"),
    ("bucket-drifted", "RCV210", "fail", "versioning"),
    ("bucket-drifted", "RCV210", "fail", "old versions are kept"),
    ("bucket-drifted", "RCV210", "fail", "open to the public"),
    ("table-drifted", "RCV210", "fail", "point-in-time recovery"),
}


def test_exactly_what_was_changed_by_hand_is_found(held: Held) -> None:
    """A file system is not told: this code declares none."""
    run = held.against()

    assert said(run) == DRIFT
    assert run.code == 1


def test_a_difference_names_both_sides_and_the_line_of_the_code(held: Held) -> None:
    lines = (held.code / "main.tf").read_text(encoding="utf-8").splitlines()
    start = next(number for number, text in enumerate(lines) if '"aws_db_instance" "db-drifted"' in text)
    line = next(number for number in range(start, len(lines)) if "backup_retention_period" in lines[number]) + 1
    found = {item["message"]: item for item in held.against().results if item["rule"] == "RCV210"}

    said_of = next(message for message in found if message.startswith("backup retention: declared: 30 days"))
    assert said_of.endswith(f"main.tf:{line}; live: 7 days")
    assert found[said_of]["severity"] == "high"
    more = next(message for message in found if message.startswith("backup retention: declared: 14 days"))
    assert more.endswith("; live: 30 days")
    assert found[more]["severity"] == "medium"


def test_lines_say_the_same(held: Held) -> None:
    run = held.audit("--against", str(held.code), "--json-lines")
    rows = [json.loads(line) for line in run.out.splitlines()][:-1]

    assert sorted(json.dumps(row, sort_keys=True) for row in rows) == sorted(
        json.dumps(row, sort_keys=True) for row in held.against().results
    )
    assert run.code == 1


def test_in_a_region_that_is_not_looked_at_nothing_is_called_missing(held: Held) -> None:
    found = said(held.against(region="us-east-1"))

    assert {(rule, verdict) for _, rule, verdict, _ in found} == {("RCV208", "unknown")}
    assert len(found) == len(CODE) + 1


def test_where_stores_may_not_be_listed_none_of_them_is_called_missing(held: Held) -> None:
    held.cloud.denied.add(("rds", "DescribeDBInstances"))
    try:
        found = {item["address"]: (item["verdict"], item["found"]) for item in held.against().results if item["rule"] == "RCV208"}
    finally:
        held.cloud.heal()

    assert found["aws_db_instance.db-gone"] == ("unknown", "unknown: rds:DescribeDBInstances")
    assert {verdict for address, (verdict, _) in found.items() if ":s3:" in address or ":dynamodb:" in address} == {"pass"}


def test_a_setting_that_may_not_be_read_is_no_drift(held: Held) -> None:
    held.cloud.denied.add(("s3", "GetBucketVersioning"))
    try:
        found = said(held.against())
    finally:
        held.cloud.heal()

    assert ("bucket-drifted", "RCV210", "unknown", "versioning") in found
    assert ("bucket-same", "RCV210", "unknown", "versioning") in found


def test_what_is_the_same_passes_and_code_that_is_all_there_is_exits_0(held: Held, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(PROVIDER + SAME[2].code + table("table-drifted", recovery="enabled = false").code, encoding="utf-8")
    run = held.audit("--against", str(tmp_path), "--format", "json")

    assert said(run) == set()
    assert {item["rule"] for item in run.results if item["verdict"] == "pass"} == set(RULES)
    assert run.code == 0


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--against", "nowhere/"], "nowhere"),
        (["--var", "name=a"], "there is no code that it is for"),
    ],
)
def test_code_that_is_not_there_is_refused_before_anything_is_asked(words: list[str], error: str, held: Held) -> None:
    held.cloud.calls.clear()
    run = held.audit(*words)

    assert run.code == 2
    assert error in run.err
    assert held.cloud.calls == []


def test_broken_code_is_refused(held: Held, tmp_path: Path) -> None:
    """Of half the code nobody can say what is not declared."""
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "a" {', encoding="utf-8")

    assert held.audit("--against", str(tmp_path)).code == 2
