"""PostgreSQL's programs for tests: 18 is among what `make setup` installs, every other version is this machine's own."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from recoverable.drill.postgres.embedded import MAJOR, PACKAGE
from recoverable.drill.postgres.programs import Programs, find_programs, installed, programs_in


def programs_or_skip(major: int) -> Programs:
    """The programs of a major version. The test skips where the machine lacks it, and fails where `make setup` should have brought it."""
    if major != MAJOR and not is_installed(major):
        pytest.skip(f"PostgreSQL {major} is not installed (Debian: apt-get install postgresql-{major})")
    return find_programs(major)


def is_installed(major: int) -> bool:
    """Whether this machine has a server of that major version."""
    return any(each.major == major for each in installed())


def copied_wheel(place: Path) -> Programs:
    """The programs of the embedded server in a folder of one's own, with the libraries that a wheel has beside its package."""
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    assert spec
    assert spec.submodule_search_locations
    package = Path(spec.submodule_search_locations[0])
    for each in (package, package.with_name(f"{package.name}.libs")):
        if each.is_dir():
            shutil.copytree(each, place / each.name, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a", "doc", "__pycache__"))
    found = programs_in(place / package.name / "pginstall" / "bin")
    assert found, f"the copy of {package} does not run"
    return found
