"""Ids of multi-region keys: moto makes them four characters longer than KMS does, so it cannot decrypt what it encrypted with such a key.

Terraform refuses them, too. KMS's own are ``mrk-`` and 32 hexadecimal digits:
https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
"""

from __future__ import annotations

import re
from typing import Any

MULTI_REGION = re.compile(r"mrk-[0-9a-f]{32}")


def make_them_fit() -> None:
    """Have moto make and take ids as KMS does; those of other keys stay as they are."""
    from moto.kms import models
    from moto.kms.responses import KmsResponse
    from moto.moto_api._internal import mock_random

    validate = KmsResponse._validate_cmk_id
    if validate.__module__ == __name__:
        return  # done before, by another server of this process

    def generate_key_id(multi_region: bool = False) -> str:
        made = mock_random.uuid4()
        return f"mrk-{made.hex}" if multi_region else str(made)

    def validate_cmk_id(self: Any, key_id: str) -> None:
        # Moto takes any id in an ARN, and of bare ones only UUIDs.
        validate(self, f"arn:aws:kms:{self.region}:{self.current_account}:key/{key_id}" if MULTI_REGION.fullmatch(key_id) else key_id)

    models.generate_key_id = generate_key_id  # type: ignore[attr-defined]  # the point: moto offers no hook
    KmsResponse._validate_cmk_id = validate_cmk_id  # type: ignore[method-assign]  # the same
