"""Cloud Monitoring and Logging: alert policies, who hears them, and the metrics that they watch."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import ClassVar

from recoverable.sandbox.gcp.checks import DAY, known, lasts, look, matches, one_of, only_one, walk
from recoverable.sandbox.gcp.cloud import GoogleCloud
from recoverable.sandbox.gcp.google import GoogleHandler, digits, references
from recoverable.sandbox.provider.handler import Refusal, RefusedError, Values
from recoverable.sandbox.provider.wire import UNKNOWN

POLICY = "gcp:monitoring/alertPolicy:AlertPolicy"
CHANNEL = "gcp:monitoring/notificationChannel:NotificationChannel"
DESCRIPTOR = "gcp:monitoring/metricDescriptor:MetricDescriptor"
LOG_METRIC = "gcp:logging/metric:Metric"
KINDS = (
    "conditionAbsent",
    "conditionMatchedLog",
    "conditionMonitoringQueryLanguage",
    "conditionPrometheusQueryLanguage",
    "conditionSql",
    "conditionThreshold",
)
MINUTE, LONGEST_ABSENCE = 60, 84_600  # 23.5 hours: https://cloud.google.com/monitoring/alerts/ui-metric-absence
LONGEST_FILTER = 2048  # characters: the SDK's own documentation
RESOURCE = re.compile(r"resource\.type\b|select_slo|group\.id")
METRIC = re.compile(r'metric\.type\s*=\s*"([^"]+)"')
OWN = ("logging.googleapis.com/user/", "custom.googleapis.com/", "external.googleapis.com/", "workload.googleapis.com/")
CHANNELS = (
    "email",
    "sms",
    "slack",
    "pagerduty",
    "webhook_basicauth",
    "webhook_tokenauth",
    "pubsub",
    "google_chat",
    "campfire",
    "hipchat",
    "cloud_mobile",
)
NEEDED_LABELS = {"email": "email_address", "pubsub": "topic", "sms": "number", "slack": "channel_name", "webhook_tokenauth": "url"}


def conditions(inputs: Values) -> Iterator[Refusal]:
    """One to six conditions; one on logs stands alone and says how often it may speak."""
    found = inputs.get("conditions") or []
    if not known(found):
        return
    if not 1 <= len(found) <= 6:
        yield Refusal("conditions", f"a policy has one to six conditions, got {len(found)}")
    logs = [each for each in found if "conditionMatchedLog" in each]
    limit = look(inputs, "alertStrategy.notificationRateLimit")
    if logs and len(found) > 1:
        yield Refusal("conditions", "a condition on matched logs must be the only condition of its policy")
    if logs and limit is None:
        yield Refusal("alertStrategy.notificationRateLimit", "required for a policy with a condition on matched logs")
    if limit is not None and not logs:
        yield Refusal("alertStrategy.notificationRateLimit", "only for a policy with a condition on matched logs")


def filters(inputs: Values) -> Iterator[Refusal]:
    """What watches a metric names it, and aligns it over some time."""
    for kind in ("conditionThreshold", "conditionAbsent"):
        for shown, text in walk(inputs, f"conditions[*].{kind}.filter"):
            if not METRIC.search(str(text)) and "select_slo" not in str(text):
                yield Refusal(shown, 'The filter must specify a metric: metric.type = "…"')
            if not RESOURCE.search(str(text)):  # provider issues 4165 and 7179
                yield Refusal(shown, 'must specify a restriction on "resource.type" in the filter')
            if len(str(text)) > LONGEST_FILTER:
                yield Refusal(shown, f"at most {LONGEST_FILTER} characters, got {len(str(text))}")
        for shown, each in walk(inputs, f"conditions[*].{kind}.aggregations[*]"):
            if each.get("perSeriesAligner") not in (None, "ALIGN_NONE", UNKNOWN) and each.get("alignmentPeriod") is None:
                yield Refusal(f"{shown}.alignmentPeriod", f"must be given with perSeriesAligner {each['perSeriesAligner']}")


class AlertPolicy(GoogleHandler):
    """An alert policy. Google names it by a number."""

    token = POLICY
    replaces = frozenset({"project"})
    defaults: ClassVar[Values] = {"enabled": True}
    parents = (("notificationChannels", CHANNEL, "{it}"),)
    checks = (
        one_of("combiner", "AND", "OR", "AND_WITH_MATCHING_RESOURCE"),
        one_of("severity", "CRITICAL", "ERROR", "WARNING"),
        only_one(*KINDS, under="conditions[*]", required=True),
        conditions,
        filters,
        lasts("conditions[*].conditionAbsent.duration", 2 * MINUTE, LONGEST_ABSENCE, multiple=MINUTE),
        lasts("conditions[*].conditionThreshold.duration", 0, math.inf, multiple=MINUTE),
        lasts("conditions[*].conditionThreshold.aggregations[*].alignmentPeriod", MINUTE, math.inf),
        lasts("conditions[*].conditionAbsent.aggregations[*].alignmentPeriod", MINUTE, math.inf),
        lasts("conditions[*].conditionPrometheusQueryLanguage.evaluationInterval", 30, math.inf, multiple=30),
        one_of("conditions[*].conditionThreshold.comparison", "COMPARISON_GT", "COMPARISON_LT"),
        one_of(
            "conditions[*].conditionThreshold.evaluationMissingData",
            "EVALUATION_MISSING_DATA_INACTIVE",
            "EVALUATION_MISSING_DATA_ACTIVE",
            "EVALUATION_MISSING_DATA_NO_OP",
        ),
        lasts("alertStrategy.autoClose", 1800, 7 * DAY),
        lasts("alertStrategy.notificationRateLimit.period", 0, 2 * DAY),
        one_of("alertStrategy.notificationPrompts[*]", "NOTIFICATION_PROMPT_UNSPECIFIED", "OPENED", "CLOSED"),
    )

    def identity(self, cloud: GoogleCloud, inputs: Values) -> str:
        """A number of Google's own."""
        return f"projects/{inputs['project']}/alertPolicies/{digits()}"

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """A metric of the project's own must exist before a policy can watch it (provider issue 11102)."""
        logs = {f"logging.googleapis.com/user/{each['name']}" for each in cloud.store.list(LOG_METRIC).values()}
        described = {each["type"] for each in cloud.store.list(DESCRIPTOR).values()}
        for kind in ("conditionThreshold", "conditionAbsent"):
            for text in references(inputs, f"conditions[*].{kind}.filter"):
                for metric in METRIC.findall(text):
                    own = metric.startswith(OWN)
                    if own and metric not in logs | described:
                        raise RefusedError(
                            f'googleapi: Error 404: Cannot find metric(s) that match type = "{metric}". If a metric was created recently, it '
                            "could take up to 10 minutes to become available. Please try again soon., notFound"
                        )

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Its name. (Google names the conditions too; the SDK does not say that it does, so that would look like drift.)."""
        return {"name": identity, "creationRecords": before.get("creationRecords", [{"mutateTime": cloud.now()}])}


def labels(inputs: Values) -> Iterator[Refusal]:
    """Each kind of channel has its address among the labels."""
    kind, found = inputs.get("type"), inputs.get("labels") or {}
    wanted = NEEDED_LABELS.get(str(kind))
    if known(kind) and known(found) and wanted and not found.get(wanted):
        yield Refusal("labels", f"a channel of type {kind} needs the label {wanted}")


class NotificationChannel(GoogleHandler):
    """Where alerts go."""

    token = CHANNEL
    replaces = frozenset({"project"})
    defaults: ClassVar[Values] = {"enabled": True, "forceDelete": False}
    kept = frozenset({"forceDelete", "sensitiveLabels"})
    secret = frozenset({"sensitiveLabels"})
    checks = (one_of("type", *CHANNELS), labels, matches("labels.email_address", r"[^@\s]+@[^@\s]+", "no e-mail address"))

    def identity(self, cloud: GoogleCloud, inputs: Values) -> str:
        """A number of Google's own."""
        return f"projects/{inputs['project']}/notificationChannels/{digits()}"

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Its name; an e-mail address is verified by nobody."""
        return {"name": identity, "verificationStatus": ""}

    def guard(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """A channel that a policy speaks through stays, unless forced."""
        users = [name for name, each in cloud.store.list(POLICY).items() if identity in (each.get("notificationChannels") or [])]
        if users and not held.get("forceDelete"):
            raise RefusedError(
                f"googleapi: Error 400: {identity} is used by {len(users)} alert policies and `forceDelete` is false, failedPrecondition"
            )


class MetricDescriptor(GoogleHandler):
    """The description of a metric that the project writes itself."""

    token = DESCRIPTOR
    path = "projects/{project}/metricDescriptors/{type}"
    replaces = frozenset({"type", "metricKind", "valueType", "project", "unit", "description", "displayName", "launchStage"})
    checks = (
        matches(
            "type",
            r"(custom|external|workload)\.googleapis\.com/[A-Za-z0-9_./-]{1,200}",
            "custom.googleapis.com/… or external.googleapis.com/…",
        ),
        one_of("metricKind", "METRIC_KIND_UNSPECIFIED", "GAUGE", "DELTA", "CUMULATIVE"),
        one_of("valueType", "BOOL", "INT64", "DOUBLE", "STRING", "DISTRIBUTION"),
        one_of("labels[*].valueType", "STRING", "BOOL", "INT64"),
    )

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """Its full name."""
        return {"name": identity, "monitoredResourceTypes": []}


def distribution(inputs: Values) -> Iterator[Refusal]:
    """A value is extracted for distributions only."""
    kind = look(inputs, "metricDescriptor.valueType")
    if known(kind) and inputs.get("valueExtractor") and kind not in ("DISTRIBUTION", None):
        yield Refusal("valueExtractor", f"only for metricDescriptor.valueType DISTRIBUTION, got {kind}")


class LogMetric(GoogleHandler):
    """A metric that counts log entries; its id is its name."""

    token = LOG_METRIC
    autoname = "name"
    path = "{name}"
    replaces = frozenset({"name", "project"})
    checks = (
        matches("name", r"[A-Za-z0-9_\-.,+!*',()%/][A-Za-z0-9_\-.,+!*',()%/]{0,99}", "at most 100 of letters, digits and _-.,+!*',()%/"),
        one_of("metricDescriptor.metricKind", "DELTA", "GAUGE", "CUMULATIVE"),
        one_of("metricDescriptor.valueType", "BOOL", "INT64", "DOUBLE", "STRING", "DISTRIBUTION", "MONEY"),
        one_of("metricDescriptor.labels[*].valueType", "BOOL", "INT64", "STRING"),
        matches("filter", r"(?s).{1,20000}", "1 to 20000 characters"),
        distribution,
    )

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """A counter unless described."""
        return {"metricDescriptor": {"unit": "1", **(inputs.get("metricDescriptor") or {"metricKind": "DELTA", "valueType": "INT64"})}}
