"""The components as a package for other languages: the schema, and construction from what another language sends."""

from __future__ import annotations

import dataclasses
import importlib
import json
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.provider.experimental.util import camel_case

import recoverable
from recoverable.components import package_host
from recoverable.components.bucket import Bucket, BucketArgs, LockMode, ObjectLockArgs
from recoverable.components.package_host import COMPONENTS, Package
from recoverable.components.policy import ProtectionPolicy
from recoverable.sandbox.laptop import Laptop
from tests.components.composed import arguments, policy
from tests.components.harness import Built, Child, build
from tests.support.stacks import PulumiError, Stack, project

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("StateBackend", "Bucket", "Postgres", "NeonProject", "BackupVault", "RestoreTest", "BackupAlerts", "Secrets")
POLICY = {"environment": "prod", "alertAddress": "oncall@example.com", "replicaRegion": "eu-central-1", "owner": "shop-team"}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    return package_host.schema()


def described(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every place of the schema that a reader needs words for, with what stands there."""
    for group in ("resources", "types"):
        for token, found in schema[group].items():
            yield token, found.get("description")
            for part in ("inputProperties", "properties"):
                for name, each in found.get(part, {}).items():
                    yield f"{token} {part} {name}", each.get("description")


def test_the_schema_holds_all_components(schema: dict[str, Any]) -> None:
    assert list(schema["resources"]) == [f"recoverable:index:{name}" for name in NAMES]
    assert (schema["name"], schema["version"]) == ("recoverable", recoverable.__version__)


def test_every_component_type_argument_and_output_is_described(schema: dict[str, Any]) -> None:
    assert [place for place, text in described(schema) if not (text or "").strip()] == []


def test_no_description_carries_the_indentation_of_a_docstring(schema: dict[str, Any]) -> None:
    assert [place for place, text in described(schema) if "\n    " in (text or "") or text != (text or "").strip()] == []


def test_every_component_takes_a_policy_and_gives_outputs(schema: dict[str, Any]) -> None:
    for found in schema["resources"].values():
        assert "policy" in found["requiredInputs"]
        assert found["properties"]


def test_the_schema_of_the_documentation_is_what_the_code_generates(schema: dict[str, Any]) -> None:
    written = (ROOT / "docs" / "components.schema.json").read_text(encoding="utf-8")

    assert written == json.dumps(schema, indent=2) + "\n", (
        "run: python -m recoverable.components.package_host --schema > docs/components.schema.json"
    )


def constructed(name: str, kind: str, inputs: dict[str, Any], config: dict[str, str] | None = None) -> Built:
    """What the package makes of the inputs, numbers as the wire has them."""
    wire = json.loads(json.dumps(inputs), parse_int=float)
    return build(lambda: Package().construct(name, f"recoverable:index:{kind}", wire, None), config=config)


def comparable(built: Built) -> list[Child]:
    return sorted((replace(child, depends=[], property_depends={}) for child in built.children), key=lambda child: child.urn)


def as_sent(given: Any) -> Any:
    """Arguments as another language sends them: camel case, no classes, nothing that was left out."""
    if isinstance(given, ProtectionPolicy):
        return POLICY
    if isinstance(given, Enum):
        return given.value
    if dataclasses.is_dataclass(given):
        stated = {field.name: getattr(given, field.name) for field in dataclasses.fields(given)}
        return {camel_case(name): as_sent(value) for name, value in stated.items() if value is not None}
    return [as_sent(each) for each in given] if isinstance(given, list) else given


@pytest.mark.parametrize("cls", COMPONENTS, ids=lambda cls: str(cls.__name__))
def test_a_component_constructed_for_another_language_has_the_same_children(cls: Any) -> None:
    given = arguments(cls.__name__, policy())
    own = build(lambda: cls("orders", given))

    assert comparable(constructed("orders", cls.__name__, as_sent(given))) == comparable(own)
    assert len(own.children) > 1


def test_numbers_that_arrive_as_floats_and_enumerations_that_arrive_as_texts_are_read() -> None:
    sent = {"policy": POLICY, "retentionDays": 45, "objectLock": {"mode": "GOVERNANCE", "days": 45}}
    own = BucketArgs(policy(), retention_days=45, object_lock=ObjectLockArgs(mode=LockMode.GOVERNANCE, days=45))

    assert comparable(constructed("uploads", "Bucket", sent)) == comparable(build(lambda: Bucket("uploads", own)))


@pytest.mark.parametrize(
    ("inputs", "path", "reason"),
    [
        (
            {"policy": POLICY, "retentionDays": 0},
            "retentionDays",
            'Bucket "uploads": retention_days = 0 is refused: ',
        ),
        (
            {"policy": POLICY, "retentionDays": "30"},
            "retentionDays",
            'Bucket "uploads": retention_days = "str" is refused: it takes int, not str.',
        ),
        (
            {"policy": {"environment": "prod"}},
            "alertAddress",
            "ProtectionPolicy: alert_address = None is refused: production names who hears of a failed backup.",
        ),
        ({}, "policy", "Missing required input 'policy' on 'Bucket'"),
    ],
)
def test_a_refusal_reaches_another_language_under_its_property(inputs: dict[str, Any], path: str, reason: str) -> None:
    with pytest.raises(pulumi.InputPropertyError) as refusal:
        constructed("uploads", "Bucket", inputs)

    assert (refusal.value.property_path, refusal.value.reason[: len(reason)]) == (path, reason)


@pytest.mark.engine
@pytest.mark.xdist_group("laptop")
def test_the_engine_prints_the_same_schema(laptop: Laptop, tmp_path: Path, schema: dict[str, Any]) -> None:
    stack = Stack(laptop, tmp_path, "", "package-schema")

    printed = json.loads(stack.run("package", "get-schema", str(package_host.folder())).stdout)

    assert set(printed["resources"]) == set(schema["resources"])
    assert set(printed["types"]) == set(schema["types"])


REMOTE = """
import pulumi

class Remote(pulumi.ComponentResource):
    arn: pulumi.Output[str]

    def __init__(self, name, inputs):
        super().__init__("recoverable:index:Bucket", name, {"arn": None, **inputs}, None, True)

policy = {"environment": "dev", "owner": "shop-team"}
pulumi.export("arn", Remote("uploads", {"policy": policy, "retentionDays": RETENTION}).arn)
"""


def remote(laptop: Laptop, folder: Path, name: str, retention: int) -> Stack:
    """A program that has no class of ours: it asks the engine for the package, as a program in any language does."""
    folder.mkdir()
    settings = project(name, laptop.environment()) | {
        "plugins": {"providers": [{"name": "recoverable", "path": str(package_host.folder())}]}
    }
    (folder / "Pulumi.yaml").write_text(json.dumps(settings))
    return Stack(laptop, folder, REMOTE.replace("RETENTION", str(retention)), name, config={"aws:region": "eu-west-1"})


@pytest.mark.engine
@pytest.mark.xdist_group("laptop")
def test_a_program_without_our_classes_brings_a_component_up_through_the_package(laptop: Laptop, tmp_path: Path) -> None:
    stack = remote(laptop, tmp_path / "project", "package-remote", 20)

    stack.up()

    assert stack.outputs()["arn"].startswith("arn:aws:s3:::uploads-bucket-")
    made = stack.resources()
    assert made["uploads"]["type"] == "recoverable:index:Bucket"
    assert made["uploads-versioning"]["parent"] == made["uploads"]["urn"]
    assert stack.preview("--expect-no-changes")["changeSummary"].keys() == {"same"}


@pytest.mark.engine
@pytest.mark.xdist_group("laptop")
def test_the_engine_shows_a_refusal_without_a_traceback(laptop: Laptop, tmp_path: Path) -> None:
    stack = remote(laptop, tmp_path / "project", "package-refused", 3)

    with pytest.raises(PulumiError) as refusal:
        stack.up()

    said = str(refusal.value)

    assert 'Bucket "uploads": retention_days = 3 is refused: ' in said
    # The program's own SDK may print one where the engine hung up while it registered: none of ours, and not about the refusal.
    assert "Traceback" not in said or "resource monitor shut down" in said
    assert "recoverable/components/" not in said
    assert "uploads-bucket" not in stack.resources()


def test_everything_that_a_program_needs_is_exported_by_the_package() -> None:
    wanted = {
        name for module in {cls.__module__ for cls in COMPONENTS} for name in getattr(importlib.import_module(module), "__all__", ())
    } | {cls.__name__ for cls in COMPONENTS}

    assert wanted <= set(recoverable.__all__)
    assert [name for name in recoverable.__all__ if not hasattr(recoverable, name)] == []
    assert set(recoverable.__all__) <= set(dir(recoverable))


def test_every_argument_class_of_the_schema_is_exported(schema: dict[str, Any]) -> None:
    types = {token.rsplit(":", 1)[-1] for token in schema["types"]}

    assert types <= set(recoverable.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'recoverable' has no attribute 'Bukket'"):
        recoverable.Bukket  # noqa: B018 - asking for it is the test
