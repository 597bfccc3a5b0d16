"""The small parts of the core: differences, drift, defaults, types, failures, discovery."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recoverable.sandbox.provider import types_of_sdk
from recoverable.sandbox.provider.diffing import changes, same, top
from recoverable.sandbox.provider.family import family
from recoverable.sandbox.provider.faults import SECRET, told
from recoverable.sandbox.provider.inputs import fill
from recoverable.sandbox.provider.reading import aligned, inputs_from
from recoverable.sandbox.provider.serve import listed
from recoverable.sandbox.provider.types_of_sdk import Field, Shape, kind

LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, max_size=3),
)
OBJECTS = st.dictionaries(st.text("abc", min_size=1, max_size=2), JSON, max_size=4)
TEXT = Shape("text")


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the input
@given(OBJECTS)
def test_nothing_differs_from_itself(values: dict[str, Any]) -> None:
    assert changes({}, values, values) == {}


@given(OBJECTS, OBJECTS)
def test_a_difference_is_an_addition_one_way_and_a_deletion_the_other(old: dict[str, Any], new: dict[str, Any]) -> None:
    there, back = changes({}, old, new), changes({}, new, old)
    turned = {"ADD": "DELETE", "DELETE": "ADD", "UPDATE": "UPDATE"}
    assert {path: turned[word] for path, word in there.items()} == back


@given(JSON, JSON)
def test_alignment_changes_the_words_and_never_the_meaning(held: Any, got: Any) -> None:
    found = aligned(held, got)
    if isinstance(got, list) and isinstance(found, list) and all(isinstance(each, str | int) for each in got):
        assert sorted(map(str, found)) == sorted(map(str, got))
    elif not isinstance(got, dict | list):
        assert same(found, got)


def test_lists_of_another_order_and_documents_of_another_spacing_keep_the_program_s_words() -> None:
    assert aligned(["b", "a"], ["a", "b"]) == ["b", "a"]
    assert aligned(["b", "a"], ["a", "c"]) == ["a", "c"]
    assert aligned('{"a":  1}', '{"a": 1}') == '{"a":  1}'
    assert aligned('{"a": 1}', '{"a": 2}') == '{"a": 2}'


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ('{"a": 1, "b": 2}', '{"b":2,"a":1}', True),
        ('{"a": 1}', '{"a": 2}', False),
        ("{half", "{half", True),
        ("{half", "{}", False),
        ("", "", True),
    ],
)
def test_json_is_compared_as_documents(one: str, other: str, equal: bool) -> None:
    assert same(one, other) is equal


def test_what_the_provider_fills_in_may_be_left_unsaid() -> None:
    fields = {"computed": Field(TEXT, False, True), "plain": Field(TEXT, False, False)}
    assert changes(fields, {"computed": "a", "plain": "b"}, {}) == {"plain": "DELETE"}
    assert changes(fields, {"computed": "a"}, {"computed": "b"}) == {"computed": "UPDATE"}


@pytest.mark.parametrize(
    ("pattern", "ignored"),
    [
        ("rules", True),
        ("rules[0]", True),
        ("rules[*].status", True),
        ("rules[0].status", True),
        ('rules[0]["status"]', True),
        ("*", True),
        ("rules[1].status", False),
        ("rules[0].stat", False),
        ("rule", False),
    ],
)
def test_ignored_changes_are_matched_by_whole_path(pattern: str, ignored: bool) -> None:
    found = changes({}, {"rules": [{"status": "a"}]}, {"rules": [{"status": "b"}]}, [pattern])
    assert (found == {}) is ignored


def test_the_property_of_a_path_is_its_first_word() -> None:
    assert [top(each) for each in ("a", "a.b", "a[0].b", "a[0]")] == ["a"] * 4


def test_inputs_of_a_state_are_the_stated_and_what_only_a_program_could_have_said() -> None:
    inner = Shape("block", block=None)
    fields = {
        "stated": Field(TEXT, False, False),
        "computed": Field(TEXT, False, True),
        "foreign": Field(TEXT, False, False),
        "empty": Field(TEXT, False, False),
        "gone": Field(TEXT, False, False),
        "block": Field(inner, False, False),
    }
    state = {"stated": "b", "computed": "c", "foreign": "d", "empty": ""}
    held = {"stated": "a", "gone": "x", "__defaults": ["stated"]}
    assert inputs_from(fields, held, state) == {"stated": "b", "foreign": "d", "__defaults": ["stated"]}
    assert inputs_from(fields, {"empty": "", "gone": ""}, {}) == {"empty": "", "gone": ""}


def test_defaults_reach_every_block_of_a_list_and_are_listed_there() -> None:
    found = kind(LIFECYCLE)
    assert found is not None
    filled = fill(found.inputs, {"rules": [{"id": "a"}, {"id": "b", "status": "Disabled"}]}, {"rules.status": "Enabled", "region": "x"})
    assert filled["region"] == "x"
    assert filled["__defaults"] == ["region"]
    assert [(each["status"], each["__defaults"]) for each in filled["rules"]] == [("Enabled", ["status"]), ("Disabled", [])]


@pytest.mark.parametrize(
    ("token", "name", "shape", "required", "computed"),
    [
        ("aws:s3/bucketVersioning:BucketVersioning", "bucket", "text", True, False),
        ("aws:s3/bucketVersioning:BucketVersioning", "versioningConfiguration", "block", True, False),
        ("aws:s3/bucketVersioning:BucketVersioning", "region", "text", False, True),
        ("aws:s3/bucketPolicy:BucketPolicy", "policy", "document", True, False),
        ("aws:s3/bucketObjectv2:BucketObjectv2", "source", "any", False, False),
        ("aws:kms/key:Key", "tags", "map", False, False),
        ("aws:kms/key:Key", "isEnabled", "flag", False, False),
        ("aws:kms/key:Key", "deletionWindowInDays", "integer", False, False),
        (LIFECYCLE, "rules", "list", False, False),
        ("gcp:storage/bucket:Bucket", "location", "text", True, False),
        ("gcp:storage/bucket:Bucket", "softDeletePolicy", "block", False, True),
        ("aws:cloudwatch/metricAlarm:MetricAlarm", "threshold", "number", False, False),
        ("aws:lambda/function:Function", "role", "text", True, False),
        ("aws:rds/instance:Instance", "engine", "text", False, True),
    ],
)
def test_the_sdk_says_what_a_property_takes(token: str, name: str, shape: str, required: bool, computed: bool) -> None:
    found = kind(token)
    assert found is not None
    field = found.inputs[name]
    assert (field.shape.kind, field.required, field.computed) == (shape, required, computed)


def test_outputs_that_are_not_stated_are_computed() -> None:
    found = kind("aws:kms/key:Key")
    assert found is not None
    assert {"arn", "keyId", "tagsAll"} <= found.computed
    assert not {"tags", "deletionWindowInDays"} & found.computed


def blocks(fields: dict[str, Field], path: str) -> bool:
    """Whether a dotted path leads to a property."""
    name, _, rest = path.partition(".")
    field = fields.get(name)
    shape = field.shape.element if field and field.shape.kind == "list" else field.shape if field else None
    return shape is not None and (not rest or blocks(shape.fields, rest))


@pytest.mark.parametrize("family_name", ["aws", "gcp"])
def test_the_sdk_knows_every_type_and_every_property_that_is_named_or_defaulted(family_name: str) -> None:
    for token, handler in family(family_name).handlers.items():
        found = kind(token)
        assert found is not None, token
        filled = [*handler.defaults, *([handler.autoname] if handler.autoname else [])]
        assert [path for path in filled if not blocks(found.inputs, path)] == [], token


def test_what_there_is_can_be_listed_with_who_answers() -> None:
    lines = listed("aws")
    assert "aws:s3/bucket:Bucket moto" in lines
    assert "aws:s3/bucketMetric:BucketMetric fake" in lines
    assert "aws:index/getRegion:getRegion moto" in lines
    done = subprocess.run(
        [sys.executable, "-m", "recoverable.sandbox.provider.serve", "--list", "gcp"], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split("\n")[0].split()) >= {"fake"}


def test_a_refusal_of_botocore_does_not_repeat_the_value() -> None:
    import boto3
    from botocore.exceptions import ParamValidationError

    client = boto3.client("secretsmanager", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    with pytest.raises(ParamValidationError) as refused:
        client.create_secret(Name="orders", SecretString=["hunter2"])
    text = told(refused.value, "Create")[1]
    assert "hunter2" not in text
    assert "SecretString" in text


@pytest.mark.parametrize("name", ["password", "masterPassword", "secretString", "secretBinary", "secretData", "privateKey", "authToken"])
def test_names_that_hold_secrets_are_known(name: str) -> None:
    assert SECRET.search(name)


def test_a_type_without_a_class_is_none() -> None:
    assert types_of_sdk.kind("aws:s3/bucket:Nothing") is None
    assert types_of_sdk.kind("nonsense") is None
