"""The first bytes of a log segment: whose it is, before any tool is asked."""

from __future__ import annotations

import struct
from dataclasses import dataclass

LENGTH = 40
"""Of XLogLongPageHeaderData in xlog_internal.h, on every machine that PostgreSQL 13 and later runs on."""
LONG = 0x0002  # XLP_LONG_HEADER

_LAYOUT = struct.Struct("HHIQI4xQII")  # native order: a log is read where it could be replayed


@dataclass(frozen=True, slots=True)
class PageHeader:
    """What the long header of a segment's first page says."""

    timeline: int
    address: int
    system_identifier: int
    segment_size: int
    block_size: int


def read_page_header(data: bytes) -> PageHeader:
    """Read the header.

    Raises:
        ValueError: it is none; says what stands there instead.
    """
    if len(data) < LENGTH:
        raise ValueError(f"it has only {len(data)} bytes")
    if not any(data[:LENGTH]):
        raise ValueError("it begins with zeros")
    _, info, timeline, address, _, system, segment, block = _LAYOUT.unpack_from(data)
    if not info & LONG or block & (block - 1) or segment & (segment - 1) or not segment:
        raise ValueError("it does not begin with a page header of a log segment")
    return PageHeader(timeline, address, system, segment, block)
