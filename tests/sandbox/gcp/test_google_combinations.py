"""Combinations that Google or its provider refuses, each with its whole message. None of them needs anything else to exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from recoverable.sandbox.provider.wire import UNKNOWN
from tests.sandbox.gcp import combinations, estate
from tests.sandbox.gcp.test_google_types import failures
from tests.support.provider import Calls


@pytest.mark.parametrize(("label", "path", "value", "reasons"), combinations.ALL)
def test_fake_illegal_combination_is_refused_with_property_and_reason(
    gcp: Calls, label: str, path: str, value: Any, reasons: list[str]
) -> None:
    """One change to something legal, and all reasons that it is refused for."""
    assert failures(gcp, label, path, value) == reasons


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Every place of a value, blocks and list items too."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        here = f"{path}.{key}".lstrip(".")
        yield here
        yield from paths(each, here)


@pytest.mark.parametrize("label", [label for label, _, _ in estate.rows()])
def test_fake_what_is_known_only_after_apply_is_never_refused(gcp: Calls, label: str) -> None:
    """Any part of legal inputs may turn out to be legal: each is put to unknown in turn."""
    for path in paths(estate.inputs_of(label)):
        assert failures(gcp, label, path, UNKNOWN) == [], path


def test_fake_thirty_five_days_of_logs_are_for_enterprise_plus(gcp: Calls) -> None:
    """The same number that ENTERPRISE refuses."""
    inputs = estate.instance()
    settings = {**inputs["settings"], "edition": "ENTERPRISE_PLUS", "tier": "db-perf-optimized-N-2"}
    for days, refused in (
        (35, []),
        (
            36,
            [
                "`settings.backupConfiguration.transactionLogRetentionDays`: The number of transaction log retention days must be between 1 and 35 on ENTERPRISE_PLUS, got 36"
            ],
        ),
    ):
        backups = {
            **settings["backupConfiguration"],
            "transactionLogRetentionDays": days,
            "backupRetentionSettings": {"retainedBackups": 40},
        }
        urn = "urn:pulumi:dev::shop::gcp:sql/databaseInstance:DatabaseInstance::orders"
        assert gcp.check(urn, {**inputs, "settings": {**settings, "backupConfiguration": backups}})[1] == refused
