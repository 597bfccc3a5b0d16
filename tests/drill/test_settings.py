"""``[drill]`` of ``recoverable.toml``: what is read, what is refused with its line, and that the schema says the same."""

from __future__ import annotations

import datetime
import json
import tomllib
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from recoverable.alerts.settings_schema import schema
from recoverable.drill.contract import Phase
from recoverable.drill.rung import Depth
from recoverable.drill.settings import DrillSettings, read_settings
from recoverable.model.errors import InputError
from recoverable.standard.load import load, parse
from recoverable.standard.problems import StandardError

STORE = """[drill.stores.orders]
provider = "local"
environment = "prod"
[drill.stores.orders.source]
base_backups = "backups/base"
"""


def read(text: str) -> DrillSettings:
    return read_settings(parse(text))


def test_a_store_has_the_demands_of_its_environment() -> None:
    store = read(STORE).store("orders")

    assert (store.store.environment, store.store.provider, store.depth) == ("prod", "local", Depth.STANDARD)
    assert (store.rpo, store.rto) == (datetime.timedelta(minutes=15), datetime.timedelta(hours=2))
    assert (store.demands.restore_test_days.value, store.demands.restore_test_grace_days.value) == (31, 7)
    assert store.where == "recoverable.toml:1"


def test_a_store_that_states_no_environment_has_the_strictest_demands() -> None:
    store = read(STORE.replace('environment = "prod"\n', "")).store("orders")

    assert (store.store.environment, store.rto) == ("strictest", datetime.timedelta(hours=2))


@pytest.mark.parametrize(("address", "minutes"), [("", 5), ('address = "aws_db_instance.orders"\n', 7)])
def test_numbers_of_stores_hold_for_its_name_or_address(address: str, minutes: int) -> None:
    rules = '[stores."orders"]\nrpo_minutes = 5\n[stores."aws_db_instance.orders"]\nrpo_minutes = 7\n'
    found = read(rules + STORE.replace("[drill.stores.orders.source]", f"{address}[drill.stores.orders.source]")).store("orders")

    assert found.rpo == datetime.timedelta(minutes=minutes)


def test_an_rto_that_does_not_bind_is_stated_by_the_stores_own_rule_alone() -> None:
    assert read('[stores."orders"]\nrto_minutes = "none"\n' + STORE).store("orders").rto is None


def test_budgets_are_lengths_of_time() -> None:
    budgets = read(STORE + '[drill.stores.orders.budgets]\nrestore = "90m"\nverify = "1.5h"\n').store("orders").budgets

    assert budgets == {Phase.RESTORE: datetime.timedelta(minutes=90), Phase.VERIFY: datetime.timedelta(minutes=90)}


def test_a_ledger_is_below_the_file_and_a_bucket_is_itself(tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text('[drill]\nledger = "evidence/drills.jsonl"\n')

    assert read_settings(load(tmp_path / "recoverable.toml", start=tmp_path)).ledger == str(tmp_path / "evidence" / "drills.jsonl")
    assert read('[drill]\nledger = "s3://bucket/x"\n').ledger == "s3://bucket/x"


REFUSED = {
    "no provider": ('[drill.stores.orders]\nenvironment = "prod"\n', "names no provider (recoverable.toml:1)"),
    "an unknown provider": ('[drill.stores.orders]\nprovider = "locl"\n', 'is "locl", not one of'),
    "an unknown environment": (STORE.replace('"prod"', '"moon"'), 'environment is "moon", which is no environment (recoverable.toml:3)'),
    "an unknown key": (STORE.replace("environment", "enviroment"), "is not a key of the standard (recoverable.toml:3). Did you mean environment?"),
    "an unknown key of drill": ("[drill]\nstore = 1\n", "drill.store is not a key"),
    "a depth that is none": (STORE.replace("environment", 'depth = "full"\nenvironment'), "not one of quick, standard, deep"),
    "a budget that is none": (STORE + '[drill.stores.orders.budgets]\nrestore = "fast"\n', 'is "fast", not a length of time (recoverable.toml:7)'),
    "a budget of an unknown phase": (STORE + '[drill.stores.orders.budgets]\nhold = "1h"\n', "is not a key"),
    "a name that is none": (STORE.replace("orders", '"Orders DB"'), "is no name for a store"),
    "no backup": (STORE.replace("base_backups", "#base_backups"), "names no backup"),
    "a lock that is none": ("[drill]\nledger_lock_days = 0\n", "not a whole number from 1 to 36500"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_mistake_is_refused_with_its_place(what: str) -> None:
    text, said = REFUSED[what]

    with pytest.raises(StandardError) as error:
        read(text)
    assert said in str(error.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(StandardError) as error:
        read(STORE.replace('"prod"', '"moon"') + "x = 1\n")

    assert len(error.value.problems) == 2


def test_the_standard_alone_does_not_mind_a_mistake_in_the_drills() -> None:
    assert parse("[drill]\nstore = 1\n").environments == ("prod", "staging", "dev")


def test_a_store_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(InputError, match=r"no store of \[drill.stores\].*Did you mean orders"):
        read(STORE).store("order")
    with pytest.raises(InputError, match=r"no store is set up.*\[drill.stores.order\]"):
        read("").store("order")


@pytest.mark.parametrize("what", [name for name in REFUSED if name not in ("an unknown environment", "no backup")])
def test_the_schema_refuses_the_same(what: str) -> None:
    data = json.loads(json.dumps(tomllib.loads(REFUSED[what][0])))

    assert not Draft7Validator(schema()).is_valid(data)


def test_the_schema_accepts_a_store() -> None:
    assert [error.message for error in Draft7Validator(schema()).iter_errors(tomllib.loads(STORE))] == []
