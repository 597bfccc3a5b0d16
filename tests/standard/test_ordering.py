"""prod over staging over dev, minimum under maximum, and doubtful overrides told as warnings."""

from __future__ import annotations

import pytest

from recoverable.standard.load import parse
from recoverable.standard.problems import StandardError


def refused(text: str) -> str:
    with pytest.raises(StandardError) as caught:
        parse(text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("strong", "weak", "key", "above", "below"),
    [
        ("prod", "staging", "backup_retention_days", "22", "23"),
        ("staging", "dev", "backup_retention_days", "15", "16"),
        ("prod", "staging", "pitr_window_days", "7", "8"),
        ("staging", "dev", "pitr_window_days", "7", "8"),
        ("prod", "staging", "rpo_minutes", "15", "14"),
        ("prod", "staging", "rto_minutes", '"none"', "240"),
        ("staging", "dev", "rpo_minutes", "61", "60"),
        ("prod", "staging", "restore_test_days", "31", "30"),
        ("prod", "staging", "customer_managed_key", "false", "true"),
        ("staging", "dev", "object_lock", "false", "true"),
        ("prod", "staging", "multi_zone", "false", "true"),
        ("prod", "staging", "mfa_delete", '"advice"', '"required"'),
    ],
)
def test_an_environment_weaker_than_the_next_is_refused_with_both_lines(strong: str, weak: str, key: str, above: str, below: str) -> None:
    text = f"[environments.{strong}]\n{key} = {above}\n[environments.{weak}]\n{key} = {below}\n"
    if strong == "staging":
        text += f"[environments.prod]\n{key} = {below}\n"
    plain_above, plain_below = above.strip('"'), below.strip('"')

    assert refused(text) == (
        f"environments.{strong}.{key} is {plain_above}, weaker than {plain_below} in {weak} (recoverable.toml:2 and recoverable.toml:4). "
        f"{strong} must be at least as strict as {weak}: change one of the two."
    )


def test_weaker_than_a_built_in_number_is_refused_too() -> None:
    assert refused("[environments.staging]\nbackup_retention_days = 31") == (
        "environments.prod.backup_retention_days is 30, weaker than 31 in staging (built-in and recoverable.toml:2). "
        "prod must be at least as strict as staging: change one of the two."
    )


def test_the_same_number_in_two_environments_is_a_warning() -> None:
    standard = parse(
        "[environments.prod]\nbackup_retention_days = 21\npitr_window_days = 14\n[environments.staging]\npitr_window_days = 14"
    )

    assert standard.warnings == [
        "environments.prod.backup_retention_days is 21, the same as in staging (recoverable.toml:2 and built-in); prod should be stricter than staging",
        "environments.prod.pitr_window_days is 14, the same as in staging (recoverable.toml:3 and recoverable.toml:5); prod should be stricter than staging",
    ]


def test_numbers_that_are_the_same_by_design_give_no_warning() -> None:
    text = "".join(
        f"[environments.{name}]\npitr_window_days = 7\nrestore_test_days = 31\nobject_lock = true\n" for name in ("prod", "staging", "dev")
    )
    assert parse(text).warnings == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[environments.prod]\nbackup_retention_days_max = 29",
            "environments.prod.backup_retention_days_max is 29, below the minimum of 30 days (recoverable.toml:2 and built-in). Raise it to at least 30, or lower backup_retention_days.",
        ),
        (
            "[environments.prod]\nbackup_retention_days_max = 60\n[kinds.s3-bucket]\nbackup_retention_days = 90",
            "environments.prod.kinds.s3-bucket.backup_retention_days_max is 60, below the minimum of 90 days (recoverable.toml:2 and recoverable.toml:4). Raise it to at least 90, or lower backup_retention_days.",
        ),
        (
            '[stores."a.b"]\nbackup_retention_days_max = 13',
            'stores."a.b".backup_retention_days_max is 13, below the minimum of 14 days (recoverable.toml:2 and built-in). Raise it to at least 14, or lower backup_retention_days.',
        ),
        (
            '[stores."a.b"]\nenvironment = "staging"\nbackup_retention_days_max = 20',
            'stores."a.b".backup_retention_days_max is 20, below the minimum of 21 days (recoverable.toml:3 and built-in). Raise it to at least 21, or lower backup_retention_days.',
        ),
    ],
)
def test_a_maximum_below_the_minimum_is_refused(text: str, expected: str) -> None:
    assert refused(text) == expected


def test_a_maximum_that_is_the_minimum_is_fine() -> None:
    assert parse("[environments.prod]\nbackup_retention_days_max = 30").warnings == []
    assert parse('[stores."a.b"]\nbackup_retention_days_max = 14').warnings == []


def test_a_window_longer_than_the_retention_is_a_warning() -> None:
    standard = parse("[environments.prod]\npitr_window_days = 35\n[environments.dev]\npitr_window_days = 7")

    assert standard.warnings == [
        "environments.prod.pitr_window_days is 35 (recoverable.toml:2), longer than backup_retention_days 30 (built-in); "
        "point-in-time recovery needs a backup at least as old"
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[stores."a.b"]\nenvironment = "prod"\nbackup_retention_days = 7',
            'stores."a.b".backup_retention_days is 7 (recoverable.toml:3), weaker than prod 30 (built-in)',
        ),
        (
            '[stores."a.b"]\nrpo_minutes = "none"',
            'stores."a.b".rpo_minutes is none (recoverable.toml:2), weaker than prod 15 (built-in)',
        ),
        (
            "[environments.staging]\nbackup_retention_days = 22\n[kinds.s3-bucket]\nbackup_retention_days = 14",
            "kinds.s3-bucket.backup_retention_days is 14 (recoverable.toml:4), weaker than prod 30 (built-in), staging 22 (recoverable.toml:2)",
        ),
        (
            '[environments.edge]\nlike = "prod"\nmulti_zone = false',
            "environments.edge.multi_zone is false (recoverable.toml:3), weaker than prod true (built-in)",
        ),
        (
            "[environments.dev.kinds.s3-bucket]\nbackup_retention_days = 13",
            "environments.dev.kinds.s3-bucket.backup_retention_days is 13 (recoverable.toml:2), weaker than dev 14 (built-in)",
        ),
        (
            "[environments.staging.kinds.s3-bucket]\nobject_lock = true",
            "object_lock of s3-bucket is false in prod (built-in), weaker than true in staging (recoverable.toml:2)",
        ),
    ],
)
def test_an_override_weaker_than_its_environment_is_a_warning_naming_both(text: str, expected: str) -> None:
    assert parse(text).warnings == [expected]


def test_a_stricter_override_gives_no_warning() -> None:
    text = '[stores."a.b"]\nbackup_retention_days = 30\nrpo_minutes = 15\nowner = "x"\ncriticality = "low"\nrestore_test = "daily"'
    assert parse(text).warnings == []
