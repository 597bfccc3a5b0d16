"""Fixtures' parts for drills against the fake Neon: the environment that leads there, settings, and a source with a past."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.neon.settings import read
from recoverable.standard.problems import Problems
from recoverable.standard.typed import Table
from tests.fakes.fake_neon import KEY, PROJECT, FakeNeon
from tests.fakes.json_server import Faults
from tests.fakes.postgres_history import NEON, Customer, Databases, OneServer
from tests.fakes.real_postgres import Postgres


def neon_settings(**more: Any) -> dict[str, Any]:
    """The source's table as it would be read from the file."""
    problems = Problems("recoverable.toml", {})
    found = read(Table({"project": PROJECT, **more}, ("drill", "stores", "orders", "source"), problems))
    problems.stop_if_any()
    return found


def leading_to(fake: FakeNeon) -> dict[str, str]:
    """The environment by which a drill reaches the fake, its certificate trusted."""
    return {"NEON_API_KEY": KEY, "NEON_API_HOST": f"{fake.address}/api/v2", "SSL_CERT_FILE": str(fake.certificate)}


@contextlib.contextmanager
def neon(folder: Path, databases: Databases, now: Callable[[], datetime.datetime], faults: Faults | None = None) -> Iterator[FakeNeon]:
    """The fake, with the environment of this process leading to it."""
    with pytest.MonkeyPatch.context() as patch, FakeNeon(folder, databases, now, faults) as fake:
        assert isinstance(fake, FakeNeon)
        for name, value in leading_to(fake).items():
            patch.setenv(name, value)
        yield fake


@contextlib.contextmanager
def one_server(folder: Path, customer: Customer = NEON) -> Iterator[OneServer]:
    """A server for tests where data do not matter."""
    server = Postgres(folder / "one", folder)
    server.initialise()
    server.start()
    try:
        server.execute(customer.roles)
        server.execute(f"CREATE DATABASE {customer.database} OWNER {customer.owner}")
        yield OneServer(server)
    finally:
        server.remove()


Settings = Mapping[str, Any]
