"""Comparing the regions of two things."""

from __future__ import annotations

from recoverable.model.values import Value, stated, unknown


def different_regions(one: Value[str], other: Value[str]) -> Value[bool]:
    """Whether two resources lie in different regions; unknown where either is not known."""
    if one.known and other.known:
        return stated(one.data != other.data, "region", other.where, f"{one.data} and {other.data}")
    doubt = other if not other.known else one
    return unknown(doubt.note or "the region is not stated", "region", doubt.where)
