"""Every resource of every recorded example, judged alone, beside what its stack says of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from recoverable.clouds.build import build_estate, wanted
from recoverable.enforce.engine import Evaluation
from recoverable.hosts.pulumi.judging import LATER
from recoverable.hosts.pulumi.surroundings import Surroundings, surroundings
from recoverable.model.finding import Verdict
from recoverable.model.raw import RawResource, Reading
from recoverable.readers.pulumi.preview_reader import read_preview
from recoverable.rules.registry.load import gate_rules
from recoverable.standard.load import Standard, built_in, parse
from tests.parity.policy_pack_verdicts import all_cases, recorded
from tests.support.judging import TODAY

SCHEMAS = Path(__file__).resolve().parents[2] / "standins" / "terraform" / "schemas"
Keys = dict[tuple[str, str], str]
"""Rule name and address to the kind of store."""


@dataclass(frozen=True)
class Lone:
    """One resource, the example's standard, and the fails of its whole stack."""

    example: str
    raw: RawResource
    reading: Reading
    standard: Standard
    refused: Collection[tuple[str, str]]

    def fails(self, resources: list[RawResource], only: Collection[str] | None = None) -> Keys:
        """The fails of resources that may have companions elsewhere."""
        other = Reading("pulumi-policy", "", resources=resources, partial=LATER, environment_hints=self.reading.environment_hints)
        return fails(other, self.standard, only)

    def lasting(self, left_out: str = "") -> Keys:
        """The fails that are told before the resource is made; one of the surroundings may be left out, by its place."""
        found = self.fails([self.raw])
        for place, (variant, companions) in enumerated(self.raw):
            if found and place != left_out:
                kept = self.fails([variant, *companions], {rule for rule, _ in found})
                found = {key: kind for key, kind in found.items() if key in kept}
        return found


def enumerated(raw: RawResource) -> Iterator[tuple[str, Surroundings]]:
    """The surroundings of a resource, named by what they are made of."""
    for variant, companions in surroundings(raw):
        yield ("+".join(sorted({item.type for item in companions})) or f"kept {raw.type}", (variant, companions))


def fails(reading: Reading, standard: Standard, only: Collection[str] | None = None) -> Keys:
    """Rule name and address of every fail."""
    rules = [item for item in gate_rules() if only is None or item.rule.name in only]
    findings = Evaluation(build_estate(reading), standard, TODAY).run(rules)
    return {(item.name, item.address): item.kind for item in findings if item.verdict is Verdict.FAIL}


@cache
def lone_resources() -> tuple[Lone, ...]:
    """All of them."""
    found = []
    for name, _, example in all_cases():
        document = recorded(example).get(name)
        if document is None or example.before:
            continue
        standard = parse(example.standard) if example.standard else built_in()
        reading = read_preview(document, "preview.json", wanted)
        reading.changes, reading.before = {}, None
        refused = fails(reading, standard).keys()
        found += [Lone(name, raw, reading, standard, refused) for raw in reading.resources]
    return tuple(found)


@cache
def schemas() -> dict[str, Any]:
    """The providers' schemas by resource type."""
    found: dict[str, Any] = {}
    for name in ("google_extra", "aws"):
        found |= json.loads((SCHEMAS / f"{name}.json").read_text())["resource_schemas"]
    for name in ("google", "neon"):
        found |= json.loads((SCHEMAS / f"{name}.json").read_text())
    return found


@cache
def computed_blocks() -> dict[str, set[str]]:
    """Blocks that the provider fills where a program leaves them out, by resource type."""
    found = {
        kind: set(paths) for kind, paths in json.loads((SCHEMAS / "google_computed_blocks.json").read_text())["computed_blocks"].items()
    }
    for kind, facts in json.loads((SCHEMAS / "behaviour.json").read_text()).items():
        if isinstance(facts, dict) and "computed_blocks" in facts:
            found.setdefault(kind, set()).update(facts["computed_blocks"])
    return found


def kept_by_the_cloud(raw: RawResource) -> list[str]:
    """Paths that a resource leaves out and the cloud may have filled: optional and computed in the schema."""
    block = schemas().get(raw.type, {}).get("block", {})
    paths = _optional_and_computed(block, "", computed_blocks().get(raw.type, set()))
    return [
        path for path in paths if raw.raw(path) is None and ("." not in path or isinstance(raw.raw(path.rpartition(".")[0]), (dict, list)))
    ]


def _optional_and_computed(block: dict[str, Any], prefix: str, blocks: set[str]) -> Iterator[str]:
    for name, attribute in block.get("attributes", {}).items():
        if attribute.get("computed") and attribute.get("optional"):
            yield prefix + name
    for name, inner in block.get("block_types", {}).items():
        if inner.get("computed") or prefix + name in blocks:
            yield prefix + name
        yield from _optional_and_computed(inner["block"], f"{prefix}{name}.", blocks)
