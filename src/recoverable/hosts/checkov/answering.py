"""Answers for one runner of Checkov: judges its input once and adds our records to its report."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from recoverable.hosts.checkov.blocks import Blocks
from recoverable.hosts.checkov.judgement import GATE, Judged, is_below, judge, not_judged
from recoverable.hosts.checkov.records import Scan, records
from recoverable.hosts.checkov.rule_checks import RuleCheck, rule_checks
from recoverable.hosts.checkov.settings import STRICT, Settings, is_strict, read_settings
from recoverable.hosts.checkov.targets import Target, targets
from recoverable.model.errors import InputError
from recoverable.model.finding import Finding, Verdict
from recoverable.report.words import clean

_NAMED = 5


def answer(runner: Any, report: Any, root_folder: str | None, runner_filter: Any) -> None:
    """Add a record for everything our rules say about what the runner scans, as far as Checkov's options choose them."""
    checks = rule_checks()
    if not any(_runs(check, runner_filter, report.check_type, "") for check in checks.values() if check.id != GATE):
        return
    for target in targets(runner, root_folder, runner_filter):
        scan = Scan(target.root, target.plan, Blocks(runner.context), is_strict())
        findings = [item for item in _judge(target, runner_filter).findings if not _excluded(item, target, runner_filter)]
        unknown: list[Finding] = []
        for finding, record in records(findings, checks, scan):
            if not _runs(checks[finding.rule], runner_filter, report.check_type, record.file_path):
                continue
            report.add_record(record=record)
            if finding.verdict is Verdict.UNKNOWN and not finding.suppressed and record.check_result["result"].name == "UNKNOWN":
                unknown.append(finding)
        _tell(unknown, target)


def _judge(target: Target, runner_filter: Any) -> Judged:
    code = next(iter(getattr(runner_filter, "repo_root_for_plan_enrichment", None) or ()), None)
    var_files = tuple(Path(file) for file in getattr(runner_filter, "var_files", None) or ())
    try:
        settings = read_settings(var_files, Path(code) if code else None, target.modules)
    except InputError as error:
        resources = judge(target.paths, Settings(), (*target.downloads, *target.clones), beside=target.beside).resources
        return Judged(not_judged(str(error), None, resources), resources)
    return judge(target.paths, settings, (*target.downloads, *target.clones), beside=target.beside)


def _runs(check: RuleCheck, runner_filter: Any, check_type: str, file: str) -> bool:
    """Whether Checkov's options choose a check. That something was not judged is said whatever is chosen, unless skipped by name."""
    if check.id == GATE:
        return not runner_filter.check_matches(check.id, None, runner_filter.skip_checks)
    return bool(runner_filter.should_run_check(check, report_type=check_type, file_origin_paths=[file]))


def _excluded(finding: Finding, target: Target, runner_filter: Any) -> bool:
    """Whether ``--skip-path`` leaves the file of a finding out, or Checkov has put it there itself.

    Checkov takes each path to skip for an expression and for a text. What is found in a downloaded module stays.
    """
    path = target.plan or os.path.abspath(finding.file or target.root)
    left_out = any(_names(pattern, path) for pattern in _patterns(runner_filter))
    return left_out or any(is_below(path, folder) for folder in target.clones)


def _patterns(runner_filter: Any) -> Iterable[str]:
    return [str(pattern) for pattern in getattr(runner_filter, "excluded_paths", None) or ()]


def _names(pattern: str, path: str) -> bool:
    if pattern in path:
        return True
    try:
        return re.search(re.escape(pattern) if re.match(r"^\.[^.]", pattern) else pattern, path) is not None
    except re.error:
        return False


def _tell(unknown: list[Finding], target: Target) -> None:
    """One line about answers that Checkov's report leaves out."""
    if not unknown:
        return
    named = ", ".join(clean(f"{item.rule} {item.address}") for item in unknown[:_NAMED])
    more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
    what = target.plan or target.root
    answers = f"{len(unknown)} answer{'s are' if len(unknown) > 1 else ' is'}"
    print(
        f"recoverable: {os.path.relpath(what)}: {answers} unknown before apply and not in Checkov's report ({named}{more}); "
        f"{STRICT}=1 makes them fail",
        file=sys.stderr,
        flush=True,
    )
