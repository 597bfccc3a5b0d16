"""Small gaps: log groups, secrets, queues, and alarms that CloudWatch would not take."""

from __future__ import annotations

import json
import time
from typing import Any

from recoverable.sandbox.aws.gaps_table import fills
from recoverable.sandbox.aws.gaps_wire import Answer, Call
from recoverable.sandbox.provider.handler import Values

DAY = 86400  # seconds
FORGOTTEN = "moto forgets the key of a replica"


def _log_group(call: Call) -> Any:
    name = call.given.get("logGroupName") or str(call.given.get("resourceIdentifier", "")).split("log-group:")[-1].removesuffix(":*")
    group = call.backend.groups.get(name)
    return group or call.refuse("ResourceNotFoundException", "The specified log group does not exist.")


@fills("logs", "AssociateKmsKey")
def associate_key(call: Call) -> Values:
    """The key that a log group is encrypted with from now on."""
    _log_group(call).kms_key_id = call.given["kmsKeyId"]
    return {}


@fills("logs", "DisassociateKmsKey")
def disassociate_key(call: Call) -> Values:
    """Back to the service's own key."""
    _log_group(call).kms_key_id = None
    return {}


def _keep_keys(call: Call, regions: list[Values]) -> None:
    secret = call.backend.secrets[call.given.get("SecretId") or call.given["Name"]]
    keys = {each["Region"]: each.get("KmsKeyId") for each in regions}
    for replica in secret.replicas:
        if keys.get(replica.region):
            replica.config["KmsKeyId"] = keys[replica.region]


def _check_keys(call: Call, regions: list[Values]) -> None:
    """A replica's key must be in the replica's region."""
    for each in regions:
        key = each.get("KmsKeyId", "")
        if key.startswith("arn:") and key.split(":")[3] != each["Region"]:
            call.refuse("InvalidParameterException", f"The KMS key of the replica must be in {each['Region']}.")
        if each["Region"] == call.region:
            call.refuse("InvalidParameterException", "Invalid replica region: it is the secret's own.")


@fills("secretsmanager", "CreateSecret", FORGOTTEN)
def create_secret(call: Call) -> Answer:
    """A secret whose replicas keep their keys."""
    regions = call.given.get("AddReplicaRegions", [])
    _check_keys(call, regions)
    answer = call.forward()
    if answer.well and regions:
        _keep_keys(call, regions)
    return answer


@fills("secretsmanager", "ReplicateSecretToRegions", FORGOTTEN)
def replicate_secret(call: Call) -> Answer:
    """Further replicas, which keep their keys."""
    _check_keys(call, call.given["AddReplicaRegions"])
    answer = call.forward()
    if answer.well:
        _keep_keys(call, call.given["AddReplicaRegions"])
    return answer


@fills("secretsmanager", "DescribeSecret", "moto shows the primary's key for a replica")
def describe_secret(call: Call) -> Any:
    """A secret, or a replica with the key of its own region."""
    answer = call.forward()
    if not answer.well:
        return answer
    held = call.backend.secrets[call.given["SecretId"]]
    config = getattr(held, "config", None)
    if config is None:
        return answer
    shown = {**json.loads(answer.body), "KmsKeyId": config["KmsKeyId"]}
    text = json.dumps(shown).encode()
    headers = [(name, str(len(text)) if name.lower() == "content-length" else value) for name, value in answer.headers]
    return Answer(answer.status, headers, text)


@fills("secretsmanager", "RotateSecret", "moto runs the function in Docker, which a laptop may not have")
def rotate_secret(call: Call) -> Any:
    """The function and the rhythm are kept; no function is run, so no value changes."""
    arn, secrets = call.given.get("RotationLambdaARN"), call.backend.secrets
    if not arn or call.given["SecretId"] not in secrets:
        return call.forward()
    secret, days = secrets[call.given["SecretId"]], (call.given.get("RotationRules") or {}).get("AutomaticallyAfterDays")
    if call.region not in arn or arn.split(":")[-1] not in {
        each.function_name for each in call.backend_in(call.region, "lambda").list_functions()
    }:
        call.refuse("ResourceNotFoundException", f"Resource not found for ARN '{arn}'.")
    if days is None or not 1 <= days <= 1000:
        call.refuse("InvalidParameterException", "RotationRules.AutomaticallyAfterDays must be within 1-1000.")
    secret.rotation_requested = secret.rotation_enabled = True
    secret.rotation_lambda_arn, secret.auto_rotate_after_days = arn, days
    secret.next_rotation_date = int(time.time()) + days * DAY
    return {"ARN": secret.arn, "Name": secret.name, "VersionId": secret.default_version_id}


@fills("sqs", "SetQueueAttributes", "moto takes the policy away with any other change")
def set_queue_attributes(call: Call) -> Answer:
    """Only what is stated changes."""
    queue = call.backend.queues.get(call.given["QueueUrl"].split("/")[-1])
    policy = queue.policy if queue else None
    answer = call.forward()
    if answer.well and queue and "Policy" not in call.given["Attributes"]:
        queue.policy = policy
    return answer


@fills("cloudwatch", "PutMetricAlarm", "moto takes alarms that look back further than CloudWatch does")
def put_alarm(call: Call) -> Answer:
    """An alarm within CloudWatch's limits: seven days back, one day where the period is below an hour (PutMetricAlarm)."""
    periods = [call.given.get("Period")] + [
        (each.get("MetricStat") or {}).get("Period") or each.get("Period") for each in call.given.get("Metrics", [])
    ]
    for period in [each for each in periods if each]:
        days = 1 if period < 3600 else 7
        if period * call.given["EvaluationPeriods"] > days * DAY:
            call.refuse(
                "ValidationError",
                f"Metrics cannot be checked across more than {days} day(s) (EvaluationPeriods * Period must be <= {days * DAY}).",
            )
    return call.forward()
