"""How managed copies are reached: with a certificate that is verified, by settings that are checked, and with doubts written down."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from recoverable.drill.cloudsql.instance_copy import CloudSqlCopy
from recoverable.drill.cloudsql.settings import read
from recoverable.drill.contract import RestoreFailedError
from recoverable.drill.managed.reach import from_uri, is_private
from recoverable.standard.problems import Problems
from recoverable.standard.typed import Table
from tests.drill.cloudsql_cloud import cloudsql_settings

URI = (
    "postgresql://neondb_owner:npg_p%40ss%2Fw@ep-little-smoke-851426.us-east-2.aws.neon.tech/neondb?sslmode=require&channel_binding=require"
)


def test_a_host_on_the_net_must_prove_itself_whatever_the_uri_says() -> None:
    found = from_uri(URI)

    assert (found.host, found.port, found.user, found.dbname) == (
        "ep-little-smoke-851426.us-east-2.aws.neon.tech", 5432, "neondb_owner", "neondb"
    )  # fmt: skip
    assert found.password.reveal() == "npg_p@ss/w"
    assert dict(found.options)["sslmode"] == "verify-full"
    assert dict(found.options)["sslrootcert"]


def test_loopback_needs_no_certificate() -> None:
    assert dict(from_uri("postgresql://u:p@127.0.0.1:6543/db").options) == {"sslmode": "prefer"}


@pytest.mark.parametrize("uri", ["", "https://u:p@h/db", "postgresql:///db", "postgresql://h/db"])
def test_what_is_no_uri_is_refused_without_repeating_it(uri: str) -> None:
    with pytest.raises(RestoreFailedError) as refused:
        from_uri(uri)
    assert "u:p" not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("10.20.0.3", True),
        ("192.168.1.1", True),
        ("127.0.0.5", True),
        ("203.0.113.7", True),
        ("34.107.2.9", False),
        ("ep-x.neon.tech", False),
    ],
)
def test_a_name_counts_as_public(host: str, private: bool) -> None:
    """203.0.113.0/24 is for documentation, and Python counts it as not public."""
    assert is_private(host) is private


def copy_with(tmp_path: Path, **settings: Any) -> CloudSqlCopy:
    run: Any = SimpleNamespace(folder=tmp_path)
    store: Any = SimpleNamespace(settings=cloudsql_settings(5432, **settings))
    return CloudSqlCopy(None, store, run, None, None)  # type: ignore[arg-type]  # what is asked here needs no API


def test_a_cloud_sql_copy_is_proven_by_its_own_authority(tmp_path: Path) -> None:
    options = dict(copy_with(tmp_path)._tls({"serverCaCert": {"cert": "PEM"}}, "10.20.0.3"))

    assert options["sslmode"] == "verify-ca"
    assert Path(options["sslrootcert"]).read_text() == "PEM"


def test_without_the_authority_of_the_copy_nobody_connects(tmp_path: Path) -> None:
    with pytest.raises(RestoreFailedError, match="certificate"):
        copy_with(tmp_path)._tls({}, "10.20.0.3")


ADDRESSES = {"ipAddresses": [{"type": "PRIMARY", "ipAddress": "34.107.2.9"}]}


def test_a_public_address_is_used_only_where_the_settings_allow_it(tmp_path: Path) -> None:
    with pytest.raises(RestoreFailedError, match="allow_public"):
        copy_with(tmp_path)._address(ADDRESSES)
    assert copy_with(tmp_path, allow_public=True)._address(ADDRESSES) == "34.107.2.9"


def test_a_private_address_is_taken_before_a_public_one(tmp_path: Path) -> None:
    both = {"ipAddresses": [*ADDRESSES["ipAddresses"], {"type": "PRIVATE", "ipAddress": "10.20.0.3"}]}

    assert copy_with(tmp_path, allow_public=True)._address(both) == "10.20.0.3"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"instance": "orders"}, "names no project"),
        ({"project": "acme-prod"}, "names no instance"),
        ({"project": "acme-prod", "instance": "acme-prod:orders"}, "is no name of a Google Cloud instance"),
        ({"project": "acme-prod", "instance": "orders", "restore": "snapshot"}, "not one of clone, backup"),
        ({"project": "acme-prod", "instance": "orders", "port": 0}, "not a whole number"),
        ({"project": "acme-prod", "instance": "orders", "password": "x"}, "is not a key"),
    ],
)
def test_a_mistake_in_the_settings_of_cloud_sql_is_told(table: dict[str, Any], words: str) -> None:
    problems = Problems("recoverable.toml", {})
    read(Table(table, ("drill", "stores", "orders", "source"), problems))

    with pytest.raises(Exception, match=words):
        problems.stop_if_any()
