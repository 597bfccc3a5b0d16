"""Cloud Monitoring: what must exist before it is watched, and what is kept while it is heard."""

from __future__ import annotations

import pytest

from tests.sandbox.gcp import estate
from tests.sandbox.gcp.estate import refusal
from tests.support.provider import Aborted, Calls


def test_fake_a_metric_of_the_projects_own_must_exist_before_a_policy_watches_it(gcp: Calls) -> None:
    """As Google answers for a metric that nobody has described or counted yet."""
    condition = {
        "displayName": "stale",
        "conditionThreshold": {
            "filter": 'metric.type="custom.googleapis.com/recoverable/age" AND resource.type="global"',
            "comparison": "COMPARISON_GT",
            "duration": "0s",
            "thresholdValue": 46_080,
            "evaluationMissingData": "EVALUATION_MISSING_DATA_ACTIVE",
        },
    }
    inputs = {"displayName": "stale", "combiner": "OR", "conditions": [condition]}
    message = refusal(gcp, "gcp:monitoring/alertPolicy:AlertPolicy", **inputs)
    assert message.startswith('googleapi: Error 404: Cannot find metric(s) that match type = "custom.googleapis.com/recoverable/age".')
    gcp.up("gcp:monitoring/metricDescriptor:MetricDescriptor", "age", **estate.inputs_of("age"))
    made = gcp.up("gcp:monitoring/alertPolicy:AlertPolicy", "stale", **inputs)
    assert gcp.refresh(made) == []


def test_fake_a_channel_in_use_is_kept(gcp: Calls) -> None:
    """Unless its deletion is forced."""
    channel = gcp.up("gcp:monitoring/notificationChannel:NotificationChannel", "email", **estate.inputs_of("email"))
    policy = gcp.up("gcp:monitoring/alertPolicy:AlertPolicy", "alert", **estate.POLICY, notificationChannels=[channel.id])
    with pytest.raises(Aborted, match="is used by 1 alert policies and `forceDelete` is false"):
        gcp.delete(channel)
    gcp.delete(policy)
    gcp.delete(channel)
