"""``recoverable init`` as a user meets it: with flags, on a terminal, and where it must not write."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.ci.conftest import commit, git
from tests.cli.conftest import Outcome
from tests.support.terraform_texts import BAD, GOOD

Run = Callable[..., Outcome]
SOURCE = ("--source", "acme/recoverable@v0.1.0")
WORKFLOW = ".github/workflows/recoverable.yml"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository on GitHub with a database that meets the standard."""
    folder = tmp_path / "shop"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "trunk")
    git(folder, "remote", "add", "origin", "git@github.com:acme/shop.git")
    commit(folder, {"main.tf": GOOD})
    return folder


def everything(folder: Path) -> dict[str, str]:
    """All files but git's own."""
    return {
        str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file() and ".git/" not in str(path)
    }


def test_the_difference_is_shown_and_the_files_are_written(run: Run, repository: Path) -> None:
    done = run("init", repository, "--standard", "--github", *SOURCE)

    assert done.code == 0
    assert "+++ b/recoverable.toml" in done.out
    assert f"+++ b/{WORKFLOW}" in done.out
    assert set(everything(repository)) == {"main.tf", "recoverable.toml", WORKFLOW}
    assert "branches: [trunk]" in (repository / WORKFLOW).read_text()
    assert "wrote recoverable.toml" in done.err


def test_yes_writes_what_fits_the_folder(run: Run, repository: Path) -> None:
    (repository / "main.tf").write_text(BAD)

    assert run("init", repository, "--yes", *SOURCE).code == 0

    assert set(everything(repository)) == {"main.tf", "recoverable.toml", "recoverable-baseline.json", WORKFLOW}
    assert "baseline: recoverable-baseline.json" in (repository / WORKFLOW).read_text()


def test_yes_a_second_time_writes_nothing(run: Run, repository: Path) -> None:
    run("init", repository, "--yes", *SOURCE)
    before = everything(repository)

    assert run("init", repository, "--yes", *SOURCE).code == 0

    assert everything(repository) == before


def test_a_dry_run_writes_nothing(run: Run, repository: Path) -> None:
    done = run("init", repository, "--standard", "--gitlab", "--pre-commit", "--dry-run", *SOURCE)

    assert done.code == 0
    assert "+++ b/.gitlab-ci.yml" in done.out
    assert set(everything(repository)) == {"main.tf"}


def test_a_file_that_is_there_is_not_replaced_and_nothing_else_is_written(run: Run, repository: Path) -> None:
    (repository / WORKFLOW).parent.mkdir(parents=True)
    (repository / WORKFLOW).write_text("mine: true\n")

    done = run("init", repository, "--standard", "--github", *SOURCE)

    assert done.code == 2
    assert WORKFLOW in done.err
    assert "--force" in done.err
    assert "-mine: true" in done.out
    assert everything(repository) == {"main.tf": GOOD, WORKFLOW: "mine: true\n"}

    assert run("init", repository, "--standard", "--github", "--force", *SOURCE).code == 0
    assert "mine" not in (repository / WORKFLOW).read_text()


def test_the_same_text_again_is_no_replacement(run: Run, repository: Path) -> None:
    run("init", repository, "--github", *SOURCE)

    done = run("init", repository, "--github", *SOURCE)

    assert (done.code, done.out) == (0, "")
    assert f"{WORKFLOW} is as it should be" in done.err


def test_a_pre_commit_configuration_keeps_its_comments(run: Run, repository: Path) -> None:
    theirs = "# ours\nrepos:\n  - repo: https://example.com/x  # why\n    rev: v1\n    hooks: [{id: y}]\n# the end\n"
    (repository / ".pre-commit-config.yaml").write_text(theirs)

    assert run("init", repository, "--pre-commit", "--baseline", *SOURCE).code == 0

    text = (repository / ".pre-commit-config.yaml").read_text()
    assert [line for line in theirs.splitlines() if line not in text.splitlines()] == []
    added = yaml.safe_load(text)["repos"][1]
    assert added == {
        "repo": "https://github.com/acme/recoverable",
        "rev": "v0.1.0",
        "hooks": [{"id": "recoverable", "args": ["--baseline=recoverable-baseline.json"]}],
    }


@pytest.mark.parametrize("theirs", ["repos: []\n", "repos: [{repo: meta, hooks: [{id: identity}]}]\n"])
def test_a_file_that_cannot_be_added_to_is_left_and_the_lines_are_shown(run: Run, repository: Path, theirs: str) -> None:
    (repository / ".pre-commit-config.yaml").write_text(theirs)

    done = run("init", repository, "--pre-commit", *SOURCE)

    assert done.code == 0
    assert (repository / ".pre-commit-config.yaml").read_text() == theirs
    assert "- id: recoverable" in done.err


def test_an_existing_pipeline_includes_the_job_in_a_stage_it_has(run: Run, repository: Path) -> None:
    (repository / ".gitlab-ci.yml").write_text("stages: [lint, deploy]\nlint:\n  stage: lint\n  script: [make lint]\n")

    assert run("init", repository, "--gitlab", *SOURCE).code == 0

    pipeline = yaml.safe_load((repository / ".gitlab-ci.yml").read_text())
    assert pipeline["include"] == [{"local": ".gitlab/recoverable.gitlab-ci.yml"}]
    assert yaml.safe_load((repository / ".gitlab/recoverable.gitlab-ci.yml").read_text())["recoverable"]["stage"] == "lint"


def test_a_folder_inside_of_a_repository_is_set_up_from_the_top(run: Run, repository: Path) -> None:
    commit(repository, {"infra/eu/main.tf": BAD})

    assert run("init", repository / "infra", "--standard", "--github", "--baseline", *SOURCE).code == 0

    assert {WORKFLOW, "infra/recoverable.toml", "infra/recoverable-baseline.json"} <= set(everything(repository))
    step = yaml.safe_load((repository / WORKFLOW).read_text())["jobs"]["recoverable"]["steps"][-1]
    assert step["with"] == {"paths": "infra", "baseline": "infra/recoverable-baseline.json"}
    assert '"file": "infra/eu/main.tf"' in (repository / "infra/recoverable-baseline.json").read_text()


def test_a_baseline_that_is_there_is_used_and_counts(run: Run, repository: Path) -> None:
    (repository / "main.tf").write_text(BAD)
    run("init", repository, "--baseline")

    done = run("init", repository, "--github", *SOURCE)

    assert "today: 0 findings" in done.err
    assert "baseline: recoverable-baseline.json" in (repository / WORKFLOW).read_text()
    (repository / "main.tf").write_text(BAD.replace("= 1\n", "= 0\n"))
    assert "recoverable init --baseline --force" in run("init", repository, "--github", *SOURCE).err
    assert run("init", repository, "--baseline").code == 2
    assert run("init", repository, "--baseline", "--force").code == 0


@pytest.mark.parametrize("words", [[], ["--force"], ["--preview", "x.json"]])
def test_with_nobody_to_ask_and_no_flags_it_says_which(
    spawn: Callable[..., subprocess.CompletedProcess[str]], repository: Path, words: list[str]
) -> None:
    done = spawn("init", str(repository), *words, stdin=subprocess.DEVNULL)

    assert done.returncode == 2
    assert "--standard, --github, --gitlab, --pre-commit, --baseline" in done.stderr
    assert set(everything(repository)) == {"main.tf"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere", "--standard"], "does not exist"),
        (["main.tf", "--standard"], "is a file"),
        ([".", "--github", "--source", "nonsense"], "names no revision"),
        ([".", "--github", "--source", "https://gitlab.com/a/b@v1"], "from GitHub alone"),
        ([".", "--baseline", "--preview", "nowhere.json"], "nowhere.json"),
        ([".", "--standard", "--what"], "unrecognized"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    run: Run, repository: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    monkeypatch.chdir(repository)

    done = run("init", *words)

    assert (done.code, said in done.err) == (2, True), done.err
    assert set(everything(repository)) == {"main.tf"}


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_of_another_is_refused(run: Run, repository: Path) -> None:
    repository.chmod(0o500)

    assert run("init", repository, "--standard").code == 2


def test_a_broken_standard_is_refused(run: Run, repository: Path) -> None:
    (repository / "recoverable.toml").write_text("schema = 7\n")

    assert run("init", repository, "--github", *SOURCE).code == 2


class Terminal:
    """``recoverable init``, or another verb, on a terminal of its own."""

    def __init__(self, folder: Path, *words: str, verb: str = "init") -> None:
        self.master, slave = pty.openpty()
        command = [sys.executable, "-m", "recoverable", verb, *words]
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=slave, stdout=subprocess.PIPE, stderr=slave, start_new_session=True, text=True
        )
        os.close(slave)
        self.said = ""

    def answer(self, question: str, answer: str) -> None:
        """Wait for a question, and answer it."""
        terminal = select.poll()  # select() refuses descriptors from 1024 on, which a test's long process may reach
        terminal.register(self.master, select.POLLIN)
        while question not in self.said:
            assert terminal.poll(60_000), self.said
            self.said += os.read(self.master, 65_536).decode()
        self.said = self.said.partition(question)[2]
        os.write(self.master, f"{answer}\n".encode())

    def end(self) -> tuple[int, str]:
        """The exit code, and what was printed."""
        out, _ = self.process.communicate(timeout=60)
        os.close(self.master)
        return self.process.returncode, out


def test_on_a_terminal_it_asks_and_enter_takes_the_default(repository: Path) -> None:
    (repository / "main.tf").write_text(BAD)
    terminal = Terminal(repository, *SOURCE)
    terminal.answer("Write recoverable.toml", "")
    terminal.answer("Where are changes proposed? (github, gitlab, none) [github]", "")
    terminal.answer("Add a pre-commit hook", "y")
    terminal.answer("so that only new ones fail? [Y/n]", "")
    terminal.answer("[https://github.com/acme/recoverable@v0.1.0]", "")
    terminal.answer("Write recoverable.toml, recoverable-baseline.json,", "")
    code, out = terminal.end()

    assert code == 0
    assert "+++ b/recoverable.toml" in out
    assert set(everything(repository)) == {"main.tf", "recoverable.toml", "recoverable-baseline.json", WORKFLOW, ".pre-commit-config.yaml"}


def test_no_at_the_end_writes_nothing(repository: Path) -> None:
    terminal = Terminal(repository)
    terminal.answer("Write recoverable.toml", "y")
    terminal.answer("Where are changes proposed?", "none")
    terminal.answer("Add a pre-commit hook", "")
    terminal.answer("Write recoverable.toml?", "n")

    assert terminal.end()[0] == 0
    assert set(everything(repository)) == {"main.tf"}


def test_a_file_that_is_there_is_asked_about_and_kept_by_default(repository: Path) -> None:
    (repository / WORKFLOW).parent.mkdir(parents=True)
    (repository / WORKFLOW).write_text("mine: true\n")
    terminal = Terminal(repository, "--standard", "--github", *SOURCE)
    terminal.answer(f"{WORKFLOW} is there already. Replace it as shown? [y/N]", "")

    assert terminal.end()[0] == 0
    assert (repository / WORKFLOW).read_text() == "mine: true\n"
    assert (repository / "recoverable.toml").is_file()


@pytest.mark.parametrize("answers", [0, 1, 2])
def test_an_interrupt_at_any_question_writes_nothing(repository: Path, answers: int) -> None:
    terminal = Terminal(repository)
    for question in ["Write recoverable.toml", "Where are changes proposed?"][:answers]:
        terminal.answer(question, "")
    time.sleep(1.5)
    os.killpg(terminal.process.pid, signal.SIGINT)

    assert terminal.end()[0] == 130
    assert set(everything(repository)) == {"main.tf"}


def test_three_answers_that_are_none_end_it(repository: Path) -> None:
    terminal = Terminal(repository)
    for _ in range(3):
        terminal.answer("[Y/n]", "perhaps")

    assert terminal.end()[0] == 2
    assert set(everything(repository)) == {"main.tf"}
