"""The GitHub Action from its own action.yml: every step's script in bash, against a stand-in for the API."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from tests.ci.conftest import OLD, ROOT, PullRequest, commit, git
from tests.ci.fake_github import FakeGitHub
from tests.support.terraform_texts import BAD, GOOD

Make = Callable[..., PullRequest]


def annotations(log: str, level: str = "error") -> list[str]:
    """The annotations of a level."""
    return [line for line in log.splitlines() if line.startswith(f"::{level} ")]


def test_a_breach_is_annotated_commented_summed_up_and_fails(pull_request: Make, github: FakeGitHub) -> None:
    pull = pull_request({"main.tf": GOOD}, {"main.tf": BAD})

    done = pull.action(sarif="true")

    assert done.code == 1
    assert "file=main.tf,line=4,title=high%3A retention-too-short (RCV002)" in annotations(done.log)[0]
    assert done.outputs["exit-code"] == "1"
    assert int(done.outputs["findings"]) >= 1
    assert int(done.outputs["blocking"]) >= 1
    assert "retention-too-short" in done.summary
    assert "recoverable -->" not in done.summary
    (body,) = github.bodies()
    assert "retention-too-short" in body
    assert f"commit {pull.head[:12]}, [run](https://github.com/acme/shop/actions/runs/99)" in body
    assert [one["category"] for one in pull.uploads] == ["recoverable"]
    sent = json.loads(pull.uploads[0]["text"])
    Draft7Validator(json.loads((ROOT / "tests/report/data/sarif-schema-2.1.0.json").read_text())).validate(sent)
    assert "RCV002" in {result["ruleId"] for result in sent["runs"][0]["results"]}


def test_a_change_that_keeps_the_standard_passes_and_says_so(pull_request: Make, github: FakeGitHub) -> None:
    done = pull_request({"main.tf": GOOD}, {"main.tf": GOOD + "# a comment\n"}).action()

    assert (done.code, done.outputs["exit-code"], done.outputs["blocking"]) == (0, "0", "0")
    assert "passed" in github.bodies()[0]


def test_the_second_run_updates_the_comment_and_makes_no_second(pull_request: Make, github: FakeGitHub) -> None:
    pull = pull_request({"main.tf": GOOD}, {"main.tf": BAD})
    github.add("LGTM", "ann")

    pull.action()
    first = github.bodies()
    (pull.checkout / "main.tf").write_text(GOOD)
    pull.run_number = 2
    pull.action()

    assert len(github.comments) == 2
    assert "failed" in first[0]
    assert "passed" in github.bodies()[0]
    assert len(github.asked("POST")) == 3  # the login twice, one comment
    assert github.asked("PATCH") == ["/repos/acme/shop/issues/comments/2"]


def test_what_was_there_before_is_not_the_changes_fault(pull_request: Make) -> None:
    """The whole root module is read; a finding of the base, in a file that is not touched, is not reported."""
    done = pull_request({"main.tf": GOOD, "old.tf": OLD}, {"main.tf": GOOD + "# more\n"}).action()
    assert done.code == 0

    assert "ledger" not in done.log


def test_a_companion_that_goes_breaks_a_store_in_another_file(pull_request: Make) -> None:
    bucket = 'resource "aws_s3_bucket" "uploads" {\n  bucket = "acme-uploads"\n  tags = { environment = "dev", owner = "web" }\n}\n'
    versions = 'resource "aws_s3_bucket_versioning" "uploads" {\n  bucket = aws_s3_bucket.uploads.id\n  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'
    pull = pull_request({"bucket.tf": bucket, "versions.tf": versions}, {"versions.tf": None})

    done = pull.action()

    assert done.code == 1
    assert "versioning-off (RCV040)" in done.log
    assert "file=bucket.tf" in done.log


def test_everything_is_judged_where_changed_only_is_off_and_on_a_push(pull_request: Make) -> None:
    pull = pull_request({"main.tf": GOOD, "old.tf": OLD}, {"main.tf": GOOD + "# more\n"})

    assert pull.action(changed_only="false").code == 1
    pull.name = "push"
    pushed = pull.action()
    assert pushed.code == 1
    assert "aws_db_instance.ledger" in pushed.log


def test_a_push_has_no_pull_request_to_comment_on(pull_request: Make, github: FakeGitHub) -> None:
    pull = pull_request({"main.tf": GOOD}, {"main.tf": BAD})
    pull.name = "push"

    assert pull.action().code == 1
    assert github.requests == []


def test_a_merge_group_is_compared_with_its_base(pull_request: Make, github: FakeGitHub) -> None:
    pull = pull_request({"main.tf": GOOD, "old.tf": OLD}, {"main.tf": BAD}, depth=0)
    pull.name = "merge_group"

    done = pull.action()

    assert done.code == 1
    assert "aws_db_instance.ledger" not in done.log
    assert github.requests == []


@pytest.mark.parametrize("depth", [1, 2, 0])
def test_the_base_is_found_however_deep_the_clone_is(pull_request: Make, depth: int) -> None:
    """What lands in the base meanwhile is neither the change's fault nor taken for it."""
    pull = pull_request(
        {"main.tf": GOOD}, {"more.tf": BAD.replace("orders", "users").partition("terraform {")[0]}, depth=depth, meanwhile={"old.tf": OLD}
    )

    done = pull.action()

    assert done.code == 1
    assert "aws_db_instance.users" in done.log
    assert "aws_db_instance.ledger" not in done.log


def test_a_checkout_of_the_head_is_compared_with_where_it_left_the_base(pull_request: Make) -> None:
    pull = pull_request({"main.tf": GOOD, "old.tf": OLD}, {"main.tf": BAD}, depth=0, meanwhile={"note.md": "x"})
    git(pull.checkout, "fetch", "-q", "origin", pull.head)
    git(pull.checkout, "checkout", "-q", pull.head)

    done = pull.action()

    assert done.code == 1
    assert "aws_db_instance.ledger" not in done.log


def test_a_base_that_cannot_be_had_leaves_nothing_out(pull_request: Make) -> None:
    pull = pull_request({"main.tf": GOOD, "old.tf": OLD}, {"main.tf": GOOD + "# more\n"})
    git(pull.checkout, "remote", "set-url", "origin", (pull.origin / "gone").as_uri())

    done = pull.action()

    assert done.code == 1
    assert "aws_db_instance.ledger" in done.log
    assert "everything is judged" in annotations(done.log, "warning")[0]


def test_nothing_to_judge_is_allowed_where_that_is_said(pull_request: Make) -> None:
    done = pull_request({"README.md": "x"}, {"README.md": "y"}).action(allow_empty="true")

    assert (done.code, done.outputs["stores"]) == (0, "0")


def test_what_code_scanning_refuses_is_told_and_the_verdict_stays(pull_request: Make) -> None:
    pull = pull_request({"main.tf": GOOD}, {"main.tf": GOOD + "# more\n"})
    pull.upload_fails = True

    done = pull.action(sarif="true")

    assert done.code == 0
    assert any("security-events: write" in line for line in annotations(done.log, "warning"))


def test_a_plan_outside_of_the_repository_is_judged(pull_request: Make, tmp_path: Path) -> None:
    """Plans are often written to the runner's own folder."""
    pull = pull_request({"main.tf": GOOD}, {"main.tf": BAD})
    attributes = {"engine": "postgres", "backup_retention_period": 1, "tags": {"environment": "dev"}}
    resource = {
        "address": "aws_db_instance.orders",
        "mode": "managed",
        "type": "aws_db_instance",
        "name": "orders",
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "values": attributes,
    }
    change = {**resource, "change": {"actions": ["create"], "before": None, "after": attributes, "after_unknown": {}}}
    plan = tmp_path / "plan.json"
    plan.write_text(
        json.dumps(
            {
                "format_version": "1.2",
                "terraform_version": "1.9.0",
                "planned_values": {"root_module": {"resources": [resource]}},
                "resource_changes": [change],
                "configuration": {"root_module": {}},
            }
        )
    )

    done = pull.action(plan=str(plan))

    assert done.code == 1
    assert "retention-too-short" in done.log


def test_the_baseline_of_an_old_repository_lets_only_new_findings_through(pull_request: Make) -> None:
    pull = pull_request({"old.tf": OLD}, {"new.tf": BAD})
    git(pull.checkout, "checkout", "-q", "HEAD")
    baseline = {
        "schema": 1,
        "baseline": [{"file": "new.tf", "address": "aws_db_instance.orders", "rule": rule} for rule in ("RCV002", "RCV006")],
    }
    (pull.checkout / "base.json").write_text(json.dumps(baseline))

    done = pull.action(baseline="base.json")

    assert "aws_db_instance.orders" not in "".join(line for line in annotations(done.log) if "RCV002" in line)
    assert int(done.outputs["suppressed"]) >= 1


def test_two_jobs_of_a_pull_request_have_a_comment_each(pull_request: Make, github: FakeGitHub) -> None:
    pull = pull_request({"a/main.tf": GOOD, "b/main.tf": GOOD}, {"a/main.tf": BAD})

    assert pull.action(paths="a").code == 1
    assert pull.action(paths="b").code == 0
    assert pull.action(paths="a", comment_key="matrix 1").code == 1
    pull.more["GITHUB_JOB"] = "other"
    assert pull.action(paths="a").code == 1

    assert len(github.comments) == 4


def test_the_head_is_read_and_commits_are_compared(pull_request: Make) -> None:
    """A finding the base had and the change mends is gone; one that comes with a renamed file is reported."""
    pull = pull_request({"main.tf": BAD}, {"main.tf": None, "renamed.tf": BAD})

    assert pull.action().code == 1
    commit(pull.checkout, {"renamed.tf": GOOD})
    assert pull.action().code == 0
