"""One document per example out of the recording of a batch."""

from __future__ import annotations

from typing import Any

from tests.standins.pulumi import split

STACK = "urn:pulumi:s::p::pulumi:pulumi:Stack::p-s"
PROVIDER = "urn:pulumi:s::p::pulumi:providers:aws::mine"
CASE = "urn:pulumi:s::p::recoverable:example:Case::{}"
BUCKET = "urn:pulumi:s::p::recoverable:example:Case${}aws:s3/bucket:Bucket::{}"


def step(operation: str, urn: str, parent: str = STACK, provider: str = "", side: str = "newState") -> dict[str, Any]:
    """A step as the engine prints it, with what splitting looks at."""
    state = {"urn": urn, "type": urn.split("::")[2].split("$")[-1], "parent": parent, "provider": provider}
    return {"op": operation, "urn": urn, side: state}


PREVIEW: dict[str, Any] = {
    "config": {"aws:region": "us-east-1"},
    "steps": [
        step("same", STACK, parent=""),
        step("create", PROVIDER),
        step("same", CASE.format("one")),
        step("create", BUCKET.format("", "one.b"), CASE.format("one"), f"{PROVIDER}::id"),
        step("create", BUCKET.format("nested:index:Store$", "deep"), "urn:pulumi:s::p::recoverable:example:Case$nested:index:Store::n"),
        step("create", "urn:pulumi:s::p::recoverable:example:Case$nested:index:Store::n", CASE.format("one")),
        step("delete", BUCKET.format("", "two.b"), CASE.format("two"), side="oldState"),
    ],
    "changeSummary": {"create": 4, "delete": 1, "same": 2},
}


def test_an_example_has_its_own_steps_the_stack_and_its_providers() -> None:
    found = split.previews(PREVIEW)
    assert [each["urn"].split("::")[-1] for each in found["one"]["steps"]] == ["p-s", "mine", "one", "one.b", "deep", "n"]
    assert [each["urn"].split("::")[-1] for each in found["two"]["steps"]] == ["p-s", "two.b"]


def test_the_rest_of_the_document_keeps_its_shape() -> None:
    found = split.previews(PREVIEW)["two"]
    assert found.keys() == PREVIEW.keys()
    assert found["config"] == {"aws:region": "us-east-1"}
    assert found["changeSummary"] == {"delete": 1, "same": 1}


def test_a_resource_that_goes_belongs_where_it_was_even_when_its_parent_is_not_shown() -> None:
    assert "two" in split.previews(PREVIEW)


def test_stack_exports_split_the_same_way() -> None:
    resources = [each.get("newState") or each["oldState"] for each in PREVIEW["steps"]]
    document = {"version": 3, "deployment": {"manifest": {}, "resources": resources}}
    found = split.exports(document)
    assert found["two"]["version"] == 3
    assert [each["urn"].split("::")[-1] for each in found["two"]["deployment"]["resources"]] == ["p-s", "two.b"]
