"""A server with a small shop, for all tests of the smoke suite."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.connection import Connection
from recoverable.drill.contract import Check
from recoverable.drill.hooks import Copy
from recoverable.drill.postgres.server import Server
from recoverable.drill.smoke import read
from recoverable.standard.problems import Problems
from recoverable.standard.typed import Table
from tests.support.drill_copies import copy_of, execute, new_database, running_server

SHOP = (
    "CREATE ROLE app LOGIN",
    "SET ROLE app",
    "CREATE TABLE orders (id serial PRIMARY KEY, email text, total numeric(10, 2), paid boolean, at date)",
    "INSERT INTO orders (email, total, paid, at) SELECT 'alice.marked@example.com', n + 0.5, n % 2 = 0, DATE '2026-11-01' FROM generate_series(1, 20) n",
    # What a careless estate has: everybody may write.
    "GRANT ALL ON orders TO PUBLIC",
    "GRANT ALL ON SEQUENCE orders_id_seq TO PUBLIC",
    "CREATE TABLE secrets_of_tenants (id int)",
    "ALTER TABLE secrets_of_tenants ENABLE ROW LEVEL SECURITY",
    "INSERT INTO secrets_of_tenants VALUES (1)",
    "RESET ROLE",
    "GRANT CREATE ON SCHEMA public TO PUBLIC",
)

Suite = Callable[..., dict[str, Check]]


@pytest.fixture(scope="session", name="server")
def server_fixture() -> Iterator[Server]:
    """An empty cluster."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session", name="shop")
def shop_fixture(server: Server) -> Connection:
    """The shop's database. The suite changes no data in it, which the tests prove."""
    database = new_database(server)
    execute(
        database, "ALTER DATABASE " + database.dbname + " OWNER TO CURRENT_USER", SHOP[0], "GRANT ALL ON SCHEMA public TO app", *SHOP[1:]
    )
    return database


@pytest.fixture(name="copy")
def copy_fixture(shop: Connection, tmp_path: Path) -> Copy:
    """The shop as a restored copy."""
    (tmp_path / "app").mkdir()
    return copy_of(shop, tmp_path / "app")


@pytest.fixture(name="suite")
def suite_fixture(copy: Copy) -> Suite:
    """Runs a suite given by its entries and gives the answers by name."""

    def run(*, queries: list[dict[str, Any]] | None = None, commands: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Check]:
        tables = {"queries": [{"name": f"q{n}", **each} for n, each in enumerate(queries or [])]}
        tables["commands"] = [{"name": f"c{n}", **each} for n, each in enumerate(commands or [])]
        problems = Problems("recoverable.toml", {})
        smoke = read(Table({**tables, **more}, ("drill", "stores", "orders", "smoke"), problems))
        problems.stop_if_any()
        assert smoke is not None
        answers = list(smoke.check(copy))
        assert len({each.name for each in answers}) == len(answers)
        return {each.name.removeprefix("smoke-"): each for each in answers}

    return run
