"""Judges code, readings and examples the way ``recoverable check`` does, for tests."""

from __future__ import annotations

import argparse
import datetime
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recoverable.cli.check_run import judge
from recoverable.clouds.build import wanted
from recoverable.model.finding import Finding
from recoverable.model.raw import Reading
from recoverable.readers.code_beside import told_once
from recoverable.readers.documents import open_input
from recoverable.readers.hcl.hcl_reader import HclOptions, read_hcl
from recoverable.readers.inputs import InputOptions, read_document
from recoverable.readers.pulumi.project_reader import read_projects
from recoverable.readers.repository_files import read_repository
from recoverable.rules.registry.load import load_rules
from recoverable.rules.registry.rule import Example, LoadedRule
from recoverable.standard.load import Standard, built_in, parse

TODAY = datetime.date(2026, 11, 23)


def read_folder(folder: Path) -> list[Reading]:
    """All readings of a folder, with paths relative to it."""
    options = HclOptions(variables={}, var_files=[], workspace=None, backend_config=[], base=folder)
    return [*read_hcl(folder, options=options, wanted=wanted), *read_projects(folder, folder), *read_repository(folder, folder)]


def findings_of(readings: list[Reading], rules: tuple[LoadedRule, ...] | None = None, standard: Standard | None = None) -> list[Finding]:
    """The findings of a run over readings; the working folder has to be the input's for inline waivers."""
    options = argparse.Namespace(environment=None, write_baseline=None, fail_on=None, strict=False, allow_empty=True)
    result = judge(options, standard or built_in(), rules or load_rules(), TODAY, readings, [])
    return list(result.findings)


def judge_document(document: Mapping[str, Any], name: str, folder: Path, example: Example, *, code: bool) -> list[Finding]:
    """The findings about a plan or preview in a folder with the files of an example, and with its code where that is what made it."""
    if code and example.code.strip():
        (folder / "main.tf").write_text(example.code, encoding="utf-8")
    for file, text in example.files:
        (folder / file).write_text(text, encoding="utf-8")
    (folder / name).write_text(json.dumps(document), encoding="utf-8")
    here = Path.cwd()
    os.chdir(folder)
    try:
        readings = told_once(read_document(open_input(Path(name)), InputOptions(base=Path.cwd())))
        return findings_of(readings, standard=parse(example.standard) if example.standard else None)
    finally:
        os.chdir(here)


def judge_code(code: str, folder: Path, standard: str = "", files: tuple[tuple[str, str], ...] = ()) -> list[Finding]:
    """The findings about a piece of Terraform."""
    if code.strip():
        (folder / "main.tf").write_text(code, encoding="utf-8")
    for name, text in files:
        (folder / name).write_text(text, encoding="utf-8")
    here = Path.cwd()
    os.chdir(folder)
    try:
        return findings_of(read_folder(folder), standard=parse(standard) if standard else None)
    finally:
        os.chdir(here)


def about(findings: list[Finding], rule: str, example: Example) -> list[Finding]:
    """The findings of one rule about an example's subject."""
    return [item for item in findings if item.rule == rule and (not example.subject or item.address == example.subject)]
