"""The parts of the translation that need no engine: what a plan says, and what Python is made of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.standins.pulumi import diffing, plan_reading, sdk, terraform_plans, trees
from tests.standins.pulumi.normalise import Normaliser

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def planned(expressions: dict[str, Any], providers: dict[str, Any] | None = None) -> dict[str, Any]:
    """A plan with one bucket in one module."""
    bucket = {"mode": "managed", "type": "aws_s3_bucket", "name": "b", "address": "module.one.aws_s3_bucket.b", "values": {}}
    written = {"address": "aws_s3_bucket.b", "expressions": {}, "provider_config_key": "module.one:aws"}
    module = {"resources": [written], "variables": {"region": {"default": "eu-west-1"}, "days": {}}}
    return {
        "planned_values": {"root_module": {"child_modules": [{"address": "module.one", "resources": [bucket]}]}},
        "resource_changes": [{"address": bucket["address"], "change": {"after": {}, "after_unknown": {}}}],
        "configuration": {
            "provider_config": providers or {},
            "root_module": {"module_calls": {"one": {"expressions": expressions, "module": module}}},
        },
    }


def test_addresses_are_relative_to_the_example() -> None:
    [instance] = plan_reading.examples(planned({}))["one"]
    assert (instance.address, instance.name) == ("aws_s3_bucket.b", "b")


def test_a_variable_is_settled_unless_its_value_comes_from_a_resource() -> None:
    template = {"constant_value": "${terraform_data.later.output}", "references": ["terraform_data.later.output"]}
    [plain] = plan_reading.examples(planned({"days": {"constant_value": 7}}))["one"]
    [later] = plan_reading.examples(planned({"days": template}))["one"]
    assert plain.settled == {"var.days", "var.region"}
    assert later.settled == {"var.region"}


def test_the_region_of_a_provider_may_be_a_variable_but_no_local() -> None:
    provider = {"name": "aws", "expressions": {"region": {"references": ["var.region"]}}}
    [instance] = plan_reading.examples(planned({}, {"module.one:aws": provider}))["one"]
    assert instance.provider == ("aws", {"region": "eu-west-1"})
    provider["expressions"] = {"region": {"references": ["local.region"]}}
    with pytest.raises(plan_reading.Untranslatable, match="region is no constant"):
        plan_reading.examples(planned({}, {"module.one:aws": provider}))


def test_leaves_leave_out_what_only_leads_to_a_longer_reference() -> None:
    expression = {"references": ["aws_kms_key.k.arn", "aws_kms_key.k", "var.x", "aws_s3_bucket.b[0].id", "aws_s3_bucket.b"]}
    assert trees.leaves(expression) == ["aws_kms_key.k.arn", "var.x", "aws_s3_bucket.b[0].id"]


def test_blocks_of_a_set_find_the_code_that_fits_them() -> None:
    daily, monthly = {"name": {"constant_value": "daily"}}, {"name": {"constant_value": "monthly"}, "days": {"references": ["var.x"]}}
    assert trees.agreement(monthly, {"name": "monthly"}) > trees.agreement(daily, {"name": "monthly"})


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [("text", 7, "7"), ("text", True, "true"), ("number", "30", 30), ("flag", "true", True), ("any", [1], [1])],
)
def test_literals_become_what_the_sdk_wants(kind: str, value: object, wanted: object) -> None:
    assert trees.coerce(sdk.Shape(kind), value, "here") == wanted


def test_a_literal_that_cannot_be_converted_is_refused_by_name() -> None:
    with pytest.raises(plan_reading.Untranslatable, match=r"^case: aws_x\.days is 'soon', the Pulumi SDK wants number$"):
        trees.coerce(sdk.Shape("number"), "soon", "case: aws_x.days")


def test_source_is_made_of_literals_and_code() -> None:
    text = trees.render({"a": [trees.Code("made['x'].id"), "made"]}, 0)
    assert text == "{\n    'a': [\n        made['x'].id,\n        'made',\n    ],\n}"


@pytest.mark.parametrize(
    ("terraform", "argument"),
    [("rule", "rules"), ("policy", "policies"), ("and", "and_"), ("alarm_name", "name"), ("absent", None)],
)
def test_names_differ_by_plurals_keywords_and_stated_renames(terraform: str, argument: str | None) -> None:
    names = {name: sdk.Shape("text") for name in ("rules", "policies", "and_", "name")}
    assert sdk.argument(names, terraform, {"alarm_name": "name"}) == argument


def test_what_terraform_misses_is_read_from_what_it_says() -> None:
    told = (
        'Error: Missing required argument\n\n  on main.tf.json line 15, in module.one:\n  15:   },\n\nThe argument "days" is required, but'
    )
    assert terraform_plans.MISSING.findall(told) == [("one", "days")]


def test_text_that_looks_like_a_template_stays_text() -> None:
    assert terraform_plans.literal({"a": ["${x}", 1]}) == {"a": ["$${x}", 1]}


def test_differences_go_down_to_the_leaf() -> None:
    old = {"rules": [{"days": 30, "__defaults": ["x"]}], "gone": 1}
    new = {"rules": [{"days": 7, "__defaults": []}], "new": 1}
    assert diffing.differing(old, new) == ["gone", "new", "rules"]
    assert list(diffing.changed_paths("rules", old["rules"], new["rules"])) == [("rules[0].days", "UPDATE")]


def test_normalising_keeps_the_marks_that_mean_something() -> None:
    clean = Normaliser()
    text = f"urn::{UNKNOWN}::4dabf181-9307-4939-915e-22adb298388d"
    assert clean.tree(text) == f"urn::{UNKNOWN}::00000000-0000-4000-8000-000000000001"
    assert clean.tree({"stackTrace": [], "created": "2027-02-03T04:05:06Z", "duration": 5}) == {"created": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("project:///cases/one.py#12", "project:///cases/one.py#12"),
        ("project:///../../root/venv/lib/python3.11/site-packages/pulumi/runtime/stack.py#1",
         "project:///../venv/site-packages/pulumi/runtime/stack.py#1"),
    ],
)  # fmt: skip
def test_source_positions_name_no_folder_of_this_machine(printed: str, kept: str) -> None:
    assert Normaliser().tree({"sourcePosition": printed}) == {"sourcePosition": kept}
