"""The calls of the provider protocol, on a cloud that is a dictionary."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from recoverable.sandbox.provider.handler import Values
from recoverable.sandbox.provider.servicer import settings_of, token_of
from recoverable.sandbox.provider.types_of_sdk import version
from recoverable.sandbox.provider.wire import OUTPUT, SIGNATURE, UNKNOWN, pack, plain
from recoverable.sandbox.provider.wire import SECRET as WRAPPED
from tests.sandbox.provider.toys import KEY, SECRET, toy_family
from tests.support.provider import Aborted, Calls, urn_of

BUCKET = "aws:s3/bucket:Bucket"


@pytest.fixture
def toys() -> tuple[Calls, dict[str, Values]]:
    family, cloud = toy_family()
    return Calls(family), cloud


def test_the_plugin_says_the_version_of_the_installed_sdk(toys: tuple[Calls, dict[str, Values]]) -> None:
    assert toys[0].call("GetPluginInfo", None).version == version("aws")
    assert version("aws") in toys[0].call("GetSchema", None).schema


def test_settings_that_reach_no_cloud_are_refused_before_anything_is_made(toys: tuple[Calls, dict[str, Values]]) -> None:
    answer = toys[0].call("CheckConfig", provider_pb2.CheckRequest(news=pack({"region": "closed"})))
    assert [each.reason for each in answer.failures] == ["the cloud is closed"]
    assert not toys[0].call("CheckConfig", provider_pb2.CheckRequest(news=pack({"region": "eu-west-1"}))).failures


def test_a_setting_that_the_provider_has_not_is_refused_with_the_nearest_name(toys: tuple[Calls, dict[str, Values]]) -> None:
    news = pack({"regin": "eu-west-1", "version": "7.51.1", "__internal": {}, "defaultTags": "{}"})
    answer = toys[0].call("CheckConfig", provider_pb2.CheckRequest(news=news))
    assert [each.reason for each in answer.failures] == ["the provider has no setting aws:regin; did you mean `region`?"]


def test_changed_settings_never_replace_the_provider(toys: tuple[Calls, dict[str, Values]]) -> None:
    changed = provider_pb2.DiffRequest(olds=pack({"region": "a"}), news=pack({"region": "b"}))
    answer = toys[0].call("DiffConfig", changed)
    assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
    assert list(answer.replaces) == []
    same = provider_pb2.DiffRequest(olds=pack({"region": "a"}), news=pack({"region": "a"}))
    assert toys[0].call("DiffConfig", same).changes == provider_pb2.DiffResponse.DIFF_NONE


@pytest.mark.parametrize(
    ("text", "value"), [('{"tags": {"a": "b"}}', {"tags": {"a": "b"}}), ('["a"]', ["a"]), ("{half", "{half"), ("plain", "plain")]
)
def test_nested_settings_come_as_json_text(text: str, value: Any) -> None:
    assert settings_of(pack({"x": text})) == {"x": value}


def test_the_token_of_a_child_is_its_own() -> None:
    assert token_of("urn:pulumi:dev::shop::recoverable:index:Bucket$aws:s3/bucket:Bucket::b") == BUCKET


def test_defaults_are_filled_in_and_listed(toys: tuple[Calls, dict[str, Values]]) -> None:
    assert toys[0].check(urn_of(KEY, "k"), {})[0] == {"isEnabled": True, "__defaults": ["isEnabled"]}
    assert toys[0].check(urn_of(KEY, "k"), {"isEnabled": False})[0] == {"isEnabled": False, "__defaults": []}


def test_what_a_handler_refuses_names_the_property_but_not_in_the_field_that_the_engine_prints(
    toys: tuple[Calls, dict[str, Values]],
) -> None:
    request = provider_pb2.CheckRequest(urn=urn_of(KEY, "k"), news=pack({"description": "bad"}))
    failure = toys[0].call("Check", request).failures[0]
    assert (failure.property, failure.reason) == ("", "`description`: is bad")


def test_secrets_and_outputs_arrive_unwrapped(toys: tuple[Calls, dict[str, Values]]) -> None:
    wrapped = {"description": {SIGNATURE: WRAPPED, "value": "a"}, "policy": {SIGNATURE: OUTPUT, "secret": True}}
    checked, failures = toys[0].check(urn_of(KEY, "k"), wrapped)
    assert failures == []
    assert (checked["description"], checked["policy"]) == ("a", UNKNOWN)


def test_a_preview_leaves_unknown_what_the_provider_computes(toys: tuple[Calls, dict[str, Values]]) -> None:
    calls, cloud = toys
    shown = calls.preview(KEY, "k", description="a")
    assert shown["description"] == "a"
    assert shown["arn"] == shown["keyId"] == UNKNOWN
    assert "__defaults" not in shown
    assert cloud == {}


def test_outputs_are_what_the_cloud_says_and_the_provider_s_own_settings(toys: tuple[Calls, dict[str, Values]]) -> None:
    made = toys[0].up(KEY, "k", description="a", deletionWindowInDays=9)
    assert made.outputs == {"arn": "arn:k1", "keyId": "k1", "description": "a", "isEnabled": True, "deletionWindowInDays": 9}
    assert toys[0].refresh(made) == []


def test_drift_of_a_stated_an_unstated_and_a_vanished_property_shows(toys: tuple[Calls, dict[str, Values]]) -> None:
    calls, cloud = toys
    made = calls.up(KEY, "k", description="a", tags={"x": "y"})
    cloud["k1"] |= {"description": "b", "customKeyStoreId": "store"}
    del cloud["k1"]["tags"]
    assert calls.refresh(made) == ["customKeyStoreId", "description", "tags"]


def test_what_a_refresh_takes_from_the_cloud_is_the_next_difference(toys: tuple[Calls, dict[str, Values]]) -> None:
    calls, cloud = toys
    made = calls.up(KEY, "k", description="a")
    cloud["k1"]["description"] = "b"
    calls.refresh(made)
    assert calls.changed(made, description="a") == ["description"]
    assert calls.changed(made, description="b") == []


def test_what_is_gone_has_no_id(toys: tuple[Calls, dict[str, Values]]) -> None:
    calls, cloud = toys
    made = calls.up(KEY, "k")
    cloud.clear()
    assert calls.refresh(made) == ["gone"]
    with pytest.raises(Aborted, match="k1 is gone: `pulumi refresh`"):
        calls.update(made, description="b")


def test_what_was_created_and_is_not_there_is_an_error(toys: tuple[Calls, dict[str, Values]]) -> None:
    with pytest.raises(Aborted, match="nowhere was created and is not there"):
        toys[0].up(KEY, "k", description="vanishing")


def test_what_is_imported_has_all_that_can_be_stated(toys: tuple[Calls, dict[str, Values]]) -> None:
    calls, cloud = toys
    cloud["k9"] = {"description": "a", "isEnabled": True, "tags": {}, "customKeyStoreId": ""}
    made = calls.adopt(KEY, "k", "k9")
    assert made.inputs == {"description": "a", "isEnabled": True, "__defaults": []}
    assert calls.changed(made, description="a") == []
    assert calls.changed(made, description="b") == ["description"]
    assert calls.adopt(KEY, "k", "none").id == ""


def test_some_changes_need_a_new_resource_and_the_rest_is_told_with_them(toys: tuple[Calls, dict[str, Values]]) -> None:
    calls, _ = toys
    made = calls.up(KEY, "k", description="a", keyUsage="SIGN_VERIFY")
    answer = calls.diff(made, description="b", keyUsage="ENCRYPT_DECRYPT")
    kinds = {path: provider_pb2.PropertyDiff.Kind.Name(each.kind) for path, each in answer.detailedDiff.items()}
    assert kinds == {"description": "UPDATE", "keyUsage": "UPDATE_REPLACE"}
    assert list(answer.replaces) == ["keyUsage"]
    assert list(answer.diffs) == ["description", "keyUsage"]


def test_an_ignored_change_is_none(toys: tuple[Calls, dict[str, Values]]) -> None:
    calls, _ = toys
    made = calls.up(KEY, "k", description="a", tags={"x": "y", "z": "1"})
    assert sorted(calls.diff(made, ["tags.x"], description="a", tags={"x": "n", "z": "2"}).detailedDiff) == ["tags.z"]
    answer = calls.diff(made, ["*"], description="b")
    assert answer.changes == provider_pb2.DiffResponse.DIFF_NONE


def test_a_fixed_name_is_freed_before_it_is_taken_again(toys: tuple[Calls, dict[str, Values]]) -> None:
    calls, _ = toys
    fixed = calls.up(BUCKET, "b", bucket="orders", region="eu-west-1")
    assert calls.diff(fixed, bucket="orders", region="eu-central-1").deleteBeforeReplace
    assert not calls.diff(fixed, bucket="others", region="eu-west-1").deleteBeforeReplace
    named = calls.up(BUCKET, "b", region="eu-west-1")
    assert not calls.diff(named, region="eu-central-1").deleteBeforeReplace


def test_automatic_names_follow_the_project_s_configuration(toys: tuple[Calls, dict[str, Values]]) -> None:
    request = provider_pb2.CheckRequest(urn=urn_of(BUCKET, "b"), name="b", randomSeed=b"\x0a" * 32)
    assert plain(toys[0].call("Check", request).inputs)["bucket"] == "b-0a0a0a0"
    request.autonaming.mode = request.autonaming.Mode.Value("PROPOSE")
    request.autonaming.proposed_name = "shop-B"
    assert plain(toys[0].call("Check", request).inputs)["bucket"] == "shop-b"
    request.autonaming.mode = request.autonaming.Mode.Value("DISABLE")
    assert [each.reason for each in toys[0].call("Check", request).failures] == [
        "`bucket`: `bucket` must be stated: automatic naming is disabled for this project"
    ]


def test_a_preview_of_an_update_keeps_what_the_provider_computed(toys: tuple[Calls, dict[str, Values]]) -> None:
    calls, cloud = toys
    made = calls.up(KEY, "k", description="a")
    news = calls.passed(made.urn, {"description": "b"}, made.inputs)
    request = provider_pb2.UpdateRequest(id="k1", urn=made.urn, olds=pack(made.outputs), news=pack(news), preview=True)
    shown = plain(calls.call("Update", request).properties)
    assert (shown["description"], shown["arn"]) == ("b", "arn:k1")
    assert cloud["k1"]["description"] == "a"


def test_a_refusal_of_the_cloud_is_told_as_it_is(toys: tuple[Calls, dict[str, Values]]) -> None:
    with pytest.raises(Aborted) as refused:
        toys[0].up(KEY, "k", description="refused")
    assert (refused.value.status.name, refused.value.message) == ("FAILED_PRECONDITION", "the cloud says no")


def test_a_fault_of_our_own_says_so_without_a_stack_trace(toys: tuple[Calls, dict[str, Values]]) -> None:
    with pytest.raises(Aborted) as failed:
        toys[0].up(KEY, "k", description="crash")
    assert failed.value.status.name == "INTERNAL"
    assert failed.value.message == (
        "the stand-in itself failed in Create: KeyError: 'a bug of ours'; RECOVERABLE_SANDBOX_DEBUG=1 shows where"
    )


def test_no_message_carries_a_secret(toys: tuple[Calls, dict[str, Values]]) -> None:
    with pytest.raises(Aborted, match=r"^cannot store \[secret\] in orders$"):
        toys[0].up(SECRET, "s", secretId="orders", secretString="hunter2")


def test_a_function_is_called_with_its_arguments(toys: tuple[Calls, dict[str, Values]]) -> None:
    assert toys[0].invoke("aws:index/getRegion:getRegion", name="x") == {"told": "x"}
    with pytest.raises(Aborted, match="has no function aws:index/getZone:getZone"):
        toys[0].invoke("aws:index/getZone:getZone")


def test_whole_numbers_come_back_whole_and_nothing_is_absence() -> None:
    struct = struct_pb2.Struct()
    struct.update({"a": 30.0, "b": [1.5, {"c": 2.0, "d": None}], "e": None})
    assert plain(struct) == {"a": 30, "b": [1.5, {"c": 2}]}
    assert "x" not in pack({"x": None, "y": 1}).fields
