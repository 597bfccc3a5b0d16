"""``--external-checks-git``: Checkov clones a whole repository, executes its package folders and parses all its JSON and YAML."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.hosts.checkov.samples import DATABASE, write
from tests.support.checkov_runs import ROOT, Outcome, checkov
from tools.checkov_bundle import build, modules, tag


def git(folder: Path, *words: str) -> str:
    """One git command."""
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    return subprocess.run(["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare repository with this working tree on its branch, and the bundle under a tag without parents."""
    work = tmp_path_factory.mktemp("git")
    bare, tree, bundle = work / "recoverable.git", work / "tree", work / "bundle"
    git(work, "init", "--quiet", "--bare", "--initial-branch=main", str(bare))
    git(work, "clone", "--quiet", str(bare), str(tree))
    for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes((ROOT / name).read_bytes())
    git(tree, "add", "--all", "--force")
    git(tree, "commit", "--quiet", "-m", "all of it")
    build(bundle)
    tag(bundle, "checkov-0.1.0", tree)
    git(tree, "push", "--quiet", "origin", "HEAD:main", "checkov-0.1.0")
    return bare


def run(address: str, folder: Path) -> Outcome:
    """Checkov with the checks from a git address."""
    return checkov("-d", ".", "--framework", "terraform", "--external-checks-git", address, cwd=folder, checks=None)


def test_the_bundle_under_its_tag_runs_without_a_word_of_warning(bare: Path, tmp_path: Path) -> None:
    done = run(f"file://{bare}?ref=tags/checkov-0.1.0", write(tmp_path, DATABASE % (0, "dev")))

    assert done.code == 1
    assert done.of("RCV001", "aws_db_instance.orders") == ["failed"]
    assert done.stderr == ""


def test_the_bundle_passes_what_is_right(bare: Path, tmp_path: Path) -> None:
    done = run(f"file://{bare}?ref=tags/checkov-0.1.0", write(tmp_path, DATABASE % (30, "dev")))

    assert done.of("RCV001") == ["passed"]


def test_a_clone_that_is_gone_after_the_run_is_no_guideline(bare: Path, tmp_path: Path) -> None:
    done = run(f"file://{bare}?ref=tags/checkov-0.1.0", write(tmp_path, DATABASE % (0, "dev")))

    assert {item["guideline"].split(":")[0] for item in done.records if item["check_id"] != "RCV000"} == {"https"}


def test_the_whole_repository_survives_being_walked(bare: Path, tmp_path: Path) -> None:
    done = run(f"file://{bare}", write(tmp_path, DATABASE % (0, "dev")))

    assert done.code == 1
    assert done.of("RCV001", "aws_db_instance.orders") == ["failed"]
    assert done.of("RCV000") == []
    assert "Traceback" not in done.stderr
    assert "Cannot load external check" not in done.stderr


def test_the_tag_has_no_parents_and_the_same_bundle_is_the_same_commit(bare: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", str(bare), str(clone))
    build(tmp_path / "bundle")

    again = tag(tmp_path / "bundle", "again", clone)

    assert git(clone, "rev-list", "--count", "checkov-0.1.0") == "1"
    assert git(clone, "rev-parse", "checkov-0.1.0^{commit}") == again
    assert git(clone, "status", "--porcelain") == ""


def test_the_bundle_holds_one_file_to_execute_and_nothing_to_parse(tmp_path: Path) -> None:
    build(tmp_path / "bundle")
    files = [path.relative_to(tmp_path / "bundle") for path in (tmp_path / "bundle").rglob("*") if path.is_file()]

    packages = {path.parent for path in files if path.name == "__init__.py"}
    executed = [path for path in files if path.parent in packages and path.suffix == ".py" and not path.name.startswith("__")]
    assert executed == [Path("recoverable_checks.py")]
    assert [path for path in files if path.suffix in (".json", ".yaml", ".yml")] == []


def test_the_bundle_leaves_out_what_the_checks_do_not_need() -> None:
    parts = {path.relative_to(ROOT / "src" / "recoverable").parts[0] for path in modules()}

    assert parts == {"__init__.py", "clouds", "enforce", "hosts", "model", "readers", "report", "rules", "standard"}


def test_a_bundle_never_overwrites_what_is_there(tmp_path: Path) -> None:
    write(tmp_path, "mine\n", "file.txt")

    with pytest.raises(FileExistsError):
        build(tmp_path)


def test_a_bundle_can_know_where_the_rule_pages_are_on_the_web(tmp_path: Path) -> None:
    build(tmp_path / "bundle", "https://docs.example.com/rules/")

    done = checkov("-d", ".", "--framework", "terraform", cwd=write(tmp_path / "repo", DATABASE % (0, "dev")), checks=tmp_path / "bundle")

    found = next(item for item in done.records if item["check_id"] == "RCV001")
    assert found["guideline"] == "https://docs.example.com/rules/RCV001-backups-disabled.md"
