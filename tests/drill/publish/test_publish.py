"""The ages of proofs where alarms look for them: CloudWatch (moto's server), Cloud Monitoring (on the wire), OpenMetrics."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from google.auth.compute_engine import _metadata
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from recoverable.components.backup_alerts_aws import AGE
from recoverable.components.backup_alerts_aws import NAMESPACE as ALARMED_NAMESPACE
from recoverable.components.backup_alerts_gcp import METRIC as ALARMED_METRIC
from recoverable.drill.contract import TransientError
from recoverable.drill.proof_status import NEVER_MINUTES, StoreStatus, judge_stores
from recoverable.drill.publish import cloudwatch, google_monitoring, openmetrics
from recoverable.drill.reports.records import read_history
from recoverable.model.errors import InputError
from tests.drill.reports.conftest import store
from tests.fakes.fake_google_cloud import PROJECT, TOKEN, FakeGoogleCloud
from tests.support.drill_ledgers import DAY, NOW, drill, failed_drill, ledger
from tests.support.moto_server import MotoServer


@pytest.fixture(name="statuses")
def statuses_fixture(tmp_path: Path) -> list[StoreStatus]:
    """One store that was proven two days ago and failed since, one that never was."""
    history = read_history(ledger(tmp_path / "ledger.jsonl", [drill(ended=NOW - DAY * 2), failed_drill()]))
    return judge_stores([store("orders"), store("billing", "staging")], history, NOW)


@pytest.fixture(name="aws")
def aws_fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Moto's server, as boto3 finds it."""
    with MotoServer() as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAMARKED")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "marked-secret")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        yield address


@pytest.fixture(name="google")
def google_fixture(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeGoogleCloud]:
    """The fake cloud, as google-auth finds it on a machine of Compute Engine."""
    with FakeGoogleCloud() as cloud:
        for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "no-gcloud"))
        monkeypatch.setenv("GCE_METADATA_HOST", cloud.address)
        monkeypatch.setenv("GCE_METADATA_IP", cloud.address)
        monkeypatch.setenv(google_monitoring.OVERRIDE, f"http://{cloud.address}/")
        importlib.reload(_metadata)  # it reads the address of its server when it is imported
        yield cloud


def test_cloudwatch_holds_what_the_alarms_of_the_component_watch(statuses: list[StoreStatus], aws: str) -> None:
    said = cloudwatch.publish(statuses, NOW)

    client = boto3.client("cloudwatch")
    found = {
        name: client.get_metric_statistics(
            Namespace=ALARMED_NAMESPACE,
            MetricName=AGE,
            Dimensions=[{"Name": "store", "Value": name}, {"Name": "environment", "Value": environment}],
            StartTime=NOW - DAY,
            EndTime=NOW + DAY,
            Period=86400,
            Statistics=["Maximum"],
        )["Datapoints"]
        for name, environment in (("orders", "prod"), ("billing", "staging"))
    }
    assert [each["Maximum"] for each in found["orders"]] == [2 * 24 * 60]
    assert [each["Maximum"] for each in found["billing"]] == [NEVER_MINUTES]
    assert said == "2 ages sent to CloudWatch as Recoverable/LastProvenRestoreAgeMinutes in eu-central-1"


def test_cloudwatch_that_does_not_answer_is_told_apart_from_one_that_refuses(
    statuses: list[StoreStatus], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAMARKED")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "marked-secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(TransientError) as unreachable:
        cloudwatch.publish(statuses, NOW)
    assert "marked-secret" not in str(unreachable.value)

    monkeypatch.delenv("AWS_DEFAULT_REGION")
    with pytest.raises(InputError, match="AWS_REGION"):
        cloudwatch.publish(statuses, NOW)


def test_cloudwatch_that_refuses_says_which_right_it_needs(statuses: list[StoreStatus], aws: str) -> None:
    from botocore.exceptions import ClientError

    class Refusing:
        def put_metric_data(self, **words: Any) -> None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "marked-secret"}}, "PutMetricData")

    with pytest.raises(InputError, match="cloudwatch:PutMetricData") as refused:
        cloudwatch.publish(statuses, NOW, Refusing())
    assert "marked-secret" not in str(refused.value)


def test_cloud_monitoring_holds_what_the_policies_of_the_component_watch(statuses: list[StoreStatus], google: FakeGoogleCloud) -> None:
    said = google_monitoring.publish(statuses, NOW)

    values = {each["metric"]["labels"]["store"]: each["points"][0]["value"]["int64Value"] for each in google.written}
    assert values == {"orders": str(2 * 24 * 60), "billing": str(NEVER_MINUTES)}
    assert {each["metric"]["type"] for each in google.written} == {ALARMED_METRIC}
    assert google.written[0]["metric"]["labels"] == {"store": "orders", "environment": "prod"}
    assert google.written[0]["points"][0]["interval"] == {"endTime": "2026-12-01T12:00:00+00:00"}
    assert PROJECT in said
    assert TOKEN not in said


def test_cloud_monitoring_is_asked_again_where_it_is_busy(statuses: list[StoreStatus], google: FakeGoogleCloud) -> None:
    google.answers = [503, 429]

    google_monitoring.publish(statuses, NOW)

    assert len(google.written) == 2


@pytest.mark.parametrize(("answers", "error"), [([503] * 9, TransientError), ([403], InputError), ([404], InputError)])
def test_cloud_monitoring_that_fails_is_never_a_success(
    statuses: list[StoreStatus], google: FakeGoogleCloud, answers: list[int], error: type[Exception]
) -> None:
    google.answers = list(answers)

    with pytest.raises(error, match=str(answers[0])) as failed:
        google_monitoring.publish(statuses, NOW)
    assert TOKEN not in str(failed.value)
    assert google.written == []


def test_google_cloud_without_credentials_says_how_to_get_some(
    statuses: list[StoreStatus], google: FakeGoogleCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GCE_METADATA_HOST", "127.0.0.1:1")
    monkeypatch.setenv("GCE_METADATA_IP", "127.0.0.1:1")
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    importlib.reload(_metadata)

    with pytest.raises(InputError, match="gcloud auth application-default login"):
        google_monitoring.publish(statuses, NOW)


def test_openmetrics_can_be_parsed_and_tells_age_and_moment(statuses: list[StoreStatus]) -> None:
    families = {each.name: each for each in text_string_to_metric_families(openmetrics.render(statuses))}
    values = {(name, sample.labels["store"]): sample.value for name, family in families.items() for sample in family.samples}

    assert values["recoverable_last_proven_restore_age_minutes", "orders"] == 2 * 24 * 60
    assert values["recoverable_last_proven_restore_age_minutes", "billing"] == NEVER_MINUTES
    assert values["recoverable_last_proven_restore_timestamp_seconds", "orders"] == (NOW - DAY * 2).timestamp()
    assert values["recoverable_last_proven_restore_timestamp_seconds", "billing"] == 0
    assert values["recoverable_restore_test_overdue", "billing"] == 1
    assert values["recoverable_last_drill_verified", "orders"] == 0
    assert ("recoverable_last_drill_verified", "billing") not in values
    assert ("recoverable_last_drill_rpo_seconds", "orders") not in values, "the newest drill measured none"
