"""The account that audits are stopped on."""

from __future__ import annotations

from tests.audit.kept.slow_cloud import account, stopped

__all__ = ["account", "stopped"]
