"""``[drill.stores.NAME.source]`` of the provider ``aurora``: what must be said, and what each mistake is told as."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from recoverable.drill.aws.aurora_settings import SCHEMA, read
from recoverable.standard.problems import Problems, StandardError
from recoverable.standard.typed import Table

GOOD: dict[str, Any] = {
    "cluster": "orders",
    "subnet_group": "drill",
    "security_groups": ["sg-1"],
    "cluster_parameter_group": "drill-aurora",
    "parameter_group": "drill-aurora-a",
    "instance_class": "db.t4g.medium",
}


def settings(data: dict[str, Any]) -> dict[str, Any]:
    """As ``recoverable.toml`` would give them."""
    problems = Problems("recoverable.toml", {})
    found = read(Table(data, ("drill", "stores", "orders", "source"), problems))
    problems.stop_if_any()
    return found


def test_what_is_left_out_has_a_default_that_opens_nothing() -> None:
    found = settings(GOOD)

    assert (found["from"], found["security_groups"], found["snapshot"]) == ("cluster", ("sg-1",), "")
    jsonschema.validate(GOOD, SCHEMA)


@pytest.mark.parametrize("key", sorted(GOOD))
def test_everything_that_decides_where_the_copy_stands_must_be_said(key: str) -> None:
    less = {name: value for name, value in GOOD.items() if name != key}

    with pytest.raises(StandardError, match=f"names no {key}"):
        settings(less)
    with pytest.raises(jsonschema.ValidationError, match=key):
        jsonschema.validate(less, SCHEMA)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"from": "tape"}, "not one of cluster, snapshot, retained-backup"),
        ({"from": "replicated-backup"}, "AWS replicates automated backups of instances alone, none of clusters"),
        ({"resource_id": "cluster-A"}, 'means nothing with from = "cluster"'),
        ({"snapshot": "one"}, 'means nothing with from = "cluster"'),
        ({"user": "x"}, "is not a key"),
    ],
)
def test_mistakes_are_told(more: dict[str, Any], words: str) -> None:
    with pytest.raises(StandardError, match=words):
        settings({**GOOD, **more})


@pytest.mark.parametrize(("form", "key", "value"), [("snapshot", "snapshot", "one"), ("retained-backup", "resource_id", "cluster-A")])
def test_a_snapshot_or_a_deleted_cluster_may_be_named_where_one_is_restored(form: str, key: str, value: str) -> None:
    data = {**GOOD, "from": form, key: value}

    assert settings(data)[key] == value
    jsonschema.validate(data, SCHEMA)
