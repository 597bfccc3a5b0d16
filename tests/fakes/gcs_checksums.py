"""Checksums of an object's content as Cloud Storage notes them: MD5 and CRC32C, in base64 of big-endian bytes (https://cloud.google.com/storage/docs/data-validation)."""

from __future__ import annotations

import base64
import hashlib

CASTAGNOLI = 0x82F63B78
"""The polynomial of RFC 3720, section 12.1, with its bits reversed."""


def _table() -> list[int]:
    found = []
    for number in range(256):
        value = number
        for _ in range(8):
            value = (value >> 1) ^ (CASTAGNOLI if value & 1 else 0)
        found.append(value)
    return found


TABLE = _table()


def crc32c(content: bytes) -> str:
    """``crc32c`` of an object's resource."""
    value = 0xFFFFFFFF
    for byte in content:
        value = (value >> 8) ^ TABLE[(value ^ byte) & 0xFF]
    return base64.b64encode((value ^ 0xFFFFFFFF).to_bytes(4, "big")).decode()


def md5(content: bytes) -> str:
    """``md5Hash`` of an object's resource."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
