"""What runs of alerts found, as text for node_exporter's textfile collector or a Pushgateway: proofs, backups, and the alerting itself."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from recoverable.alerts.alert import Kind
from recoverable.alerts.judge_facts import BACKUP, REPLICATION, RESTORABLE
from recoverable.alerts.judgement import Judgement
from recoverable.alerts.notes import Notes
from recoverable.drill.publish import openmetrics
from recoverable.report.words import clean

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

GAUGES = {
    BACKUP: ("recoverable_last_backup_timestamp_seconds", "When the last successful backup ended (Unix time); 0 where none ever did."),
    f"{BACKUP}_limit": ("recoverable_last_backup_age_limit_seconds", "How old the last successful backup may be."),
    RESTORABLE: ("recoverable_restorable_lag_seconds", "How far restorable time was behind when it was looked at."),
    f"{RESTORABLE}_limit": ("recoverable_restorable_lag_limit_seconds", "How far it may be behind: the RPO of the standard."),
    REPLICATION: ("recoverable_replication_lag_seconds", "How far the slowest copy was behind when it was looked at."),
    f"{REPLICATION}_limit": ("recoverable_replication_lag_limit_seconds", "How far a copy may be behind."),
}
LAST_WHOLE_RUN = "recoverable_alerts_last_whole_run_timestamp_seconds"
FIRING, WAITING = "recoverable_alerts_firing", "recoverable_alerts_waiting_messages"


def render(found: Judgement, notes: Notes, destinations: Iterable[str], now: datetime.datetime, *, classic: bool = False) -> str:
    """The whole text: OpenMetrics, or Prometheus' older format where ``classic`` asks for it.

    Raises:
        InputError: prometheus-client is not installed.
    """
    return openmetrics.render(found.statuses, _Collector(found, notes, list(destinations), now), classic=classic)


class _Collector:
    """What prometheus-client asks for metrics."""

    def __init__(self, found: Judgement, notes: Notes, destinations: list[str], now: datetime.datetime) -> None:
        self.found, self.notes, self.destinations, self.now = found, notes, destinations, now

    def describe(self) -> Iterable[Any]:
        """Nothing before a collection."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every gauge."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        for key, (name, about) in GAUGES.items():
            family = GaugeMetricFamily(name, about, labels=openmetrics.LABELS)
            for (what, store, environment), value in sorted(self.found.gauges.items()):
                if what == key:
                    family.add_metric([store, environment], value)
            yield family
        firing = GaugeMetricFamily(FIRING, "Alerts that fire.", labels=("kind", "severity", *openmetrics.LABELS))
        for labels, number in sorted(self._counts().items()):
            firing.add_metric(labels, number)
        yield firing
        waiting = GaugeMetricFamily(WAITING, "Messages that a destination has not taken yet.", labels=("destination",))
        taken = GaugeMetricFamily(
            "recoverable_alerts_last_taken_timestamp_seconds",
            "When a destination last took a message (Unix time).",
            labels=("destination",),
        )
        for name in self.destinations:
            waiting.add_metric([name], len(self.notes.pending_for(name)))
            if name in self.notes.last_taken:
                taken.add_metric([name], self.notes.last_taken[name])
        yield from (waiting, taken)
        yield CounterMetricFamily("recoverable_alerts_given_up_messages", "Messages that nobody ever took.", value=self.notes.given_up)
        yield GaugeMetricFamily("recoverable_alerts_last_run_timestamp_seconds", "The last run (Unix time).", value=self.now.timestamp())
        about = "The last run that could judge everything and left no message behind (Unix time)."
        yield GaugeMetricFamily(LAST_WHOLE_RUN, about, value=self.notes.last_whole_run)

    def _counts(self) -> Counter[tuple[str, ...]]:
        return Counter(
            (each.kind, Kind(each.kind).severity.value, clean(each.store), clean(each.environment)) for each in self.notes.alerts.values()
        )
