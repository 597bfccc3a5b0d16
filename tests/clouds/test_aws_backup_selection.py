"""Which stores a backup selection selects."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.model.estate import Estate
from tests.clouds.aws_backup_builders import DB, PLAN, database, estate_of, plan, res, selection, unk, volume

ARN = f"{DB}.arn"


def chosen(estate: Estate, address: str = DB) -> bool | None:
    """Whether a store is selected; None where it may be."""
    store = next(item for item in estate.stores if item.address == address)
    return True if store.plans else (None if store.plans_unknown else False)


def tag(key: Any = "environment", value: Any = "prod") -> dict[str, Any]:
    return {"type": "STRINGEQUALS", "key": key, "value": value}


def condition(**operators: tuple[str, Any]) -> list[dict[str, Any]]:
    return [{name: [{"key": key, "value": value}] for name, (key, value) in operators.items()}]


@pytest.mark.parametrize(
    ("attrs", "expected"),
    [
        ({"resources": [unk(ARN, ARN)]}, True),
        ({"resources": [unk("x", "aws_db_instance.other.arn")]}, False),
        ({"resources": [unk("x", "aws_instance.web.arn")]}, False),
        ({"resources": [unk("var.arn")]}, None),
        ({"resources": unk("var.arns")}, None),
        ({"resources": unk(ARN, ARN)}, True),
        ({"resources": ["*"]}, True),
        ({"resources": ["arn:aws:rds:*:*:db:*"]}, True),
        ({"resources": ["arn:aws:rds:*"]}, True),
        ({"resources": ["arn:aws:*:*:*:db:ord*"]}, True),
        ({"resources": ["arn:aws:rds:eu-west-1:123456789012:db:orders"]}, True),
        ({"resources": ["arn:aws:rds:eu-west-1:123456789012:db:order"]}, False),
        ({"resources": ["arn:aws:rds:eu-west-1:123456789012:db:order?"]}, True),
        ({"resources": ["arn:aws:rds:us-east-1:*:db:*"]}, False),
        ({"resources": ["arn:aws:rds:*:*:cluster:*"]}, False),
        ({"resources": ["arn:aws:dynamodb:*:*:table/*"]}, False),
        ({"resources": ["arn:aws:rds"]}, False),
        ({"resources": ["orders"]}, False),
        ({"selection_tag": [tag()]}, True),
        ({"selection_tag": [tag("Environment")]}, False),
        ({"selection_tag": [tag(value="Prod")]}, False),
        ({"selection_tag": [tag("backup", "daily"), tag()]}, True),
        ({"selection_tag": [tag(value=unk())]}, None),
        ({"selection_tag": [tag(key=unk())]}, None),
        ({"selection_tag": unk()}, None),
        ({"resources": ["*"], "condition": condition(string_equals=("aws:ResourceTag/environment", "prod"))}, True),
        ({"condition": condition(string_equals=("aws:ResourceTag/environment", "prod"))}, True),
        ({"resources": ["*"], "condition": condition(string_equals=("aws:ResourceTag/environment", "dev"))}, False),
        ({"resources": ["*"], "condition": condition(string_equals=("aws:ResourceTag/environment", unk()))}, None),
        ({"resources": ["*"], "condition": condition(string_equals=("aws:ResourceTag/backup", "daily"))}, False),
        ({"resources": ["*"], "condition": condition(string_like=("aws:ResourceTag/environment", "pr*"))}, True),
        ({"resources": ["*"], "condition": condition(string_like=("aws:ResourceTag/environment", "d*"))}, False),
        ({"resources": ["*"], "condition": condition(string_not_equals=("aws:ResourceTag/environment", "dev"))}, True),
        ({"resources": ["*"], "condition": condition(string_not_like=("aws:ResourceTag/environment", "pr*"))}, False),
        ({"resources": ["*"], "condition": condition(string_not_equals=("aws:ResourceTag/backup", "none"))}, None),
        (
            {
                "resources": ["*"],
                "condition": condition(string_equals=("aws:ResourceTag/environment", "prod"), string_like=("aws:ResourceTag/team", "*")),
            },
            False,
        ),
        ({"resources": ["*"], "condition": unk()}, None),
        ({"resources": ["*"], "not_resources": ["arn:aws:rds:*:*:db:orders"]}, False),
        ({"resources": ["*"], "not_resources": [unk(ARN, ARN)]}, False),
        ({"resources": ["*"], "not_resources": ["arn:aws:s3:::*"]}, True),
        ({"resources": ["*"], "not_resources": unk("var.excluded")}, None),
        ({"resources": ["*"], "selection_tag": [tag()]}, True),
        ({"resources": ["arn:aws:s3:::*"], "selection_tag": [tag("backup")]}, False),
        ({"resources": ["*"], "selection_tag": [tag("backup")]}, None),
        ({}, True),
    ],
)
def test_what_a_selection_selects(attrs: dict[str, Any], expected: bool | None) -> None:
    other = database("aws_db_instance.other", identifier="invoices", tags={"environment": "dev"})

    assert chosen(estate_of(database(), other, plan(), selection(**attrs))) is expected


@pytest.mark.parametrize(
    ("items", "expected"),
    [(1, None), (2, True)],
)
def test_a_plan_names_all_references_of_a_list_for_each_item(items: int, expected: bool | None) -> None:
    both = [unk("two", "aws_db_instance.a.arn", "aws_db_instance.b.arn")] * items
    chooses = selection(resources=both)
    chooses.planned = True
    estate = estate_of(database("aws_db_instance.a", identifier=None), database("aws_db_instance.b", identifier=None), plan(), chooses)

    assert [chosen(estate, address) for address in ("aws_db_instance.a", "aws_db_instance.b")] == [expected, expected]


@pytest.mark.parametrize(
    ("store", "attrs", "expected"),
    [
        ({"tags": unk()}, {"selection_tag": [tag()]}, None),
        ({"tags": {"environment": unk()}}, {"selection_tag": [tag()]}, None),
        ({"tags": {"environment": "prod", "team": unk()}}, {"selection_tag": [tag()]}, True),
        ({"identifier": None}, {"resources": ["arn:aws:rds:*:*:db:*"]}, True),
        ({"identifier": None}, {"resources": ["arn:aws:rds:*:*:db:prod-*"]}, None),
        ({"identifier": unk()}, {"resources": ["arn:aws:rds:eu-west-1:123456789012:db:orders"]}, None),
        ({"identifier": None}, {"resources": ["arn:aws:rds:*:*:cluster:orders"]}, False),
        ({"identifier": None}, {"resources": ["arn:aws:rds:*:*:db:?"]}, None),
        ({"region": ""}, {"resources": ["arn:aws:rds:eu-west-1:*:db:*"]}, None),
        ({"region": "us-east-1"}, {"resources": ["*"]}, False),
        ({"engine": "aurora-postgresql"}, {"resources": ["*"]}, False),
        ({"arn": "arn:aws:rds:eu-west-1:123456789012:db:orders"}, {"resources": ["arn:aws:rds:eu-west-1:123456789012:db:orders"]}, True),
        ({"arn": "arn:aws:rds:eu-west-1:123456789012:db:orders"}, {"resources": ["arn:aws:rds:eu-west-1:999999999999:db:orders"]}, False),
    ],
)
def test_what_is_known_of_the_store_decides(store: dict[str, Any], attrs: dict[str, Any], expected: bool | None) -> None:
    assert chosen(estate_of(database(**store), plan(), selection(**attrs))) is expected


@pytest.mark.parametrize(
    ("label", "attrs", "expected"),
    [
        ("RDS", {"selection_tag": [tag()]}, False),
        ("RDS", {"resources": ["*"]}, False),
        ("RDS", {"resources": ["arn:aws:rds:*:*:db:*"]}, True),
        ("EFS", {"selection_tag": [tag()]}, True),
    ],
)
def test_an_opt_in_that_is_off(label: str, attrs: dict[str, Any], expected: bool) -> None:
    settings = res("aws_backup_region_settings.main", resource_type_opt_in_preference={label: False, "S3": True})

    assert chosen(estate_of(database(), plan(), selection(**attrs), settings)) is expected


def test_opt_ins_that_are_not_known_leave_open_what_tags_choose() -> None:
    settings = res("aws_backup_region_settings.main", resource_type_opt_in_preference=unk("var.opt_in"))

    assert chosen(estate_of(database(), plan(), selection(selection_tag=[tag()]), settings)) is None
    assert chosen(estate_of(database(), plan(), selection(resources=["arn:aws:rds:*:*:db:*"]), settings)) is True


def test_aurora_needs_its_opt_in_even_by_arn() -> None:
    cluster = res("aws_rds_cluster.orders", engine="aurora-postgresql", cluster_identifier="orders")
    settings = res("aws_backup_region_settings.main", resource_type_opt_in_preference={"Aurora": False})
    by_arn = selection(resources=["arn:aws:rds:*:*:cluster:*"])

    assert chosen(estate_of(cluster, plan(), by_arn), "aws_rds_cluster.orders") is True
    assert chosen(estate_of(cluster, plan(), by_arn, settings), "aws_rds_cluster.orders") is False


@pytest.mark.parametrize(
    ("plan_id", "selections", "expected"),
    [
        (unk("x", f"{PLAN}.id"), 1, True),
        ("plan-1", 1, True),
        ("plan-2", 0, None),
        (unk("var.plan"), 0, None),
        (unk("x", f"{PLAN}.id", "aws_backup_plan.other.id"), 0, None),
    ],
)
def test_a_selection_joins_its_plan(plan_id: Any, selections: int, expected: bool | None) -> None:
    estate = estate_of(database(), plan(id="plan-1"), plan(address="aws_backup_plan.other"), selection(plan_id=plan_id, resources=["*"]))

    assert (estate.plans[0].selections, chosen(estate)) == (selections, expected)


def test_several_selections_of_a_plan_count_its_rules_once() -> None:
    estate = estate_of(database(), plan(), selection(resources=["*"]), selection("aws_backup_selection.again", selection_tag=[tag()]))

    assert len(estate.databases[0].plans) == 1
    assert estate.plans[0].selects == [DB]
    assert estate.plans[0].rules[0].environment_from == [DB]


def test_volumes_and_buckets_are_selected_too() -> None:
    files = volume(tags={"environment": "prod"})
    bucket = res("aws_s3_bucket.uploads", bucket="acme-uploads")
    estate = estate_of(
        bucket,
        plan(),
        selection(resources=["arn:aws:s3:::acme-*"], plan_id="x"),
        selection("aws_backup_selection.files", selection_tag=[tag()]),
        volumes=(files,),
    )

    assert len(files.plans) == 1
    assert "is not in this input" in estate.buckets[0].plans_unknown


def test_a_plan_that_may_not_be_there_selects_only_maybe() -> None:
    estate = estate_of(database(), plan(__conditional__=unk("var.on")), selection(resources=["*"]))

    assert chosen(estate) is None
    assert "var.on" in estate.plans[0].selection_unknown


def test_a_partial_input_leaves_selections_and_volumes_open() -> None:
    files = volume()
    estate = estate_of(plan(), volumes=(files,), partial="unchanged resources are left out")

    assert estate.plans[0].selection_unknown == files.plans_unknown == "unchanged resources are left out"
