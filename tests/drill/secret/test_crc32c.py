"""The checksum of Google's payloads: the values that RFC 3720 (B.4) gives, and the fake's own way to it."""

from __future__ import annotations

import random

import pytest

from recoverable.drill.secret.crc32c import crc32c
from tests.fakes import fake_secret_manager


@pytest.mark.parametrize(("data", "checksum"), [
    (b"", 0),
    (b"123456789", 0xE3069283),
    (bytes(32), 0x8A9136AA),
    (bytes([255]) * 32, 0x62A8AB43),
    (bytes(range(32)), 0x46DD794E),
])  # fmt: skip
def test_it_is_what_the_standard_says(data: bytes, checksum: int) -> None:
    assert crc32c(data) == checksum


def test_it_is_the_same_whichever_way_it_is_counted() -> None:
    data = random.Random(7).randbytes(999)

    assert crc32c(data) == fake_secret_manager.crc32c(data)
