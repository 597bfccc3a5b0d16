"""The doctor on S3 and a key of Pulumi's secrets that is another than the bucket's (``awskms://``)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.state_backend.conftest import Outcome
from tests.state_backend.places import Place

Run = Callable[..., Outcome]
Make = Callable[..., Place]
SECRETS_KEY: dict[str, tuple[Callable[[Place, str], Any], str]] = {
    "disabled": (lambda p, key: p.client("kms").disable_key(KeyId=key), "is disabled"),
    "to-be-deleted": (lambda p, key: p.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7), "is to be deleted"),
    "without-its-alias": (lambda p, key: p.client("kms").delete_alias(AliasName="alias/secrets-of-the-test"), "there is no key alias/"),
}


@pytest.mark.parametrize("name", SECRETS_KEY)
def test_a_key_of_pulumis_secrets_is_proven_by_use_beside_that_of_the_bucket(make: Make, run: Run, name: str) -> None:
    """Sound it passes; broken it fails alone, with its reason, though the bucket's own key works."""
    breaks, reason = SECRETS_KEY[name]
    place = make()
    kms = place.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/secrets-of-the-test", TargetKeyId=key)
    place.declared = ['clients = ["pulumi"]', 'secrets_key = "alias/secrets-of-the-test"']
    place.declare()
    sound = run("doctor", "infra", "--json")
    breaks(place, key)

    told = run("doctor", "infra", "--json")
    with contextlib.suppress(kms.exceptions.NotFoundException):
        kms.delete_alias(AliasName="alias/secrets-of-the-test")

    assert (sound.code, "all 2 are enabled, encrypt and decrypt" in sound.found("key")) == (0, True), sound.out
    assert (told.code, told.steps("fail")) == (1, {"key"}), told.out
    assert reason in told.found("key")
