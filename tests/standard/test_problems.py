"""Every fault of a standard file is told with its key, value, bound and line, and all of them together."""

from __future__ import annotations

import pytest

from recoverable.standard.load import parse
from recoverable.standard.problems import StandardError

CHOICES = "critical, high, medium, low, advice"
LIKE = 'add like = "prod" (or another environment).'


def complaints(text: str, **more: object) -> list[str]:
    with pytest.raises(StandardError) as caught:
        parse(text, **more)  # type: ignore[arg-type]  # the keyword is named in each test
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("backup_retention_days = 0", "backup_retention_days is 0, less than the least allowed, 1 (recoverable.toml:2). Write a whole number from 1 to 3650."),
        ("backup_retention_days = 3651", "backup_retention_days is 3651, more than the most allowed, 3650 (recoverable.toml:2). Write a whole number from 1 to 3650."),
        ("backup_retention_days = true", "backup_retention_days is true, not a whole number (recoverable.toml:2). Write a whole number from 1 to 3650."),
        ("backup_retention_days = 30.0", "backup_retention_days is 30.0, not a whole number (recoverable.toml:2). Write a whole number from 1 to 3650."),
        ("backup_retention_days = nan", "backup_retention_days is nan, not a whole number (recoverable.toml:2). Write a whole number from 1 to 3650."),
        ('backup_retention_days = "30"', 'backup_retention_days is "30", not a whole number (recoverable.toml:2). Write a whole number from 1 to 3650.'),
        ('backup_retention_days = "none"', 'backup_retention_days is "none", not a whole number (recoverable.toml:2). Write a whole number from 1 to 3650.'),
        ("backup_retention_days = [30]", "backup_retention_days is an array, not a whole number (recoverable.toml:2). Write a whole number from 1 to 3650."),
        ("pitr_window_days = 366", "pitr_window_days is 366, more than the most allowed, 365 (recoverable.toml:2). Write a whole number from 1 to 365."),
        ("rpo_minutes = 10081", 'rpo_minutes is 10081, more than the most allowed, 10080 (recoverable.toml:2). Write a whole number from 1 to 10080 or "none".'),
        ("rto_minutes = 0", 'rto_minutes is 0, less than the least allowed, 1 (recoverable.toml:2). Write a whole number from 1 to 10080 or "none".'),
        ("restore_test_days = 367", "restore_test_days is 367, more than the most allowed, 366 (recoverable.toml:2). Write a whole number from 1 to 366."),
        ("restore_test_grace_days = -1", "restore_test_grace_days is -1, less than the least allowed, 0 (recoverable.toml:2). Write a whole number from 0 to 90."),
        ("multi_zone = 1", "multi_zone is 1, not true or false (recoverable.toml:2). Write true or false, without quotes."),
        ("encryption = false", "encryption is false, but encryption cannot be turned off (recoverable.toml:2). Remove the line: the standard requires encryption everywhere."),
        ("mfa_delete = true", 'mfa_delete is true, not one of off, advice, required (recoverable.toml:2). Write "off" or "advice" or "required".'),
        ('criticality = "high"', 'criticality is "high", not one of low, standard, critical (recoverable.toml:2). Write "low" or "standard" or "critical".'),
        ("owner = 3", "owner is 3, not text (recoverable.toml:2). Write text in quotes."),
        ("retention = 3", "retention is not a key of the standard (recoverable.toml:2). Did you mean backup_retention_days?"),
        ("rpo = 3", "rpo is not a key of the standard (recoverable.toml:2). Did you mean rpo_minutes?"),
        ("multizone = true", "multizone is not a key of the standard (recoverable.toml:2). Did you mean multi_zone?"),
        ('like = "dev"', "like stands in prod, which is built in (recoverable.toml:2). Remove the line."),
        ('aliases = "blue"', 'aliases is "blue", not an array of texts (recoverable.toml:2). Write aliases = ["a", "b"].'),
        ('aliases = [""]', 'aliases is an array, not an array of texts (recoverable.toml:2). Write aliases = ["a", "b"].'),
        ('aliases = ["a\\nb"]', 'aliases holds "a b", which is no name (recoverable.toml:2). Use letters, digits, spaces, and . _ - /.'),
        ('aliases = ["staging"]', 'aliases holds "staging", which is an environment of its own (recoverable.toml:2). Remove it here, or that environment.'),
        ('restore_test = "sometimes"', 'restore_test is "sometimes", not one of daily, weekly, fortnightly, monthly, quarterly, half-yearly, yearly (recoverable.toml:2). Write one of daily, weekly, fortnightly, monthly, quarterly, half-yearly, yearly, in quotes.'),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_its_bound(line: str, expected: str) -> None:
    assert complaints(f"[environments.prod]\n{line}") == [f"environments.prod.{expected}"]


def test_the_least_and_the_most_allowed_are_allowed() -> None:
    text = "\n".join(
        f"[environments.{name}]\nbackup_retention_days = 3650\npitr_window_days = 365\nrestore_test_days = 1"
        for name in ("dev", "staging", "prod")
    )
    settings = parse(text + "\nrpo_minutes = 10080\nrestore_test_grace_days = 0\nbackup_retention_days_max = 3650").settings("prod")

    assert [settings[name].value for name in ("backup_retention_days", "pitr_window_days", "restore_test_days", "rpo_minutes")] == [
        3650,
        365,
        1,
        10080,
    ]


def test_restore_tests_are_told_once() -> None:
    text = '[environments.prod]\nrestore_test = "weekly"\nrestore_test_days = 7'
    assert complaints(text) == [
        "environments.prod.restore_test says the same as restore_test_days (recoverable.toml:2). Keep one of the two."
    ]


@pytest.mark.parametrize(("word", "days"), [("daily", 1), ("weekly", 7), ("fortnightly", 14), ("monthly", 31)])
def test_a_cadence_in_a_word_is_a_number_of_days(word: str, days: int) -> None:
    found = parse(f'[environments.prod]\nrestore_test = "{word}"').settings("prod")["restore_test_days"]
    assert (found.value, found.source) == (days, "recoverable.toml:2")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[environments.production]", "environments.production is another name of prod (recoverable.toml:1). Write [environments.prod]."),
        ("[environments.Prod]", "environments.Prod is another name of prod (recoverable.toml:1). Write [environments.prod]."),
        ("[environments.prodd]", f"environments.prodd is not built in and does not say what it is like (recoverable.toml:1). Did you mean prod? To declare it, {LIKE}"),
        ("[environments.edge]", f"environments.edge is not built in and does not say what it is like (recoverable.toml:1). To declare it, {LIKE}"),
        ('[environments."my env"]\nlike = "prod"', 'environments."my env" is no name for an environment (recoverable.toml:1). Use small letters, digits, - and _, beginning with a letter.'),
        ('[environments.strictest]\nlike = "prod"', "environments.strictest is a reserved name (recoverable.toml:1). Choose another: strictest stands for stores whose environment was not found."),
        ('[environments.edge]\nlike = "stagin"', 'environments.edge.like is "stagin", which is no environment (recoverable.toml:2). Did you mean staging?'),
        ('[environments.edge]\nlike = "xyz"', 'environments.edge.like is "xyz", which is no environment (recoverable.toml:2). Known here: prod, staging, dev.'),
        ("[environments.edge]\nlike = 3", "environments.edge.like is 3, not text (recoverable.toml:2). Write text in quotes."),
        ('[environments.edge]\nlike = "edge"', "environments.edge.like goes round in a circle: edge -> edge (recoverable.toml:2). Let one of them be like prod, staging or dev."),
        ('[environments.a]\nlike = "b"\n[environments.b]\nlike = "a"', "environments.b.like goes round in a circle: a -> b -> a (recoverable.toml:4). Let one of them be like prod, staging or dev."),
        ('[environments.a]\nlike = "prod"\naliases = ["x"]\n[environments.b]\nlike = "prod"\naliases = ["X"]', 'environments.b.aliases holds "x", which a has too (recoverable.toml:6). Keep it in one of the two.'),
        ("environments = 3", "environments is 3, not a table (recoverable.toml:1). Write [environments] and its keys below."),
        ("environments.prod = 3", "environments.prod is 3, not a table (recoverable.toml:1). Write [environments.prod] and its keys below."),
        ("[kinds.'S3 bucket']", 'kinds."S3 bucket" is no kind of store (recoverable.toml:1). Kinds are words such as rds-instance or s3-bucket.'),
        ("[kinds.s3-bucket]\nmfa = 1", "kinds.s3-bucket.mfa is not a key of the standard (recoverable.toml:2). Did you mean mfa_delete?"),
        ("[environments.prod.kinds.s3-bucket]\nrpo_minutes = 0", 'environments.prod.kinds.s3-bucket.rpo_minutes is 0, less than the least allowed, 1 (recoverable.toml:2). Write a whole number from 1 to 10080 or "none".'),
        ('[stores."a.b[0]"]\nrpo_minutes = 0', 'stores."a.b[0]".rpo_minutes is 0, less than the least allowed, 1 (recoverable.toml:2). Write a whole number from 1 to 10080 or "none".'),
        ('[stores."a.b"]\nenvironment = "prodd"', 'stores."a.b".environment is "prodd", which is no environment (recoverable.toml:2). Did you mean prod?'),
        ('[stores."a.b"]\naddress = "c"', 'stores."a.b".address is not a key of the standard (recoverable.toml:2). Known here: backup_retention_days, backup_retention_days_max, pitr_window_days, rpo_minutes, rto_minutes, restore_test_days, restore_test_grace_days, encryption, customer_managed_key, object_lock, second_region, multi_zone, mfa_delete, criticality, owner, restore_test, environment.'),
        ('[[stores]]\nowner = "x"', 'stores[0] names no store (recoverable.toml:1). Add address = "aws_db_instance.orders" or tag = "team=payments".'),
        ('[[stores]]\naddress = "x"\n[[stores]]\ntag = "team"', 'stores[1].tag is "team", not key=value (recoverable.toml:4). Write it as tag = "team=payments".'),
        ("stores = [3]", "stores is an array, not an array of tables (recoverable.toml:1). Write [[stores]] and its keys below."),
        ("stores = 3", "stores is 3, not a table (recoverable.toml:1). Write [stores] and its keys below."),
        ('[[waivers]]\naddress = "*"', 'waivers[0] names no rule (recoverable.toml:1). Add rule = "retention-too-short" (a name or an id such as RCV002).'),
        ('[[waivers]]\nrule = "RCV001"', 'waivers[0] says neither address nor file (recoverable.toml:1). Add address = "aws_db_instance.orders"; address = "*" is every store.'),
        ('[[waivers]]\nrule = "a b"\nfile = "*"', "waivers[0].rule is \"a b\", neither a rule's name nor its id (recoverable.toml:2). Write a name such as retention-too-short, or an id such as RCV002."),
        ('[[waivers]]\nrule = 3\nfile = "*"', "waivers[0].rule is 3, not text (recoverable.toml:2). Write text in quotes."),
        ('[[waivers]]\nrule = "a"\nfile = "*"\nuntill = 1', "waivers[0].untill is not a key of the standard (recoverable.toml:4). Did you mean until?"),
        ('[[waivers]]\nrule = "a"\nfile = "*"\nuntil = "soon"', 'waivers[0].until is "soon", not a date (recoverable.toml:4). Write a date such as until = 2027-01-31.'),
        ('[[waivers]]\nrule = "a"\nfile = "*"\nuntil = "2027-02-30"', 'waivers[0].until is "2027-02-30", not a date (recoverable.toml:4). Write a date such as until = 2027-01-31.'),
        ('[[waivers]]\nrule = "a"\nfile = "*"\nuntil = 2027-01-31T10:00:00', "waivers[0].until is 2027-01-31 10:00:00, not a date (recoverable.toml:4). Write a date such as until = 2027-01-31."),
        ("[waivers]", "waivers is a table, not an array of tables (recoverable.toml:1). Write [[waivers]] and its keys below."),
        ("reviewed = 2026", "reviewed is 2026, not a date (recoverable.toml:1). Write a date such as reviewed = 2027-01-31."),
        ('require_environment = "yes"', 'require_environment is "yes", not true or false (recoverable.toml:1). Write true or false, without quotes.'),
        ('fail_on = "hihg"', f'fail_on is "hihg", not one of {CHOICES} (recoverable.toml:1). Write one of {CHOICES}, in quotes.'),
        ("waiver = 1", "waiver is not a key of the standard (recoverable.toml:1). Did you mean waivers?"),
        ("drill = 1", "drill is 1, not a table (recoverable.toml:1). Write [drill] and its keys below."),
        ("[alerting]\ninside = []", "alerting.inside is not a key of the standard (recoverable.toml:2). Known here: external."),
        ('[alerting]\nexternal = "datadog"', 'alerting.external is "datadog", not an array of texts (recoverable.toml:2). Write external = ["a", "b"].'),
    ],
)  # fmt: skip
def test_a_fault_is_told_in_one_line(text: str, expected: str) -> None:
    assert complaints(text) == [expected]


def test_all_faults_are_told_together_in_the_order_of_their_lines() -> None:
    text = 'fail_on = "never"\n[environments.dev]\npitr_window_days = 0\n[environments.prod]\nbackup_retention_days = 3\n[kinds.x]\nowner = 1\n'
    with pytest.raises(StandardError) as caught:
        parse(text)

    assert str(caught.value) == (
        "the standard has 4 problems (recoverable.toml):\n"
        f'  fail_on is "never", not one of {CHOICES} (recoverable.toml:1). Write one of {CHOICES}, in quotes.\n'
        "  environments.dev.pitr_window_days is 0, less than the least allowed, 1 (recoverable.toml:3). Write a whole number from 1 to 365.\n"
        "  environments.prod.backup_retention_days is 3, weaker than 21 in staging (recoverable.toml:5 and built-in). "
        "prod must be at least as strict as staging: change one of the two.\n"
        "  kinds.x.owner is 1, not text (recoverable.toml:7). Write text in quotes."
    )


def test_a_fault_in_one_number_brings_no_second_complaint_about_the_order() -> None:
    text = "[environments.prod]\nbackup_retention_days = 9999\n[environments.staging]\nbackup_retention_days = 40"
    assert len(complaints(text)) == 1


def test_a_kind_that_nobody_knows_is_refused_where_the_kinds_are_known() -> None:
    parse("[kinds.s3-bukcet]")

    expected = "kinds.s3-bukcet is no kind of store (recoverable.toml:1). Did you mean s3-bucket?"
    assert complaints("[kinds.s3-bukcet]", kinds={"s3-bucket", "rds-instance"}) == [expected]


def test_a_huge_value_is_shortened_in_the_message() -> None:
    (only,) = complaints(f'fail_on = "{"x" * 100_000}"')
    assert only == f'fail_on is "{"x" * 58}…, not one of {CHOICES} (recoverable.toml:1). Write one of {CHOICES}, in quotes.'


def test_control_characters_of_the_file_do_not_reach_the_terminal() -> None:
    (only,) = complaints('fail_on = "\\u001b[31mred"')
    assert only.startswith('fail_on is "?[31mred", not one of')
