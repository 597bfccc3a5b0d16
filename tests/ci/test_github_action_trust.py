"""The GitHub Action where it is attacked or breaks: nothing of it may end green."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.ci.conftest import OLD, ROOT, PullRequest, commit, git
from tests.ci.fake_github import BOT, TOKEN, FakeGitHub, Trouble
from tests.ci.test_github_action import annotations
from tests.support.terraform_texts import BAD, GOOD

Make = Callable[..., PullRequest]


def test_a_process_that_is_killed_is_no_pass(pull_request: Make, tmp_path: Path) -> None:
    """The command is replaced by one that dies without a word."""
    pull = pull_request({"main.tf": GOOD}, {"main.tf": GOOD})
    action = tmp_path / "action"
    action.mkdir()
    (action / "action.yml").write_text((ROOT / "action.yml").read_text())
    source = ROOT / "src" / "recoverable"
    package = action / "src" / "recoverable"
    package.mkdir(parents=True)
    for name in ("ci", "model", "__init__.py"):
        (package / name).symlink_to(source / name)
    (package / "__main__.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")

    done = pull.action(action)

    assert done.code == 4
    assert "killed" in done.summary


def test_the_gate_fails_where_the_judging_step_did_not_end(pull_request: Make, tmp_path: Path) -> None:
    pull = pull_request({"main.tf": GOOD}, {"main.tf": GOOD})
    pull.more["GITHUB_OUTPUT_IS_FULL"] = "1"
    action = tmp_path / "action"
    (action / "src").mkdir(parents=True)
    (action / "action.yml").write_text((ROOT / "action.yml").read_text())

    done = pull.action(action)

    assert done.code == 4
    assert "not judged" in done.log


def test_a_module_of_the_pull_request_is_not_run(pull_request: Make) -> None:
    """Python looks into the working folder first, unless it is told not to."""
    trap = "import pathlib\npathlib.Path('pwned').write_text('x')\n"
    files = {f"{name}.py": trap for name in ("json", "argparse", "recoverable", "subprocess")} | {"recoverable/__init__.py": trap}
    pull = pull_request({"main.tf": GOOD}, files)

    done = pull.action()

    assert done.code == 0
    assert not (pull.checkout / "pwned").exists()


def test_no_input_is_carried_out_by_the_shell(pull_request: Make) -> None:
    pull = pull_request({"$(touch pwned)/main.tf": BAD, "`touch pwned`/main.tf": BAD}, {"x; touch pwned;/main.tf": BAD})

    done = pull.action(paths="$(touch pwned)\n`touch pwned`\nx; touch pwned;\n-v\n", environment="dev", comment_key='"; touch pwned; "')

    assert done.code == 2  # "-v" is a path that is not there
    assert "aws_db_instance.orders" in done.log
    assert not list(pull.checkout.rglob("pwned"))


def test_the_token_is_in_no_log_and_no_argument_list(pull_request: Make, github: FakeGitHub) -> None:
    pull = pull_request({"main.tf": GOOD}, {"main.tf": BAD})
    github.troubles.append(Trouble("GET", "comments", 403, message=f"Bad credentials for {BOT}"))

    done = pull.action()

    assert TOKEN not in done.log + done.summary
    steps = {step["id"]: step for step in yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"]}
    assert [name for name, step in steps.items() if "inputs.token" in str(step)] == ["publish"]


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"paths": "nowhere"}, 2),
        ({"fail_on": "mild"}, 2),
        ({"strict": "yes please"}, 2),
        ({"standard": "nowhere.toml"}, 2),
        ({"baseline": "nowhere.json"}, 2),
        ({"environment": "moon"}, 2),
        ({"plan": "plan.json"}, 2),
        ({"paths": "empty"}, 3),
    ],
    ids=str,
)
def test_what_cannot_be_judged_is_no_pass_and_is_told_everywhere(
    pull_request: Make, github: FakeGitHub, inputs: dict[str, str], code: int
) -> None:
    pull = pull_request({"main.tf": GOOD, "empty/README.md": "x"}, {"main.tf": BAD})

    done = pull.action(**inputs)

    assert done.code == code
    assert done.outputs["exit-code"] == str(code)
    assert github.bodies()[0].count("\n### Backup standard: ") == 1
    assert "### Backup standard: " in done.summary
    assert "passed" not in done.summary
    if code == 2:
        assert "This is no pass" in done.summary
        assert annotations(done.log)


def test_a_checkout_without_the_change_is_no_pass(pull_request: Make) -> None:
    """pull_request_target checks the base out; compared with itself it would always pass."""
    pull = pull_request({"main.tf": GOOD}, {"main.tf": BAD}, depth=0)
    pull.name = "pull_request_target"
    git(pull.checkout, "checkout", "-q", pull.base)

    done = pull.action()

    assert done.code == 2
    assert "does not hold the change" in annotations(done.log)[0]


def test_without_git_everything_is_judged_or_nothing_is_passed(pull_request: Make) -> None:
    pull = pull_request({"main.tf": GOOD, "old.tf": OLD}, {"main.tf": GOOD + "# more\n"})
    (pull.checkout / ".git").rename(pull.checkout.parent / "git")

    assert pull.action().code == 1
    pull.name = "pull_request_target"
    assert pull.action().code == 2


def test_a_commit_that_the_job_made_on_top_hides_nothing(pull_request: Make) -> None:
    pull = pull_request({"main.tf": GOOD}, {"main.tf": BAD})
    commit(pull.checkout, {"generated.txt": "x"})

    assert pull.action().code == 1


@pytest.mark.parametrize(
    ("trouble", "level", "said"),
    [
        (Trouble("POST", "comments", 403, message="Resource not accessible by integration", times=9), "warning", "pull-requests: write"),
        (Trouble("GET", "comments", 404, message="Not Found", times=9), "warning", "404 Not Found"),
        (Trouble("GET", "comments", 429, {"Retry-After": "3600"}, times=9), "warning", "429"),
        (Trouble("GET", "comments", 500, {"Retry-After": "0"}, times=9), "warning", "500"),
        (Trouble("POST", "comments", 422, message="Validation Failed", times=9), "warning", "422"),
    ],
    ids=["403", "404", "429", "500", "422"],
)
def test_a_comment_that_cannot_be_made_changes_no_verdict(
    pull_request: Make, github: FakeGitHub, trouble: Trouble, level: str, said: str
) -> None:
    github.troubles.append(replace(trouble))

    pull = pull_request({"main.tf": GOOD}, {"main.tf": BAD})
    done = pull.action()

    assert done.code == 1
    assert any(said in line and "summary has the report" in line for line in annotations(done.log, level))
    assert "### Backup standard: " in done.summary
    assert pull.action(fail_on="critical").code == 0


def test_the_token_of_a_fork_may_only_read_and_that_is_no_warning(pull_request: Make, github: FakeGitHub) -> None:
    pull = pull_request({"main.tf": GOOD}, {"main.tf": BAD})
    pull.fork = True
    github.troubles.append(Trouble("POST", "comments", 403, message="Resource not accessible by integration", times=9))

    done = pull.action()

    assert done.code == 1
    assert any("fork" in line for line in annotations(done.log, "notice"))
    assert "no comment" not in "".join(annotations(done.log, "warning"))
    assert "retention-too-short" in done.summary


def test_the_comment_can_be_left_out(pull_request: Make, github: FakeGitHub) -> None:
    assert pull_request({"main.tf": GOOD}, {"main.tf": BAD}).action(comment="false").code == 1

    assert github.requests == []
