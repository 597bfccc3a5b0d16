"""The state of the key that guards a secret."""

from __future__ import annotations

from recoverable.drill.aws.clients import RefusedError, Service

ENABLED, OWN_OF_AWS, MISSING = "Enabled", "AWS's own", "missing"
AWS_ALIASES = ("alias/aws/secretsmanager", "alias/aws/ssm")


def state_of(kms: Service, key: str) -> str:
    """``Enabled`` or another state of KMS; AWS's own keys can neither be disabled nor deleted.

    Raises:
        RestoreFailedError: it may not be told.
        TransientError: nobody answered.
    """
    if not key or key.endswith(AWS_ALIASES):
        return OWN_OF_AWS
    try:
        return str(kms.call("DescribeKey", ("NotFoundException",), KeyId=key)["KeyMetadata"].get("KeyState"))
    except RefusedError:
        return MISSING
