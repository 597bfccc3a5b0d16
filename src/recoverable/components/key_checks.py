"""Which key a caller may give: one of its own, by the name that means no other key, where the cloud can use it.

An alias or a bare id cannot stand in a role's policy, and RDS and AWS Backup answer with the ARN: the store would be replaced.
https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html, https://cloud.google.com/kms/docs/cmek
"""

import re
from typing import Any

from recoverable.components.base import Component

_AWS_OWN = re.compile(r"(arn:[a-z0-9-]+:kms:[a-z0-9-]+:\d{12}:)?alias/aws/.*")
_ARN = re.compile(r"arn:[a-z0-9-]+:kms:([a-z0-9-]+):\d{12}:key/[A-Za-z0-9-]+")
_NAME = re.compile(r"projects/[^/]+/locations/([^/]+)/keyRings/[^/]+/cryptoKeys/[^/]+")


def check_key(component: Component, field: str, given: Any, region: str | None) -> None:
    """Refuse a key that the cloud cannot use in ``region``, or that may be the provider's own. An output is left to the cloud."""
    if not isinstance(given, str):
        return
    if component.on_aws and _AWS_OWN.fullmatch(given):
        component.refuse(field, given, "a key of your own", "AWS's own key cannot be shared with the account that keeps the copies.")
    found = (_ARN if component.on_aws else _NAME).fullmatch(given)
    if found is None and component.on_aws:
        bound = "the ARN of a KMS key (arn:aws:kms:REGION:ACCOUNT:key/ID)"
        component.refuse(field, given, bound, "An alias or a bare id cannot stand in a role's policy.")
    if found is None:
        bound = "a key's full name (projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY)"
        component.refuse(field, given, bound, "Without it Google's own key would be used.")
    elif region is not None and found[1].lower() != region.lower():
        component.refuse(field, given, f"a key in {region}", f"The key is in {found[1]}; a store takes keys of its own place only.")
