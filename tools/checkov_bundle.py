"""Makes the bundle for ``checkov --external-checks-git``: the checks, the part of the core they need, and the rules' pages.

Checkov clones a whole repository, ignores the folder it is pointed to, executes every package folder and parses every
JSON and YAML file as a check of its own. The bundle holds one file to execute and nothing to parse, so that it loads
fast and without a warning. ``--tag NAME`` puts it into this repository as a commit without parents, under that tag:
``--external-checks-git 'URL?ref=tags/NAME'`` then takes it from there.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
START = "recoverable.hosts.checkov.answering"
# Found by looking into their folder, and so named by no import.
LOOKED_FOR = ("recoverable/rules/*.py",)
README = """# recoverable, as Checkov checks

Made by `tools/checkov_bundle.py` from the repository of recoverable, version {version}; nothing here is edited by hand.

    checkov -d . --external-checks-git 'URL OF THIS REPOSITORY?ref=tags/TAG'
    checkov -d . --external-checks-dir /where/this/is/cloned

`core/rules/` has a page for every rule. Apache-2.0.
"""


def modules() -> list[Path]:
    """The files of the core that the checks can come to import, those imported inside of functions too."""
    pending = [START, *(_name(path) for pattern in LOOKED_FOR for path in SOURCE.glob(pattern))]
    found: dict[str, Path] = {}
    while pending:
        name = pending.pop()
        path = _file(name)
        if path is None or name in found:
            continue
        found[name] = path
        if name != "recoverable":  # its names are imported when a Pulumi program asks for them
            pending += [*_imported(path), "recoverable"]
    return sorted(found.values())


def _name(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts)


def _file(name: str) -> Path | None:
    base = SOURCE.joinpath(*name.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


def _imported(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return [name for name in names if name.split(".")[0] == "recoverable"]


def build(folder: Path, rule_pages: str = "") -> None:
    """Write the bundle into an empty or missing folder. ``rule_pages`` is the web address of the rules' pages.

    Raises:
        FileExistsError: the folder holds something.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    core = folder / "core"
    for path in modules():
        _copy(path, core / path.relative_to(SOURCE))
    for path in sorted((ROOT / "docs" / "rules").glob("RCV*.md")):
        _copy(path, core / "rules" / path.name)
    for path in sorted((ROOT / "checks").glob("*.py")):
        _copy(path, folder / path.name)
    _copy(ROOT / "LICENSE", folder / "LICENSE")
    (folder / "README.md").write_text(README.format(version=_version()), encoding="utf-8")
    if rule_pages:
        (core / "rule-pages.txt").write_text(f"{rule_pages}\n", encoding="utf-8")


def _version() -> str:
    text = (SOURCE / "recoverable" / "__init__.py").read_text(encoding="utf-8")
    return re.search(r'^__version__ = "(.+)"$', text, re.M)[1]  # type: ignore[index]  # our own file has it


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def tag(folder: Path, name: str, repository: Path = ROOT) -> str:
    """Put the bundle into the repository as a commit without parents, and tag it. The same bundle of the same commit is the same.

    Raises:
        subprocess.CalledProcessError: git refuses, for example because the tag exists.
    """
    with tempfile.TemporaryDirectory() as scratch:
        index = os.environ | {"GIT_INDEX_FILE": str(Path(scratch) / "index")}
        _git(repository, "--work-tree", str(folder), "add", "--all", "--force", ".", env=index, cwd=folder)
        tree = _git(repository, "write-tree", env=index)
    head = _git(repository, "rev-parse", "HEAD")
    who, mail, when = _git(repository, "show", "--no-patch", "--format=%cn%n%ce%n%cI", "HEAD").split("\n")
    same = os.environ | {
        f"GIT_{role}_{word}": value for role in ("AUTHOR", "COMMITTER") for word, value in (("NAME", who), ("EMAIL", mail), ("DATE", when))
    }
    commit = _git(repository, "commit-tree", tree, "-m", f"Checkov checks of recoverable, made from {head}", env=same)
    _git(repository, "tag", name, commit)
    return commit


def _git(repository: Path, *words: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    folder = subprocess.run(
        ["git", "rev-parse", "--absolute-git-dir"], cwd=repository, capture_output=True, text=True, check=True
    ).stdout.strip()
    done = subprocess.run(["git", "--git-dir", folder, *words], cwd=cwd or repository, env=env, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main() -> int:
    """Build the bundle, and tag it where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where to write it; must be empty or missing")
    parser.add_argument("--rule-pages", default="", metavar="URL", help="where the rules' pages are on the web, for guideline links")
    parser.add_argument("--tag", default="", metavar="NAME", help="also commit it without parents, under this tag")
    options = parser.parse_args()
    try:
        build(options.folder, options.rule_pages)
        print(f"{options.folder}: {sum(path.is_file() for path in options.folder.rglob('*'))} files")
        if options.tag:
            print(f"{options.tag}: {tag(options.folder, options.tag)}")
    except FileExistsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except subprocess.CalledProcessError as error:
        print(f"error: {error.stderr.strip() or error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
