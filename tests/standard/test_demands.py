"""What the standard demands of one store: the right number, from the right place."""

from __future__ import annotations

import datetime
import time
from dataclasses import fields
from typing import Any

import pytest

from recoverable.standard.demands import Demands, Setting
from recoverable.standard.load import Standard, built_in, parse, stale_review


def ask(standard: Standard | str = "", environment: str = "prod", **more: Any) -> Demands:
    standard = parse(standard) if isinstance(standard, str) else standard
    about = {"environment_source": "tag env", "kind": "rds-instance", "address": "aws_db_instance.orders", "tags": {}, **more}
    return standard.demands(environment=environment, **about)


def values(demands: Demands) -> dict[str, Any]:
    found = {field.name: getattr(demands, field.name) for field in fields(demands)}
    return {name: setting.value for name, setting in found.items() if isinstance(setting, Setting)}


COMMON = {
    "backup_retention_days_max": None, "pitr_window_days": 7, "rpo_minutes": None, "rto_minutes": None, "restore_test_days": 31,
    "restore_test_grace_days": 7, "encryption": True, "customer_managed_key": False, "object_lock": False, "second_region": False,
    "multi_zone": False, "mfa_delete": "advice", "criticality": "standard", "owner": "",
}  # fmt: skip


def test_the_built_in_numbers_are_the_users() -> None:
    prod = {"backup_retention_days": 30, "rpo_minutes": 15, "second_region": True, "multi_zone": True}

    assert values(ask(built_in())) == {**COMMON, **prod}
    assert values(ask(built_in(), "staging")) == {**COMMON, "backup_retention_days": 21}
    assert values(ask(built_in(), "dev")) == {**COMMON, "backup_retention_days": 14}


def test_built_in_numbers_say_that_they_are() -> None:
    standard = built_in()

    assert ask(standard).backup_retention_days == Setting(30, "built-in")
    assert (standard.label, standard.warnings, standard.waivers, standard.fail_on.value) == ("built-in", [], (), "medium")


def test_a_number_of_the_file_says_its_line() -> None:
    assert ask("[environments.prod]\n\nbackup_retention_days = 35").backup_retention_days == Setting(35, "recoverable.toml:3")


def test_the_environment_is_told_in_its_own_name_with_its_source() -> None:
    demands = ask(built_in(), "Production")

    assert (demands.environment, demands.environment_source) == ("prod", "tag env")


def test_the_rto_of_an_environment_binds_critical_stores_only() -> None:
    assert ask(built_in()).rto_minutes == Setting(None, "built-in (binds critical stores)")
    assert ask(built_in(), tags={"criticality": "critical"}).rto_minutes == Setting(120, "built-in")
    assert ask(built_in(), "dev", tags={"criticality": "critical"}).rto_minutes == Setting(None, "built-in")
    assert ask('[environments.prod]\ncriticality = "critical"\nrto_minutes = 60').rto_minutes == Setting(60, "recoverable.toml:3")


def test_the_rto_a_store_states_binds_whatever_its_criticality() -> None:
    assert ask('[stores."aws_db_instance.orders"]\nrto_minutes = 60').rto_minutes == Setting(60, "recoverable.toml:2")


@pytest.mark.parametrize("name", ["", "blue", "non-prod", "strictest"])
def test_an_environment_that_is_not_known_gets_the_strictest_of_every_number(name: str) -> None:
    standard = parse('[environments.edge]\nlike = "dev"\nrestore_test = "weekly"\nbackup_retention_days = 60\ncustomer_managed_key = true')
    demands = ask(standard, name)

    assert (demands.environment, demands.environment_source) == ("strictest", "tag env")
    strict = {
        "backup_retention_days": 60,
        "rpo_minutes": 15,
        "restore_test_days": 7,
        "customer_managed_key": True,
        "second_region": True,
        "multi_zone": True,
    }
    assert values(demands) == {**COMMON, **strict}
    assert demands.restore_test_days.source == "recoverable.toml:3"


def test_the_strictest_maximum_leaves_room_for_the_strictest_minimum() -> None:
    text = "[environments.dev]\nbackup_retention_days_max = 20\n[environments.staging]\nbackup_retention_days_max = 90\n"

    assert ask(text, "").backup_retention_days_max == Setting(90, "recoverable.toml:4")
    assert ask(text.replace("90", "25"), "").backup_retention_days_max == Setting(None)


def test_the_strictest_owner_is_nobody_unless_every_environment_names_one() -> None:
    named = "".join(f'[environments.{name}]\nowner = "ops"\n' for name in ("prod", "staging", "dev"))

    assert ask('[environments.prod]\nowner = "ops"', "").owner == Setting("")
    assert ask(named, "").owner == Setting("ops", "recoverable.toml:2")


LAYERS = """
[environments.prod]
backup_retention_days = 31
[kinds.rds-instance]
backup_retention_days = 32
[environments.prod.kinds.rds-instance]
backup_retention_days = 33
[stores."aws_db_instance.*"]
backup_retention_days = 34
[stores."aws_db_instance.orders"]
backup_retention_days = 35
"""


@pytest.mark.parametrize(
    ("cut", "expected"),
    [("[stores.\"aws_db_instance.orders", Setting(34, "recoverable.toml:9")), ("[stores", Setting(33, "recoverable.toml:7")),
     ("[environments.prod.kinds", Setting(32, "recoverable.toml:5")), ("[kinds", Setting(31, "recoverable.toml:3")),
     ("[environments", Setting(30, "built-in")), ("never", Setting(35, "recoverable.toml:11"))],
)  # fmt: skip
def test_the_more_special_table_wins(cut: str, expected: Setting[int]) -> None:
    assert ask(LAYERS.split(cut)[0]).backup_retention_days == expected


def test_a_kind_of_another_name_is_left_alone() -> None:
    text = "[kinds.rds-instance]\nbackup_retention_days = 99"

    assert ask(text).backup_retention_days.value == 99
    assert ask(text, kind="s3-bucket").backup_retention_days.value == 30


def test_like_inherits_numbers_and_kinds_and_states_only_what_differs() -> None:
    text = (
        "[environments.prod]\nbackup_retention_days = 40\n[environments.prod.kinds.s3-bucket]\nobject_lock = true\n"
        '[environments.edge]\nlike = "prod"\nrpo_minutes = 5\n[environments.rim]\nlike = "edge"\nrto_minutes = "none"\n'
    )

    rim = ask(text, "rim", kind="s3-bucket", tags={"criticality": "critical"})
    assert (rim.backup_retention_days.value, rim.object_lock.value, rim.rpo_minutes.value, rim.rto_minutes.value) == (40, True, 5, None)
    assert rim.multi_zone == Setting(True, "built-in")


def test_brackets_of_an_address_are_literal_and_stars_are_not() -> None:
    text = '[stores."aws_db_instance.orders[0]"]\nowner = "a"\n[stores."module.*.aws_db_instance.x[?]"]\nowner = "b"'

    owners = [
        ask(text, address=address).owner.value
        for address in (
            "aws_db_instance.orders[0]",
            "aws_db_instance.orders0",
            "module.a.module.b.aws_db_instance.x[7]",
            "module.a.aws_db_instance.x7",
        )
    ]
    assert owners == ["a", "", "b", ""]


def test_a_store_is_selected_by_tag_by_address_or_by_both() -> None:
    text = (
        '[[stores]]\ntag = "team=pay"\nowner = "tag"\n[[stores]]\naddress = "aws_*"\nowner = "glob"\n'
        '[[stores]]\naddress = "aws_db_instance.orders"\ntag = "team=ops"\nowner = "both"\n'
    )

    found = [
        ask(text, address=a, tags={"team": t}).owner.value
        for a, t in (
            ("g.x", "pay"),
            ("aws_x.y", "pay"),
            ("aws_db_instance.orders", "ops"),
            ("aws_db_instance.orders", "pay"),
            ("g.x", "ops"),
        )
    ]
    assert found == ["tag", "glob", "both", "glob", ""]


def test_a_store_may_state_its_environment_which_only_the_flag_outdoes() -> None:
    text = '[stores."aws_db_instance.orders"]\nenvironment = "qa"'

    found = ask(text)
    assert (found.environment, found.environment_source, found.backup_retention_days.value) == ("staging", "recoverable.toml:1", 21)
    assert ask(text, environment_source="flag --environment").environment == "prod"


def test_tags_name_owner_and_criticality() -> None:
    plain = ask(built_in(), tags={"Owner": "pay", "Criticality": "High"})
    ours = ask(built_in(), tags={"owner": "no", "recoverable:owner": "ops", "recoverable_criticality": "low"})

    assert (plain.owner, plain.criticality) == (Setting("pay", "tag Owner"), Setting("critical", "tag Criticality"))
    assert (ours.owner, ours.criticality) == (Setting("ops", "tag recoverable:owner"), Setting("low", "tag recoverable_criticality"))


def test_the_file_outdoes_tags() -> None:
    text = '[stores."aws_db_instance.orders"]\nowner = "ops"\ncriticality = "critical"'
    found = ask(text, tags={"owner": "me", "criticality": "low"})

    assert (found.owner, found.criticality) == (Setting("ops", "recoverable.toml:2"), Setting("critical", "recoverable.toml:3"))


def test_a_tag_tightens_rpo_and_rto() -> None:
    found = ask(built_in(), tags={"recoverable:rpo-minutes": "5", "recoverable:rto-minutes": "240"})

    assert found.rpo_minutes == Setting(5, "tag recoverable:rpo-minutes")
    assert found.rto_minutes == Setting(240, "tag recoverable:rto-minutes")


def test_a_tag_cannot_loosen_a_number() -> None:
    tags = {"recoverable:rpo-minutes": "1440", "recoverable:rto-minutes": "240", "criticality": "critical"}
    found = ask(built_in(), tags=tags)

    assert found.rpo_minutes == Setting(15, "built-in (tag recoverable:rpo-minutes=1440 is weaker than 15, so it does not count)")
    assert found.rto_minutes == Setting(120, "built-in (tag recoverable:rto-minutes=240 is weaker than 120, so it does not count)")


def test_a_tag_cannot_make_a_critical_environment_less_critical() -> None:
    found = ask('[environments.prod]\ncriticality = "critical"', tags={"criticality": "low"})

    assert found.criticality == Setting("critical", "recoverable.toml:2 (tag criticality=low is weaker, so it does not count)")
    assert found.rto_minutes.value == 120


@pytest.mark.parametrize("text", ["15m", "0", "-5", "1.5", "99999", "٣"])
def test_a_tag_that_is_no_number_of_minutes_is_told(text: str) -> None:
    found = ask(built_in(), tags={"recoverable:rpo-minutes": text})

    assert found.rpo_minutes == Setting(15, f"built-in (tag recoverable:rpo-minutes={text} is not a number of minutes from 1 to 10080)")


def test_a_long_tag_is_told_shortly() -> None:
    found = ask(built_in(), tags={"recoverable:rpo-minutes": "9" * 5000, "criticality": "x" * 5000})

    assert found.rpo_minutes.source == f"built-in (tag recoverable:rpo-minutes={'9' * 39}… is not a number of minutes from 1 to 10080)"
    assert found.criticality.source == f"built-in (tag criticality={'x' * 39}… is not one of low, standard, critical)"


def test_a_criticality_nobody_knows_is_told() -> None:
    found = ask(built_in(), tags={"criticality": "tier-9"})
    assert found.criticality == Setting("standard", "built-in (tag criticality=tier-9 is not one of low, standard, critical)")


def test_none_in_the_file_takes_a_number_away() -> None:
    found = ask('[environments.prod]\nrpo_minutes = "none"\nbackup_retention_days_max = "none"')
    assert (found.rpo_minutes, found.backup_retention_days_max) == (
        Setting(None, "recoverable.toml:2"),
        Setting(None, "recoverable.toml:3"),
    )


def test_twenty_thousand_stores_take_less_than_a_second() -> None:
    tables = "".join(f'[stores."aws_db_instance.s{i}"]\nowner = "o"\n' for i in range(200)) + '[stores."module.*.x[?]"]\nowner = "g"\n'
    standard = parse(tables)
    kinds = ("rds-instance", "s3-bucket", "aurora-cluster")

    started = time.perf_counter()
    for i in range(20_000):
        tags = {"Name": f"s{i}", "team": "pay", "owner": f"o{i % 50}"} if i % 2 else {"Name": f"s{i}"}
        ask(standard, ("prod", "dev", "")[i % 3], kind=kinds[i % 3], address=f"aws_db_instance.s{i}", tags=tags)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize(
    ("reviewed", "today", "expected"),
    [
        ("2025-11-01", "2026-11-01", None),
        ("2025-11-01", "2026-11-02", "the standard was last reviewed on 2025-11-01, over 12 months ago (recoverable.toml:1)"),
        ("2024-02-29", "2025-02-28", None),
        ("2024-02-29", "2025-03-01", "the standard was last reviewed on 2024-02-29, over 12 months ago (recoverable.toml:1)"),
        ("2026-11-02", "2026-11-01", "the standard says it was reviewed on 2026-11-02, which is still to come (recoverable.toml:1)"),
    ],
)
def test_a_review_goes_stale_after_twelve_months(reviewed: str, today: str, expected: str | None) -> None:
    assert stale_review(parse(f"reviewed = {reviewed}"), datetime.date.fromisoformat(today)) == expected


def test_a_standard_that_says_nothing_of_a_review_is_not_stale() -> None:
    assert stale_review(built_in(), datetime.date(2026, 11, 23)) is None
