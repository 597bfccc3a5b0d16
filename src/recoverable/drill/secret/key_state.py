"""The state of the key that guards a secret, in words that are the same for every cloud."""

from __future__ import annotations

from recoverable.drill.aws.clients import RefusedError, Service

ENABLED, MISSING = "Enabled", "missing"
OWN_OF_AWS, OWN_OF_GOOGLE = "AWS's own", "Google's own"
OWN = (OWN_OF_AWS, OWN_OF_GOOGLE)
"""Keys of the cloud itself can neither be disabled nor deleted."""
UNTOLD = "untold"
"""This identity may not look at it."""
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
