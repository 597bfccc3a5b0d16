"""An upgrade never replaces a data store: today's code against what each release left behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import recoverable
from recoverable.components.adoption import STORES, read_adoption
from recoverable.components.policy import Cloud
from recoverable.sandbox.laptop import Laptop
from tests.components.record_release import CLOUDS, CONFIG, STACK, children_now, files, program, project, releases
from tests.support.stacks import Stack

RECORDED = [(release, cloud) for cloud in CLOUDS for release in releases(cloud)]
Row = dict[str, Any]


def recorded_children(release: str, cloud: Cloud) -> list[Row]:
    rows: list[Row] = json.loads(files(release, cloud)[1].read_text(encoding="utf-8"))
    return rows


def lost(before: list[Row], now: list[Row]) -> list[str]:
    """Children that are gone, and that no child of today answers for by an alias."""

    def key(row: Row) -> tuple[str, str, str]:
        return row["type"], row["name"], row["parent"]

    present = {key(row) for row in now}
    aliased = {alias.rsplit("::", 1)[-1] for row in now for alias in row["aliases"]}
    return [f"{row['type']} {row['name']} in {row['parent']}" for row in before if key(row) not in present and row["name"] not in aliased]


def test_this_version_or_an_earlier_one_is_recorded_for_every_cloud() -> None:
    assert all(releases(cloud) for cloud in CLOUDS)


@pytest.mark.parametrize(("release", "cloud"), RECORDED)
def test_no_child_of_a_release_is_renamed_moved_or_dropped_without_an_alias(release: str, cloud: Cloud) -> None:
    assert lost(recorded_children(release, cloud), children_now(cloud)) == []


@pytest.mark.parametrize("cloud", CLOUDS)
def test_the_children_of_this_version_are_those_that_were_recorded(cloud: Cloud) -> None:
    if recoverable.__version__ not in releases(cloud):
        pytest.skip("this version is in the making")

    assert children_now(cloud) == recorded_children(recoverable.__version__, cloud)


def row(name: str, **more: Any) -> Row:
    return {"type": "aws:s3/bucket:Bucket", "name": name, "parent": "p", "aliases": [], **more}


@pytest.mark.parametrize(
    ("now", "gone"),
    [
        ([row("uploads-bucket")], 0),
        ([row("uploads")], 1),
        ([row("uploads-bucket", type="aws:s3/bucketV2:BucketV2")], 1),
        ([row("uploads-bucket", parent="q")], 1),
        ([row("uploads", aliases=["uploads-bucket"])], 0),
        ([row("uploads", aliases=["urn:pulumi:prod::shop::x::uploads-bucket"])], 0),
        ([], 1),
    ],
)
def test_a_rename_without_an_alias_is_noticed(now: list[Row], gone: int) -> None:
    assert len(lost([row("uploads-bucket")], now)) == gone


def upgraded(laptop: Laptop, folder: Path, state: dict[str, Any], cloud: Cloud) -> dict[str, Any]:
    """The preview of today's code on a recorded state."""
    stack = Stack(laptop, folder, program(cloud), project(cloud), STACK, CONFIG)
    (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
    stack.run("stack", "import", "--force", "--file", "state.json")
    return stack.preview()


@pytest.mark.engine
@pytest.mark.xdist_group("laptop")
@pytest.mark.parametrize(("release", "cloud"), RECORDED)
def test_an_upgrade_from_a_release_replaces_and_deletes_no_data_store(release: str, cloud: Cloud, laptop: Laptop, tmp_path: Path) -> None:
    state = json.loads(files(release, cloud)[0].read_text(encoding="utf-8"))
    held = {resource["type"] for resource in state["deployment"]["resources"]} & STORES

    document = upgraded(laptop, tmp_path, state, cloud)

    assert len(held) >= 4  # the recording holds what this is about
    assert read_adoption(document).refusals == []
    assert "delete" not in {step["op"] for step in document["steps"]}


@pytest.mark.engine
@pytest.mark.xdist_group("laptop")
def test_a_changed_name_of_a_store_would_be_noticed(laptop: Laptop, tmp_path: Path) -> None:
    """The test above is worth something: a state in which a bucket had another name is refused."""
    cloud = CLOUDS[0]
    state = json.loads(files(releases(cloud)[-1], cloud)[0].read_text(encoding="utf-8"))
    for resource in state["deployment"]["resources"]:
        resource["protect"] = False  # else the engine refuses first
    text = json.dumps(state).replace("::uploads-bucket", "::uploads-store")

    refused = read_adoption(upgraded(laptop, tmp_path, json.loads(text), cloud)).refusals

    assert any("uploads-store would be deleted" in sentence for sentence in refused)
