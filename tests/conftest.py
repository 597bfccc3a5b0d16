"""Fixtures that tests of several folders share."""

from __future__ import annotations

from tests.support.laptops import fresh_laptop, laptop

__all__ = ["fresh_laptop", "laptop"]
