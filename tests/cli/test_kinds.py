"""The kinds that the standard may name are the kinds the mappings make."""

from __future__ import annotations

import ast
from pathlib import Path

import recoverable.clouds.kinds as kinds

FOLDER = Path(kinds.__file__).parent
NOT_STORES = {"file", "gcp-alert-policy", "alarm", "backup-selection", "ec2-instance"}


def constants() -> tuple[set[str], set[str]]:
    """Texts given as ``kind=``, and all texts of the mappings."""
    stated, written = set(), set()
    for path in FOLDER.glob("*.py"):
        if path.name == "kinds.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                written.add(node.value)
            if isinstance(node, ast.keyword) and node.arg == "kind":
                stated |= {item.value for item in ast.walk(node.value) if isinstance(item, ast.Constant) and isinstance(item.value, str)}
    return stated, written


def test_every_kind_a_mapping_states_may_be_named() -> None:
    stated, _ = constants()

    assert {kind for kind in stated - kinds.KINDS - NOT_STORES if kind == kind.lower() and "-" in kind} == set()


def test_every_kind_that_may_be_named_is_made_by_a_mapping() -> None:
    _, written = constants()

    assert kinds.KINDS - written == set()
