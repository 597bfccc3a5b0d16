"""The adoption report: what is read out of a preview, what is refused, and what is never shown."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from recoverable.components.adoption import SIGNATURE, UNKNOWN, AdoptionRefusedError, PreviewError, Touched, read_adoption
from recoverable.components.adoption_text import main, render

STACK = "urn:pulumi:prod::shop::"
ORDERS = f"{STACK}recoverable:index:Postgres::orders"
UPLOADS = f"{STACK}recoverable:index:Bucket::uploads"
DATABASE, BUCKET = "aws:rds/instance:Instance", "aws:s3/bucket:Bucket"


def state(kind: str, name: str, parent: str, inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"urn": f"{parent}$$::{name}", "type": kind, "custom": True, "parent": parent, "inputs": inputs, **more}


def step(op: str, new: dict[str, Any] | None, old: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    some = new or old or {}
    return {"op": op, "urn": some["urn"], **({"newState": new} if new else {}), **({"oldState": old} if old else {}), **more}


def adopted_database(kind: str, before: dict[str, Any], after: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    """The steps of a database that is imported, and then changed in one way or another."""
    old = state(DATABASE, "orders-db", ORDERS, before, id="orders", importID="orders")
    new = state(DATABASE, "orders-db", ORDERS, after, id="orders", importID="orders")
    return [step("import", old), step(kind, new, old, **more)]


def report(*steps: dict[str, Any]) -> Any:
    return read_adoption({"steps": list(steps), "changeSummary": {}})


def only(*steps: dict[str, Any]) -> Touched:
    touched = report(*steps).touched
    assert len(touched) == 1
    return touched[0]


def test_an_import_without_a_following_step_is_kept_as_it_is() -> None:
    found = only(step("import", state(BUCKET, "uploads-bucket", UPLOADS, {"bucket": "acme-uploads"}, importID="acme-uploads")))

    assert (found.outcome, found.imported, found.component, found.changes) == ("kept", "acme-uploads", "uploads", ())
    assert not found.refused


def test_an_update_after_the_import_says_every_property_from_and_to_and_which_protection_grows() -> None:
    detailed = {
        "backupRetentionPeriod": {"kind": "update", "inputDiff": True},
        "deletionProtection": {"kind": "add", "inputDiff": True},
        'tags["recoverable:owner"]': {"kind": "add", "inputDiff": True},
    }
    before = {"backupRetentionPeriod": 7, "tags": {"team": "a"}}
    after = {"backupRetentionPeriod": 35, "deletionProtection": True, "tags": {"team": "a", "recoverable:owner": "shop"}}

    found = only(*adopted_database("update", before, after, detailedDiff=detailed))

    assert found.outcome == "changed"
    assert [(change.path, change.before, change.after, change.effect) for change in found.changes] == [
        ("backupRetentionPeriod", "7", "35", "stronger"),
        ("deletionProtection", "(absent)", "true", "stronger"),
        ('tags["recoverable:owner"]', "(absent)", '"shop"', ""),
    ]


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("backupRetentionPeriod", 35, 30),
        ("deletionProtection", True, False),
        ("deleteAutomatedBackups", False, True),
        ("settings.backupConfiguration.enabled", True, False),
    ],
)
def test_a_protection_that_adoption_would_lower_is_called_weaker(path: str, before: Any, after: Any) -> None:
    def nested(value: Any) -> dict[str, Any]:
        for part in reversed(path.split(".")):
            value = {part: value}
        return dict(value)

    found = only(*adopted_database("update", nested(before), nested(after), detailedDiff={path: {"kind": "update"}}))

    assert [change.effect for change in found.changes] == ["weaker"]
    assert "1 weaker" in render(report(*adopted_database("update", nested(before), nested(after), detailedDiff={path: {"kind": "update"}})))


def test_a_value_that_is_known_after_apply_is_neither_stronger_nor_weaker() -> None:
    found = only(
        *adopted_database("update", {"backupRetentionPeriod": 7}, {"backupRetentionPeriod": UNKNOWN}, diffReasons=["backupRetentionPeriod"])
    )

    assert [(change.after, change.effect) for change in found.changes] == [("(known after apply)", "")]


def test_a_replacement_is_refused_with_the_property_that_forces_it_and_both_values() -> None:
    steps = adopted_database(
        "replace",
        {"kmsKeyId": "arn:old", "allocatedStorage": 20},
        {"kmsKeyId": "arn:new", "allocatedStorage": 40},
        replaceReasons=["kmsKeyId"],
        detailedDiff={"kmsKeyId": {"kind": "update-replace"}, "allocatedStorage": {"kind": "update"}},
    )
    found = report(*steps)

    assert found.touched[0].forcing == ["kmsKeyId"]
    with pytest.raises(AdoptionRefusedError) as refusal:
        found.require_kept()
    assert str(refusal.value) == (
        "Instance orders-db (orders) would be replaced, and its data lost: "
        'kmsKeyId: "arn:old" -> "arn:new". Make the program agree with what exists.'
    )


@pytest.mark.parametrize("op", ["replace", "create-replacement", "delete-replaced", "import-replacement"])
def test_every_step_of_a_replacement_alone_is_enough_to_refuse_it(op: str) -> None:
    new = state(DATABASE, "orders-db", ORDERS, {"kmsKeyId": "b"})
    old = state(DATABASE, "orders-db", ORDERS, {"kmsKeyId": "a"})

    assert report(step(op, new, old)).refusals


def test_a_deleted_store_is_refused_and_a_deleted_helper_is_not() -> None:
    store = step("delete", None, state(DATABASE, "orders-db", ORDERS, {}))
    helper = step("delete", None, state("aws:iam/rolePolicy:RolePolicy", "orders-policy", ORDERS, {}))

    found = report(store, helper)

    assert [each.refused for each in found.touched] == [True, False]
    assert found.refusals == [
        "Instance orders-db would be deleted: it holds what cannot be made again. Take it out of the state instead: pulumi state delete."
    ]


def test_a_replaced_helper_is_shown_and_refused_only_when_it_is_adopted() -> None:
    old, new = (state("aws:rds/subnetGroup:SubnetGroup", "g", ORDERS, {"name": name}, importID="g") for name in ("a", "b"))
    replaced = step("replace", new, old, replaceReasons=["name"])

    assert report(replaced).refusals == []
    assert len(report(step("import", old), replaced).refusals) == 1


def test_settings_written_over_those_of_an_adopted_bucket_are_listed_with_the_command_that_reads_them() -> None:
    bucket = step("import", state(BUCKET, "uploads-bucket", UPLOADS, {"bucket": "acme-uploads"}, importID="acme-uploads"))
    policy = step("create", state("aws:s3/bucketPolicy:BucketPolicy", "uploads-policy", UPLOADS, {"bucket": "acme-uploads"}))
    replica = step(
        "create", state("aws:s3/bucketPolicy:BucketPolicy", "uploads-replica-policy", UPLOADS, {"bucket": "acme-uploads-replica"})
    )
    elsewhere = step("create", state("aws:s3/bucketPolicy:BucketPolicy", "other", ORDERS, {"bucket": "acme-uploads"}))
    found = report(bucket, policy, replica, elsewhere)

    assert found.touched[0].overwritten == (
        (
            "aws:s3/bucketPolicy:BucketPolicy",
            "uploads-policy",
            "aws s3api get-bucket-policy --bucket acme-uploads",
        ),
    )
    assert found.touched[0].added == (("aws:s3/bucketPolicy:BucketPolicy", "uploads-replica-policy"),)
    assert "written over what the bucket has today" in render(found)
    assert "added beside it: BucketPolicy uploads-replica-policy" in render(found)


@pytest.mark.parametrize(
    "value", ["hunter2", {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "hunter2"}, ["hunter2"], {"inner": "hunter2"}]
)
def test_what_may_be_a_secret_never_reaches_the_report(value: Any) -> None:
    steps = adopted_database("update", {"password": value}, {"password": "hunter2-new"}, diffReasons=["password"])
    found = report(*steps)

    assert "hunter2" not in render(found) + repr(found)
    assert [(change.before, change.after) for change in found.touched[0].changes] == [("[secret]", "[secret]")]


def test_a_property_inside_a_secret_object_is_not_opened() -> None:
    sealed = {"settings": {SIGNATURE: "x", "value": {"user": "root"}}}

    found = only(*adopted_database("update", sealed, {"settings": {"user": "x"}}, detailedDiff={"settings.user": {"kind": "update"}}))

    assert found.changes[0].before == "[secret]"


def test_no_line_is_wider_than_80_columns_but_a_word_that_cannot_be_broken() -> None:
    long = {f"property{number}": "value " * 30 for number in range(5)}
    steps = adopted_database("update", {}, long, diffReasons=list(long))

    assert max(len(line) for line in render(report(*steps)).splitlines()) <= 80


def test_outside_a_component_nothing_is_said_to_be_added() -> None:
    top = f"{STACK}pulumi:pulumi:Stack::shop-prod"
    bucket = step("import", state(BUCKET, "b", top, {"bucket": "acme"}, importID="acme"))
    other = step("create", state("aws:s3/bucketPolicy:BucketPolicy", "p", top, {"bucket": "acme"}))

    assert (only(bucket, other).component, only(bucket, other).added) == ("", ())


def test_tags_are_said_once_and_not_again_as_the_provider_computes_them() -> None:
    detailed = {"tags.a": {"kind": "update"}, "tagsAll.a": {"kind": "update"}}
    found = only(*adopted_database("update", {"tags": {"a": "1"}}, {"tags": {"a": "2"}}, detailedDiff=detailed))

    assert [change.path for change in found.changes] == ["tags.a"]


def test_what_is_created_or_unchanged_is_no_part_of_the_report() -> None:
    made = step("create", state(BUCKET, "new", UPLOADS, {}))
    same = step("same", state(BUCKET, "same", UPLOADS, {}), state(BUCKET, "same", UPLOADS, {}))

    assert report(made, same).touched == ()


@pytest.mark.parametrize("document", [None, [], {}, {"steps": None}, {"steps": [1]}, {"steps": [{"op": "create"}]}])
def test_a_document_that_is_no_preview_is_refused(document: Any) -> None:
    with pytest.raises(PreviewError, match="it has no steps"):
        read_adoption(document)


def command(folder: Path, document: Any, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    file = folder / "preview.json"
    file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    code = main([str(file)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_the_command_ends_with_1_where_a_store_would_be_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps = adopted_database("replace", {"kmsKeyId": "a"}, {"kmsKeyId": "b"}, replaceReasons=["kmsKeyId"])

    code, out, _ = command(tmp_path, {"steps": steps}, capsys)

    assert code == 1
    assert "adopt Instance orders-db: REPLACED" in out
    assert out.endswith("1 adopted, 1 properties changed (0 stronger, 0 weaker), 1 refused\n")


def test_the_command_ends_with_0_where_all_is_kept_and_with_3_where_nothing_exists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = step("import", state(BUCKET, "uploads-bucket", UPLOADS, {}, importID="acme-uploads"))

    assert command(tmp_path, {"steps": [kept]}, capsys)[0] == 0
    assert command(tmp_path, {"steps": []}, capsys)[0] == 3


def test_the_command_ends_with_2_and_says_why_where_it_cannot_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(tmp_path, "{", capsys)[0::2] == (2, f"{tmp_path / 'preview.json'}: not JSON (JSONDecodeError)\n")
    assert main([str(tmp_path / "absent.json")]) == 2
    assert "No such file" in capsys.readouterr().err
    assert main([]) == 2
    assert "usage:" in capsys.readouterr().err


def test_the_command_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"steps": []}'))

    assert main(["-"]) == 3
    assert capsys.readouterr().out == "0 adopted, 0 properties changed (0 stronger, 0 weaker), 0 refused\n"
