"""Hand-made examples through the real Terraform, the translation and the real engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.standins.pulumi import record, split

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
ENGINE = [pytest.mark.engine, pytest.mark.terraform]
Recording = dict[str, Any]


def inputs(document: dict[str, Any], name: str) -> dict[str, Any]:
    """The inputs of one resource of a preview, by the end of its URN."""
    [step] = [step for step in document["steps"] if step["urn"].endswith(f"::{name}")]
    found: dict[str, Any] = step["newState"]["inputs"]
    return found


@pytest.mark.engine
@pytest.mark.terraform
class TestPreviews:
    def test_known_values_arrive_and_nothing_that_was_not_stated(self, recording: Recording) -> None:
        preview = split.previews(recording["previews.json"])["hand-bucket"]
        bucket = inputs(preview, "hand-bucket.b")
        assert bucket["bucket"] == "uploads"
        assert bucket["tags"] == {"environment": "prod"}
        rule = inputs(preview, "hand-bucket.l")["rules"][0]
        assert (rule["id"], rule["noncurrentVersionExpiration"]["noncurrentDays"]) == ("old", 90)

    def test_what_the_provider_fills_in_is_marked_as_its_own(self, recording: Recording) -> None:
        bucket = inputs(recording["previews.json"], "hand-bucket.b")
        assert bucket["__defaults"] == ["forceDestroy"]
        assert (bucket["forceDestroy"], bucket["region"], bucket["tagsAll"]) == (False, "eu-west-1", {"environment": "prod"})

    def test_unknown_stays_unknown_and_absent_stays_absent(self, recording: Recording) -> None:
        preview = recording["previews.json"]
        assert inputs(preview, "hand-unknown.var")["backupRetentionPeriod"] == UNKNOWN
        assert inputs(preview, "hand-unknown.other")["backupRetentionPeriod"] == UNKNOWN
        assert inputs(preview, "hand-unknown.other")["password"] == "[secret]"
        assert "multiAz" not in inputs(preview, "hand-unknown.other")

    def test_a_null_from_a_known_variable_is_absence(self, recording: Recording) -> None:
        assert "kmsKeyId" not in inputs(recording["previews.json"], "hand-unknown.other")

    def test_companions_refer_to_their_own_instance(self, recording: Recording) -> None:
        steps = {step["urn"].split("::")[-1]: step for step in recording["previews.json"]["steps"]}
        for key in ("a", "b"):
            [source] = steps[f"hand-region.v-{key}"]["newState"]["propertyDependencies"]["bucket"]
            assert source.endswith(f"::hand-region.b-{key}")

    def test_region_and_tags_of_an_explicit_provider(self, recording: Recording) -> None:
        preview = recording["previews.json"]
        assert inputs(preview, "hand-region.b-a")["region"] == "eu-central-1"
        assert inputs(preview, "hand-region.b-a")["tagsAll"] == {"environment": "staging"}
        assert inputs(preview, "hand-region.copy")["region"] == "eu-west-1"

    def test_google_and_neon(self, recording: Recording) -> None:
        preview = recording["previews.json"]
        settings = inputs(preview, "hand-google.db")["settings"]
        assert settings["backupConfiguration"]["backupRetentionSettings"]["retainedBackups"] == 30
        assert inputs(preview, "hand-neon.p") == {"historyRetentionSeconds": 86400, "name": "p"}

    def test_nothing_of_this_machine_is_left(self, recording: Recording) -> None:
        text = json.dumps(recording)
        for word in (str(Path.home()), "/tmp/", "stackTrace", '"duration"'):
            assert word not in text


@pytest.mark.engine
@pytest.mark.terraform
class TestChanges:
    def test_each_change_is_the_step_that_the_engine_makes_of_it(self, recording: Recording) -> None:
        steps = {step["urn"].split("::")[-1]: step for step in recording["changes.json"]["steps"]}
        assert {name: step["op"] for name, step in steps.items() if name.endswith(".db")} == {
            "hand-lowered.db": "update",
            "hand-replaced.db": "replace",
            "hand-deleted.db": "delete",
        }
        assert steps["hand-lowered.db"]["detailedDiff"] == {"backupRetentionPeriod": {"kind": "update", "inputDiff": True}}
        assert steps["hand-replaced.db"]["replaceReasons"] == ["storageEncrypted"]

    def test_unchanged_resources_show_on_demand_only(self, recording: Recording) -> None:
        for name, count in (("changes.json", 0), ("changes-sames.json", 3)):
            shown = [step for step in recording[name]["steps"] if step["urn"].endswith(".same")]
            assert len(shown) == count

    def test_the_stack_before_has_what_the_changes_start_from(self, recording: Recording) -> None:
        stacks = split.exports(recording["changes-stack.json"])
        [database] = [each for each in stacks["hand-lowered"]["deployment"]["resources"] if each["urn"].endswith(".db")]
        assert database["outputs"]["backupRetentionPeriod"] == 30


@pytest.mark.engine
@pytest.mark.terraform
def test_an_example_without_counterpart_is_refused_by_name(pulumi: object, tmp_path: Path) -> None:
    file = tmp_path / "examples.json"
    file.write_text(json.dumps([{"id": "odd", "hcl": 'resource "aws_alb" "x" {\n  name = "x"\n}\n'}]))
    with pytest.raises(record.Problems, match=r"^odd: resources\.json has no counterpart of aws_alb$"):
        record.record(file, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_ids_are_checked_before_anything_runs(tmp_path: Path) -> None:
    file = tmp_path / "examples.json"
    file.write_text(json.dumps([{"id": "a b", "hcl": ""}, {"id": "c", "hcl": ""}, {"id": "c", "hcl": ""}]))
    with pytest.raises(record.Problems, match=r"example 1: wants an id .*\nexample 3: the id c is there twice"):
        record.load(file)


def test_a_recording_has_a_line_for_each_step() -> None:
    content = {"steps": [{"urn": "a"}, {"urn": "b"}], "programs": {"resources": "text"}}
    text = record.document(content)
    assert json.loads(text) == content
    assert text.splitlines()[2:4] == ['{"urn":"a"},', '{"urn":"b"}']
