"""Encryption of a DynamoDB table that exists: moto's server takes the change and forgets it."""

from __future__ import annotations

from recoverable.sandbox.aws.gaps_table import fills
from recoverable.sandbox.aws.gaps_wire import Answer, Call


@fills("dynamodb", "UpdateTable", "moto drops SSESpecification")
def update(call: Call) -> Answer:
    """Moto does the rest; the encryption is put into what moto holds of the table, so it describes it by itself."""
    answer = call.forward()
    stated = call.given.get("SSESpecification")
    if answer.well and stated is not None:
        table = call.backend.get_table(call.given["TableName"])
        key = stated.get("KMSMasterKeyId") or table._get_default_encryption_key(call.account, call.region)
        table.sse_specification = {"Enabled": bool(stated.get("Enabled")), "SSEType": "KMS", "KMSMasterKeyId": key}
    return answer
