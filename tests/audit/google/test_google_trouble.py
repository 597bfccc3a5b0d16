"""The audit of a project of Google Cloud where it may not look, or nobody answers: what is not known is called so, and the rest is judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from recoverable.audit.google.calls import TABLE
from recoverable.drill.contract import TransientError
from tests.audit.conftest import Run
from tests.audit.google.answers import SEEDED, unknown
from tests.audit.google.conftest import KINDS, LONG, FixedToken, GoogleCloud
from tests.audit.test_aws_account import failing
from tests.fakes.fake_google_cloud import FakeGoogleCloud
from tests.fakes.fake_google_guards import CONSUMER, PROJECT, TOKEN
from tests.fakes.json_server import Faults

pytestmark = pytest.mark.xdist_group("audit-google")
Audit = Callable[..., Run]
MADE = sorted(key for key in TABLE.calls if key[0] != "resourcemanager" and key not in {("storage", "bucket"), ("datastore", "indexes")})
LOSSES = [(key, kind) for number, key in enumerate(MADE) for kind in (KINDS if LONG else (KINDS[number % 4],))]
"""How each call goes wrong for good: in one way, or in all where there is time."""


@pytest.mark.parametrize(
    ("permission", "rules"),
    [
        ("cloudsql.instances.list", {"RCV200"}),
        ("cloudsql.instances.get", {"RCV200", "RCV202", "RCV203"}),
        ("cloudsql.backupRuns.list", {"RCV200", "RCV201", "RCV204"}),
        ("storage.buckets.list", {"RCV200"}),
        ("storage.buckets.getIamPolicy", {"RCV200", "RCV055"}),
        ("secretmanager.secrets.list", {"RCV200"}),
        ("cloudkms.cryptoKeys.get", {"RCV200", "RCV120", "RCV121", "RCV122"}),
        ("cloudkms.cryptoKeyVersions.get", {"RCV200", "RCV122"}),
        ("monitoring.alertPolicies.list", {"RCV200", "RCV090"}),
        ("logging.logMetrics.list", {"RCV200"}),
        ("storagetransfer.jobs.list", {"RCV200", "RCV051"}),
        ("alloydb.clusters.list", {"RCV200"}),
        ("alloydb.instances.list", {"RCV200", "RCV014"}),
        ("spanner.instances.list", {"RCV200"}),
        ("spanner.databases.list", {"RCV200"}),
        ("spanner.backupSchedules.list", {"RCV200", "RCV001", "RCV002"}),
        ("datastore.databases.list", {"RCV200"}),
        ("bigquery.datasets.get", {"RCV200"}),
        ("datastore.backupSchedules.list", {"RCV200", "RCV001", "RCV002"}),
    ],
)
def test_what_may_not_be_read_is_unknown_and_names_the_permission(
    permission: str, rules: set[str], audit: Audit, sick: GoogleCloud
) -> None:
    for server in (sick.sql, sick.gcs, sick.guards, sick.secrets, sick.others):
        server.denied.add(permission)
    run = audit("--format", "json")

    unsure = [item for item in run.results if item["verdict"] == "unknown"]
    assert {item["rule"] for item in unsure} == rules
    (gap,) = [item for item in unsure if item["rule"] == "RCV200"]
    assert permission in gap["found"]
    assert gap["fix"] == f"Allow {permission}; recoverable audit gcp --iam-policy prints all that is needed."
    assert {item["fix"] for item in unsure if permission in item["found"] and "(denied" in item["found"]} <= {gap["fix"]}
    # What could be read is judged as before, and nothing that is well is called broken for what could not.
    assert {name: broken for name, broken in failing(run.results).items() if not broken <= SEEDED.get(name, set())} == {}
    assert run.code in (1, 3)


def test_a_denial_fails_a_strict_run(audit: Audit, sick: GoogleCloud) -> None:
    sick.guards.denied.add("logging.logMetrics.list")

    assert audit("--rule", "RCV200").code == 0
    assert audit("--rule", "RCV200", "--strict").code == 1


@pytest.mark.parametrize("seed", range(3))
def test_faults_that_pass_are_not_noticed(seed: int, audit: Audit, sick: GoogleCloud) -> None:
    """Throttled, unavailable, cut off, half an answer: a fifth of all calls, each made again."""
    for server in sick.servers:
        server.faults = Faults(seed=seed, rate=0.2)
    run = audit("--format", "json")

    assert unknown(run) == set()
    assert failing(run.results) == SEEDED


@pytest.mark.parametrize(("key", "kind"), LOSSES)
def test_a_call_that_is_never_answered_is_exit_5_and_still_a_report(
    key: tuple[str, str], kind: str, whole: tuple[Run, list[str]], audit: Audit, sick: GoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recoverable.audit.web.client.TRIES", 2)
    line = next(each for each in whole[1] if TABLE.calls[key].fits(each.removeprefix("GET ")))
    for server in sick.servers:
        server.faults = Faults(planned={line: kind})
    run = audit("--format", "json")

    assert run.code == 5
    assert json.loads(run.out)["summary"]["exit_code"] == 5
    assert any(TABLE.calls[key].action in found for rule, found in unknown(run) if rule == "RCV200")
    assert {name: broken for name, broken in failing(run.results).items() if not broken <= SEEDED.get(name, set())} == {}


def test_a_region_that_the_list_leaves_out_is_no_empty_region(audit: Audit, sick: GoogleCloud) -> None:
    sick.sql.unreachable.add("europe-west1")
    run = audit("--format", "json")

    assert ("RCV200", "unknown: cloudsql.instances.list (REGION_UNREACHABLE)") in unknown(run)
    assert run.code == 5


def test_an_api_that_is_off_in_the_project_has_nothing_and_one_that_is_off_elsewhere_is_unknown(audit: Audit, sick: GoogleCloud) -> None:
    """Google counts a call for the project of the login: that its API is off there says nothing of the one that is looked at."""
    sick.guards.off.add("monitoring.googleapis.com")
    here = audit("--format", "json")
    sick.guards.consumer = "projects/999"
    elsewhere = audit("--format", "json")
    sick.guards.consumer = CONSUMER

    assert ("RCV090" in {rule for broken in failing(here.results).values() for rule in broken}, unknown(here)) == (True, set())
    assert "RCV090" not in {rule for broken in failing(elsewhere.results).values() for rule in broken}
    assert ("RCV200", "unknown: monitoring.alertPolicies.list (SERVICE_DISABLED)") in unknown(elsewhere)


def test_a_project_that_may_not_be_looked_at_is_unknown_and_the_next_one_is_judged(audit: Audit, sick: GoogleCloud) -> None:
    run = audit("--format", "json", "--project", "somebody-elses", "--project", PROJECT)

    assert any("gcp:somebody-elses" in item["address"] for item in run.results if item["verdict"] == "unknown")
    assert failing(run.results) == SEEDED


def test_the_token_is_google_auths_own_and_is_said_nowhere(sick: GoogleCloud, tmp_path: Path) -> None:
    """As a user runs it, with application default credentials from the metadata server."""
    with FakeGoogleCloud() as metadata:
        place = metadata.address
        environment = {**os.environ, **sick.environment, "GCE_METADATA_HOST": place, "GCE_METADATA_IP": place, "GCE_METADATA_ROOT": place}
        words = [sys.executable, "-m", "recoverable", "audit", "gcp", "--format", "json"]
        run = subprocess.run(words, cwd=tmp_path, env={**environment, "NO_GCE_CHECK": "false"}, capture_output=True, text=True, check=False)

    assert run.returncode == 1, run.stderr
    assert failing(json.loads(run.stdout)["results"]) == SEEDED
    assert TOKEN not in run.stdout + run.stderr


def test_without_credentials_nothing_is_looked_at(sick: GoogleCloud, tmp_path: Path) -> None:
    nobody = {**os.environ, **sick.environment, "NO_GCE_CHECK": "true", "CLOUDSDK_CONFIG": str(tmp_path), "HOME": str(tmp_path)}
    nobody.pop("GOOGLE_APPLICATION_CREDENTIALS", None)
    words = [sys.executable, "-m", "recoverable", "audit", "gcp"]
    run = subprocess.run(words, cwd=tmp_path, env=nobody, capture_output=True, text=True, check=False)

    assert (run.returncode, "there are no Google Cloud credentials" in run.stderr) == (2, True)
    assert sick.lines == []


def test_a_login_that_nobody_answers_is_exit_5(audit: Audit, sick: GoogleCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def unanswered(token: FixedToken) -> str:
        raise TransientError("Google Cloud gives no token (TransportError)")

    monkeypatch.setattr(FixedToken, "__call__", unanswered)
    run = audit()

    assert (run.code, "gives no token" in run.err) == (5, True)
