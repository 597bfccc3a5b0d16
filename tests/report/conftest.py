"""One sample run, judged from its own folder, and one whose every text is hostile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from recoverable.model.finding import Confidence, Finding, Severity, Suppression, Verdict
from recoverable.model.raw import Problem
from recoverable.model.values import Location
from recoverable.report.result import Result, RuleInfo

DATA = Path(__file__).parent / "data"
MAIN = "infra/main.tf"
HOSTILE = "a\x1b[31m<script>alert(1)</script>\n::error::pwned|`x`\"'&%@octocat #1 [l](http://evil) \u202eback\udcff"

RULES = {
    rule.id: rule
    for rule in (
        RuleInfo(
            "RCV001",
            "backups-disabled",
            "A database has no automated backups",
            Severity.CRITICAL,
            "Nothing can be restored.",
            ("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",),
            "## backups-disabled\n\nSet a retention above zero.",
        ),
        RuleInfo(
            "RCV002",
            "retention-too-short",
            "A database keeps its backups for less time than its environment requires",
            Severity.CRITICAL,
            "A fault noticed after the window closes cannot be undone.",
            ("https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",),
        ),
        RuleInfo("RCV003", "point-in-time-recovery-off", "Point-in-time recovery is off", Severity.HIGH, "Data is lost."),
        RuleInfo("RCV004", "store-unencrypted", "A store or its snapshots are not encrypted", Severity.HIGH),
        RuleInfo("RCV005", "deletion-protection-off", "A database can be deleted by one call", Severity.MEDIUM),
        RuleInfo("RCV006", "final-snapshot-skipped", "Deleting a database takes no last snapshot", Severity.HIGH),
        RuleInfo("RCV007", "password-in-code", "A password is written in code", Severity.HIGH),
        RuleInfo("RCV101", "bucket-unversioned", "A bucket keeps no versions", Severity.CRITICAL, "Overwrites are final."),
        RuleInfo("RCV102", "object-lock-missing", "A bucket has no object lock", Severity.ADVICE),
    )
}


def finding(rule: str, verdict: Verdict, line: int, address: str, message: str, **more: Any) -> Finding:
    """A finding of the sample; severity and name come from the rule."""
    info = RULES[rule]
    given: dict[str, Any] = {
        "severity": info.severity,
        "confidence": Confidence.HIGH,
        "where": Location(MAIN, line),
        "environment": "prod",
        "environment_source": "tag environment=prod",
        "standard": "recoverable.toml:8",
        "source": "infra",
        **more,
    }
    return Finding(rule=rule, name=info.name, verdict=verdict, address=address, message=message, **given)


def sample() -> Result:
    """Fails of several severities, instances, unknowns, a crash, suppressed ones and passes."""
    orders, reports = "aws_db_instance.orders", "aws_db_instance.reports"
    ledger = "google_sql_database_instance.ledger"
    staging = {
        "environment": "staging",
        "environment_source": "tag environment=staging",
        "standard": "recoverable.toml:14",
    }
    rds, sql = {"kind": "rds-instance"}, {"kind": "cloudsql-instance"}
    waiver = Suppression("inline", "logical dumps every hour", "data@example.com", "2027-01-31", Location(MAIN, 35))
    findings = [
        finding(
            "RCV002",
            Verdict.FAIL,
            5,
            orders,
            "orders keeps 7 days of automated backups; prod needs at least 30 days",
            found="7 days",
            wanted="at least 30 days",
            fix="set backup_retention_period = 30",
            **rds,
        ),
        finding("RCV001", Verdict.PASS, 5, orders, "orders has automated backups", found="7 days", **rds),
        finding("RCV004", Verdict.PASS, 6, orders, "orders is encrypted", **rds),
        finding(
            "RCV007",
            Verdict.FAIL,
            7,
            orders,
            "the master password of orders is written in code",
            found="a literal",
            wanted="a managed secret",
            fix="remove password and set manage_master_user_password = true",
            **rds,
        ),
        finding(
            "RCV006",
            Verdict.FAIL,
            8,
            orders,
            "deleting orders takes no final snapshot",
            found="skip_final_snapshot = true",
            wanted="false, with a name",
            fix='skip_final_snapshot       = false\nfinal_snapshot_identifier = "orders-final"',
            **rds,
        ),
        finding(
            "RCV002",
            Verdict.UNKNOWN,
            16,
            reports,
            "backup_retention_period of reports is var.report_days (variable without a value), not known before apply",
            found="var.report_days",
            wanted="at least 21 days",
            fix="give report_days a default of at least 21, or pass --var-file",
            **(rds | staging),
        ),
        finding(
            "RCV005",
            Verdict.FAIL,
            17,
            reports,
            "reports has no deletion protection",
            found="false",
            wanted="true",
            fix="set deletion_protection = true",
            confidence=Confidence.MEDIUM,
            **(rds | staging),
        ),
        *(
            finding(
                "RCV101",
                Verdict.FAIL,
                22,
                f'aws_s3_bucket.uploads["{region}"]',
                f'aws_s3_bucket.uploads["{region}"] keeps no versions',
                found="no aws_s3_bucket_versioning",
                wanted="Enabled",
                fix='add aws_s3_bucket_versioning with status = "Enabled"',
                kind="s3-bucket",
            )
            for region in ("af", "ap", "ca", "eu", "me", "sa", "us")
        ),
        finding(
            "RCV102",
            Verdict.FAIL,
            22,
            'aws_s3_bucket.uploads["eu"]',
            "uploads has no object lock",
            wanted="advice",
            kind="s3-bucket",
        ),
        finding(
            "RCV005",
            Verdict.ERROR,
            29,
            ledger,
            "the rule crashed: TypeError: '<' not supported between 'str' and 'int'",
            environment="",
            environment_source="",
            **sql,
        ),
        finding(
            "RCV003",
            Verdict.FAIL,
            36,
            ledger,
            "point-in-time recovery of ledger is off",
            found="false",
            wanted="true",
            environment="",
            environment_source="not found, judged as the strictest",
            suppressed=waiver,
            **sql,
        ),
        finding("RCV001", Verdict.PASS, 35, ledger, "ledger has backups", environment="", environment_source="", **sql),
    ]
    problems = [
        Problem("error", 'unclosed block "resource" that starts on line 3', Location("infra/broken.tf", 3)),
        Problem("missing-module", "module network is not downloaded", Location(MAIN, 40), "module.network"),
        Problem("note", "infra/old.tf.bak is no Terraform file"),
    ]
    return Result(
        findings=sorted(findings, key=lambda found: found.sort_key),
        problems=problems,
        inputs=[("terraform-hcl", "infra")],
        rules=RULES,
        stores=10,
        resources=23,
        files=3,
        exit_code=4,
        standard_source="recoverable.toml",
        tool_version="0.1.0",
    )


def hostile() -> Result:
    """The sample, with every free text replaced by one that attacks each format in turn."""
    clean = sample()
    bad: dict[str, Any] = dict.fromkeys(("address", "message", "found", "wanted", "fix", "environment", "kind", "source"), HOSTILE)
    bad |= {"environment_source": HOSTILE, "standard": HOSTILE}
    findings = [
        replace(
            found,
            **bad,
            where=Location(f"infra/{HOSTILE}.tf", 3),
            suppressed=Suppression(HOSTILE, HOSTILE, HOSTILE, HOSTILE) if found.suppressed else None,
        )
        for found in clean.findings
    ]
    problems = [Problem("error", HOSTILE, Location(HOSTILE, 1), HOSTILE)]
    return replace(clean, findings=findings, problems=problems, inputs=[("x", HOSTILE)], standard_source=HOSTILE)


@pytest.fixture(name="sample")
def sample_fixture(monkeypatch: pytest.MonkeyPatch) -> Result:
    """The sample run, with its code beside it."""
    monkeypatch.chdir(DATA / "sample")
    return sample()


@pytest.fixture(name="hostile")
def hostile_fixture(monkeypatch: pytest.MonkeyPatch) -> Result:
    """The hostile run."""
    monkeypatch.chdir(DATA / "sample")
    return hostile()
