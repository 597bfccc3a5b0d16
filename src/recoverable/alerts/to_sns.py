"""Messages to a topic of Amazon SNS, with credentials as boto3 finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from recoverable.alerts.sending import Delivery, RefusedError, UnreachableError

ARN = re.compile(r"arn:(aws[a-z-]*):sns:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_-]{1,256}(?:\.fifo)?)")
LONGEST_SUBJECT = 100  # characters of ASCII, as Publish asks
MOST_BYTES = 250_000  # of 262144: the rest is for attributes
GROUP = "recoverable-alerts"
_LATER = ("Throttled", "Throttling", "ThrottlingException", "RequestLimitExceeded", "ServiceUnavailable", "InternalError", "InternalFailure",
          "KMSThrottling")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic by its ARN, which says the region too. On a FIFO topic SNS itself drops what comes a second time within five minutes."""

    name: str
    arn: str

    @property
    def key(self) -> str:
        """Its name in the settings."""
        return self.name

    def secrets(self) -> Iterator[str]:
        """Its credentials are boto3's."""
        return iter(())

    def send(self, delivery: Delivery) -> None:
        """Publish."""
        try:
            import boto3
            from botocore.config import Config
            from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, HTTPClientError
        except ImportError:
            raise RefusedError("boto3 is not installed: pip install 'recoverable[drill]'") from None
        try:
            config = Config(retries={"mode": "standard", "max_attempts": 3}, connect_timeout=10, read_timeout=20)
            client = boto3.client("sns", region_name=self.arn.split(":")[3], config=config)
            client.publish(**self.request(delivery))
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            code = code if code.isalnum() else "an error"
            if code in _LATER:
                raise UnreachableError(f"SNS answers {code} after all retries") from None
            raise RefusedError(
                f"SNS refuses with {code}; it needs sns:Publish on the topic, and kms:GenerateDataKey and kms:Decrypt on its key"
            ) from None
        except (EndpointConnectionError, HTTPClientError) as error:
            raise UnreachableError(f"SNS cannot be reached ({type(error).__name__})") from None
        except BotoCoreError as error:
            raise RefusedError(f"SNS cannot be asked ({type(error).__name__}): it needs credentials") from None

    def request(self, delivery: Delivery) -> dict[str, Any]:
        """The arguments of Publish."""
        text = delivery.text.encode()[:MOST_BYTES].decode(errors="ignore")
        subject = delivery.subject.encode("ascii", "replace").decode()[:LONGEST_SUBJECT]
        fifo = {"MessageGroupId": GROUP, "MessageDeduplicationId": delivery.id} if self.arn.endswith(".fifo") else {}
        return {
            "TopicArn": self.arn,
            "Subject": subject,
            "Message": text,
            "MessageAttributes": {"recoverable.id": {"DataType": "String", "StringValue": delivery.id}},
            **fifo,
        }
