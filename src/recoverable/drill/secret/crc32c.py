"""CRC-32C (Castagnoli), the checksum that Google sends beside a payload: polynomial 0x1EDC6F41, reflected, as RFC 3720 (B.4) has it."""

from __future__ import annotations

_REFLECTED = 0x82F63B78


def _entry(number: int) -> int:
    for _ in range(8):
        number = (number >> 1) ^ (_REFLECTED if number & 1 else 0)
    return number


_TABLE = tuple(_entry(number) for number in range(256))


def crc32c(data: bytes) -> int:
    """The checksum of some bytes. A secret has 64 KiB at most, so a loop will do."""
    found = 0xFFFFFFFF
    for each in data:
        found = _TABLE[(found ^ each) & 0xFF] ^ (found >> 8)
    return found ^ 0xFFFFFFFF
