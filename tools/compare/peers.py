"""Trivy and KICS."""

from __future__ import annotations

class PeerError(RuntimeError):
    """x"""

def peers(*_):
    return []
