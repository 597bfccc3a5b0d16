"""Parts of tests against the fake Cloud SQL: the environment that leads there, settings, a provider with the fake's token."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.cloudsql.settings import read
from recoverable.drill.contract import Clock
from recoverable.drill.heartbeat import CREATE
from recoverable.drill.providers.cloudsql import CloudSqlProvider
from recoverable.standard.problems import Problems
from recoverable.standard.typed import Table
from tests.drill.neon_cloud import one_server
from tests.drill.virtual_clock import START
from tests.fakes.fake_cloudsql import CUSTOMER, PROJECT, SOURCE, TOKEN, FakeCloudSql
from tests.fakes.json_server import Faults
from tests.fakes.postgres_history import Databases, OneServer

DELETED = START - datetime.timedelta(minutes=5)


def cloudsql_settings(port: int, **more: Any) -> dict[str, Any]:
    """The source's table as it would be read from the file."""
    problems = Problems("recoverable.toml", {})
    table = {"project": PROJECT, "instance": SOURCE, "database": CUSTOMER.database, "port": port, **more}
    found = read(Table(table, ("drill", "stores", "orders", "source"), problems))
    problems.stop_if_any()
    return found


def leading_to(fake: FakeCloudSql) -> dict[str, str]:
    """The environment by which a drill reaches the fake, its certificate trusted."""
    return {
        "CLOUDSDK_API_ENDPOINT_OVERRIDES_SQL": f"{fake.address}/",
        "SSL_CERT_FILE": str(fake.certificate),
        "GOOGLE_CLOUD_PROJECT": PROJECT,
    }


@contextlib.contextmanager
def cloudsql(
    folder: Path, databases: Databases, now: Callable[[], datetime.datetime], faults: Faults | None = None
) -> Iterator[FakeCloudSql]:
    """The fake, with the environment of this process leading to it."""
    with pytest.MonkeyPatch.context() as patch, FakeCloudSql(folder, databases, now, faults) as fake:
        assert isinstance(fake, FakeCloudSql)
        for name, value in leading_to(fake).items():
            patch.setenv(name, value)
        yield fake


def provider(clock: Clock, timeout: float = 10, login_token: Callable[[], str] | None = None) -> CloudSqlProvider:
    """With the fake's token; that google-auth gives one is the command's test."""
    return CloudSqlProvider(clock, timeout, lambda: TOKEN, login_token)


@contextlib.contextmanager
def one_cloudsql_server(folder: Path, now: datetime.datetime) -> Iterator[OneServer]:
    """A server for tests where data do not matter, with a heartbeat of the tests' own time."""
    with one_server(folder, CUSTOMER) as found:
        found.server.execute(CREATE, CUSTOMER.database)
        beat(found, now)
        yield found


def beat(database: OneServer, now: datetime.datetime) -> None:
    """A heartbeat as it would be there at a time."""
    sql = f"TRUNCATE public.recoverable_heartbeat; INSERT INTO public.recoverable_heartbeat (at) VALUES ('{now.isoformat()}')"
    database.server.execute(sql, CUSTOMER.database)


def gone(cloud: FakeCloudSql, at: datetime.datetime = DELETED) -> None:
    """An automated backup of three hours before, a final one, and then the instance is deleted."""
    hour, minute = datetime.timedelta(hours=1), datetime.timedelta(minutes=1)
    cloud.keep(SOURCE, "AUTOMATED", at - 3 * hour, at - 3 * hour + minute)
    cloud.keep(SOURCE, "FINAL", at - 2 * minute, at - minute)
    cloud.forget(SOURCE, at)
