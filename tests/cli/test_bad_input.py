"""Bad input given to the command: a clear message, the right exit code, no traceback, bounded time and memory."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Outcome
from tests.support.terraform_texts import BAD, GOOD

Run = Callable[..., Outcome]
PLAN = Path(__file__).resolve().parents[2] / "examples" / "plans" / "cloudsql.json"


def clear(outcome: Outcome) -> str:
    """Stdout and stderr of an outcome without a traceback."""
    assert "Traceback" not in outcome.out + outcome.err
    assert "internal error" not in outcome.err
    return outcome.out + outcome.err


def test_a_missing_path_exits_2_and_is_named(folder: Path, run: Run) -> None:
    outcome = run("check", "nowhere")

    assert outcome.code == 2
    assert "no such file or folder (nowhere)" in clear(outcome)


def test_a_missing_path_beside_a_good_one_exits_2_and_the_good_one_is_judged(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text(BAD)

    outcome = run("check", "nowhere", ".")

    assert outcome.code == 2
    assert "nowhere" in clear(outcome)
    assert "retention-too-short" in outcome.out


def test_an_empty_folder_exits_3(tmp_path: Path, run: Run) -> None:
    outcome = run("check", tmp_path)

    assert outcome.code == 3
    assert "nothing to judge" in clear(outcome)


def test_a_folder_without_a_protected_store_exits_3(folder: Path, run: Run) -> None:
    (folder / "main.tf").unlink()
    (folder / "net").mkdir()
    (folder / "net" / "outputs.tf").write_text('output "x" {\n  value = 1\n}\n')
    (folder / "README.md").write_text("# nothing here")

    outcome = run("check", "net/outputs.tf")

    assert outcome.code == 3, clear(outcome)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("plan.json", b"\x7fELF\x01\x02\xff", "is not text"),
        ("plan.json", b'{"format_version": "1.2", "planned', "is truncated JSON"),
        ("plan.json", b'{"dependencies": {}}', "neither a Terraform plan nor a Pulumi preview"),
        ("plan.json", b"[1, 2]", "neither a Terraform plan nor a Pulumi preview"),
        ("plan.json", b"42", "neither a Terraform plan nor a Pulumi preview"),
        ("plan.json", b"null", "neither a Terraform plan nor a Pulumi preview"),
        ("plan.json", b'{"format_version": "9.0", "planned_values": {}}', "plan format version 9.0 is not known"),
        ("plan.json", b'{"format_version": "1.2", "errored": true, "planned_values": {}}', "failed half-way"),
        ("terraform.tfstate", b'{"version": 4, "terraform_version": "1.9.0", "resources": []}', "is a Terraform state file, not a plan"),
        ("plan.json.gz", gzip.compress(b"{}" * 99)[:-9], "is a truncated gzip file"),
        ("plan.json", b'{"format_version": "1.2", "planned_values": ' + b'{"a":' * 50_000, "nested too deeply"),
        ("main.tf.json", b'{"resource": ' * 50_000, "nested too deeply"),
        ("main.tf", b"a = " + b"[" * 100_000, "main.tf"),
        ("main.tf", b"locals {\n  a = " + b"(" * 5000 + b"1" + b")" * 5000 + b"\n}\n", "nested"),
        ("main.tf", b'locals {\n  a = "\xff\xfe"\n}\n', "UTF-8"),
        ("main.tf", b"\x00\x01\x02", "main.tf"),
        ("main.tf.json", b"[[[", "main.tf.json"),
        ("main.tf", b"locals {\n  a = local.b\n  b = local.a\n}\n", "in a circle"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_an_input_that_cannot_be_read_exits_2_and_says_why(folder: Path, run: Run, name: str, content: bytes, words: str) -> None:
    (folder / name).write_bytes(content)

    outcome = run("check", name)

    assert outcome.code == 2, clear(outcome)
    assert words in clear(outcome)
    assert name in clear(outcome)


def test_values_nested_deeper_than_any_plan_are_refused(folder: Path, run: Run) -> None:
    plan = json.loads(PLAN.read_text())
    deep: Any = 1
    for _ in range(400):
        deep = {"a": [deep]}
    for part in plan["planned_values"]["root_module"]["resources"]:
        part["values"]["settings"] = deep
    for change in plan["resource_changes"]:
        change["change"]["after_unknown"] = {"settings": json.loads(json.dumps(deep).replace("1", "true"))}
    (folder / "plan.json").write_text(json.dumps(plan))

    outcome = run("check", "plan.json")

    assert outcome.code in (1, 2), clear(outcome)
    assert "error[" not in outcome.out


def test_broken_code_in_one_file_of_many_is_an_error_and_the_others_are_judged(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text(BAD)
    (folder / "broken.tf").write_text('resource "aws_s3_bucket" "b" {\n  bucket = \n')

    outcome = run("check", ".", "--format", "text", "--format", "json=r.json")

    assert outcome.code == 2
    assert "broken.tf:2" in clear(outcome)
    assert "retention-too-short" in outcome.out
    report = json.loads((folder / "r.json").read_text())
    assert any(item["rule"] == "RCV002" and item["verdict"] == "fail" for item in report["results"])
    assert "broken.tf" in json.dumps(report)


def test_links_that_lead_in_a_circle_end(folder: Path, run: Run) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "self").symlink_to(folder / "self")
    (folder / "gone.tf").symlink_to(folder / "nowhere.tf")

    outcome = run("check", ".")

    assert outcome.code in (0, 2), clear(outcome)
    assert run("check", "self").code == 2


def test_modules_that_call_each_other_in_a_circle_end(folder: Path, run: Run) -> None:
    (folder / "main.tf").write_text(GOOD + 'module "a" {\n  source = "./a"\n}\n')
    (folder / "a").mkdir()
    (folder / "a" / "main.tf").write_text('module "b" {\n  source = "../a"\n}\n')

    outcome = run("check", ".")

    assert outcome.code == 2
    assert "module" in clear(outcome)


def test_pipes_and_devices_do_not_hang_the_command(folder: Path, run: Run) -> None:
    os.mkfifo(folder / "pipe.tf")
    os.mkfifo(folder / "Pulumi.yaml")
    os.mkfifo(folder / ".env")
    os.mkfifo(folder / "prod.tfvars")

    outcome = run("check", ".")

    assert outcome.code == 2
    assert "pipe.tf" in clear(outcome)
    assert run("check", "/dev/zero").code == 2
    assert run("check", "pipe.tf").code == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_an_unreadable_file_is_an_error_and_the_others_are_judged(folder: Path, run: Run) -> None:
    (folder / "secret.tf").write_text("")
    (folder / "secret.tf").chmod(0)

    assert run("check", ".").code == 2


def test_a_file_that_cannot_be_opened_is_an_error_and_the_others_are_judged(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "main.tf").write_text(BAD)
    (folder / "secret.tf").write_text("")
    real = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: fail(path) if path.name == "secret.tf" else real(path))

    outcome = run("check", ".")

    assert outcome.code == 2
    assert "secret.tf" in clear(outcome)
    assert "Permission denied" in outcome.out
    assert "retention-too-short" in outcome.out


def fail(path: Path) -> bytes:
    """What an unreadable file does."""
    raise PermissionError(13, "Permission denied", str(path))
