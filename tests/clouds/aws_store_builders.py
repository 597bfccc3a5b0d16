"""Raw resources for the tests of the AWS tables, databases and volumes, from hand, from code and from real plans."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.clouds import aws_backup, aws_other_databases, aws_tables, aws_volumes
from recoverable.clouds.build import build_estate, wanted
from recoverable.clouds.index import Index
from recoverable.model.estate import Estate, Subject
from recoverable.model.finding import Answer, Verdict
from recoverable.model.raw import Provider, RawResource, Reading
from recoverable.model.values import Kind, Location, Ref, Unknown, Value
from recoverable.readers.plan.plan_reader import read_plan
from recoverable.rules.registry.load import find_rule
from recoverable.rules.registry.rule import Context
from recoverable.standard.load import built_in, parse
from tests.support.judging import read_folder

CORPUS = Path(os.environ.get("RECOVERABLE_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
MAPPINGS: tuple[Callable[[Index, Estate], None], ...] = (
    aws_tables.add_tables,
    aws_other_databases.add_other_databases,
    aws_volumes.add_volumes,
    aws_backup.add_backup,
)


def unk(expression: str = "var.later", *refs: str, not_null: bool = False) -> Unknown:
    """An unknown value, made from attributes of resources (``aws_kms_key.k.arn``)."""
    parts = [ref.rpartition(".") for ref in refs]
    return Unknown(expression, "known after apply", tuple(Ref(address, attribute) for address, _, attribute in parts), not_null)


def res(address: str, region: str = "eu-west-1", **attrs: Any) -> RawResource:
    """A resource as a reader hands it over."""
    kind, _, name = address.partition(".")
    provider = Provider("aws", attrs={"region": region} if region else {})
    return RawResource(address, kind, name, attrs, where=Location("main.tf", 1), provider=provider)


def estate_of(*resources: RawResource) -> Estate:
    """The estate of these resources."""
    estate = Estate(source="test")
    index = Index(resources)
    for mapping in MAPPINGS:
        mapping(index, estate)
    return estate


def plan_estate(name: str) -> Estate:
    """The estate of a real plan of the corpus."""
    path = CORPUS / "plans" / name
    return build_estate(read_plan(json.loads(path.read_text()), str(path), wanted))


def hcl_estate(folder: str) -> Estate:
    """The estate of a folder of the corpus."""
    readings: list[Reading] = read_folder(CORPUS / "hcl" / folder)
    return build_estate(readings[0])


def shown(value: Value[Any]) -> tuple[Kind, Any]:
    """What a test compares: where a value comes from, and what it is."""
    return value.kind, value.data


def ask(name: str, subject: Subject, environment: str = "prod", standard: str = "") -> list[Answer]:
    """What a rule says about one subject."""
    rule = find_rule(name)
    assert rule is not None, name
    chosen = parse(standard) if standard else built_in()
    demands = chosen.demands(
        environment=environment, environment_source="test", kind=subject.kind, address=subject.address, tags=subject.tags
    )
    return list(rule.check(subject, Context(Estate(source="test"), demands, datetime.date(2026, 11, 23), lambda _: demands)))


def verdicts(name: str, subject: Subject, environment: str = "prod", standard: str = "") -> list[Verdict]:
    """Its verdicts alone."""
    return [answer.verdict for answer in ask(name, subject, environment, standard)]
