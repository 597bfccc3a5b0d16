"""The audit of two accounts in three regions: it finds exactly what was seeded, says what it may not read, and only reads."""

from __future__ import annotations

import datetime
import json
import os
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from recoverable.alerts.facts import read_facts
from recoverable.audit.calls import CALLS
from recoverable.audit.code_only import CODE_ONLY
from recoverable.rules.registry.load import load_rules
from tests.audit.conftest import PLACES, REGIONS, Run, Seeded
from tests.audit.twin import Twin
from tests.audit.twins import STANDARD, TWINS, common
from tests.support.audit_cloud import HOME, OTHER, ROLE, AuditCloud
from tests.support.judging import judge_code
from tests.support.watched_answers import Watch

pytestmark = pytest.mark.xdist_group("audit")
Audit = Callable[..., Run]
HOME_ROLE = f"arn:aws:iam::{HOME}:role/audit"
GOLDEN = Path(__file__).with_name("aws_account.txt")
ONE = {"roles": (HOME_ROLE,), "regions": REGIONS[:1]}
NOT_ASKED = {
    ("elbv2", "DescribeLoadBalancerAttributes"),
    ("events", "ListTargetsByRule"),
    ("rds", "DescribeDBClusterSnapshotAttributes"),
    ("rds", "DescribeDBSnapshotAttributes"),
    ("rds", "ListTagsForResource"),
    ("s3", "GetBucketNotificationConfiguration"),
}
"""Calls whose answers may be kept and that no twin leads to."""
OF_CODE = {"RCV010", "RCV011", "RCV013", "RCV016", "RCV057", "RCV120", "RCV123"}
"""Rules about what only code says; an account is not asked for it."""


def failing(results: list[dict[str, Any]]) -> dict[str, set[str]]:
    """The rules that each address fails."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in results:
        if item["verdict"] == "fail":
            found[item["address"]].add(item["rule"])
    return dict(found)


def seeded_defects(seeded: Seeded) -> dict[str, set[str]]:
    return {seeded.arns[twin.name]: set(twin.wrong | twin.only_live) for twin in TWINS if twin.wrong or twin.only_live}


def unknown(run: Run) -> set[tuple[str, str]]:
    """Rule and what was found, of all that is not known."""
    return {(item["rule"], item["found"]) for item in run.results if item["verdict"] == "unknown"}


@dataclass(frozen=True)
class Whole:
    """One audit of everything, told as a report and as lines, each with the facts for alerts; and the calls that the first one made,
    watched for times that are read.
    """

    report: Run
    lines: Run
    facts: tuple[Path, Path]
    calls: list[tuple[str, str, str, str]]
    watch: Watch


@pytest.fixture(scope="module")
def whole(audit: Audit, seeded: Seeded, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Every bucket of the lines is judged in a batch of its own."""
    folder = tmp_path_factory.mktemp("whole")
    facts = (folder / "report.jsonl", folder / "lines.jsonl")
    seeded.cloud.calls.clear()
    watch = Watch()
    with pytest.MonkeyPatch.context() as patch:
        watch.aws(patch)
        report = audit("--format", "json", "--facts", str(facts[0]))
    calls = list(seeded.cloud.calls)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("recoverable.cli.audit_lines.BATCH", 1)
        return Whole(report, audit("--json-lines", "--facts", str(facts[1])), facts, calls, watch)


def test_of_no_answer_that_may_be_kept_a_time_is_read(whole: Whole) -> None:
    """Told by the shapes of the answers: wanting a time is enough, whether or not it is there."""
    of_the_moment = {
        ("s3", "ListBuckets"),
        ("rds", "DescribeDBInstances"),
        ("rds", "DescribeDBClusters"),
        ("rds", "DescribeDBInstanceAutomatedBackups"),
        ("rds", "DescribeDBSnapshots"),
        ("dynamodb", "DescribeTable"),
        ("dynamodb", "DescribeContinuousBackups"),
        ("efs", "DescribeFileSystems"),
        ("backup", "ListBackupJobs"),
        ("backup", "ListRecoveryPointsByBackupVault"),
        ("backup", "ListBackupVaults"),
    }
    kept = {key for key, call in CALLS.items() if call.kept}

    assert of_the_moment <= whole.watch.timed
    assert whole.watch.timed & kept == set()
    assert kept - whole.watch.asked == NOT_ASKED
    assert [key for key in NOT_ASKED if whole.watch.has_times(*key)] == []
    assert whole.watch.has_times("dynamodb", "DescribeTable")


def test_it_finds_exactly_the_seeded_defects(whole: Whole, seeded: Seeded) -> None:
    run = whole.report

    found, expected = failing(run.results), seeded_defects(seeded)
    wrong = {name: (found.get(name), expected.get(name)) for name in found.keys() | expected.keys()}
    assert {name: pair for name, pair in wrong.items() if pair[0] != pair[1]} == {}
    assert [item for item in run.results if item["verdict"] in ("unknown", "error")] == []
    assert run.code == 1


def test_what_is_found_of_each_store_is_as_the_golden_table_says(whole: Whole, seeded: Seeded) -> None:
    """``UPDATE_GOLDEN=1 pytest tests/audit/test_aws_account.py`` rewrites it; read the diff, each line is a store of the account."""
    found = failing(whole.report.results)
    rows = [
        (*seeded.places[name], seeded.arns[name].split(":")[2], name, " ".join(sorted(found.get(seeded.arns[name], ()))) or "-")
        for name in seeded.arns
    ]
    table = "".join(
        f"{account}  {region:<12}  {service:<22}  {name:<28}  {rules}\n" for account, region, service, name, rules in sorted(rows)
    )
    if os.environ.get("UPDATE_GOLDEN") == "1":
        GOLDEN.write_text(table, encoding="utf-8")
    assert table == GOLDEN.read_text("utf-8"), "what the audit finds changed; if it is right: UPDATE_GOLDEN=1"


def test_lines_say_the_same_as_the_report(whole: Whole) -> None:
    """Rules about the run as a whole are asked for each account. The two runs are some minutes apart on a busy machine: so are the ages."""
    lines, report = whole.lines, whole.report
    *rows, last = [json.loads(line) for line in lines.out.splitlines()]

    def key(item: dict[str, Any]) -> str:
        return re.sub(r"\d+ (?:minute|hour|day)s? (behind|old)", r"some time \1", json.dumps(item, sort_keys=True))

    assert sorted(key(item) for item in rows if item["kind"] != "gate") == sorted(
        key(item) for item in report.results if item["kind"] != "gate"
    )
    assert {item["rule"] for item in rows if item["kind"] == "gate"} == {item["rule"] for item in report.results if item["kind"] == "gate"}
    assert last["summary"]["exit_code"] == lines.code == report.code
    assert last["summary"]["stores"] == json.loads(report.out)["summary"]["stores"]


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: twin.name)
def test_the_same_defect_in_code_breaks_the_same_rules(twin: Twin, tmp_path: Path) -> None:
    findings = judge_code(common() + twin.code, tmp_path, f"schema = 1\n{STANDARD}")

    found = {item.rule for item in findings if item.verdict.value == "fail" and item.address == twin.address}
    assert found - OF_CODE == twin.wrong


def test_what_only_code_answers_is_not_asked_of_an_account() -> None:
    assert {item.rule.id for item in load_rules() if item.rule.name in CODE_ONLY} == OF_CODE
    assert CODE_ONLY.keys() <= {item.rule.name for item in load_rules()}


def test_only_calls_of_the_table_are_made_and_each_of_them_is_needed(whole: Whole) -> None:
    """In both accounts and all regions; what is not called in this estate is listed with the reason."""
    made = {(service, name) for _, _, service, name in whole.calls}
    assert made <= CALLS.keys()
    assert CALLS.keys() - made == {
        ("ec2", "DescribeRegions"),  # regions were named
        ("ec2", "DescribeInstances"),  # no disk hangs on one
        ("rds", "ListTagsForResource"),  # moto lists the tags of every cluster
        ("elasticache", "DescribeGlobalReplicationGroups"),  # no group leads a global datastore
        ("memorydb", "DescribeMultiRegionClusters"),  # no cluster is in several regions
        ("organizations", "ListAccounts"),  # roles were named
        ("rds", "DescribeDBSnapshotAttributes"),  # there are no manual snapshots
        ("rds", "DescribeDBClusterSnapshotAttributes"),
        ("events", "ListTargetsByRule"),  # no rule hears of backups
        ("s3", "GetBucketNotificationConfiguration"),  # no bucket replicates
        ("cloudwatch", "GetMetricData"),
        ("elbv2", "DescribeLoadBalancerAttributes"),  # there are no load balancers
    }
    assert {(account, region) for account, region, _, _ in whole.calls} >= set(PLACES)


@pytest.mark.parametrize(
    ("service", "operation", "action", "rules"),
    [
        ("rds", "DescribeDBInstances", "rds:DescribeDBInstances", {"RCV200"}),
        ("s3", "GetBucketVersioning", "s3:GetBucketVersioning", {"RCV200", "RCV040"}),
        ("backup", "ListBackupJobs", "backup:ListBackupJobs", {"RCV200", "RCV201", "RCV204"}),
        ("backup", "ListBackupPlans", "backup:ListBackupPlans", {"RCV200", "RCV108"}),
        ("rds", "DescribeEventSubscriptions", "rds:DescribeEventSubscriptions", {"RCV200", "RCV090"}),
        ("dlm", "GetLifecyclePolicies", "dlm:GetLifecyclePolicies", {"RCV200", "RCV108"}),
        ("fsx", "DescribeBackups", "fsx:DescribeBackups", {"RCV200", "RCV201"}),
        ("redshift", "DescribeClusterSnapshots", "redshift:DescribeClusterSnapshots", {"RCV200", "RCV201"}),
    ],
)
def test_what_may_not_be_read_is_unknown_and_names_the_action(
    service: str, operation: str, action: str, rules: set[str], audit: Audit, seeded: Seeded, sick: AuditCloud
) -> None:
    sick.denied.add((service, operation))
    run = audit("--format", "json", regions=REGIONS[1:2])

    unsure = [item for item in run.results if item["verdict"] == "unknown"]
    assert {item["rule"] for item in unsure} >= rules
    assert all(action in item["found"] and f"Allow {action}" in item["fix"] for item in unsure if item["rule"] == "RCV200")
    assert {account for account in (HOME, OTHER) if any(f":{account}:" in item["address"] for item in unsure)} == {HOME, OTHER}
    assert not any("before apply" in item["message"] for item in unsure)
    # What could be read is judged as before, and nothing that is well is called broken for what could not.
    found, expected = failing(run.results), seeded_defects(seeded)
    assert {name: broken for name, broken in found.items() if not broken <= expected.get(name, set())} == {}


def test_a_denial_fails_a_strict_run(audit: Audit, sick: AuditCloud) -> None:
    sick.denied.add(("kms", "ListKeys"))

    assert audit("--rule", "RCV200", **ONE).code == 0
    assert audit("--rule", "RCV200", "--strict", **ONE).code == 1


def test_throttling_that_passes_is_not_noticed(audit: Audit, sick: AuditCloud) -> None:
    sick.fault("rds", "DescribeDBInstances", 1)
    run = audit("--format", "json", **ONE)

    assert unknown(run) == set()
    assert run.code == 1


def test_throttling_to_the_end_is_exit_5_and_still_a_report(audit: Audit, sick: AuditCloud) -> None:
    sick.fault("backup", "ListBackupVaults", 50)
    run = audit("--format", "json", **ONE)

    assert run.code == 5
    assert {found for rule, found in unknown(run) if rule == "RCV200"} == {"unknown: backup:ListBackupVaults (ThrottlingException)"}
    assert json.loads(run.out)["summary"]["exit_code"] == 5
    assert failing(run.results)


def test_a_role_that_may_not_be_taken_is_unknown_and_its_account_is_not_judged(audit: Audit, sick: AuditCloud) -> None:
    sick.denied.add(("sts", "AssumeRole"))
    both = audit("--format", "json", roles=(ROLE,), regions=REGIONS[:1])

    assert {found for _, found in unknown(both)} == {"unknown: sts:AssumeRole (AccessDenied)"}
    assert both.code == 3


def test_alerts_are_told_what_the_audit_saw_and_nothing_else(whole: Whole, seeded: Seeded) -> None:
    report, lines = whole.facts
    now = datetime.datetime.now(datetime.UTC)
    stores = {store.store.rsplit(":", 1)[-1].rsplit("/", 1)[-1]: store for store in read_facts(report, now).stores}
    names = {name: seeded.arns[name].rsplit(":", 1)[-1].rsplit("/", 1)[-1] for name in seeded.arns}
    day = datetime.timedelta(days=1, hours=8)
    old = {name for name, key in names.items() if key in stores and (last := stores[key].last_backup) and now - last > day}
    failed = {name for name, key in names.items() if key in stores and stores[key].failed_jobs}
    assert old == {twin.name for twin in TWINS if twin.only_live == {"RCV201"}} > {"db-stale", "files-stale"}
    assert failed == {"db-job", "files-expired"}
    assert {item.store for item in read_facts(lines, now).stores} == {item.store for item in read_facts(report, now).stores}


def test_facts_stay_as_they_were_where_stores_may_not_be_listed(audit: Audit, sick: AuditCloud, tmp_path: Path) -> None:
    facts = tmp_path / "facts.jsonl"
    facts.write_text("as it was", encoding="utf-8")
    sick.denied.add(("rds", "DescribeDBInstances"))

    assert "stays as it was" in audit("--facts", str(facts), **ONE).err
    assert facts.read_text(encoding="utf-8") == "as it was"


def test_no_secret_is_said(audit: Audit, sick: AuditCloud, tmp_path: Path) -> None:
    """Neither of the login nor of a store; in no format, on no stream, and not where calls are refused."""
    sick.denied.add(("kms", "DescribeKey"))
    formats = [word for name in ("text", "sarif", "html", "markdown") for word in ("--format", f"{name}={tmp_path / name}")]
    run = audit("--verbose", *formats, **ONE)

    said = [run.out, run.err, *((tmp_path / name).read_text(encoding="utf-8") for name in ("text", "sarif", "html", "markdown"))]
    assert all(len(text) > 500 for text in said[2:])
    assert [text for text in said if "marked-secret" in text] == []
