"""``[drill.stores.NAME.source]`` and ``.expect`` of the provider ``state``: what is refused, with its line, and what is made of the rest."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from recoverable.drill.settings import read_settings
from recoverable.drill.state.settings import SCHEMA, read
from recoverable.standard.load import parse
from recoverable.standard.problems import StandardError
from tests.drill.state.state_world import typed

GOOD: dict[str, Any] = {"kind": "terraform", "url": "s3://acme-state/shop/terraform.tfstate"}
STACK: dict[str, Any] = {"kind": "pulumi", "url": "s3://acme-state/team/.pulumi/stacks/shop/prod.json"}


def test_bucket_and_key_are_taken_from_the_url() -> None:
    found = typed(read, {**GOOD, "region": "eu-west-1", "lock_table": "locks"})

    assert (found["bucket"], found["key"], found["lock_table"]) == ("acme-state", "shop/terraform.tfstate", "locks")


@pytest.mark.parametrize(("url", "stack"), [
    (STACK["url"], "shop/prod"),
    ("s3://acme-state/.pulumi/stacks/shop/prod.json.gz", "shop/prod"),
    ("copies/.pulumi/stacks/shop/prod.json", "shop/prod"),
])  # fmt: skip
def test_project_and_stack_are_taken_from_where_pulumi_keeps_it(url: str, stack: str) -> None:
    assert typed(read, {**STACK, "url": url})["stack"] == stack


@pytest.mark.parametrize(("source", "key", "stack"), [
    ({"kind": "terraform", "url": "gs://acme_state/shop/default.tfstate"}, "shop/default.tfstate", ""),
    ({"kind": "pulumi", "url": "gs://acme_state/.pulumi/stacks/shop/prod.json"}, ".pulumi/stacks/shop/prod.json", "shop/prod"),
])  # fmt: skip
def test_a_url_of_cloud_storage_names_its_bucket_and_object(source: dict[str, Any], key: str, stack: str) -> None:
    found = typed(read, source)

    assert (found["cloud"], found["bucket"], found["key"], found["stack"]) == ("gcs", "acme_state", key, stack)


def test_a_folder_is_a_path_and_names_no_bucket() -> None:
    found = typed(read, {"kind": "terraform", "url": "copies/of state"})

    assert (found["bucket"], found["key"], found["url"]) == ("", "", "copies/of state")


@pytest.mark.parametrize(("source", "words"), [
    ({}, "does not say whose state it is"),
    ({"kind": "terraform"}, "does not say where the state is"),
    ({**GOOD, "kind": "cdk"}, "not one of terraform, pulumi"),
    ({**GOOD, "url": "gs://acme-state"}, "neither an object of S3 or Cloud Storage nor a folder"),
    ({**GOOD, "url": "gs://acme-state/default.tfstate", "region": "europe-west1"}, "of no use for Cloud Storage"),
    ({**GOOD, "url": "gs://acme-state/default.tfstate", "lock_table": "locks"}, "goes with a state on S3 alone"),
    ({**GOOD, "url": "s3://acme-state"}, "neither an object of S3 or Cloud Storage nor a folder"),
    ({**GOOD, "url": "https://example.com/state"}, "neither an object of S3 or Cloud Storage nor a folder"),
    ({**GOOD, "stack": "shop/prod"}, "is of no use for terraform"),
    ({**STACK, "module": "infra"}, "is of no use for pulumi"),
    ({**STACK, "lock_table": "locks"}, "is of no use for pulumi"),
    ({**STACK, "url": "copies"}, "of which stack"),
    ({**STACK, "stack": "--help"}, "not PROJECT/STACK"),
    ({"kind": "terraform", "url": "copies", "lock_table": "locks"}, "goes with a state on S3 alone"),
    ({**GOOD, "buket": "x"}, "is not a key"),
])  # fmt: skip
def test_what_cannot_be_is_refused(source: dict[str, Any], words: str) -> None:
    with pytest.raises(StandardError) as refused:
        typed(read, source)
    assert words in str(refused.value)


@pytest.mark.parametrize("source", [GOOD, STACK])
def test_the_schema_takes_what_the_reader_takes(source: dict[str, Any]) -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(source)


def test_a_whole_store_is_read_and_a_wrong_expectation_told_with_its_line() -> None:
    text = '[drill.stores.state]\nprovider = "state"\nenvironment = "prod"\n[drill.stores.state.source]\nkind = "terraform"\nurl = "s3://acme-state/a.tfstate"\n[drill.stores.state.expect]\n'

    assert read_settings(parse(text + "resources_at_least = 7\n")).store("state").expectations["resources_at_least"] == 7
    with pytest.raises(StandardError, match=r"recoverable\.toml:8"):
        read_settings(parse(text + "resources_at_least = -1\n"))
