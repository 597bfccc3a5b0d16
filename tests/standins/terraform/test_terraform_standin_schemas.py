"""The schema data is complete and its hand-written part fits the derived part."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.standins.terraform.corpus_replay import load_schemas

HERE = Path(__file__).resolve().parent
SCHEMAS = HERE / "schemas"
BEHAVIOUR: dict[str, dict[str, Any]] = json.loads((SCHEMAS / "behaviour.json").read_text())
KINDS = load_schemas(SCHEMAS)


def lookup(kind: str, path: str) -> dict[str, Any] | None:
    """The attribute or nested block at a dotted path."""
    block = KINDS[kind]["block"]
    *outer, name = path.split(".")
    for step in outer:
        block = block["block_types"][step]["block"]
    found: dict[str, Any] | None = block.get("attributes", {}).get(name) or block.get("block_types", {}).get(name)
    return found


def test_every_wanted_resource_was_derived() -> None:
    wanted = json.loads((HERE / "wanted.json").read_text())
    missing = {kind for group in wanted.values() for kind in group["resources"]} - set(KINDS)
    assert not missing


def test_the_trap_is_in_the_schema() -> None:
    retention = lookup("aws_db_instance", "backup_retention_period")
    assert retention == {"type": "number", "optional": True, "computed": True}


@pytest.mark.parametrize("kind", sorted(BEHAVIOUR))
def test_behaviour_names_things_that_exist(kind: str) -> None:
    entry = BEHAVIOUR[kind]
    for name in entry.get("force_new", []):
        assert name == "*" or lookup(kind, name), name
    for path in entry.get("computed_blocks", []):
        found = lookup(kind, path)
        assert found is not None, path
        assert "nesting_mode" in found, path
    for path in [*entry.get("defaults", {}), *entry.get("applied", {})]:
        assert lookup(kind, path), path


@pytest.mark.parametrize("kind", sorted(kind for kind in BEHAVIOUR if kind.startswith("aws_")))
def test_aws_defaults_are_possible(kind: str) -> None:
    """The old SDK refuses a default on a computed attribute, so a default there would be a mistake of ours."""
    for path, value in BEHAVIOUR[kind].get("defaults", {}).items():
        attribute = lookup(kind, path)
        assert attribute is not None, path
        assert attribute.get("optional"), path
        assert not attribute.get("computed"), path
        expected = {"bool": bool, "number": int, "string": str}[attribute["type"]]
        assert type(value) is expected, path


def test_both_bindings_agree_on_what_is_computed() -> None:
    """The CDK and Pulumi bindings were generated apart; what they disagree on is known and harmless.

    Pulumi gives some arguments a default of its own ("Managed by Pulumi"), and its Google version is older than the
    real schema.
    """
    notes = json.loads((SCHEMAS / "derivation.json").read_text())["disagreements"]
    assert {note.split(":")[0] for note in notes["aws"]} == {
        "aws_config_configuration_recorder.name",
        "aws_db_option_group.option_group_description",
        "aws_db_parameter_group.description",
        "aws_db_subnet_group.description",
        "aws_docdb_subnet_group.description",
        "aws_elasticache_parameter_group.description",
        "aws_elasticache_subnet_group.description",
        "aws_kms_grant.name",
        "aws_launch_configuration.associate_public_ip_address",
        "aws_neptune_subnet_group.description",
        "aws_redshift_parameter_group.description",
        "aws_redshift_subnet_group.description",
        "aws_route53_zone.comment",
        "aws_security_group.description",
    }
