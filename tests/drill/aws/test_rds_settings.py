"""``[drill.stores.NAME.source]`` of the provider ``rds``: what must be said, and what each mistake is told as."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from recoverable.drill.aws import rds_instances
from recoverable.drill.aws.rds_settings import SCHEMA, read
from recoverable.model.errors import InputError
from recoverable.standard.problems import Problems, StandardError
from recoverable.standard.typed import Table

GOOD: dict[str, Any] = {
    "instance": "orders-db",
    "subnet_group": "drill",
    "security_groups": ["sg-1"],
    "parameter_group": "drill-18",
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

    assert (found["from"], found["security_groups"]) == ("instance", ("sg-1",))
    assert {found[key] for key in ("snapshot", "backup_arn", "region", "database", "ca_file")} == {""}
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
        ({"from": "tape"}, "not one of instance, snapshot, retained-backup, replicated-backup"),
        ({"snapshot": "one"}, 'means nothing with from = "instance"'),
        ({"backup_arn": "arn:x", "from": "snapshot"}, 'means nothing with from = "snapshot"'),
        ({"password": "x"}, "is not a key"),
        ({"security_groups": "sg-1"}, "security_groups"),
    ],
)
def test_mistakes_are_told(more: dict[str, Any], words: str) -> None:
    with pytest.raises(StandardError, match=words):
        settings({**GOOD, **more})


def test_each_form_takes_what_belongs_to_it() -> None:
    assert settings({**GOOD, "from": "snapshot", "snapshot": "one"})["snapshot"] == "one"
    for form in ("retained-backup", "replicated-backup"):
        assert settings({**GOOD, "from": form, "backup_arn": "arn:x"})["backup_arn"] == "arn:x"


@pytest.mark.parametrize(("said", "seconds"), [("", 15.0), ("1", 1.0), (" 60 ", 60.0)])
def test_how_often_a_copy_is_looked_at_may_be_said(said: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOVERABLE_DRILL_POLL_SECONDS", said)
    assert rds_instances.poll() == seconds


@pytest.mark.parametrize("said", ["0", "61", "-1", "1.5", "often"])
def test_looking_all_the_time_or_never_is_refused(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECOVERABLE_DRILL_POLL_SECONDS", said)
    with pytest.raises(InputError, match="no number of seconds from 1 to 60"):
        rds_instances.poll()
