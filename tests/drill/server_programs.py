"""PostgreSQL's programs for tests: 18 is among what `make setup` installs, every other version is this machine's own."""

from __future__ import annotations

import pytest

from recoverable.drill.postgres.embedded import MAJOR
from recoverable.drill.postgres.programs import Programs, find_programs, installed


def programs_or_skip(major: int) -> Programs:
    """The programs of a major version. The test skips where the machine lacks it, and fails where `make setup` should have brought it."""
    if major != MAJOR and not is_installed(major):
        pytest.skip(f"PostgreSQL {major} is not installed (Debian: apt-get install postgresql-{major})")
    return find_programs(major)


def is_installed(major: int) -> bool:
    """Whether this machine has a server of that major version."""
    return any(each.major == major for each in installed())
