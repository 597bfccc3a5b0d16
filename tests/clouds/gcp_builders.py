"""Raw resources for the tests of the Google and Neon mappings, from hand and from real plans."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.clouds import gcp_alarms, gcp_buckets, gcp_databases, gcp_keys, neon
from recoverable.clouds.index import Index
from recoverable.model.estate import Database, Estate, Subject
from recoverable.model.finding import Answer
from recoverable.model.raw import Provider, RawResource
from recoverable.model.values import Location, Ref, Unknown
from recoverable.readers.plan.plan_reader import read_plan
from recoverable.rules.registry.rule import Context
from recoverable.standard.demands import Demands, Setting

SQL = "google_sql_database_instance.db"
REPEATED = {"lifecycle_rule": "lifecycle_rules", "conditions": "conditions", "role_entity": "role_entities"}
CORPUS = Path(os.environ.get("RECOVERABLE_CORPUS") or Path(__file__).resolve().parents[3] / "shared" / "corpus")


def unk(expression: str = "var.later", *refs: str, not_null: bool = False) -> Unknown:
    """An unknown value, made from attributes of resources (``google_kms_crypto_key.k.id``)."""
    parts = [ref.rpartition(".") for ref in refs]
    return Unknown(expression, "known after apply", tuple(Ref(address, attribute) for address, _, attribute in parts), not_null)


def res(address: str, provider_region: Any = "europe-west1", **attrs: Any) -> RawResource:
    """A resource as a reader hands it over."""
    kind, _, name = address.partition(".")
    provider = Provider("google", attrs={"region": provider_region} if provider_region else {})
    return RawResource(address, kind, name, attrs, where=Location("main.tf", 1), provider=provider)


def instance(settings: dict[str, Any] | None = None, shape: str = "terraform", **attrs: Any) -> RawResource:
    """A PostgreSQL instance of Enterprise edition; ``settings`` are added to its block."""
    body: dict[str, Any] = {
        "name": "db",
        "database_version": "POSTGRES_16",
        "region": "europe-west1",
        "settings": [{"tier": "db-custom-2-8192", **(settings or {})}],
    } | attrs
    return res(SQL, **(as_pulumi(body) if shape == "pulumi" else body))


def replica(region: Any, master: Any) -> RawResource:
    """A read replica of an instance."""
    return res(
        "google_sql_database_instance.copy",
        name="copy",
        region=region,
        master_instance_name=master,
        settings=[{"tier": "db-custom-2-8192"}],
    )


def backup(**attrs: Any) -> dict[str, Any]:
    """Settings with a backup block that is on."""
    return {"backup_configuration": [{"enabled": True, **attrs}]}


def retained(count: Any, **attrs: Any) -> dict[str, Any]:
    """Settings with a retention."""
    return backup(backup_retention_settings=[{"retained_backups": count, **attrs}])


def one_database(*resources: RawResource) -> Database:
    """The first database of these resources."""
    return estate_of(*resources).databases[0]


def estate_of(*resources: RawResource) -> Estate:
    """The estate of these resources, through all Google and Neon mappings."""
    return _map(Index(resources))


def plan_estate(name: str) -> Estate:
    """The estate of a real plan of the corpus ($RECOVERABLE_CORPUS, else shared/corpus beside the checkout)."""
    path = CORPUS / name
    if not path.is_file():
        pytest.skip(f"no real plan at {path}; set RECOVERABLE_CORPUS")
    document = json.loads(path.read_text())
    return _map(Index.of(read_plan(document, str(path), lambda kind: kind.startswith(("google_", "neon_")))))


def _map(index: Index) -> Estate:
    estate = Estate(source="test")
    for mapping in (gcp_databases.add_databases, gcp_buckets.add_buckets, neon.add_databases, gcp_keys.add_keys, gcp_alarms.add_alarms):
        mapping(index, estate)
    return estate


def as_pulumi(data: Any) -> Any:
    """The same attributes as Pulumi gives them: single blocks as dicts, repeated ones in the plural, numbers as floats."""
    if isinstance(data, dict):
        return {
            REPEATED.get(name, name): [as_pulumi(item) for item in value]
            if name in REPEATED and isinstance(value, list)
            else as_pulumi(value)
            for name, value in data.items()
        }
    if isinstance(data, list) and len(data) == 1 and isinstance(data[0], dict):
        return as_pulumi(data[0])
    if isinstance(data, list):
        return [as_pulumi(item) for item in data]
    return float(data) if isinstance(data, int) and not isinstance(data, bool) else data


def demands(environment: str = "prod", second_region: bool = True) -> Demands:
    """The built-in standard's numbers for one environment."""
    return Demands(
        environment,
        "test",
        Setting(30),
        Setting(None),
        Setting(7),
        Setting(15),
        Setting(120),
        Setting(31),
        Setting(7),
        Setting(True),
        Setting(False),
        Setting(False),
        Setting(second_region),
        Setting(True),
        Setting("advice"),
        Setting("critical"),
        Setting("team"),
    )


def ask(check: Callable[[Any, Context], Any], subject: Subject, environment: str = "prod", second_region: bool = True) -> list[Answer]:
    """What a rule says about one subject."""
    wanted = demands(environment, second_region)
    context = Context(Estate(source="test"), wanted, datetime.date(2026, 11, 23), lambda _: wanted)
    return list(check(subject, context))
