"""Previews and a stack export that the real engine made (the program lies beside them in the corpus)."""

from __future__ import annotations

import copy
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from recoverable.cli.entry import main
from recoverable.clouds.build import wanted
from recoverable.model.finding import Finding, Verdict
from recoverable.readers.pulumi.preview_reader import read_preview, read_stack
from recoverable.report.formats import names
from tests.support.judging import findings_of

CORPUS = Path(os.environ.get("RECOVERABLE_CORPUS", Path(__file__).resolve().parents[4] / "shared" / "corpus"))
CAPTURES = CORPUS / "previews"
pytestmark = pytest.mark.skipif(not CAPTURES.is_dir(), reason="the corpus is not beside this checkout (set RECOVERABLE_CORPUS)")

DATABASE = "urn:pulumi:prod::shop::aws:rds/instance:Instance::orders"
BUCKET = "urn:pulumi:prod::shop::shop:index:Store$aws:s3/bucket:Bucket::shop-uploads"
VERSIONING = "urn:pulumi:prod::shop::shop:index:Store$aws:s3/bucketVersioning:BucketVersioning::shop-versioning"
NEVER_TOLD = ("not-a-real-password", "1b47061264138c4ac30d75fd1eb44270")
CAPTURED = ["absent", "create", "deleted", "lowered", "replaced", "stack-export", "unchanged", "unknown"]


@cache
def document(name: str) -> dict[str, Any]:
    """A capture."""
    found: dict[str, Any] = json.loads((CAPTURES / f"aws-{name}.json").read_text())
    return found


def judged(name: str | dict[str, Any]) -> list[Finding]:
    """The findings about a capture, or a changed copy of one."""
    data = document(name) if isinstance(name, str) else name
    return findings_of([(read_preview if "steps" in data else read_stack)(data, "preview.json", wanted)])


def verdict(name: str | dict[str, Any], rule: str, address: str = DATABASE) -> Finding:
    """The worst answer of a rule about an address."""
    order = [Verdict.ERROR, Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS]
    found = [item for item in judged(name) if rule in (item.rule, item.name) and item.address == address]
    return min(found, key=lambda item: order.index(item.verdict))


@pytest.mark.parametrize("name", CAPTURED)
def test_no_rule_crashes_on_a_capture(name: str) -> None:
    assert [item.message for item in judged(name) if item.verdict is Verdict.ERROR] == []


def test_a_first_deployment_is_judged_whole() -> None:
    assert verdict("create", "retention-too-short").verdict is Verdict.PASS
    assert verdict("create", "pitr-disabled").verdict is Verdict.PASS
    assert verdict("create", "versioning-off", BUCKET).verdict is Verdict.PASS
    assert verdict("create", "database-unencrypted").verdict is Verdict.PASS


def test_the_place_in_the_program_is_told() -> None:
    assert str(verdict("create", "retention-too-short").where) == "__main__.py:22"


def test_the_environment_comes_from_the_tag_and_else_from_the_stack() -> None:
    assert verdict("create", "retention-too-short").environment_source == "tag environment=prod"
    assert verdict("lowered", "protection-turned-off", VERSIONING).environment_source == "stack prod"


def test_retention_that_is_not_written_is_the_default_of_none() -> None:
    found = verdict("absent", "backups-disabled")

    assert found.verdict is Verdict.FAIL
    assert "default" in found.found


def test_retention_that_comes_from_an_output_is_unknown_and_named() -> None:
    for rule in ("backups-disabled", "retention-too-short"):
        found = verdict("unknown", rule)
        assert found.verdict is Verdict.UNKNOWN
        assert "an output of data" in found.message


def test_an_unchanged_attribute_is_known_beside_an_unknown_one() -> None:
    assert verdict("unknown", "deletion-protection-off").verdict is Verdict.PASS


def test_what_is_lowered_or_turned_off_is_told() -> None:
    assert verdict("lowered", "retention-lowered").verdict is Verdict.FAIL
    assert "from 30 days down to 7 days" in verdict("lowered", "retention-lowered").message
    off = [item for item in judged("lowered") if item.name == "protection-turned-off" and item.verdict is Verdict.FAIL]
    assert {(item.address, item.message) for item in off} == {
        (DATABASE, "the plan turns deletion protection off"),
        (VERSIONING, "the plan turns versioning off"),
    }


def test_versioning_that_is_suspended_is_told_although_the_bucket_is_hidden() -> None:
    found = verdict("lowered", "protection-turned-off", VERSIONING)

    assert found.verdict is Verdict.FAIL
    assert str(found.where) == "__main__.py:11"
    assert found.found == "off"


def test_versioning_that_is_deleted_is_told_although_the_bucket_is_hidden() -> None:
    changed = copy.deepcopy(document("lowered"))
    [step] = [item for item in changed["steps"] if item["urn"] == VERSIONING]
    step["op"] = "delete"
    step.pop("newState")

    assert verdict(changed, "protection-turned-off", VERSIONING).verdict is Verdict.FAIL


def test_a_companion_that_changes_and_stays_on_is_no_finding() -> None:
    changed = copy.deepcopy(document("lowered"))
    [step] = [item for item in changed["steps"] if item["urn"] == VERSIONING]
    step["newState"]["inputs"]["versioningConfiguration"]["status"] = "Enabled"

    assert {item.verdict for item in judged(changed) if item.address == VERSIONING} == {Verdict.PASS}


def test_a_hidden_bucket_is_not_judged_by_anything_but_its_changes() -> None:
    rules = {item.rule for item in judged("lowered") if item.address in (VERSIONING, BUCKET)}

    assert all(rule.startswith("RCV13") for rule in rules), rules


def test_a_deletion_is_told_and_exits_1() -> None:
    assert verdict("deleted", "protected-store-deleted").verdict is Verdict.FAIL
    assert main(["check", str(CAPTURES / "aws-deleted.json")]) == 1


def test_a_replacement_is_told_with_what_forces_it() -> None:
    found = verdict("replaced", "protected-store-replaced")

    assert found.verdict is Verdict.FAIL
    assert "storageEncrypted, kmsKeyId" in found.message
    assert verdict("replaced", "database-unencrypted").verdict is Verdict.FAIL


def test_a_preview_without_changes_hides_everything_and_exits_3(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["check", str(CAPTURES / "aws-unchanged.json")])

    shown = capsys.readouterr()
    assert code == 3
    assert "6 unchanged resources are not in this preview (make it with --show-sames)" in shown.err
    assert "--show-sames" in shown.out
    assert main(["check", str(CAPTURES / "aws-unchanged.json"), "--allow-empty"]) == 0


def test_a_companion_that_may_be_hidden_is_unknown_and_not_missing() -> None:
    found = verdict("replaced", "no-second-region-copy")

    assert found.verdict is Verdict.UNKNOWN
    assert "--show-sames" in found.fix


def test_a_stack_export_is_judged_as_what_there_is() -> None:
    assert verdict("stack-export", "retention-too-short").verdict is Verdict.PASS
    assert verdict("stack-export", "versioning-off", BUCKET).verdict is Verdict.PASS
    assert not [item for item in judged("stack-export") if item.rule.startswith("RCV13")]


@pytest.mark.parametrize("name", CAPTURED)
def test_no_secret_reaches_any_report(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for report in names():
        main(["check", str(CAPTURES / f"aws-{name}.json"), "--format", report, "--verbose"])
        shown = capsys.readouterr()
        assert not [secret for secret in NEVER_TOLD if secret in shown.out + shown.err]


def test_a_secret_in_plain_text_is_told_and_not_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``pulumi preview --show-secrets`` or a program that forgets to mark one."""
    changed = copy.deepcopy(document("create"))
    for step in changed["steps"]:
        if step["urn"] == DATABASE:
            step["newState"]["inputs"]["password"] = "hunter2-hunter2"
    (tmp_path / "preview.json").write_text(json.dumps(changed))

    for report in names():
        assert main(["check", str(tmp_path / "preview.json"), "--format", report]) == 1
        shown = capsys.readouterr()
        assert "hunter2" not in shown.out + shown.err
        assert "RCV016" in shown.out or "password-in-code" in shown.out


def test_a_renamed_resource_is_compared_with_what_it_was() -> None:
    """An alias: the old state has another name than the step."""
    changed = copy.deepcopy(document("lowered"))
    for step in changed["steps"]:
        if step["urn"] == DATABASE:
            step["oldState"]["urn"] = DATABASE.replace("orders", "old-orders")

    assert verdict(changed, "retention-lowered").verdict is Verdict.FAIL
