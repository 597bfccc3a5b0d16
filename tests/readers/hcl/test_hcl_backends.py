"""Where state is kept: blocks, settings beside them, Terragrunt, and nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readers.hcl.hcl_case import put, read_all, read_one

RESOURCE = 'resource "aws_x" "x" {\n}\n'
S3 = 'terraform {\n  required_version = ">= 1.11"\n  backend "s3" {\n    encrypt = true\n%s  }\n}\n'


def test_a_full_backend_block_with_lines_and_version(tmp_path: Path) -> None:
    put(tmp_path, "main.tf", S3 % '    bucket = "b"\n    key = "k"\n' + RESOURCE)
    (backend,) = read_one(tmp_path).backends
    assert (backend.type, backend.attrs) == ("s3", {"encrypt": True, "bucket": "b", "key": "k"})
    assert (backend.implicit, backend.partial, backend.required_version) == (False, False, ">= 1.11")
    assert backend.lines == {"encrypt": 4, "bucket": 5, "key": 6}
    assert str(backend.where) == "main.tf:3"


def test_no_block_is_local_state_and_implicit(tmp_path: Path) -> None:
    put(tmp_path, "main.tf", RESOURCE)
    (backend,) = read_one(tmp_path).backends
    assert (backend.type, backend.implicit) == ("local", True)


def test_only_variables_and_a_single_file_claim_no_backend(tmp_path: Path) -> None:
    put(tmp_path, "a/main.tf", 'variable "x" {\n}\n')
    put(tmp_path, "b/main.tf", RESOURCE)
    assert read_one(tmp_path, path="a").backends == []
    assert read_one(tmp_path, path="b/main.tf").backends == []


@pytest.mark.parametrize("name", ["prod.tfbackend", "backend-prod.hcl", "backend.hcl"])
def test_settings_beside_a_partial_block_complete_it(tmp_path: Path, name: str) -> None:
    put(tmp_path, "main.tf", S3 % "" + RESOURCE)
    put(tmp_path, name, 'bucket = "b"\nkey = "k"\n')
    (backend,) = read_one(tmp_path).backends
    assert backend.attrs == {"encrypt": True, "bucket": "b", "key": "k"}
    assert not backend.partial


def test_several_settings_files_are_several_backends(tmp_path: Path) -> None:
    put(tmp_path, "main.tf", S3 % '    key = "k"\n' + RESOURCE)
    put(tmp_path, "dev.tfbackend", 'bucket = "dev"\n')
    put(tmp_path, "prod.tfbackend", 'bucket = "prod"\n')
    assert [backend.attrs["bucket"] for backend in read_one(tmp_path).backends] == ["dev", "prod"]
    given = read_one(tmp_path, backend_config=[tmp_path / "prod.tfbackend"]).backends
    assert [backend.attrs["bucket"] for backend in given] == ["prod"]


def test_a_partial_block_with_nothing_beside_it(tmp_path: Path) -> None:
    put(tmp_path, "main.tf", S3 % "" + RESOURCE)
    (backend,) = read_one(tmp_path).backends
    assert backend.partial


def test_cloud_block(tmp_path: Path) -> None:
    put(
        tmp_path,
        "main.tf",
        'terraform {\n  cloud {\n    organization = "o"\n    workspaces {\n      name = "w"\n    }\n  }\n}\n' + RESOURCE,
    )
    (backend,) = read_one(tmp_path).backends
    assert (backend.type, backend.attrs) == ("cloud", {"organization": "o", "workspaces": [{"name": "w"}]})


def test_terragrunt_keeps_the_backend_from_being_local(tmp_path: Path) -> None:
    put(tmp_path, "main.tf", RESOURCE)
    put(
        tmp_path,
        "terragrunt.hcl",
        'remote_state {\n  backend = "s3"\n  config = {\n    bucket = "b"\n    key = path_relative_to_include()\n  }\n}\n',
    )
    reading = read_one(tmp_path)
    (backend,) = reading.backends
    assert (backend.type, backend.attrs["bucket"], backend.implicit) == ("s3", "b", False)
    assert [problem.kind for problem in reading.problems] == ["note"]
    put(tmp_path, "terragrunt.hcl", 'include "root" {\n  path = find_in_parent_folders()\n}\n')
    assert read_one(tmp_path).backends == []
    put(tmp_path, "backend.tf", S3 % '    bucket = "b"\n    key = "k"\n')
    (backend,) = read_one(tmp_path).backends
    assert backend.type == "s3"


def test_an_empty_folder_has_no_root(tmp_path: Path) -> None:
    assert read_all(tmp_path) == []
