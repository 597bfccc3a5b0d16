"""What a program leaves out is filled in by AWS or the provider, and is no drift afterwards: every type, with the least that it needs."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.sandbox.aws.cloud import ACCOUNT, AwsCloud
from tests.support.provider import REGION, Calls

ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
LEAST: dict[str, dict[str, Any]] = {
    "aws:rds/instance:Instance": {
        "engine": "postgres",
        "instanceClass": "db.t4g.micro",
        "allocatedStorage": 20,
        "username": "app",
        "password": "hush-hush",
        "skipFinalSnapshot": True,
    },
    "aws:rds/cluster:Cluster": {
        "engine": "aurora-postgresql",
        "masterUsername": "app",
        "masterPassword": "hush-hush",
        "skipFinalSnapshot": True,
    },
    "aws:rds/parameterGroup:ParameterGroup": {"family": "postgres16"},
    "aws:rds/clusterParameterGroup:ClusterParameterGroup": {"family": "aurora-postgresql16"},
    "aws:rds/eventSubscription:EventSubscription": {"snsTopic": f"arn:aws:sns:{REGION}:{ACCOUNT}:t"},
    "aws:rds/globalCluster:GlobalCluster": {"globalClusterIdentifier": "NAME", "engine": "aurora-postgresql"},
    "aws:backup/vault:Vault": {},
    "aws:backup/restoreTestingPlan:RestoreTestingPlan": {
        "name": "UNDERSCORED",
        "scheduleExpression": "cron(0 3 1 * ? *)",
        "recoveryPointSelection": {"algorithm": "LATEST_WITHIN_WINDOW", "includeVaults": ["*"], "recoveryPointTypes": ["SNAPSHOT"]},
    },
    "aws:cloudwatch/eventRule:EventRule": {"eventPattern": '{"source": ["aws.backup"]}'},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "metricName": "m",
        "namespace": "n",
        "statistic": "Sum",
        "period": 60,
        "evaluationPeriods": 1,
        "threshold": 1,
        "comparisonOperator": "GreaterThanThreshold",
    },
    "aws:cloudwatch/logGroup:LogGroup": {},
    "aws:sns/topic:Topic": {},
    "aws:secretsmanager/secret:Secret": {},
    "aws:scheduler/schedule:Schedule": {
        "scheduleExpression": "rate(1 day)",
        "flexibleTimeWindow": {"mode": "OFF"},
        "target": {"arn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f", "roleArn": ROLE},
    },
    "aws:scheduler/scheduleGroup:ScheduleGroup": {},
    "aws:sqs/queue:Queue": {},
}


@pytest.mark.parametrize("token", sorted(LEAST))
def test_what_is_not_stated_is_no_drift_and_no_change(aws: Calls, cloud: AwsCloud, name: str, token: str) -> None:
    words = {"NAME": name, "UNDERSCORED": name.replace("-", "_")}
    stated = {key: words.get(value, value) if isinstance(value, str) else value for key, value in LEAST[token].items()}
    made = aws.up(token, name, **stated)
    assert made.id
    assert aws.changed(made, **stated) == []
    assert aws.refresh(made) == []
    assert aws.changed(made, **stated) == []
    aws.update(made, **stated)
    aws.delete(made)
    assert aws.refresh(made) == ["gone"]


@pytest.mark.parametrize("token", ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"])
def test_a_stated_password_reaches_rds_and_is_in_no_answer(aws: Calls, cloud: AwsCloud, name: str, token: str) -> None:
    made = aws.up(token, name, **LEAST[token])
    where = "password" if "instance:" in token else "masterPassword"
    assert made.outputs[where] == "hush-hush"  # held by the engine, as its secret
    listed = str(cloud.client("rds").describe_db_instances()) + str(cloud.client("rds").describe_db_clusters())
    assert "hush-hush" not in listed
    assert "masterUserSecrets" not in made.outputs or made.outputs["masterUserSecrets"] == []
    aws.delete(made)
