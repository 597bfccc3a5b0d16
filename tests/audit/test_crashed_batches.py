"""A batch of which no bucket could be read says nothing, and passes for no account's last part."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from recoverable.audit.accounts import Account
from recoverable.audit.sweep import Sweep
from tests.audit.answered import Answered

NOW = datetime.datetime(2026, 12, 2, tzinfo=datetime.UTC)
OLD = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class Crashing(Answered):
    """A region with five buckets, of which reading some is a bug."""

    def __init__(self, bugs: tuple[str, ...]) -> None:
        names = [f"b{number}" for number in range(5)]
        super().__init__({"ListBuckets": [{"Name": name, "BucketRegion": "eu-west-1", "CreationDate": OLD} for name in names]})
        self.bugs = bugs

    def one(self, service: str, operation: str, about: str = "", **words: Any) -> Any:
        if operation == "GetBucketVersioning" and words["Bucket"] in self.bugs:
            raise RuntimeError("a bug")
        return super().one(service, operation, about, **words)


@pytest.mark.parametrize(("bugs", "batches"), [((), [2, 2, 1]), (("b4",), [2, 2]), (("b0", "b1"), [2, 1]), (("b0",), [1, 2, 1])])
def test_only_the_last_part_of_an_account_has_no_buckets_of_its_own(bugs: tuple[str, ...], batches: list[int]) -> None:
    sweep = Sweep([Account("123456789012", [Crashing(bugs)])], 1, NOW, batch=2)

    parts = list(sweep.parts())

    assert [len(part.only) for part in parts] == [*batches, 0]
    assert len(sweep.crashes) == len(bugs)
