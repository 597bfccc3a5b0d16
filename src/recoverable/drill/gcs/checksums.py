"""Checksums of what comes from Cloud Storage, computed here: SHA-256, MD5 and, where there is no MD5, CRC32C.

The polynomial of CRC32C: RFC 3720, section 12.1. Python's own library has none, so it is slow: some megabytes a second.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable

from recoverable.drill.objects.buckets import Digest
from recoverable.drill.rest.client import Json

CRC32C = "crc32c"
LONGEST_CRC = 8 * 2**20
"""Bytes up to which a CRC32C is computed, which takes seconds; of what is longer the source's content is read as well."""
_POLYNOMIAL = 0x82F63B78


def _table() -> tuple[int, ...]:
    found = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        found.append(value)
    return tuple(found)


_TABLE = _table()


class Digester:
    """Takes content piece by piece. ``crc`` says whether the slow checksum is wanted."""

    def __init__(self, *, crc: bool) -> None:
        self._sha256, self._md5, self._size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
        self._crc: int | None = 0xFFFFFFFF if crc else None

    def __call__(self, piece: bytes) -> None:
        """One more piece."""
        self._sha256.update(piece)
        self._md5.update(piece)
        self._size += len(piece)
        if self._crc is not None:
            value = self._crc
            for byte in piece:
                value = (value >> 8) ^ _TABLE[(value ^ byte) & 0xFF]
            self._crc = value

    def found(self) -> Digest:
        """What the whole content is."""
        crc = "" if self._crc is None else f"{self._crc ^ 0xFFFFFFFF:08x}"
        return Digest(self._size, self._sha256.hexdigest(), self._md5.hexdigest(), crc)


def digest(read: Callable[[Callable[[], Callable[[bytes], object]]], int], *, crc: bool) -> Digest:
    """What ``read`` reads, by the last try that came to its end."""
    tries: list[Digester] = []

    def begin() -> Digester:
        tries.append(Digester(crc=crc))
        return tries[-1]

    read(begin)
    return tries[-1].found()


def noted(found: Json) -> tuple[str, str] | None:
    """What Cloud Storage noted of an object's content: its MD5, or, of an object that was composed of others, its CRC32C."""
    md5 = _hex(found.get("md5Hash"), 16)
    if md5:
        return "md5", md5
    crc = _hex(found.get("crc32c"), 4)
    return (CRC32C, crc) if crc and int(found["size"]) <= LONGEST_CRC else None


def _hex(text: object, length: int) -> str:
    try:
        raw = base64.b64decode(str(text or ""), validate=True)
    except (binascii.Error, ValueError):
        return ""
    return raw.hex() if len(raw) == length else ""
