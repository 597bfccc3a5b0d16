"""Real plans, previews and stacks with random parts broken: a clear refusal or honest findings, never a crash."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recoverable.clouds.build import wanted
from recoverable.model.errors import InputError
from recoverable.model.finding import Verdict
from recoverable.model.raw import Reading
from recoverable.readers.plan.plan_reader import read_plan
from recoverable.readers.pulumi.preview_reader import read_preview, read_stack
from tests.support.judging import findings_of
from tests.support.mutating import mutated

ROOT = Path(__file__).resolve().parents[2]
CORPUS = Path(os.environ.get("RECOVERABLE_CORPUS", ROOT.parent / "shared" / "corpus"))
BUNDLED = [*sorted((ROOT / "examples" / "plans").glob("*.json"))]
CAPTURED = [*sorted((CORPUS / "previews").glob("*.json")), *sorted((CORPUS / "plans").rglob("*.json"))]
LONG = bool(os.environ.get("RECOVERABLE_LONG"))
SEEDS = range(400 if LONG else 25)
SMALL = 400_000


def documents() -> list[Path]:
    """Everything of a size that hundreds of runs can bear."""
    return [path for path in (*BUNDLED, *CAPTURED) if path.stat().st_size < SMALL and kind_of(json.loads(path.read_text("utf-8-sig")))]


def kind_of(document: Any) -> str:
    """The key that makes a document what it is; nothing for other JSON."""
    if isinstance(document, dict) and "planned_values" in document and document.get("errored") is not True:
        return "format_version"
    return next((key for key in ("steps", "deployment") if isinstance(document, dict) and key in document), "")


def read(document: Any) -> Reading:
    """What the command would do with a document."""
    if "steps" in document:
        return read_preview(document, "input.json", wanted)
    return (read_stack if "deployment" in document else read_plan)(document, "input.json", wanted)


def troubles(document: Any) -> list[str]:
    """Error verdicts about a document; a refusal that does not name it."""
    try:
        findings = findings_of([read(document)])
    except InputError as error:
        return [] if error.where == "input.json" else [str(error)]
    return [item.message for item in findings if item.verdict is Verdict.ERROR]


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in documents()])
def test_a_broken_document_is_refused_with_its_place_or_judged_without_a_crash(path: Path) -> None:
    whole = json.loads(path.read_text("utf-8-sig"))
    kind = kind_of(whole)

    for seed in SEEDS:
        broken, done = mutated(whole, seed, 1 + seed % 5)
        if kind not in broken or not isinstance(broken[kind], list if kind == "steps" else (dict, str)):
            continue
        assert troubles(broken) == [], f"seed {seed}: {done}"


WRONG_FRAMES: dict[str, tuple[Callable[[Any], None], str]] = {
    "changes": (lambda plan: plan.update(resource_changes={}), "resource_changes is an object, not a list"),
    "a change": (lambda plan: plan["resource_changes"].insert(0, "x"), "resource_changes[0] is a text, not an object"),
    "an address": (lambda plan: plan["resource_changes"][0].update(address=7), "resource_changes[0].address is a number, not a text"),
    "no address": (lambda plan: plan["resource_changes"][0].pop("address"), "resource_changes[0] has no address"),
    "an empty type": (lambda plan: plan["resource_changes"][0].update(type=""), "resource_changes[0].type is empty"),
    "actions": (lambda plan: plan["resource_changes"][0]["change"].update(actions="delete"), "change.actions is a text, not a list"),
    "values": (
        lambda plan: plan["planned_values"]["root_module"]["resources"][0].update(values=[]),
        "planned_values.root_module.resources[0].values is a list, not an object",
    ),
    "modules": (lambda plan: plan["planned_values"]["root_module"].update(child_modules=[[]]), "child_modules[0] is a list, not an object"),
    "configuration": (lambda plan: plan.update(configuration=True), "configuration is true or false, not an object"),
    "calls": (lambda plan: plan["configuration"]["root_module"].update(module_calls={"a": 1}), "module_calls.a is a number, not an object"),
}


@pytest.mark.parametrize(("change", "words"), [pytest.param(*item, id=name) for name, item in WRONG_FRAMES.items()])
def test_a_plan_of_the_wrong_frame_is_refused_and_the_part_is_named(change: Callable[[Any], None], words: str) -> None:
    plan = json.loads((ROOT / "examples/plans/cloudsql.json").read_text())
    change(plan)

    with pytest.raises(InputError) as caught:
        read_plan(plan, "plan.json", wanted)

    assert words in caught.value.what
    assert "terraform show -json" in caught.value.fix


@pytest.mark.parametrize("version", ["2.0", "", "next", "-1"])
def test_a_plan_of_another_format_version_is_refused(version: str) -> None:
    with pytest.raises(InputError, match="format version"):
        read_plan({"format_version": version, "planned_values": {}}, "plan.json", wanted)


@pytest.mark.parametrize("version", ["0.1", "0.2", "1.0", "1.2", "1.99"])
def test_plans_of_every_known_format_version_are_read(version: str) -> None:
    assert read_plan({"format_version": version, "planned_values": {}}, "plan.json", wanted).kind == "terraform-plan"


def test_a_plan_that_failed_half_way_is_refused() -> None:
    with pytest.raises(InputError, match="failed half-way"):
        read_plan({"format_version": "1.2", "errored": True, "planned_values": {}}, "plan.json", wanted)


def test_a_preview_step_without_urn_is_refused_and_named() -> None:
    with pytest.raises(InputError, match=r"steps\[0\] has no urn"):
        read_preview({"steps": [{"op": "create"}]}, "preview.json", wanted)


def test_a_stack_whose_resources_are_texts_is_refused_and_named() -> None:
    with pytest.raises(InputError, match=r"deployment\.resources\[0\] is a text"):
        read_stack({"deployment": {"resources": ["x"]}}, "stack.json", wanted)
