"""The pre-commit hook, run by the real pre-commit, which installs it from a clone of this repository."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.ci.conftest import OLD, commit, git, write
from tests.support.terraform_texts import BAD, GOOD

# One worker installs the hook once.
pytestmark = pytest.mark.xdist_group("pre-commit")
BUCKET = 'resource "aws_s3_bucket" "uploads" {\n  bucket = "acme-uploads"\n  tags = { environment = "dev", owner = "web" }\n}\n'
VERSIONS = (
    'resource "aws_s3_bucket_versioning" "uploads" {\n  bucket = aws_s3_bucket.uploads.id\n'
    '  versioning_configuration {\n    status = "Enabled"\n  }\n}\n'
)


@pytest.fixture(scope="module")
def hook_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pre-commit keeps what it installed."""
    return tmp_path_factory.mktemp("pre-commit")


class Repository:
    """A repository with the hook."""

    def __init__(self, folder: Path, hook: Path, home: Path, arguments: list[str]) -> None:
        self.folder = folder
        self.environment = {**os.environ, "PRE_COMMIT_HOME": str(home), "GIT_CONFIG_GLOBAL": os.devnull, "NO_COLOR": "1"}
        folder.mkdir()
        git(folder, "init", "-q")
        own = {"id": "recoverable", "args": arguments} if arguments else {"id": "recoverable"}
        config = {"repos": [{"repo": hook.as_uri(), "rev": "v1", "hooks": [own]}]}
        write(folder, {".pre-commit-config.yaml": yaml.safe_dump(config)})

    def start(self, files: dict[str, str | None]) -> str:
        """What is committed already."""
        return commit(self.folder, files, "start")

    def hook(self, *arguments: str, staged: dict[str, str | None] | None = None) -> subprocess.CompletedProcess[str]:
        """Stage files and run pre-commit as ``git commit`` does."""
        write(self.folder, staged or {})
        git(self.folder, "add", "-A") if staged else None
        command = [sys.executable, "-m", "pre_commit", "run", "--color=never", "--verbose", *arguments]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300
        )


@pytest.fixture
def repository(tmp_path: Path, release: Path, hook_home: Path) -> Repository:
    """A repository with the hook and no arguments."""
    return Repository(tmp_path / "shop", release, hook_home, [])


def test_a_commit_that_breaks_the_standard_is_refused(repository: Repository) -> None:
    repository.start({"main.tf": GOOD})

    done = repository.hook(staged={"main.tf": BAD})

    assert done.returncode == 1
    assert "retention-too-short" in done.stdout


def test_a_commit_that_keeps_it_passes_though_the_old_is_bad(repository: Repository) -> None:
    repository.start({"main.tf": GOOD, "old/main.tf": OLD})

    done = repository.hook(staged={"main.tf": GOOD + "# more\n"})

    assert done.returncode == 0
    assert "Passed" in done.stdout


def test_a_companion_in_another_file_is_read(repository: Repository) -> None:
    repository.start({"versions.tf": VERSIONS, "main.tf": GOOD})

    done = repository.hook(staged={"bucket.tf": BUCKET})

    assert "versioning-off" not in done.stdout
    assert "aws_s3_bucket.uploads" in done.stdout  # it has been judged


@pytest.mark.parametrize("change", [{"versions.tf": None}, {"versions.tf": None, "versions.txt": VERSIONS}], ids=["deleted", "renamed"])
def test_a_companion_that_goes_is_missed_though_no_file_is_handed_over(repository: Repository, change: dict[str, str | None]) -> None:
    repository.start({"versions.tf": VERSIONS, "bucket.tf": BUCKET})

    done = repository.hook(staged=change)

    assert done.returncode == 1
    assert "versioning-off" in done.stdout


def test_a_module_that_is_no_root_is_judged_where_it_is_called(repository: Repository) -> None:
    module = 'variable "days" {}\n' + OLD.replace("= 2", "= var.days")
    call = 'module "db" {\n  source = "./modules/db"\n  days = 14\n}\n'
    repository.start({"main.tf": call, "modules/db/main.tf": module})

    done = repository.hook(staged={"modules/db/main.tf": module.replace("= var.days", "= 3")})

    assert done.returncode == 1
    assert "module.db.aws_db_instance.ledger" in done.stdout


def test_what_is_not_staged_is_not_judged(repository: Repository) -> None:
    """pre-commit puts unstaged changes aside; files git does not know stay and are left out."""
    repository.start({"main.tf": GOOD})
    write(repository.folder, {"main.tf": GOOD + "# more\n"})
    git(repository.folder, "add", "main.tf")
    write(repository.folder, {"main.tf": BAD, "draft.tf": OLD})

    done = repository.hook()

    assert done.returncode == 0, done.stdout
    assert (repository.folder / "main.tf").read_text() == BAD


def test_git_commit_itself_is_stopped(repository: Repository) -> None:
    """``commit -a`` has an index of its own."""
    start = repository.start({"main.tf": GOOD, "old/main.tf": OLD})
    subprocess.run([sys.executable, "-m", "pre_commit", "install"], cwd=repository.folder, env=repository.environment, check=True)
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    command = ["git", *who, "commit", "-q", "-a", "-m", "change"]

    write(repository.folder, {"main.tf": BAD})
    assert subprocess.run(command, cwd=repository.folder, env=repository.environment, check=False).returncode == 1
    assert git(repository.folder, "rev-parse", "HEAD") == start

    write(repository.folder, {"main.tf": GOOD + "# more\n"})
    assert subprocess.run(command, cwd=repository.folder, env=repository.environment, check=False).returncode == 0
    assert git(repository.folder, "rev-parse", "HEAD") != start


def test_all_files_are_all_files(repository: Repository) -> None:
    repository.start({"main.tf": GOOD, "old/main.tf": OLD})

    assert repository.hook("--all-files").returncode == 1


def test_a_range_of_commits_is_compared_with_its_start(repository: Repository) -> None:
    start = repository.start({"main.tf": GOOD, "old/main.tf": OLD})
    commit(repository.folder, {"main.tf": GOOD + "# more\n"})
    assert repository.hook("--from-ref", start, "--to-ref", "HEAD").returncode == 0

    commit(repository.folder, {"main.tf": BAD})

    assert repository.hook("--from-ref", start, "--to-ref", "HEAD").returncode == 1


def test_nothing_staged_is_nothing_to_judge(repository: Repository) -> None:
    repository.start({"main.tf": BAD})

    done = repository.hook()

    assert done.returncode == 0
    assert "nothing is staged" in done.stdout


def test_the_first_commit_is_judged(repository: Repository) -> None:
    assert repository.hook(staged={"main.tf": BAD}).returncode == 1


def test_more_files_than_fit_one_command_line_are_judged(repository: Repository) -> None:
    """4,000 names in several batches: the one with the breach and its companions are in any of them."""
    many = {f"data/{'long' * 10}{number:04}.tfvars": "a = 1\n" for number in range(4000)}
    repository.start({**many, "bucket.tf": BUCKET, "zz/versions.tf": "# none\n"})

    done = repository.hook("--all-files")

    assert done.returncode == 1
    assert "versioning-off" in done.stdout


def test_arguments_reach_the_command(tmp_path: Path, release: Path, hook_home: Path) -> None:
    repository = Repository(tmp_path / "shop", release, hook_home, ["--baseline", "base.json", "--environment=dev"])
    entry = {"file": "main.tf", "address": "aws_db_instance.orders", "rule": "RCV002"}
    repository.start({"main.tf": GOOD, "base.json": json.dumps({"schema": 1, "baseline": [entry]})})

    assert repository.hook(staged={"main.tf": GOOD.replace("= 14", "= 13")}).returncode == 0
    assert repository.hook(staged={"main.tf": GOOD.replace("= 14", "= 0")}).returncode == 1


def test_a_bad_argument_is_no_pass(tmp_path: Path, release: Path, hook_home: Path) -> None:
    repository = Repository(tmp_path / "shop", release, hook_home, ["--fail-on=mild"])

    assert repository.hook(staged={"main.tf": GOOD}).returncode == 1
