"""The GitLab component as the tool writes it: its schema, its inputs, and its script run with them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from tests.ci.conftest import OLD, ROOT, commit, git
from tests.support.terraform_texts import BAD, GOOD

SCHEMA = Draft7Validator(json.loads((Path(__file__).parent / "data" / "gitlab-ci.schema.json").read_text()))
QUALITY = json.loads((ROOT / "tests/report/data/gitlab-codequality.schema.json").read_text())
INPUT = re.compile(r"\$\[\[ inputs\.([\w-]+) \]\]")


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """The two documents of the component."""
    folder = tmp_path_factory.mktemp("component")
    command = [sys.executable, str(ROOT / "tools/gitlab_component.py"), str(folder), "https://gitlab.example.com/acme/recoverable@v1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    spec, job = yaml.safe_load_all(Path(done.stdout.strip()).read_text())
    return spec, job


def with_inputs(documents: tuple[dict[str, Any], dict[str, Any]], **given: str) -> dict[str, Any]:
    """The job after GitLab has put the inputs in."""
    spec, job = documents
    values = {name: str(item["default"]).lower() if item.get("type") else item["default"] for name, item in spec["spec"]["inputs"].items()}
    values |= {name.replace("_", "-"): value for name, value in given.items()}
    assert set(values) == set(spec["spec"]["inputs"])
    filled = INPUT.sub(lambda match: json.dumps(values[match[1]])[1:-1], json.dumps(job))
    loaded: dict[str, Any] = json.loads(filled)
    return loaded


def test_both_documents_are_as_the_published_schema_says(documents: tuple[dict[str, Any], dict[str, Any]]) -> None:
    SCHEMA.validate(documents[0])
    SCHEMA.validate(with_inputs(documents))


def test_every_input_is_used_and_none_is_part_of_a_script(documents: tuple[dict[str, Any], dict[str, Any]]) -> None:
    spec, job = documents

    assert set(INPUT.findall(json.dumps(job))) == set(spec["spec"]["inputs"])
    assert not INPUT.search(json.dumps(job["recoverable"]["script"]))


def test_it_runs_in_merge_requests_and_on_the_default_branch(documents: tuple[dict[str, Any], dict[str, Any]]) -> None:
    rules = [rule["if"] for rule in documents[1]["recoverable"]["rules"]]

    assert rules == ['$CI_PIPELINE_SOURCE == "merge_request_event"', "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"]


@pytest.mark.parametrize("wrong", [[], ["x"], ["x", "nowhere"], ["x", "https://ann:pw@example.com/a@v1"], ["x", "https://example.com/a@"]])
def test_the_tool_refuses_what_is_no_address(wrong: list[str], tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "tools/gitlab_component.py"), *wrong]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}
    )

    assert done.returncode == 2
    assert "pw" not in done.stderr
    assert list(tmp_path.iterdir()) == []


class MergeRequest:
    """A checkout with a base, and the job's last line run in it."""

    def __init__(self, folder: Path, job: dict[str, Any], before: dict[str, str | None], after: dict[str, str | None]) -> None:
        self.folder, self.job = folder, job["recoverable"]
        folder.mkdir()
        git(folder, "init", "-q", "-b", "main")
        self.base = commit(folder, before)
        commit(folder, after)
        self.more: dict[str, str] = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": self.base}

    def run(self) -> subprocess.CompletedProcess[str]:
        """What follows ``pip install``."""
        line = self.job["script"][-1]
        assert line.startswith("python -P -m recoverable.ci.gitlab_check")
        environment = {**os.environ, **self.job["variables"], "PYTHONPATH": str(ROOT / "src"), **self.more}
        script = f'exec "{sys.executable}" {line.removeprefix("python ")}'
        return subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )

    def issues(self) -> list[dict[str, Any]]:
        """The code quality report, as its schema says."""
        found: list[dict[str, Any]] = json.loads((self.folder / self.job["artifacts"]["reports"]["codequality"]).read_text())
        Draft202012Validator(QUALITY).validate(found)
        return found


def test_a_merge_request_is_judged_by_what_it_changes(documents: Any, tmp_path: Path) -> None:
    merge = MergeRequest(tmp_path / "shop", with_inputs(documents), {"main.tf": GOOD, "old.tf": OLD}, {"main.tf": BAD})

    done = merge.run()

    assert done.returncode == 1
    assert "RCV002 retention-too-short" in {one["check_name"] for one in merge.issues()}
    assert "ledger" not in json.dumps(merge.issues())
    assert (merge.folder / "recoverable.xml").is_file()


def test_a_checkout_that_does_not_hold_the_change_is_no_pass(documents: Any, tmp_path: Path) -> None:
    """With GIT_STRATEGY none, what an earlier job left there is compared with itself."""
    merge = MergeRequest(tmp_path / "shop", with_inputs(documents), {"main.tf": GOOD}, {"main.tf": BAD})
    head = git(merge.folder, "rev-parse", "HEAD")
    merge.more["CI_COMMIT_SHA"] = head
    assert merge.run().returncode == 1
    git(merge.folder, "checkout", "-q", merge.base)

    done = merge.run()

    assert done.returncode == 2
    assert "does not hold the change" in done.stdout


def test_the_default_branch_is_judged_whole(documents: Any, tmp_path: Path) -> None:
    merge = MergeRequest(tmp_path / "shop", with_inputs(documents), {"main.tf": GOOD, "old.tf": OLD}, {"main.tf": GOOD + "# more\n"})
    assert merge.run().returncode == 0

    merge.more = {}

    assert merge.run().returncode == 1


def test_inputs_reach_the_command(documents: Any, tmp_path: Path) -> None:
    job = with_inputs(documents, paths="infra\nmore", environment="prod", fail_on="critical", strict="true", changed_only="false")
    merge = MergeRequest(tmp_path / "shop", job, {"infra/main.tf": GOOD, "more/main.tf": GOOD, "not/main.tf": BAD}, {})

    done = merge.run()

    assert "Environment: prod" in json.dumps(merge.issues())
    assert "not/main.tf" not in done.stdout


@pytest.mark.parametrize(
    ("given", "code"), [({"paths": "nowhere"}, 2), ({"fail_on": "mild"}, 2), ({"strict": "perhaps"}, 2), ({"paths": "empty"}, 3)]
)
def test_what_cannot_be_judged_is_no_pass(documents: Any, tmp_path: Path, given: dict[str, str], code: int) -> None:
    merge = MergeRequest(tmp_path / "shop", with_inputs(documents, **given), {"main.tf": GOOD, "empty/a.md": "x"}, {"main.tf": BAD})

    assert merge.run().returncode == code


def test_a_report_of_an_earlier_run_is_not_taken_for_this_ones(documents: Any, tmp_path: Path) -> None:
    merge = MergeRequest(tmp_path / "shop", with_inputs(documents), {"main.tf": GOOD}, {"main.tf": BAD})
    merge.run()
    merge.job["variables"]["RECOVERABLE_FAIL_ON"] = "mild"

    assert merge.run().returncode == 2
    assert not (merge.folder / "gl-code-quality-report.json").exists()
