"""The ages of proofs to CloudWatch: namespace and dimensions of the alarms that the component BackupAlerts makes."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from recoverable.drill.contract import TransientError
from recoverable.drill.proof_status import StoreStatus
from recoverable.model.errors import InputError

NAMESPACE, METRIC = "Recoverable", "LastProvenRestoreAgeMinutes"
BATCH = 1_000  # of PutMetricData, per call
_BUSY = ("Throttling", "ThrottlingException", "RequestLimitExceeded", "ServiceUnavailable", "InternalServiceFault", "InternalFailure")


def publish(statuses: Sequence[StoreStatus], now: datetime.datetime, client: Any = None) -> str:
    """Send them; gives a sentence that says what was sent and where.

    Raises:
        InputError: CloudWatch refuses, or there are no credentials or no region.
        TransientError: nobody answered after all retries.
    """
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, HTTPClientError
    except ImportError:
        raise InputError("boto3 is not installed", "--publish", "pip install 'recoverable[drill]'.") from None
    data = [_datum(each, now) for each in statuses]
    try:
        client = client or boto3.client(
            "cloudwatch", config=Config(retries={"mode": "adaptive", "max_attempts": 6}, connect_timeout=10, read_timeout=30)
        )
        for start in range(0, len(data), BATCH):
            client.put_metric_data(Namespace=NAMESPACE, MetricData=data[start : start + BATCH])
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _BUSY:
            raise TransientError(f"CloudWatch answers {code} after all retries") from None
        raise InputError(f"CloudWatch refuses PutMetricData with {code}", "--publish", "It needs cloudwatch:PutMetricData.") from None
    except (EndpointConnectionError, HTTPClientError) as error:
        raise TransientError(f"CloudWatch cannot be reached ({type(error).__name__})") from None
    except BotoCoreError as error:
        raise InputError(f"CloudWatch cannot be asked ({type(error).__name__})", "--publish", "Set credentials and AWS_REGION.") from None
    return f"{len(data)} ages sent to CloudWatch as {NAMESPACE}/{METRIC} in {client.meta.region_name}"


def _datum(status: StoreStatus, now: datetime.datetime) -> dict[str, Any]:
    return {
        "MetricName": METRIC,
        "Dimensions": [{"Name": "store", "Value": status.store}, {"Name": "environment", "Value": status.environment}],
        "Timestamp": now,
        "Value": float(status.published_minutes),
        "Unit": "None",
    }
