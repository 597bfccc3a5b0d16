"""The daily audit in what ``recoverable schedule`` writes, and how its jobs log in to clouds."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from recoverable.schedules.github_workflows import daily
from recoverable.schedules.gitlab_jobs import jobs
from recoverable.schedules.logins import clouds_of
from tests.schedules.made_up import tasks, workflow


def test_the_daily_audit_looks_with_rights_of_its_own_and_alerts_hear_of_it_whatever_came_of_it() -> None:
    written = workflow(daily(tasks(audits=("aws", "neon"), aws=True)))["jobs"]

    assert list(written) == ["audit-aws", "audit-neon", "alerts", "check"]
    roles = {
        name: [step["with"]["role-to-assume"] for step in job["steps"] if "aws-actions" in step.get("uses", "")]
        for name, job in written.items()
    }
    assert roles == {
        "audit-aws": ["${{ vars.RECOVERABLE_AUDIT_ROLE }}"],
        "audit-neon": [],
        "alerts": ["${{ vars.RECOVERABLE_ALERTS_ROLE }}"],
        "check": [],
    }
    (neon,) = [step for step in written["audit-neon"]["steps"] if step.get("name") == "Audit"]
    assert (neon["env"], neon["run"]) == (
        {"NEON_API_KEY": "${{ secrets.NEON_API_KEY }}"},
        "recoverable audit neon --facts facts-neon.jsonl\n",
    )
    assert (written["alerts"]["needs"], written["alerts"]["if"]) == (["audit-aws", "audit-neon"], "${{ !cancelled() }}")
    assert [step["run"] for step in written["alerts"]["steps"] if step.get("name") == "Alerts"] == [
        "recoverable alerts --facts recoverable-facts.jsonl\n"
    ]


def test_facts_of_an_audit_reach_alerts_in_gitlab_whatever_came_of_it() -> None:
    written = yaml.safe_load(jobs(tasks(audits=("gcp",))))

    assert written["recoverable-audit-gcp"]["artifacts"] == {"when": "always", "expire_in": "1 week", "paths": ["facts-gcp.jsonl"]}
    assert written["recoverable-audit-gcp"]["id_tokens"]["RECOVERABLE_GOOGLE_TOKEN"]["aud"].endswith("/$RECOVERABLE_GOOGLE_PROVIDER")
    alerts = written["recoverable-alerts"]
    assert (alerts["needs"], alerts["rules"][0]["when"]) == (["recoverable-audit-gcp"], "always")


def test_the_login_to_google_that_a_job_of_gitlab_writes_is_one_that_google_auth_takes(tmp_path: Path) -> None:
    """The lines of the job, run by the real shell; the file is then read by the library that the drill logs in with."""
    identity_pool = pytest.importorskip("google.auth.identity_pool")
    script = yaml.safe_load(jobs(tasks(audits=("gcp",))))["recoverable-audit-gcp"]["script"]
    provider = "projects/123/locations/global/workloadIdentityPools/ci/providers/gitlab"
    given = {
        "CI_PROJECT_DIR": str(tmp_path),
        "RECOVERABLE_GOOGLE_TOKEN": "marked-secret",
        "RECOVERABLE_GOOGLE_PROVIDER": provider,
        "RECOVERABLE_AUDIT_ACCOUNT": "audit@acme.iam.gserviceaccount.com",
    }
    login = "\n".join(line for line in script if "pip install" not in line and "recoverable audit" not in line)

    done = subprocess.run(
        ["sh", "-ec", f'{login}\necho "$GOOGLE_APPLICATION_CREDENTIALS"'],
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        check=True,
    )

    file = Path(done.stdout.strip())
    assert "marked-secret" not in done.stdout + done.stderr + file.read_text()
    assert (tmp_path / ".recoverable-google-token").stat().st_mode & 0o077 == 0
    credentials = identity_pool.Credentials.from_file(str(file))
    assert (credentials.service_account_email, credentials._audience) == (
        given["RECOVERABLE_AUDIT_ACCOUNT"],
        f"//iam.googleapis.com/{provider}",
    )


@pytest.mark.parametrize(("store", "clouds"), [
    ({"provider": "rds", "source": {"instance": "orders"}}, {"aws"}),
    ({"provider": "aurora", "source": {}}, {"aws"}),
    ({"provider": "cloudsql", "source": {"instance": "orders"}}, {"google"}),
    ({"provider": "neon", "source": {"project": "quiet-sea"}}, {"neon"}),
    ({"provider": "bucket", "source": {"bucket": "acme"}}, {"aws"}),
    ({"provider": "bucket", "source": {"bucket": "gs://acme"}}, {"google"}),
    ({"provider": "secret", "source": {"names": ["db"]}}, {"aws"}),
    ({"provider": "state", "source": {"url": "s3://acme/state"}}, {"aws"}),
    ({"provider": "state", "source": {"url": "copies"}}, set()),
    ({"provider": "local", "source": {"base_backups": "backup"}}, set()),
])  # fmt: skip
def test_a_drill_logs_in_where_its_source_lies_and_nowhere_else(store: dict[str, Any], clouds: set[str]) -> None:
    assert clouds_of(store) == clouds
