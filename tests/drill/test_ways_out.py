"""The ways out of a managed copy are closed by SQL, as far as its customer may; what he may not close keeps the drill from being verified."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recoverable.drill.connection import Connection, Secret
from recoverable.drill.managed.ways_out import close_ways_out
from recoverable.drill.verdict import RungVerdict
from tests.drill.neon_cloud import one_server
from tests.drill.source_server import open_folder
from tests.fakes.postgres_history import DATABASE, OWNER
from tests.fakes.real_postgres import Postgres

SUBSCRIBE = (
    "CREATE SUBSCRIPTION {name} CONNECTION 'host=127.0.0.1 port=1 password=x' PUBLICATION p WITH (connect = false, slot_name = NONE)"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with open_folder("rcv-ways-") as folder, one_server(folder) as found:
        yield found.server


def subscribe(server: Postgres, name: str, owner: str) -> None:
    """A subscription that is enabled, whose worker would try to connect again and again."""
    server.execute(SUBSCRIBE.format(name=name), DATABASE)
    server.execute(f"ALTER SUBSCRIPTION {name} OWNER TO {owner}", DATABASE)
    server.execute(f"UPDATE pg_subscription SET subenabled = true WHERE subname = '{name}'", DATABASE)


def as_customer(server: Postgres) -> Connection:
    return Connection("127.0.0.1", server.port, OWNER, DATABASE, Secret("secret-of-production"))


def test_subscriptions_and_logins_of_the_customer_are_closed(server: Postgres) -> None:
    subscribe(server, "mine", OWNER)
    server.execute("CREATE EXTENSION IF NOT EXISTS postgres_fdw", DATABASE)
    server.execute(f"GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO {OWNER}", DATABASE)
    server.execute(f"SET ROLE {OWNER}; CREATE SERVER away FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '192.0.2.1')", DATABASE)
    server.execute(f"SET ROLE {OWNER}; CREATE USER MAPPING FOR {OWNER} SERVER away OPTIONS (user 'u', password 'p')", DATABASE)
    check = close_ways_out(as_customer(server))

    assert (check.verdict, check.figures["closed"]) == (RungVerdict.PASS, 2), check.detail
    assert server.execute("SELECT count(*) FROM pg_subscription WHERE subenabled", DATABASE) == [(0,)]
    assert server.execute("SELECT count(*) FROM pg_user_mappings", DATABASE) == [(0,)]


def test_a_subscription_that_the_customer_may_not_touch_is_told_and_is_not_green(server: Postgres) -> None:
    subscribe(server, "of_the_service", "cloud_admin")
    check = close_ways_out(as_customer(server))

    assert check.verdict is RungVerdict.COULD_NOT_RUN
    assert "subscription of_the_service of neondb" in check.detail
