"""What is written, against the published schemas and the numbers that are built in."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from recoverable.init.choices import Choices
from recoverable.init.github_workflow import workflow
from recoverable.init.gitlab_job import job
from recoverable.init.hook_config import hook
from recoverable.init.origin import Origin, own_origin, parse_origin
from recoverable.init.project import Project, PulumiProject
from recoverable.init.standard_file import standard_text
from recoverable.model.errors import InputError
from recoverable.standard.fields import ALL_FIELDS
from recoverable.standard.load import built_in, load

DATA = Path(__file__).parent.parent / "ci" / "data"
ORIGIN = Origin("https://github.com/acme/recoverable", "v0.1.0")
PULUMI = (PulumiProject(".", ("dev", "prod")), PulumiProject("in fra/eu", ()))


def choices(
    path: str = ".", *, terraform: int = 1, pulumi: tuple[PulumiProject, ...] = (), parts: tuple[str, ...] = (), empty: bool = False
) -> Choices:
    """Choices for a made-up project."""
    project = Project(Path("/tmp/x"), path, True, terraform, pulumi, "github", "release/1 #2")
    return Choices(project, frozenset(parts), ORIGIN, empty)


ALL = [
    choices(),
    choices("in fra: #1", parts=("baseline",)),
    choices(terraform=0, empty=True),
    choices(terraform=0, pulumi=PULUMI[:1]),
    choices(pulumi=PULUMI, parts=("baseline",), empty=True),
]


def schema(name: str) -> Draft7Validator:
    """A published schema."""
    return Draft7Validator(json.loads((DATA / name).read_text()))


@pytest.mark.parametrize("item", ALL)
def test_the_workflow_is_as_its_published_schema_says(item: Choices) -> None:
    loaded = yaml.safe_load(workflow(item))
    loaded["on"] = loaded.pop(True)

    schema("github-workflow.schema.json").validate(loaded)
    assert loaded["on"]["push"]["branches"] == ["release/1 #2"]
    steps = [step for one in loaded["jobs"].values() for step in one["steps"]]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
    assert all("@" in step["uses"] for step in steps if "uses" in step)


@pytest.mark.parametrize("item", ALL)
def test_the_job_is_as_its_published_schema_says(item: Choices) -> None:
    schema("gitlab-ci.schema.json").validate(yaml.safe_load(job(item)))


def test_the_workflow_names_paths_baseline_and_stacks() -> None:
    loaded = yaml.safe_load(workflow(choices("in fra: #1", pulumi=PULUMI, parts=("baseline",))))["jobs"]
    given: dict[str, Any] = {name: one["steps"][-1]["with"] for name, one in loaded.items()}

    assert given["recoverable"] == {"paths": "in fra: #1", "baseline": "in fra: #1/recoverable-baseline.json"}
    assert given["preview-1"]["preview"] == "preview.json"
    assert loaded["preview-1"]["strategy"]["matrix"]["stack"] == ["dev", "prod"]
    assert given["preview-2"]["preview"] == "in fra/eu/preview.json"


def test_only_what_judges_nothing_yet_may_be_empty() -> None:
    """A preview that finds nothing to judge is no pass: the program may have lost its stores."""
    loaded = yaml.safe_load(workflow(choices(pulumi=PULUMI[:1], empty=True)))["jobs"]

    assert loaded["recoverable"]["steps"][-1]["with"]["allow-empty"] is True
    assert "allow-empty" not in loaded["preview"]["steps"][-1]["with"]


def test_a_workflow_needs_an_action_on_github() -> None:
    with pytest.raises(InputError, match="from GitHub alone"):
        workflow(Choices(ALL[0].project, frozenset(), Origin("https://gitlab.com/a/b", "v1")))


@pytest.mark.parametrize("write", [job, hook])
def test_what_needs_an_origin_says_so(write: Any) -> None:
    with pytest.raises(InputError, match="not known where"):
        write(Choices(ALL[0].project, frozenset()))


def test_a_name_that_would_be_carried_out_is_refused() -> None:
    with pytest.raises(InputError):
        workflow(choices("${{ secrets.TOKEN }}"))


def test_the_standard_has_the_built_in_numbers_and_no_warning(tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text(standard_text(ORIGIN, datetime.date(2026, 12, 1)))
    written, ours = load(tmp_path / "recoverable.toml", start=tmp_path), built_in()

    assert written.warnings == []
    assert (written.reviewed, written.fail_on) == (datetime.date(2026, 12, 1), ours.fail_on)
    for name in ours.environments:
        values = {field.name: written.settings(name, "")[field.name].value for field in ALL_FIELDS}
        assert values == {field.name: ours.settings(name, "")[field.name].value for field in ALL_FIELDS}


def test_the_standard_points_editors_to_the_schema() -> None:
    first = standard_text(ORIGIN, datetime.date(2026, 12, 1)).splitlines()[0]

    assert first == "#:schema https://raw.githubusercontent.com/acme/recoverable/v0.1.0/docs/recoverable.schema.json"
    assert "--schema" in standard_text(None, datetime.date(2026, 12, 1)).splitlines()[0]


@pytest.mark.parametrize(
    ("text", "url", "revision"),
    [
        ("acme/recoverable@v1", "https://github.com/acme/recoverable", "v1"),
        ("https://gitlab.example.com/a/b/c.git@release/2", "https://gitlab.example.com/a/b/c.git", "release/2"),
        ("git@github.com:acme/recoverable.git@0a1b", "https://github.com/acme/recoverable.git", "0a1b"),
        ("ssh://git@github.com/acme/x@v1", "https://github.com/acme/x", "v1"),
        ("file:///srv/git/recoverable@v1", "file:///srv/git/recoverable", "v1"),
    ],
)
def test_an_origin_is_an_address_and_a_revision(text: str, url: str, revision: str) -> None:
    assert parse_origin(text) == Origin(url, revision)


@pytest.mark.parametrize(
    "text",
    ["", "acme/recoverable", "acme@v1", "acme/recoverable@", "https://ann:secret@example.com/x@v1", "https://secret@example.com/x@v1", "http://example.com/x@v1",
     "a/b@$(x)", "a/b@../x", 'https://x/"@v1', "https://x/y z@v1", "-x/y@v1", "a/b@--upload-pack=x"],
)  # fmt: skip
def test_what_is_no_origin_is_refused_without_naming_a_password(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_origin(text)

    assert "secret" not in str(caught.value)


def test_this_checkout_knows_no_origin_or_a_whole_one() -> None:
    """It depends on how it was installed; half of an address is never given."""
    origin = own_origin()

    assert origin is None or parse_origin(f"{origin.url}@{origin.revision}") == origin
