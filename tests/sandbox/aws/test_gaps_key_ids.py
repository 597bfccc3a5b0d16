"""Multi-region keys of the laptop cloud: named as KMS names them, and what was encrypted in one region is readable in the other."""

from __future__ import annotations

import re

import pytest
from botocore.exceptions import ClientError

from recoverable.sandbox.aws.cloud import AwsCloud
from tests.support.moto_server import MotoServer

FORMS = {True: r"mrk-[0-9a-f]{32}", False: r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"}


@pytest.mark.parametrize("multi_region", [True, False])
def test_what_a_key_encrypts_it_decrypts_and_a_multi_region_one_in_the_other_region_too(multi_region: bool) -> None:
    with MotoServer() as endpoint:
        near, far = (AwsCloud(endpoint, region).client("kms") for region in ("eu-west-1", "eu-central-1"))
        key = near.create_key(MultiRegion=multi_region)["KeyMetadata"]["KeyId"]
        assert re.fullmatch(FORMS[multi_region], key)
        assert near.describe_key(KeyId=key)["KeyMetadata"]["KeyId"] == key
        near.enable_key_rotation(KeyId=key)
        sealed = near.encrypt(KeyId=key, Plaintext=b"data")["CiphertextBlob"]
        assert near.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"data"
        if multi_region:
            near.replicate_key(KeyId=key, ReplicaRegion="eu-central-1")
            assert far.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"data"


@pytest.mark.parametrize("key_id", ["mrk-" + "0" * 32, "mrk-" + "0" * 31, "no-key"])
def test_a_key_that_is_not_there_is_not_found(key_id: str) -> None:
    with MotoServer() as endpoint, pytest.raises(ClientError, match="NotFoundException"):
        AwsCloud(endpoint, "eu-west-1").client("kms").describe_key(KeyId=key_id)
