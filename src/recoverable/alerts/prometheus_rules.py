"""Alert rules for Prometheus: the numbers of the standard over the metrics that drills and alerts write.

They hold where ``recoverable alerts`` itself does not run: every age is counted by Prometheus from a moment, and what is absent rings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from recoverable.alerts.alert import Kind
from recoverable.alerts.metrics import FIRING, GAUGES, LAST_WHOLE_RUN, WAITING
from recoverable.drill.settings import DrillStore
from recoverable.model.finding import Severity

DAY = 86_400
PROOF = "recoverable_last_proven_restore_timestamp_seconds"
QUIET_DAYS = 2
"""So long without a run that was whole before it rings: the run is daily, and one may be late."""


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    expr: str
    summary: str
    severity: str
    wait: str = ""
    labels: dict[str, str] = field(default_factory=dict)


def render(stores: Iterable[DrillStore]) -> str:
    """A rule file, as YAML."""
    lines = [
        "# Written by `recoverable alerts --prometheus-rules` from recoverable.toml; write it anew when the standard changes.",
        "groups:",
    ]
    groups = {
        "recoverable-restore-tests": list(_proofs(stores)),
        "recoverable-backups": list(_backups()),
        "recoverable-alerts": list(_alerts()),
    }
    for name, rules in groups.items():
        if rules:
            lines += [f"  - name: {name}", "    rules:"]
            lines += [line for rule in rules for line in _lines(rule)]
    return "\n".join(lines) + "\n"


def _proofs(stores: Iterable[DrillStore]) -> Iterator[_Rule]:
    for store in stores:
        name, environment = store.store.name, store.store.environment
        days, grace = store.demands.restore_test_days.value, store.demands.restore_test_grace_days.value
        chosen = f"{PROOF}{{store={_text(name)},environment={_text(environment)}}}"
        labels = {
            "store": name,
            "environment": environment,
            "owner": store.demands.owner.value.replace("{{", "{ {"),
        }  # label values are templates
        severity = Kind.RESTORE_TEST_OVERDUE.severity.value
        yield _Rule(
            "RecoverableRestoreTestOverdue",
            f"time() - {chosen} > {(days + grace) * DAY}",
            f"No restore of {name} ({environment}) was proven for more than {days} days and {grace} of grace.",
            severity,
            labels=labels,
        )
        yield _Rule(
            "RecoverableRestoreTestUnknown",
            f"absent({chosen})",
            f"Nothing says when a restore of {name} ({environment}) was last proven.",
            severity,
            wait="2h",
            labels=labels,
        )


def _backups() -> Iterator[_Rule]:
    backup, backup_limit, lag, lag_limit, copy, copy_limit = (name for name, _ in GAUGES.values())
    who = "{{ $labels.store }} ({{ $labels.environment }})"
    yield _Rule(
        "RecoverableBackupMissing",
        f"time() - {backup} > {backup_limit}",
        f"The last backup of {who} is too old.",
        Kind.BACKUP_MISSING.severity.value,
    )
    yield _Rule(
        "RecoverableRestorableTimeLate",
        f"{lag} > {lag_limit}",
        f"What can be restored of {who} is behind its RPO.",
        Kind.RESTORABLE_TIME_LATE.severity.value,
    )
    yield _Rule("RecoverableReplicationLate", f"{copy} > {copy_limit}", f"A copy of {who} is late.", Kind.REPLICATION_LATE.severity.value)


def _alerts() -> Iterator[_Rule]:
    yield _Rule(
        "RecoverableAlertFiring",
        f"{FIRING} > 0",
        "{{ $labels.kind }} {{ $labels.store }} {{ $labels.environment }}",
        "{{ $labels.severity }}",
    )
    yield _Rule(
        "RecoverableAlertsNotWhole",
        f"time() - {LAST_WHOLE_RUN} > {QUIET_DAYS * DAY}",
        f"recoverable alerts has not judged everything and told everybody for {QUIET_DAYS} days.",
        Severity.CRITICAL.value,
    )
    yield _Rule(
        "RecoverableAlertsAbsent",
        f"absent({LAST_WHOLE_RUN})",
        "Nothing says when recoverable alerts last judged everything and told everybody.",
        Severity.CRITICAL.value,
        wait="2h",
    )
    yield _Rule(
        "RecoverableAlertsUndelivered",
        f"{WAITING} > 0",
        "{{ $labels.destination }} does not take messages.",
        Severity.HIGH.value,
        wait="2h",
    )


def _lines(rule: _Rule) -> Iterator[str]:
    yield f"      - alert: {rule.name}"
    yield f"        expr: {_text(rule.expr)}"
    if rule.wait:
        yield f"        for: {rule.wait}"
    yield "        labels:"
    for key, value in {"severity": rule.severity, **rule.labels}.items():
        if value:
            yield f"          {key}: {_text(value)}"
    yield "        annotations:"
    yield f"          summary: {_text(rule.summary)}"


def _text(value: str) -> str:
    """In double quotes: the same in YAML and in PromQL."""
    told = json.dumps(value, ensure_ascii=False)  # neither takes the halves of a pair
    return "".join(each if each.isprintable() else f"\\U{ord(each):08x}" for each in told)
