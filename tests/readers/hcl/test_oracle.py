"""The evaluator against the real Terraform: 2,400 expressions, compared value for value and type for type.

What differs is listed, with the reason, in oracle/differences.txt; where we answer "unknown" and Terraform
does not, in oracle/unknown.txt. Both lists may shrink and must not grow.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.readers.hcl.oracle.oracle import ANSWERS, HERE, entries, read_json, record, terraform_version
from tests.readers.hcl.oracle.ours import Difference, compare, evaluate_corpus


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    return dict(read_json(ANSWERS.read_text()))


@pytest.fixture(scope="module")
def differences(recorded: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> list[Difference]:
    asked = entries()
    found = evaluate_corpus(tmp_path_factory.mktemp("oracle"), asked)
    return [one for entry in asked for one in compare(entry.text, found[entry.text], recorded["answers"][entry.text])]


def _listed(name: str) -> dict[str, str]:
    """Expressions with the reasons that stand above them."""
    found, reason = {}, ""
    for line in (HERE / name).read_text().splitlines():
        if line.startswith("# "):
            reason = line
        elif line:
            found[line] = reason
    return found


def _check(differences: list[Difference], kind: str, name: str) -> None:
    listed = _listed(name)
    new = [one for one in differences if one.kind == kind and one.text not in listed]
    if new:
        pytest.fail(f"{len(new)} that {name} does not list:\n" + "\n".join(map(str, new)), pytrace=False)
    stale = set(listed) - {one.text for one in differences if one.kind == kind}
    if stale:
        pytest.fail(f"right by now, take them off {name}:\n" + "\n".join(sorted(stale)), pytrace=False)


def test_no_answer_is_wrong_but_the_listed_ones(differences: list[Difference]) -> None:
    _check(differences, "wrong", "differences.txt")


def test_no_answer_is_unknown_but_the_listed_ones(differences: list[Difference]) -> None:
    _check(differences, "unknown", "unknown.txt")


def test_every_entry_has_an_answer_and_its_mark(recorded: dict[str, Any]) -> None:
    asked = entries()
    texts = [entry.text for entry in asked]
    assert len(texts) == len(set(texts))
    assert set(texts) == set(recorded["answers"])
    for entry in asked:
        assert entry.static_error == (recorded["answers"][entry.text].get("error") == "static"), entry.text


def test_every_function_is_asked_in_several_ways(recorded: dict[str, Any]) -> None:
    text = "\n".join(entry.text for entry in entries())
    # One that takes no argument, or that nobody can predict, need be asked only once.
    rare = {"timestamp", "plantimestamp", "uuid", "bcrypt", "rsadecrypt", "base64gzip", "ephemeralasnull", "templatestring"}
    asked = {name: len(re.findall(rf"\b{name}\(", text)) for name in recorded["functions"]}
    assert {name for name, times in asked.items() if times < (1 if name in rare else 2)} == set()


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="no terraform on the PATH")
def test_terraform_still_says_so(recorded: dict[str, Any], tmp_path: Path) -> None:
    version = terraform_version(tmp_path)
    if version != recorded["terraform"]:
        pytest.skip(f"the answers are {recorded['terraform']}'s, here is {version}")
    assert _comparable(record(tmp_path / "run")) == _comparable(recorded)


def _comparable(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "answers": dict(sorted(found["answers"].items()))}
