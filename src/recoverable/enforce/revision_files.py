"""The files of a git revision, beside those of the working tree: what the same check finds there was found before the change."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from recoverable.enforce.changed import run_git

# Not `git archive`: it leaves out what .gitattributes marks export-ignore, and what it left out would look newly added or long gone.
PLAIN = ("-c", "filter.lfs.process=", "-c", "filter.lfs.smudge=cat", "-c", "filter.lfs.required=false")
"""Large files are no code: nothing is fetched for them."""
CODE = (".tf", ".tofu", ".tf.json", ".tofu.json")
MODULE = re.compile(r"\bmodule\b")
INSTALLED = ".terraform"
"""Where ``terraform init`` puts the modules it downloads; they are in no revision."""


def extract(revision: str, top: Path, folder: Path, changed: Collection[str] = ()) -> None:
    """Write the files of a revision into an empty folder.

    Links stay links: into the copy where they point into the repository, else to where they point today. Installed modules and
    submodules are read as they are today, unless a submodule is among the ``changed`` absolute paths, or a changed file calls modules:
    what was installed before it is not known then.

    Raises:
        InputError: git cannot give them.
    """
    with tempfile.TemporaryDirectory(prefix="recoverable-") as made:
        index = str(Path(made) / "index")
        run_git(["read-tree", revision], top, GIT_INDEX_FILE=index)
        run_git([*PLAIN, "checkout-index", "--all", "--force", "--quiet", f"--prefix={folder}/"], top, GIT_INDEX_FILE=index)
        listed = os.fsdecode(run_git(["ls-files", "--stage", "-z"], top, GIT_INDEX_FILE=index))
    for link in list(_links(folder)):
        _point(link, top.resolve(), folder)
    modules = [line.partition("\t")[2] for line in listed.split("\0") if line.startswith("160000 ")]
    kept = [each for each in modules if str((top / each).resolve()) not in changed]
    for name in [*kept, *([] if _calls_modules(changed, top.resolve(), folder) else _installed(top))]:
        _borrow(top / name, folder / name)


def _calls_modules(changed: Collection[str], top: Path, folder: Path) -> bool:
    """Whether a changed file calls a module, or did: another version of it may be installed now."""
    for name in changed:
        path = Path(name)
        if path.name.endswith(CODE) and path.is_relative_to(top):
            for each in (path, folder / path.relative_to(top)):
                if each.is_file() and MODULE.search(each.read_text(encoding="utf-8", errors="replace")):
                    return True
    return False


def _links(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        yield from (path for name in (*folders, *files) if (path := Path(where, name)).is_symlink())


def _point(link: Path, top: Path, folder: Path) -> None:
    """Make a link of the copy point to what it means there."""
    meant = Path(os.path.normpath(top / link.relative_to(folder).parent / os.readlink(link)))
    target = folder / meant.relative_to(top) if meant.is_relative_to(top) else meant
    link.unlink()
    link.symlink_to(target)


def _installed(top: Path) -> Iterator[str]:
    """Folders of installed modules, none of them inside of another."""
    for where, folders, _ in os.walk(top):
        if INSTALLED in folders:
            yield os.path.relpath(Path(where, INSTALLED), top)
        folders[:] = [each for each in folders if not each.startswith(".") and not Path(where, each).is_symlink()]


def _borrow(today: Path, then: Path) -> None:
    """Let a folder of the copy be the one of the working tree, where the copy holds nothing there."""
    if not today.is_dir() or not then.parent.is_dir():
        return
    if then.is_dir() and not then.is_symlink() and not any(then.iterdir()):
        then.rmdir()
    if not then.exists() and not then.is_symlink():
        then.symlink_to(today.resolve(), target_is_directory=True)
