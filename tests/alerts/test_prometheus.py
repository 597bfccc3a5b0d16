"""The rules for Prometheus, judged by the real promtool, over the metrics that runs really write."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.alerts.conftest import NOW, WEBHOOK, Estate, ago, facts_of
from tests.alerts.prometheus_tools import promtool
from tests.fakes.webhook_receiver import WebhookReceiver

DAY = 24 * 60 * 60
PROOF = 'recoverable_last_proven_restore_timestamp_seconds{store="orders",environment="prod"}'
LABELS = '{store="a",environment="prod"}'
TOLD = "recoverable alerts has not judged everything and told everybody"
WHOLE = "recoverable_alerts_last_whole_run_timestamp_seconds"


@pytest.fixture(name="rules")
def rules_fixture(estate: Estate) -> Path:
    """The rules of an estate with one store, as the command prints them."""
    done = estate.run("--prometheus-rules")
    assert (done.code, done.err) == (0, "")
    path = estate.folder / "rules.yml"
    path.write_text(done.out)
    return path


def metrics(text: str) -> dict[tuple[str, ...], float]:
    """Samples by name and values of labels, in the order of the labels' names."""
    return {
        (each.name, *(value for _, value in sorted(each.labels.items()))): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def fires(rules: Path, name: str, series: dict[str, str], at: str, **labels: str) -> None:
    """promtool agrees that exactly these labels fire then, with this summary (none without any)."""
    summary = labels.pop("summary", "")
    expected = [{"exp_labels": labels, "exp_annotations": {"summary": summary}}] if labels else []
    unit = {
        "rule_files": [rules.name],
        "evaluation_interval": "1h",
        "tests": [
            {
                "interval": "1h",
                "input_series": [{"series": key, "values": values} for key, values in series.items()],
                "alert_rule_test": [{"eval_time": at, "alertname": name, "exp_alerts": expected}],
            }
        ],
    }
    path = rules.with_name("unit.yml")
    path.write_text(yaml.safe_dump(unit))
    done = subprocess.run([promtool(), "test", "rules", path.name], cwd=rules.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_promtool_accepts_the_rules(rules: Path) -> None:
    done = subprocess.run([promtool(), "check", "rules", rules], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS: 9 rules found" in done.stdout


def test_the_rules_hold_the_numbers_of_the_standard(estate: Estate) -> None:
    estate.tells(
        store='[environments.prod]\nrestore_test = "weekly"\nrestore_test_grace_days = 2\nowner = "team {{x"\n[environments.staging]\nrestore_test = "weekly"\n'
        + STORE_OF
    )
    groups: list[dict[str, Any]] = yaml.safe_load(estate.run("--prometheus-rules").out)["groups"]
    overdue = groups[0]["rules"][0]

    assert overdue["expr"].endswith(f"> {9 * DAY}")
    assert overdue["labels"] == {"severity": "critical", "store": "orders", "environment": "prod", "owner": "team { {x"}


STORE_OF = '[drill.stores.orders]\nprovider = "local"\nenvironment = "prod"\nsource = { base_backups = "backup" }\n'


def test_a_restore_test_is_overdue_after_cadence_and_grace_and_not_before(rules: Path) -> None:
    """31 days and 7 of grace; the proof is of the moment 0, and Prometheus counts from there."""
    overdue = {"store": "orders", "environment": "prod", "severity": "critical"}
    series = {PROOF: "0x1000"}

    fires(rules, "RecoverableRestoreTestOverdue", series, "38d")
    fires(
        rules,
        "RecoverableRestoreTestOverdue",
        series,
        "38d1h",
        **overdue,
        summary="No restore of orders (prod) was proven for more than 31 days and 7 of grace.",
    )
    fires(rules, "RecoverableRestoreTestUnknown", series, "1d")
    fires(
        rules, "RecoverableRestoreTestUnknown", {}, "1d", **overdue, summary="Nothing says when a restore of orders (prod) was last proven."
    )


@pytest.mark.parametrize(
    ("name", "value", "limit", "severity", "summary"),
    [
        (
            "RecoverableRestorableTimeLate",
            "recoverable_restorable_lag_seconds",
            "recoverable_restorable_lag_limit_seconds",
            "critical",
            "What can be restored of a (prod) is behind its RPO.",
        ),
        (
            "RecoverableReplicationLate",
            "recoverable_replication_lag_seconds",
            "recoverable_replication_lag_limit_seconds",
            "high",
            "A copy of a (prod) is late.",
        ),
    ],
)
def test_what_is_late_fires_beyond_its_limit(rules: Path, name: str, value: str, limit: str, severity: str, summary: str) -> None:
    fires(rules, name, {f"{value}{LABELS}": "900x5", f"{limit}{LABELS}": "900x5"}, "2h")
    fires(
        rules,
        name,
        {f"{value}{LABELS}": "901x5", f"{limit}{LABELS}": "900x5"},
        "2h",
        store="a",
        environment="prod",
        severity=severity,
        summary=summary,
    )


def test_a_backup_is_missing_once_it_is_older_than_its_limit(rules: Path) -> None:
    series = {
        f"recoverable_last_backup_timestamp_seconds{LABELS}": "0x100",
        f"recoverable_last_backup_age_limit_seconds{LABELS}": "93600x100",
    }

    fires(rules, "RecoverableBackupMissing", series, "26h")
    fires(
        rules,
        "RecoverableBackupMissing",
        series,
        "27h",
        store="a",
        environment="prod",
        severity="critical",
        summary="The last backup of a (prod) is too old.",
    )


def test_alerting_that_stands_still_or_is_absent_fires(rules: Path) -> None:
    fires(rules, "RecoverableAlertsNotWhole", {WHOLE: "0x100"}, "48h")
    fires(rules, "RecoverableAlertsNotWhole", {WHOLE: "0x100"}, "49h", severity="critical", summary=f"{TOLD} for 2 days.")
    fires(
        rules,
        "RecoverableAlertsAbsent",
        {},
        "3h",
        severity="critical",
        summary="Nothing says when recoverable alerts last judged everything and told everybody.",
    )
    waiting = 'recoverable_alerts_waiting_messages{destination="hook"}'
    fires(
        rules,
        "RecoverableAlertsUndelivered",
        {waiting: "2x100"},
        "3h",
        severity="high",
        destination="hook",
        summary="hook does not take messages.",
    )
    fires(rules, "RecoverableAlertsUndelivered", {waiting: "0x100"}, "3h")


def test_the_metrics_of_a_run_can_be_parsed_and_name_what_fires(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK, metrics="alerts.prom", facts="facts.jsonl")
    estate.prove(50)
    estate.facts(
        facts_of("a", latest_restorable=ago(hours=2), observed=ago(hours=1)), facts_of("b", last_backup=None, latest_restorable=None)
    )
    hook.answers = [503]

    assert estate.run().code == 5
    path = estate.folder / "alerts.prom"
    first = metrics(path.read_text())
    assert first["recoverable_alerts_firing", "prod", "restore-test-overdue", "critical", "orders"] == 1
    assert first["recoverable_alerts_firing", "prod", "restorable-time-late", "critical", "a"] == 1
    assert first["recoverable_restorable_lag_seconds", "prod", "a"] == 3600
    assert first["recoverable_restorable_lag_limit_seconds", "prod", "a"] == 900
    assert first["recoverable_last_backup_timestamp_seconds", "prod", "b"] == 0
    assert first["recoverable_restorable_lag_seconds", "prod", "b"] == float("inf")
    assert first["recoverable_alerts_waiting_messages", "hook"] == 1
    assert first[WHOLE,] == 0
    assert first["recoverable_restore_test_overdue", "prod", "orders"] == 1
    assert path.stat().st_mode & 0o777 == 0o644

    assert estate.run().code == 1
    second = metrics(path.read_text())
    assert second["recoverable_alerts_waiting_messages", "hook"] == 0
    assert second[WHOLE,] >= NOW.timestamp()


def test_rules_and_metrics_use_the_same_names(estate: Estate, rules: Path, hook: WebhookReceiver) -> None:
    """A rule over a metric that nobody writes would be silent for ever."""
    estate.tells(WEBHOOK, metrics="alerts.prom")
    estate.prove(50)
    estate.facts(facts_of())
    estate.run("--facts", "facts.jsonl")
    written = {name for name, *_ in metrics((estate.folder / "alerts.prom").read_text())}

    used = set(re.findall(r"recoverable_[a-z_]+", rules.read_text()))

    assert len(used) == 10
    assert used - written == set()
