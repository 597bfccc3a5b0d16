"""A plan or preview is judged with what only the folder of its own code says, and nothing is told twice in one run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from recoverable.model.raw import Reading
from recoverable.readers.code_beside import told_once
from recoverable.readers.documents import open_input
from recoverable.readers.inputs import InputOptions, read_document

BUCKET = 'resource "aws_s3_bucket" "state" {\n  bucket = "acme-state"\n}\n'
BACKEND = 'terraform {\n  backend "s3" {\n    bucket = "acme-state"\n    key    = "a"\n    region = "eu-west-1"\n  }\n}\n\n'
PLANNED = {
    "address": "aws_s3_bucket.state",
    "mode": "managed",
    "type": "aws_s3_bucket",
    "name": "state",
    "values": {"bucket": "acme-state"},
}
PROJECT = "name: shop\nruntime: python\nbackend:\n  url: file://~\n"


def plan(**resource: Any) -> str:
    planned = {"root_module": {"resources": [{**PLANNED, **resource}]}}
    return json.dumps({"format_version": "1.2", "terraform_version": "1.11.0", "planned_values": planned, "resource_changes": []})


def preview(project: str = "shop", stack: str = "prod") -> str:
    urn = f"urn:pulumi:{stack}::{project}::aws:s3/bucket:Bucket::state"
    step = {"op": "create", "urn": urn, "newState": {"urn": urn, "type": "aws:s3/bucket:Bucket", "custom": True, "inputs": {}}}
    return json.dumps({"config": {}, "steps": [step], "changeSummary": {"create": 1}})


def read(*paths: str, **options: Any) -> list[Reading]:
    given = InputOptions(base=Path.cwd(), **options)
    return told_once([reading for path in paths for reading in read_document(open_input(Path(path)), given)])


def backends(readings: list[Reading]) -> list[tuple[str, str]]:
    return [(reading.kind, backend.type) for reading in readings for backend in reading.backends]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(**files: str) -> None:
    for name, text in files.items():
        path = Path(name.replace("__", "/").replace("_", "."))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_a_plan_takes_the_backend_of_the_code_that_it_was_made_from() -> None:
    write(main_tf=BACKEND + BUCKET, plan_json=plan())

    found = read("plan.json")

    assert backends(found) == [("terraform-plan", "s3")]
    assert found[0].backends[0].where is not None
    assert str(found[0].backends[0].where) == "main.tf:2"


def test_a_folder_without_a_backend_block_keeps_local_state() -> None:
    write(main_tf=BUCKET, plan_json=plan())

    assert backends(read("plan.json")) == [("terraform-plan", "local")]


@pytest.mark.parametrize("code", [BACKEND + BUCKET.replace('"state"', '"other"'), ""])
def test_code_of_something_else_or_none_says_nothing_about_a_plan(code: str) -> None:
    write(plan_json=plan(), **({"main_tf": code} if code else {}))
    Path("terraform.tfstate").write_text("{}")

    assert [(item.kind, item.backends) for item in read("plan.json")] == [("terraform-plan", [])]


def test_a_resource_of_a_called_module_tells_the_root_module() -> None:
    write(main_tf=BACKEND + 'module "data" {\n  source = "acme/data/aws"\n}\n')
    nested = {"child_modules": [{"address": "module.data", "resources": [{**PLANNED, "address": "module.data.aws_s3_bucket.state"}]}]}
    write(plan_json=json.dumps({"format_version": "1.2", "planned_values": {"root_module": nested}, "resource_changes": []}))

    assert backends(read("plan.json")) == [("terraform-plan", "s3")]


def test_broken_code_is_said_and_no_local_state_is_guessed() -> None:
    write(main_tf=BUCKET, backend_tf='terraform {\n  backend "s3" {\n', plan_json=plan())

    found = read("plan.json")

    assert backends(found) == []
    assert any(
        item.kind == "note" and item.message.startswith("where the plan's state is kept is not judged: ") for item in found[0].problems
    )


@pytest.mark.parametrize("order", [("plan.json", "."), (".", "plan.json"), (".", "plan.json", "plan.json")])
def test_code_that_the_same_run_judges_speaks_for_itself(order: tuple[str, ...]) -> None:
    write(main_tf=BACKEND + BUCKET, plan_json=plan(), prod_tfvars='db_password = "not-a-real-one"\n')

    found = read(*order)

    assert backends(found) == [("terraform-hcl", "s3")]
    assert [raw.address for item in found if item.kind == "repository" for raw in item.resources] == ["prod.tfvars"]


def test_files_below_the_folder_are_left_to_a_run_over_it() -> None:
    write(main_tf=BUCKET, plan_json=plan(), deep__prod_tfvars='db_password = "not-a-real-one"\n')

    assert [item.kind for item in read("plan.json")] == ["terraform-plan"]


def test_a_preview_takes_the_project_of_its_name_and_the_settings_of_its_stack() -> None:
    write(Pulumi_yaml=PROJECT, Pulumi_dev_yaml="secretsprovider: awskms://alias/state\n", preview_json=preview())

    found = read("preview.json")

    assert backends(found) == [("pulumi-project", "pulumi")]
    assert found[1].backends[0].attrs == {"url": "file://~"}


def test_a_project_of_another_name_is_not_the_previews() -> None:
    write(Pulumi_yaml=PROJECT, preview_json=preview("another"), prod_tfvars='db_password = "not-a-real-one"\n')

    assert [item.kind for item in read("preview.json")] == ["pulumi-preview"]


def test_a_program_below_its_project_and_a_folder_of_stack_settings_are_found() -> None:
    write(Pulumi_yaml=PROJECT + "stackConfigDir: stacks\n", stacks__Pulumi_prod_yaml="secretsprovider: passphrase\n")
    write(infra__preview_json=preview())

    found = read("infra/preview.json")

    assert found[1].backends[0].attrs == {"url": "file://~", "secretsprovider": "passphrase"}


def test_a_project_that_the_same_run_judges_is_told_once() -> None:
    write(Pulumi_yaml=PROJECT, preview_json=preview())

    assert backends(read("preview.json", ".")) == [("pulumi-project", "pulumi")]


def test_each_stack_of_a_project_has_its_own_settings() -> None:
    write(Pulumi_yaml=PROJECT, Pulumi_dev_yaml="secretsprovider: passphrase\n", prod_json=preview(), dev_json=preview(stack="dev"))

    attrs = [item.backends[0].attrs for item in read("prod.json", "dev.json", "dev.json") if item.backends]

    assert attrs == [{"url": "file://~"}, {"url": "file://~", "secretsprovider": "passphrase"}]


def test_the_code_of_a_plan_can_be_said_not_to_be_asked() -> None:
    write(main_tf=BACKEND + BUCKET, plan_json=plan())

    assert backends(read("plan.json", beside=False)) == []
