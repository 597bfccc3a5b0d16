"""The policies that AWS itself keeps (``arn:aws:iam::aws:policy/…``): moto's server has them, and shows them only when told to."""

from __future__ import annotations

import os

SWITCH = "MOTO_IAM_LOAD_MANAGED_POLICIES"  # moto reads it when an account is first used


def show_managed_policies() -> None:
    """Have moto show them, unless the environment says otherwise."""
    os.environ.setdefault(SWITCH, "true")
