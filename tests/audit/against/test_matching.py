"""Which store is which: by name, region and account; what could be several is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.audit.against.against import Against
from recoverable.audit.against.naming import LISTED, NAMED, account_of, naming_of
from recoverable.audit.facts import STORES
from recoverable.clouds.build import build_estate
from recoverable.model.estate import Estate
from recoverable.model.live import LiveDeclared
from recoverable.model.raw import Problem, Provider, RawResource, Reading
from recoverable.model.sketches import HOLE
from recoverable.model.values import Unknown

HOME, OTHER, NEAR, FAR = "123456789012", "210987654321", "eu-west-1", "eu-central-1"
TABLE = "aws_dynamodb_table"


def code(
    name: Any, region: str = NEAR, address: str = "", kind: str = TABLE, provider: dict[str, Any] | None = None, **attrs: Any
) -> RawResource:
    key = {"aws_s3_bucket": "bucket", "aws_db_instance": "identifier"}.get(kind, "name")
    named = {key: name} if name is not None else {}
    attrs_of = {**({"region": region} if region else {}), **(provider or {})}
    return RawResource(address or f"{kind}.{name}", kind, "t", {**named, **attrs}, provider=Provider("aws", attrs=attrs_of))


def there(name: str, region: str = NEAR, account: str = HOME) -> RawResource:
    arn = f"arn:aws:dynamodb:{region}:{account}:table/{name}"
    return RawResource(arn, TABLE, arn, {"arn": arn, "name": name}, provider=Provider("aws", attrs={"region": region}))


def estate(source: str, *resources: RawResource, **more: Any) -> Estate:
    return build_estate(Reading("test", source, list(resources), **more))


def account(number: str, *stores: RawResource, regions: tuple[str, ...] = (NEAR, FAR), **denied: str) -> Estate:
    """What an audit hands over: stores, and what came of asking each region."""
    told = [
        RawResource(f"aws:{number}:{region}", "audit_reading", "r", {"action": "all", **({"why": "denied", **denied} if denied else {})})
        for region in regions
    ]
    return estate(f"aws:{number}", *stores, *told)


def verdicts(declared: list[Estate], *live: Estate, everywhere: bool = True, crashed: bool = False) -> dict[str, tuple[Any, Any]]:
    """By the end of its address, whether a store is declared and whether it is there; a question that is open by its reason."""
    against = Against.of(declared, everywhere=everywhere)
    for each in live:
        against.take(each)
    found = [about for each in (*live, *against.rest(crashed=crashed)) for about in each.live if isinstance(about, LiveDeclared)]

    def say(value: Any) -> Any:
        return value.note if value.unknown else value.data

    return {":".join(about.address.split(":")[3:]) or about.address: (say(about.declared), say(about.there)) for about in found}


def test_the_same_name_in_the_same_region_is_the_same_store() -> None:
    found = verdicts([estate("code", code("a"), code("b"))], account(HOME, there("a"), there("b", FAR)))

    assert found == {f"{NEAR}:{HOME}:table/a": (True, True), f"{TABLE}.b": (True, False)}


def test_what_other_regions_and_kinds_hold_is_not_called_undeclared() -> None:
    found = verdicts([estate("code", code("a"))], account(HOME, there("a"), there("x", FAR), there("y")))

    assert found == {f"{NEAR}:{HOME}:table/a": (True, True), f"{NEAR}:{HOME}:table/y": (False, True)}


def test_code_without_an_account_is_about_those_where_something_of_it_was_found() -> None:
    lives = (account(HOME, there("a"), there("x")), account(OTHER, there("y", account=OTHER)))

    assert verdicts([estate("code", code("a"))], *lives) == {
        f"{NEAR}:{HOME}:table/a": (True, True),
        f"{NEAR}:{HOME}:table/x": (False, True),
    }


def test_code_that_is_applied_to_two_accounts_is_held_against_both() -> None:
    lives = (account(HOME, there("a")), account(OTHER, there("a", account=OTHER)))

    assert set(verdicts([estate("code", code("a"))], *lives).values()) == {(True, True)}


def test_a_provider_that_names_its_account_is_about_no_other() -> None:
    named = code("a", provider={"allowed_account_ids": [OTHER]})

    assert verdicts([estate("code", named)], account(HOME, there("a"))) == {f"{TABLE}.a": (True, f"{NEAR} of {OTHER} was not looked at")}


def test_a_store_that_is_declared_twice_is_compared_with_neither() -> None:
    live = account(HOME, there("a"))
    against = Against.of([estate("one", code("a", address="one.a")), estate("two", code("a", address="two.a"))], everywhere=True)
    against.take(live)

    (about,) = [each for each in live.live if isinstance(each, LiveDeclared)]
    assert [each.same.note for each in about.attributes] == ["it is declared 2 times: one.a, two.a"]
    assert against.rest() == []


def test_the_replica_of_a_global_table_is_declared_by_its_table() -> None:
    declared = estate("code", code("a", replica=[{"region_name": FAR}]), code("b", FAR))

    assert verdicts([declared], account(HOME, there("a"), there("a", FAR), there("b", FAR), there("c", FAR))) == {
        f"{NEAR}:{HOME}:table/a": (True, True),
        f"{FAR}:{HOME}:table/a": (True, True),
        f"{FAR}:{HOME}:table/b": (True, True),
        f"{FAR}:{HOME}:table/c": (False, True),
    }


HIDDEN = Unknown("var.name", sketch=f"orders-{HOLE}")


def test_a_name_that_is_known_in_part_may_be_those_that_look_like_it_and_no_other() -> None:
    found = verdicts([estate("code", code(HIDDEN, address="t.h"))], account(HOME, there("orders-a"), there("customers")))

    assert found[f"{NEAR}:{HOME}:table/customers"] == (False, True)
    assert "t.h" in found[f"{NEAR}:{HOME}:table/orders-a"][0]
    assert found["t.h"] == (True, "its name comes from var.name")


def test_a_name_that_nothing_looks_like_is_missing() -> None:
    assert verdicts([estate("code", code(HIDDEN, address="t.h"))], account(HOME, there("customers")))["t.h"] == (True, False)


def test_a_name_of_which_nothing_is_known_may_be_any() -> None:
    declared = estate("code", code(Unknown("var.name"), address="t.h"))

    assert verdicts([declared], account(HOME))["t.h"] == (True, "its name comes from var.name")


@pytest.mark.parametrize(
    ("live", "more", "why"),
    [
        (account(HOME, regions=(FAR,)), {}, f"{NEAR} of its account was not looked at"),
        (account(HOME, action="dynamodb:ListTables"), {}, "dynamodb:ListTables"),
        (account(HOME, action="dynamodb:DescribeTable"), {}, "dynamodb:DescribeTable"),
        (account(HOME, action="sts:AssumeRole"), {}, "sts:AssumeRole"),
        (account(HOME, action="kms:ListKeys"), {}, False),
        (account(HOME), {"crashed": True}, "a part of the audit that crashed"),
        (account(HOME), {}, False),
    ],
)
def test_a_store_is_missing_only_where_it_would_have_been_seen(live: Estate, more: dict[str, Any], why: Any) -> None:
    assert verdicts([estate("code", code("a"))], live, **more) == {f"{TABLE}.a": (True, why)}


def test_without_a_region_in_code_all_regions_have_to_be_looked_at() -> None:
    declared = estate("code", code("a", region=""))

    assert verdicts([declared], account(HOME)) == {f"{TABLE}.a": (True, False)}
    note = "its region, which code does not say: not all regions were looked at"
    assert verdicts([estate("code", code("a", region=""))], account(HOME), everywhere=False) == {f"{TABLE}.a": (True, note)}


def test_a_number_of_instances_that_is_not_known_leaves_it_open_whether_one_is_declared() -> None:
    declared = estate("code", code("a", __conditional__=Unknown("var.count")))

    assert verdicts([declared], account(HOME)) == {f"{TABLE}.a": (True, "whether it is declared hangs on var.count")}


def test_a_module_that_was_not_read_may_declare_what_seems_undeclared() -> None:
    declared = estate("code", code("a"), problems=[Problem("missing-module", "module.tables is not there", None, "module.tables")])

    assert verdicts([declared], account(HOME, there("a"), there("x")))[f"{NEAR}:{HOME}:table/x"] == ("module.tables was not read", True)


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        (code("Orders", kind="aws_db_instance"), {"orders"}),
        (code("Orders"), {"Orders"}),
        (code("a", id="i", arn="arn:x"), {"a", "i", "arn:x"}),
    ],
)
def test_a_store_is_named_by_what_the_service_calls_it(raw: RawResource, texts: set[str]) -> None:
    assert naming_of(raw).texts == texts


def test_a_beginning_is_no_name() -> None:
    naming = naming_of(code(None, kind="aws_s3_bucket", bucket_prefix="logs-"))

    assert naming.texts == frozenset()
    assert naming.may_be(frozenset({"logs-2026"}))
    assert not naming.may_be(frozenset({"other"}))


@pytest.mark.parametrize(
    ("provider", "accounts"),
    [
        ({}, set()),
        ({"allowed_account_ids": [HOME, OTHER]}, {HOME, OTHER}),
        ({"allowed_account_ids": Unknown("var.ids")}, set()),
        ({"assume_role": [{"role_arn": f"arn:aws:iam::{OTHER}:role/deploy"}]}, {OTHER}),
        ({"assume_role": [{"role_arn": Unknown("var.role")}]}, set()),
    ],
)
def test_the_account_is_what_the_provider_says(provider: dict[str, Any], accounts: set[str]) -> None:
    assert account_of(code("a", provider=provider)) == accounts


@pytest.mark.parametrize("kind", ["google_sql_database_instance", "neon_project"])
def test_a_store_of_a_type_that_the_audit_does_not_read_is_not_called_missing(kind: str) -> None:
    found = verdicts([estate("code", code("a", kind=kind))], account(HOME))

    assert list(found) == [f"{kind}.a"]
    assert "is not looked at" in str(found[f"{kind}.a"][1])


def test_every_type_that_is_read_has_the_actions_that_list_it() -> None:
    assert NAMED.keys() <= LISTED.keys() == STORES


DISK = "aws_ebs_volume"


def disk(name: str, **attrs: Any) -> RawResource:
    """A volume of the account: it has an id and no name."""
    arn = f"arn:aws:ec2:{NEAR}:{HOME}:volume/{name}"
    return RawResource(arn, DISK, arn, {"arn": arn, "id": name, **attrs}, provider=Provider("aws", attrs={"region": NEAR}))


def test_a_disk_that_code_declares_may_be_any_disk_until_its_id_is_known() -> None:
    found = verdicts([estate("code", code(None, kind=DISK, address="data", size=20))], account(HOME, disk("vol-1")))

    assert {(type(declared), type(there)) for declared, there in found.values()} == {(str, bool), (bool, str)}


def test_a_disk_that_goes_with_its_instance_is_not_called_undeclared() -> None:
    """In a plan or state all ids are known; the root volumes of ``aws_instance`` are no resources of their own there."""
    declared = [estate("code", code(None, kind=DISK, address="data", id="vol-1"))]
    found = verdicts(declared, account(HOME, disk("vol-1"), disk("vol-2", dies_with="i-1"), disk("vol-3")))

    assert found[f"{NEAR}:{HOME}:volume/vol-1"] == (True, True)
    assert "i-1" in found[f"{NEAR}:{HOME}:volume/vol-2"][0]
    assert found[f"{NEAR}:{HOME}:volume/vol-3"] == (False, True)
