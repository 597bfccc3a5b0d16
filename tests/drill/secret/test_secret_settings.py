"""``[drill.stores.NAME.source]`` and ``.expect`` of the provider ``secret``: what is refused, and what is made of the rest."""

from __future__ import annotations

import datetime
from typing import Any

import jsonschema
import pytest

from recoverable.drill.secret import expectations
from recoverable.drill.secret.settings import SCHEMA, read
from recoverable.drill.settings import read_settings
from recoverable.standard.load import parse
from recoverable.standard.problems import StandardError
from tests.drill.state.state_world import typed

GOOGLE: dict[str, Any] = {"service": "gcp-secretmanager", "project": "acme-prod", "names": ["orders-database"]}
GOOD: dict[str, Any] = {"service": "secretsmanager", "names": ["orders/database"], "region": "eu-west-1", "replica_region": "eu-central-1"}


def test_names_or_a_prefix_are_read_and_fit_the_schema() -> None:
    for source in (GOOD, {"service": "ssm", "prefix": "/orders/"}, GOOGLE):
        found = typed(read, source)

        assert {name: found[name] for name in source} == {
            name: tuple(each) if isinstance(each, list) else each for name, each in source.items()
        }
        jsonschema.Draft7Validator(SCHEMA).validate(source)


@pytest.mark.parametrize(("source", "words"), [
    ({}, "does not say where the secrets are kept"),
    ({**GOOD, "service": "vault"}, "not one of secretsmanager, ssm, gcp-secretmanager"),
    ({"service": "ssm"}, "names no secrets"),
    ({**GOOD, "prefix": "orders/"}, "names secrets twice"),
    ({**GOOD, "names": ["a", "a"]}, "holds a name twice"),
    ({**GOOD, "replica_region": "eu-west-1"}, "is the region of the secrets themselves"),
    ({"service": "ssm", "prefix": "/a", "replica_region": "eu-west-1"}, "names a replica_region and no region"),
    ({**GOOD, "value": "x"}, "is not a key"),
    ({**GOOD, "project": "acme-prod"}, "is Google Cloud's, and the secrets are kept at AWS"),
    ({**GOOGLE, "project": "Acme"}, "is no name of a Google Cloud project"),
    ({"service": "gcp-secretmanager", "names": ["a"]}, "names no project"),
    ({**GOOGLE, "region": "europe-west3"}, "serves all replicas under one address"),
    ({**GOOGLE, "replica_region": "europe-west3"}, "serves all replicas under one address"),
    ({**GOOGLE, "names": ["orders/database"]}, "no name of Secret Manager has"),
    ({"service": "gcp-secretmanager", "project": "acme-prod", "prefix": "orders/"}, "no name of Secret Manager has"),
])  # fmt: skip
def test_what_cannot_be_is_refused(source: dict[str, Any], words: str) -> None:
    with pytest.raises(StandardError) as refused:
        typed(read, source)
    assert words in str(refused.value)


def test_times_may_be_toml_or_text_and_must_have_a_zone() -> None:
    for said in (datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC), "2026-12-01T01:00:00+01:00"):
        found = typed(expectations.read, {"secrets": {"orders/database": {"created_after": said}}})
        assert found["secrets"]["orders/database"].after == datetime.datetime(2026, 12, 1, tzinfo=datetime.UTC)
    for wrong in ("2026-12-01T00:00:00", "soon", 7):
        with pytest.raises(StandardError, match="is no time with a zone"):
            typed(expectations.read, {"secrets": {"orders/database": {"created_after": wrong}}})


def test_a_manifest_in_a_file_and_in_a_variable_is_one_too_many() -> None:
    with pytest.raises(StandardError, match="stands beside manifest"):
        typed(expectations.read, {"manifest": "a.json", "manifest_env": "A"})


def test_a_whole_store_is_read_with_names_that_hold_signs() -> None:
    text = (
        '[drill.stores.s]\nprovider = "secret"\nenvironment = "prod"\n[drill.stores.s.source]\nservice = "secretsmanager"\n'
        'names = ["orders/database"]\n[drill.stores.s.expect.secrets."orders/database"]\nkeys = ["DATABASE_URL"]\n'
        "created_after = 2026-11-01T00:00:00Z\n"
    )
    found = read_settings(parse(text)).store("s").expectations["secrets"]["orders/database"]

    assert found.keys == ("DATABASE_URL",)
    assert found.after == datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
