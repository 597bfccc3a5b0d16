"""What S3 noted of a content is believed only where it is a hash of the whole content."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import pytest

from recoverable.drill.objects.noted_hash import noted_hash

CONTENT = b"content"
SHA256 = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()
MD5 = hashlib.md5(CONTENT).hexdigest()


def test_a_sha256_of_the_whole_content_comes_first() -> None:
    head = {"ChecksumSHA256": SHA256, "ChecksumType": "FULL_OBJECT", "ETag": f'"{MD5}"'}

    assert noted_hash(head) == ("sha256", hashlib.sha256(CONTENT).hexdigest())


@pytest.mark.parametrize("encryption", [{}, {"ServerSideEncryption": "AES256"}])
def test_an_etag_is_an_md5_where_it_looks_like_one_and_no_key_of_ones_own_encrypts(encryption: dict[str, str]) -> None:
    assert noted_hash({"ETag": f'"{MD5}"', **encryption}) == ("md5", MD5)


@pytest.mark.parametrize(
    "head",
    [
        {},
        {"ETag": f'"{MD5}-12"'},
        {"ETag": f'"{MD5}"', "ServerSideEncryption": "aws:kms"},
        {"ETag": f'"{MD5}"', "ServerSideEncryption": "aws:kms:dsse"},
        {"ETag": f'"{MD5}"', "SSECustomerAlgorithm": "AES256"},
        {"ChecksumSHA256": SHA256, "ChecksumType": "COMPOSITE"},
        {"ChecksumSHA256": f"{SHA256}-3"},
        {"ChecksumSHA256": "not base64"},
        {"ChecksumCRC64NVME": "AAAAAAAAAAA=", "ETag": f'"{MD5}-1"'},
    ],
    ids=str,
)
def test_anything_else_is_no_hash_of_the_content(head: dict[str, Any]) -> None:
    assert noted_hash(head) is None
