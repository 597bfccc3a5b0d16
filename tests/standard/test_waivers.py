"""Waivers are read as written; what they lack is left to the rules."""

from __future__ import annotations

import datetime

import pytest

from recoverable.model.values import Location
from recoverable.standard.load import parse
from recoverable.standard.waivers import Waiver


def test_a_whole_waiver_is_read_with_its_place() -> None:
    text = (
        '[[waivers]]\nrule = "retention-too-short"\naddress = "aws_db_instance.*"\nfile = "legacy/*.tf"\n'
        'reason = "rebuilt\\n nightly"\nowner = "data"\nuntil = 2027-01-31\n'
    )
    day = datetime.date(2027, 1, 31)

    expected = Waiver(
        "retention-too-short", "aws_db_instance.*", "legacy/*.tf", "rebuilt nightly", "data", day, Location("recoverable.toml", 1)
    )
    assert parse(text).waivers == (expected,)


def test_missing_reason_owner_and_expiry_are_kept_as_missing() -> None:
    text = '[[waivers]]\nrule = "RCV001"\nfile = "x"\n\n[[waivers]]\nrule = "rcv002"\naddress = "y"\nreason = ""\n'

    assert parse(text).waivers == (
        Waiver("RCV001", file="x", where=Location("recoverable.toml", 1)),
        Waiver("rcv002", address="y", where=Location("recoverable.toml", 5)),
    )


def test_a_date_may_be_text() -> None:
    assert parse('[[waivers]]\nrule = "a"\nfile = "x"\nuntil = "2027-01-31"').waivers[0].until == datetime.date(2027, 1, 31)


@pytest.mark.parametrize(
    ("waiver", "covered"),
    [
        (Waiver("RCV002", "aws_db_instance.orders[0]"), True),
        (Waiver("rcv002", "*"), True),
        (Waiver("retention-too-short", "aws_db_instance.*", "infra/*.tf"), True),
        (Waiver("retention-too-short", file="infra/db/main.tf"), True),
        (Waiver("RCV001", "*"), False),
        (Waiver("RCV002", "aws_db_instance.orders"), False),
        (Waiver("RCV002", "aws_db_instance.orders?0?"), True),
        (Waiver("RCV002", "*", "main.tf"), False),
    ],
)
def test_a_waiver_covers_its_rule_at_its_address_and_file(waiver: Waiver, covered: bool) -> None:
    assert waiver.covers("RCV002", "retention-too-short", "aws_db_instance.orders[0]", "infra/db/main.tf") is covered


def test_a_glob_of_many_stars_takes_no_time() -> None:
    assert not Waiver("a", "*a" * 200 + "b").covers("x", "a", "a" * 20_000, "")
