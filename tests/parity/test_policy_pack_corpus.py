"""The policy pack says of the corpus' previews and stack what `recoverable check` says, where they show every resource."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from recoverable.clouds.build import wanted
from recoverable.readers.pulumi.preview_reader import read_preview, read_stack
from tests.parity.policy_pack_verdicts import RANK, Verdicts, silent_rules, verdicts_of
from tests.support.judging import findings_of
from tests.support.policy_packs import Pack, steps_of

CORPUS = Path(os.environ.get("RECOVERABLE_CORPUS", Path(__file__).parents[3] / "shared" / "corpus")) / "previews"
FILES = sorted(CORPUS.glob("*.json"))

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus of previews at {CORPUS}; set RECOVERABLE_CORPUS")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_pack_and_check_agree(file: Path) -> None:
    document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    preview = "steps" in document
    reading = read_preview(document, file.name, wanted) if preview else read_stack(document, file.name, wanted)
    if reading.partial or not reading.resources:
        pytest.skip("the document leaves resources out that the engine shows to a pack, or has none")
    states = steps_of(document) if preview else document["deployment"]["resources"]
    config = {key: value for key, value in (document.get("config") or {}).items() if isinstance(value, str)}
    expected: Verdicts = {}
    for item in findings_of([reading]):
        if item.verdict.value != "pass" and item.name not in silent_rules():
            key = (item.name, item.address)
            expected[key] = max(expected.get(key, "pass"), item.verdict.value, key=RANK.index)

    assert verdicts_of(Pack(config=config).run(states)) == expected
