"""Raw resources and estates for the tests of AWS Backup, keys and alarms."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path
from typing import Any

from recoverable.clouds import aws_alarms, aws_backup, aws_buckets, aws_databases, aws_keys
from recoverable.clouds.index import Index
from recoverable.enforce.engine import Evaluation
from recoverable.model.estate import Estate, Volume
from recoverable.model.finding import Finding
from recoverable.model.raw import Provider, RawResource
from recoverable.model.values import Location, Ref, Unknown, Value, absent
from recoverable.readers.plan.plan_reader import read_plan
from recoverable.rules.registry.load import find_rule
from recoverable.standard.load import built_in, parse

CORPUS = Path(os.environ.get("RECOVERABLE_CORPUS") or Path(__file__).resolve().parents[3] / "shared" / "corpus")
DB = "aws_db_instance.orders"
PLAN = "aws_backup_plan.main"
VAULT = "aws_backup_vault.main"
SELECTION = "aws_backup_selection.main"
KEY = "aws_kms_key.main"


def unk(expression: str = "terraform_data.later.id", *refs: str, not_null: bool = False) -> Unknown:
    """An unknown value, made from attributes of resources (``aws_kms_key.k.arn``)."""
    parts = [ref.rpartition(".") for ref in refs]
    return Unknown(expression, "known after apply", tuple(Ref(address, attribute) for address, _, attribute in parts), not_null)


def res(address: str, region: str = "eu-west-1", **attrs: Any) -> RawResource:
    """A resource as a reader hands it over; attributes that are None are left out."""
    kind, _, name = address.rpartition("module.")[2].partition(".")
    provider = Provider("aws", attrs={"region": region} if region else {})
    return RawResource(
        address,
        kind,
        name,
        {key: value for key, value in attrs.items() if value is not None},
        where=Location("main.tf", 1),
        provider=provider,
    )


def database(address: str = DB, **attrs: Any) -> RawResource:
    """An RDS instance that keeps its backups for 7 days."""
    return res(
        address, **({"engine": "postgres", "identifier": "orders", "backup_retention_period": 7, "tags": {"environment": "prod"}} | attrs)
    )


def rule(**attrs: Any) -> dict[str, Any]:
    """A daily rule that keeps backups for 30 days."""
    body = {"rule_name": "daily", "target_vault_name": "acme", "schedule": "cron(0 5 ? * * *)", "lifecycle": [{"delete_after": 30}]} | attrs
    return {key: value for key, value in body.items() if value is not None}


def plan(*rules: dict[str, Any], address: str = PLAN, **attrs: Any) -> RawResource:
    """A backup plan of prod."""
    return res(address, **({"name": "acme", "rule": list(rules or (rule(),)), "tags": {"environment": "prod"}} | attrs))


def selection(address: str = SELECTION, **attrs: Any) -> RawResource:
    """A selection of the plan."""
    return res(address, **({"name": "acme", "plan_id": unk(f"{PLAN}.id", f"{PLAN}.id")} | attrs))


def volume(address: str = "aws_efs_file_system.files", own_backups: Value[bool] | None = None, **attrs: Any) -> Volume:
    """A file system, as its mapping makes it."""
    raw = res(address, **attrs)
    region: Value[str] = Value(absent().kind) if raw.provider is None else raw.value("region", raw.provider.attrs.get("region"))
    return Volume(
        address=address,
        kind="efs-file-system",
        raw=raw,
        tags=dict(attrs.get("tags", {})),
        region=region,
        own_backups=own_backups or absent("efs_backup_policy"),
    )


def estate_of(*resources: RawResource, volumes: tuple[Volume, ...] = (), partial: str = "") -> Estate:
    """The estate of some resources."""
    index = Index(resources, partial)
    estate = Estate("main.tf", partial=partial)
    aws_databases.add_databases(index, estate)
    aws_buckets.add_buckets(index, estate)
    estate.volumes.extend(volumes)
    aws_backup.add_backup(index, estate)
    aws_keys.add_keys(index, estate)
    aws_alarms.add_alarms(index, estate)
    return estate


def estate_of_plan(path: Path) -> Estate:
    """The estate of a real plan."""
    reading = read_plan(json.loads(path.read_text(encoding="utf-8")), path.name, lambda kind: kind.startswith("aws_"))
    return estate_of(*reading.resources, partial=reading.partial)


def ask(name: str, estate: Estate, standard: str = "") -> list[Finding]:
    """What a rule says about an estate."""
    found = find_rule(name)
    assert found is not None
    return list(Evaluation(estate, parse(standard) if standard else built_in(), datetime.date(2026, 11, 23)).run([found]))
