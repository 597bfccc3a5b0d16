"""What the user names is opened, recognised by its content, and refused with a reason."""

from __future__ import annotations

import gzip
import json
import os
import resource
import stat
from pathlib import Path
from typing import Any

import pytest

from recoverable.model.errors import InputError
from recoverable.readers import documents
from recoverable.readers.documents import open_input

PLAN = {"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {}}, "resource_changes": []}
PREVIEW = {"config": {}, "steps": [], "changeSummary": {}}
STACK = {"version": 3, "deployment": {"resources": []}}


def refused(path: Path) -> str:
    """What is said of a path that cannot be read."""
    with pytest.raises(InputError) as caught:
        open_input(path)
    assert caught.value.where == str(path)
    assert caught.value.fix, "every refusal says what to do"
    return caught.value.what


def write(folder: Path, content: Any, name: str = "input.json") -> Path:
    """A file of text, bytes or JSON."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else (content if isinstance(content, str) else json.dumps(content)).encode())
    return path


@pytest.mark.parametrize(
    ("content", "kind"),
    [(PLAN, "terraform-plan"), (PREVIEW, "pulumi-preview"), (STACK, "pulumi-stack"), (json.dumps(PLAN, indent=4), "terraform-plan")],
)
def test_a_document_is_recognised_by_its_content(tmp_path: Path, content: Any, kind: str) -> None:
    assert open_input(write(tmp_path, content, "anything.txt")).kind == kind


@pytest.mark.parametrize("name", ["main.tf", "main.tofu", "main.tf.json", "main.tofu.json"])
def test_code_is_recognised_by_its_name_and_not_opened(tmp_path: Path, name: str) -> None:
    assert open_input(write(tmp_path, b"\xff", name)).kind == "hcl"
    assert open_input(tmp_path).kind == "hcl"


ENCODED = {
    "UTF-8 with BOM": b"\xef\xbb\xbf" + json.dumps(PLAN).encode(),
    "UTF-16 little endian, as PowerShell writes it": json.dumps(PLAN).encode("utf-16"),
    "UTF-16 big endian": b"\xfe\xff" + json.dumps(PLAN).encode("utf-16-be"),
    "gzip": gzip.compress(json.dumps(PLAN).encode()),
    "gzip of UTF-8 with BOM": gzip.compress(b"\xef\xbb\xbf" + json.dumps(PLAN).encode()),
    "gzip of two members": gzip.compress(json.dumps(PLAN).encode()[:40]) + gzip.compress(json.dumps(PLAN).encode()[40:]),
    "blank lines around": b"\r\n \n" + json.dumps(PLAN).encode() + b"\r\n",
}


@pytest.mark.parametrize("data", [pytest.param(data, id=name) for name, data in ENCODED.items()])
def test_a_plan_is_read_in_any_encoding_a_tool_writes(tmp_path: Path, data: bytes) -> None:
    assert open_input(write(tmp_path, data)).data == PLAN


REFUSED = {
    "empty": ("", "is empty"),
    "blank": (" \n\t", "is empty"),
    "binary": (bytes(range(256)), "is not text"),
    "a binary plan": (b"PK\x03\x04\x00\x00", "is a binary plan"),
    "truncated": (json.dumps(PLAN)[:-4], "is truncated JSON"),
    "broken": ('{"format_version": "1.2", planned: 1, "x": [1, 2, 3]}', "is not JSON (line 1, column"),
    "a list": ([PLAN], "neither a Terraform plan nor a Pulumi preview"),
    "a number": ("1", "neither a Terraform plan nor a Pulumi preview"),
    "null": ("null", "neither a Terraform plan nor a Pulumi preview"),
    "a text": ('"plan"', "neither a Terraform plan nor a Pulumi preview"),
    "other JSON": ({"name": "package", "version": "1.0"}, "neither a Terraform plan nor a Pulumi preview"),
    "state as shown": ({"format_version": "1.0", "values": {}}, "is a Terraform state, not a plan"),
    "a state file": ({"version": 4, "terraform_version": "1.9.0", "resources": []}, "is a Terraform state file, not a plan"),
    "provider schemas": ({"format_version": "1.0", "provider_schemas": {}}, "is Terraform JSON, but not a plan"),
    "a preview without steps": ({"config": {}, "changeSummary": {}}, "is a Pulumi preview without steps"),
    "deep nesting": ("[" * 100_000 + "]" * 100_000, "is nested too deeply"),
    "deep nesting of objects": ('{"a":' * 100_000, "is nested too deeply"),
    "a number without end": ('{"format_version": ' + "9" * 5000 + "}", "holds a number that no plan has"),
    "damaged gzip": (gzip.compress(b"x" * 100)[:12] + b"\xff\xff\xff\xff" + b"0" * 20, "is a damaged gzip file"),
    "truncated gzip": (gzip.compress(os.urandom(4000))[:2000], "is a truncated gzip file"),
    "gzip and rubbish": (gzip.compress(b"{}") + b"rubbish", "is a damaged gzip file"),
    "UTF-16 without an end": (json.dumps(PLAN).encode("utf-16")[:-1], "is not text"),
    "Latin-1": ('{"format_version": "J\xfcrgen"}'.encode("latin-1"), "is not text"),
}


@pytest.mark.parametrize(("content", "words"), [pytest.param(*item, id=name) for name, item in REFUSED.items()])
def test_what_is_no_plan_is_refused_with_what_it_is(tmp_path: Path, content: Any, words: str) -> None:
    assert words in refused(write(tmp_path, content))


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere") == "no such file or folder"
    assert refused(tmp_path / "x" / "y" / "plan.json") == "no such file or folder"
    assert refused(write(tmp_path, PLAN) / "below a file") == "no such file or folder"


def test_a_name_longer_than_any_file_has_is_refused(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / ("x" * 5000))


def test_symbolic_links_are_followed_and_loops_are_not(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(write(tmp_path, PLAN))
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")
    (tmp_path / "dead").symlink_to(tmp_path / "nowhere")

    assert open_input(tmp_path / "link").kind == "terraform-plan"
    assert "leads nowhere" in refused(tmp_path / "one")
    assert "leads nowhere" in refused(tmp_path / "dead")


def test_pipes_and_devices_are_refused_without_waiting_for_them(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    os.mkfifo(tmp_path / "pipe.tf")

    assert "pipe or device" in refused(tmp_path / "pipe.json")
    assert "pipe or device" in refused(tmp_path / "pipe.tf")
    assert "pipe or device" in refused(Path("/dev/zero"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, PLAN)
    path.chmod(0)

    assert "Permission denied" in refused(path)


def test_a_file_that_fails_while_it_is_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", fail)

    assert "Permission denied" in refused(write_before(tmp_path))


def write_before(folder: Path) -> Path:
    """A plan written without ``Path.read_bytes``."""
    (folder / "plan.json").write_text(json.dumps(PLAN))
    return folder / "plan.json"


def test_a_file_larger_than_the_bound_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(documents.LIMIT + 1)

    assert stat.S_ISREG(path.stat().st_mode)
    assert "more than is read" in refused(path)


@pytest.mark.parametrize(("megabytes", "members"), [(300, 1), (8, 200)])
def test_a_gzip_bomb_is_stopped_at_a_bound(tmp_path: Path, megabytes: int, members: int) -> None:
    zeros = gzip.compress(b"\0" * (megabytes * 1024**2))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    words = refused(write(tmp_path, zeros * members))

    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert "unpacks to far more" in words
    assert grown < 700 * 1024, f"{grown // 1024} MB"
