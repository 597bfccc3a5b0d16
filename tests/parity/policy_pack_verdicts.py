"""What the policy pack says about every example of every rule: the pack's column of the parity matrix.

The pack's own analyzer is driven as the engine drives it, on previews that the real engine printed (recordings/): each
resource alone before it is made, then the whole stack. tests/hosts/pulumi/test_real_engine_parity.py holds that the engine
itself gets the same from the pack it starts.
"""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from recoverable.clouds.build import wanted
from recoverable.hosts.pulumi.catalogue import NO_ATTRIBUTE, NO_DELETIONS
from recoverable.readers.pulumi.preview_reader import read_preview
from recoverable.rules.registry.load import gate_rules
from recoverable.rules.registry.rule import Example
from tests.parity.batches import Case, cases
from tests.standins.pulumi.split import previews
from tests.support.judging import judge_document
from tests.support.policy_packs import Pack, Told, steps_of

RECORDINGS = Path(__file__).parent / "recordings"
RANK = ("pass", "unknown", "fail", "error")
REASONS = (NO_DELETIONS, NO_ATTRIBUTE)
"""The closed list: the beginnings of all reasons a cell may give instead of a verdict."""
PART = re.compile(r'\.rule\["[^"]*"\]$')
"""What an address of a part of a resource ends in: the engine knows whole resources only."""
Verdicts = dict[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One example through the pack: its rule's verdict about the example's subject, or the reason why there can be none."""

    verdict: str
    reason: str = ""


def policy_pack_cells() -> dict[tuple[str, str], Cell]:
    """The pack's verdict for each (example, rule id), where an example is named ``rcv002_3``: its rule's id and its number.

    The verdict is ``pass``, ``fail``, ``unknown`` or ``error``, as `recoverable check` calls them; it is "" where the pack can
    have none, and then ``reason`` begins with one of ``REASONS``. Examples that no preview can show are left out.
    """
    found = {}
    for name, rule, example in all_cases():
        document = recorded(example).get(name)
        if document is None:
            continue
        told = told_about(name)
        reason = told.not_applicable.get(rule.name, "")
        found[name, rule.id] = Cell("", reason) if reason else Cell(_verdict(told, name, rule.name, example, document))
    return found


def all_cases() -> list[Case]:
    """Every example that a preview can show."""
    return [*cases("preview", changes=False), *cases("preview", changes=True)]


def recorded(example: Example) -> dict[str, dict[str, Any]]:
    """The recordings that hold an example: unchanged resources are always shown to a pack."""
    return _documents("changes-sames.json" if example.before else "previews.json")


@cache
def told_about(name: str) -> Told:
    """Everything the pack says about one example's stack, strictly: an unknown is a violation, too."""
    example = next(example for found, _, example in all_cases() if found == name)
    with tempfile.TemporaryDirectory() as folder:
        settings = {}
        if example.standard:
            standard = Path(folder, "recoverable.toml")
            standard.write_text(example.standard, encoding="utf-8")
            settings["standard"] = str(standard)
        for file, text in example.files:
            Path(folder, file).write_text(text, encoding="utf-8")
        pack = Pack(settings, config=_config(recorded(example)[name]), folders=[Path(folder)])
        return pack.run(steps_of(recorded(example)[name]))


def checked(name: str) -> Verdicts:
    """What `recoverable check` says about the same preview: the worst verdict by rule and address, passes left out."""
    example = next(example for found, _, example in all_cases() if found == name)
    with tempfile.TemporaryDirectory() as folder:
        findings = judge_document(recorded(example)[name], "preview.json", Path(folder), example, code=False)
    return _worst((item.name, _urn(item.address), item.verdict.value) for item in findings if not item.suppressed)


def _urn(address: str) -> str:
    """The resource that an address is about; "" for what is none, which the pack tells about the stack."""
    return PART.sub("", address) if address.startswith("urn:") else ""


def told_verdicts(name: str) -> Verdicts:
    """The same of what the pack says."""
    return verdicts_of(told_about(name))


def verdicts_of(told: Told) -> Verdicts:
    """The worst verdict by policy and address; the count of what waivers suppress is no verdict."""
    return _worst((item.policyName, str(item.urn), verdict_of(item)) for item in told.all if item.description != "Waivers")


def verdict_of(diagnostic: Any) -> str:
    """A violation's verdict, from its words."""
    if " crashed: " in diagnostic.message:
        return "error"
    return "unknown" if diagnostic.message.startswith("[unknown] ") else "fail"


def _verdict(told: Told, name: str, rule: str, example: Example, document: dict[str, Any]) -> str:
    subject = subject_of(name, example, document)
    found = [verdict_of(item) for item in told.all if item.policyName == rule and (not subject or str(item.urn) == subject)]
    return max(found, key=RANK.index, default="pass")


def subject_of(name: str, example: Example, document: dict[str, Any]) -> str:
    """The example's subject, which a URN names by type and name; "" where it is all there is."""
    reading = read_preview(document, "preview.json", wanted)
    aliases = {f"{raw.type}.{raw.name.removeprefix(name + '.')}": raw.address for raw in reading.resources}
    known = max((alias for alias in aliases if example.subject.startswith(alias)), key=len, default="")
    return PART.sub("", aliases[known] + example.subject.removeprefix(known)) if known else ""


def _worst(found: Any) -> Verdicts:
    worst: Verdicts = {}
    for rule, address, verdict in found:
        if verdict != "pass":
            worst[rule, address] = max(worst.get((rule, address), "pass"), verdict, key=RANK.index)
    return worst


def _config(document: dict[str, Any]) -> dict[str, str]:
    return {key: value for key, value in (document.get("config") or {}).items() if isinstance(value, str)}


@cache
def _documents(name: str) -> dict[str, dict[str, Any]]:
    return previews(json.loads((RECORDINGS / name).read_text(encoding="utf-8")))


def silent_rules() -> set[str]:
    """Rules that a pack cannot ask."""
    told = next(iter(told_about(name) for name, _, example in all_cases() if name in recorded(example)))
    assert {item.rule.name for item in gate_rules()} >= told.not_applicable.keys()
    return set(told.not_applicable)


__all__ = ["REASONS", "Cell", "all_cases", "checked", "policy_pack_cells", "recorded", "told_verdicts", "verdicts_of"]
