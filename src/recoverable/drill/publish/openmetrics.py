"""The ages of proofs and the figures of the last drills as OpenMetrics text, for a scrape or node_exporter's textfile collector.

Beside the age stands the moment of the proof: a file that is not written any more keeps its age for ever, and
``time() - recoverable_last_proven_restore_timestamp_seconds`` does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from recoverable.drill.proof_status import StoreStatus
from recoverable.model.errors import InputError
from recoverable.report.words import clean

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

LABELS = ("store", "environment")


def render(statuses: Sequence[StoreStatus], *more: Any, classic: bool = False) -> str:
    """The whole text; ``more`` are further collectors of prometheus-client, ``classic`` asks for Prometheus' own older text
    format (0.0.4), the only one that a Pushgateway takes.

    Raises:
        InputError: prometheus-client is not installed.
    """
    try:
        from prometheus_client import CollectorRegistry, exposition
        from prometheus_client.openmetrics import exposition as openmetrics
    except ImportError:
        raise InputError("prometheus-client is not installed", "", "pip install 'recoverable[drill]'.") from None
    registry = CollectorRegistry(auto_describe=False)
    for each in (ProofCollector(statuses), *more):
        registry.register(each)
    if classic:
        return exposition.generate_latest(registry).decode("utf-8")
    text: bytes = openmetrics.generate_latest(registry)  # type: ignore[no-untyped-call]  # the library has no types there
    return text.decode("utf-8")


class ProofCollector:
    """What prometheus-client asks for metrics."""

    def __init__(self, statuses: Sequence[StoreStatus]) -> None:
        self.statuses = statuses

    def describe(self) -> Iterable[Any]:
        """Nothing before a collection."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """Every gauge."""
        yield self._gauge(
            "recoverable_last_proven_restore_age_minutes",
            "Minutes since a drill last proved that the store can be restored; ten years where none ever did.",
            lambda each: each.published_minutes,
        )
        yield self._gauge(
            "recoverable_last_proven_restore_timestamp_seconds",
            "When a drill last proved that the store can be restored (Unix time); 0 where none ever did.",
            lambda each: each.proof.ended.timestamp() if each.proof and each.proof.ended else 0,
        )
        yield self._gauge(
            "recoverable_restore_test_overdue",
            "1 where the proof is older than the cadence and its days of grace, is missing or cannot be trusted.",
            lambda each: int(each.overdue),
        )
        yield self._gauge(
            "recoverable_restore_test_failing",
            "1 where a drill failed and none has proven the store since.",
            lambda each: int(each.failed is not None),
        )
        yield self._gauge(
            "recoverable_restore_test_interval_days",
            "The age at which a proof is overdue: the cadence of the standard and its days of grace.",
            lambda each: each.cadence_days + each.grace_days,
        )
        yield self._gauge(
            "recoverable_last_drill_verified",
            "1 where the newest drill was verified, 0 where it was not; absent where there was none.",
            lambda each: int(each.newest.proven) if each.newest else None,
        )
        yield self._gauge(
            "recoverable_last_drill_rpo_seconds",
            "Data loss that the newest drill measured.",
            lambda each: each.newest.rpo if each.newest else None,
        )
        yield self._gauge(
            "recoverable_last_drill_rto_first_query_seconds",
            "Seconds from the start of the newest drill to its first query.",
            lambda each: each.newest.rto if each.newest else None,
        )
        yield self._gauge(
            "recoverable_last_drill_verified_seconds",
            "Seconds from the start of the newest drill until its data was verified.",
            lambda each: each.newest.verified_after if each.newest else None,
        )

    def _gauge(self, name: str, about: str, value: Any) -> Metric:
        from prometheus_client.core import GaugeMetricFamily

        family = GaugeMetricFamily(name, about, labels=LABELS)
        for each in self.statuses:
            found = value(each)
            if found is not None:
                family.add_metric([clean(each.store), clean(each.environment)], found)
        return family
