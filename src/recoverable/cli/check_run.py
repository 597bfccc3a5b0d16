"""One run of ``check``: read every input, judge it, apply waivers and baseline, decide the exit code."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recoverable import __version__
from recoverable.cli import exits
from recoverable.cli.check_inputs import read_inputs
from recoverable.clouds.build import build_estates
from recoverable.clouds.kinds import KINDS
from recoverable.enforce.baseline import apply_baseline, read_baseline, write_baseline
from recoverable.enforce.crashes import unjudged
from recoverable.enforce.judging import judge_estates
from recoverable.model.errors import InputError
from recoverable.model.estate import Estate
from recoverable.model.finding import Finding, Severity, Verdict
from recoverable.model.raw import Problem, Reading
from recoverable.report.result import Result
from recoverable.report.rule_page import rule_info
from recoverable.rules.registry.load import load_rules
from recoverable.rules.registry.rule import LoadedRule
from recoverable.standard.environment import find_environment
from recoverable.standard.load import Standard, load

if TYPE_CHECKING:
    from recoverable.enforce.changed import Changes


def check(options: argparse.Namespace) -> Result:
    """Everything between the options and the report.

    Raises:
        InputError: an option or the standard is wrong, or no input could be read at all.
    """
    standard = load(options.config, start=_start(options.paths[0]), kinds=KINDS)
    find_environment({}, [], options.environment, standard)  # refuses a flag that names none
    if options.write_baseline and options.changed_since is not None:
        raise InputError("a baseline of changed files only would forget the others", "--write-baseline", "Leave --changed-since out.")
    for warning in standard.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    rules = select_rules(options.rule, options.skip_rule)
    today = options.as_of or datetime.date.today()
    baseline = read_baseline(options.baseline) if options.baseline else None
    inputs = read_inputs(options)
    changed = None
    if options.changed_since is not None:
        from recoverable.cli.check_changes import changes_since

        changed = changes_since(options, standard, rules, today, inputs)
    return judge(
        options, standard, rules, today, inputs.readings, inputs.problems, baseline=baseline, changed=changed, crashes=inputs.crashes
    )


def judge(
    options: argparse.Namespace,
    standard: Standard,
    rules: Sequence[LoadedRule],
    today: datetime.date,
    readings: list[Reading],
    problems: list[Problem],
    *,
    baseline: object = None,
    changed: Changes | None = None,
    crashes: Sequence[Finding] = (),
    partial: bool = False,
    see: Callable[[list[Estate], bool], list[Estate]] = lambda estates, _: estates,
) -> Result:
    """Findings of all readings, and what they add up to. ``partial``: waivers that nothing here needs may be for something else.

    ``see`` is shown the estates and whether all of them could be mapped, and gives those that are judged.
    """
    estates, broken = build_estates(readings)
    estates = see(estates, not broken)
    findings = judge_estates(
        estates,
        [file for reading in readings for file in reading.files],
        standard,
        rules,
        today,
        environment=options.environment,
        partial=partial or changed is not None,
        crashes=[*crashes, *(unjudged(path, error) for path, error in broken)],
    )
    if changed is not None:
        findings = [item for item in findings if changed.touches(item)]
    if options.write_baseline:
        write_baseline(options.write_baseline, findings)
    if baseline is not None:
        findings = apply_baseline(findings, baseline)
    problems = sorted(_problems(problems, readings), key=lambda item: (str(item.where or ""), item.kind, item.message))
    fail_on = Severity(options.fail_on) if options.fail_on else standard.fail_on
    stores = sum(protected(estate) for estate in estates)
    result = Result(
        findings=findings,
        problems=problems,
        inputs=[(reading.kind, reading.path) for reading in readings],
        rules={item.rule.id: rule_info(item.rule) for item in load_rules()},
        stores=stores,
        resources=sum(len(reading.resources) for reading in readings),
        files=len({file for reading in readings for file in reading.files}),
        fail_on=fail_on,
        strict=options.strict,
        exit_code=exit_code(findings, problems, stores, fail_on, strict=options.strict, allow_empty=options.allow_empty),
        standard_source=standard.label,
        tool_version=__version__,
    )
    if stores == 0 and result.exit_code == exits.NOTHING:
        hidden = next((f": {item.partial}" for item in readings if item.partial), "")
        print(f"nothing to judge: no protected store was found{hidden} (--allow-empty makes this exit 0)", file=sys.stderr)
    return result


def select_rules(only: list[str], skip: list[str]) -> tuple[LoadedRule, ...]:
    """The rules to ask.

    Raises:
        InputError: a name that is no rule.
    """
    if not only and not skip:
        return load_rules()
    from recoverable.cli.rule_command import named

    kept = {named(word).rule.id for word in only} or {item.rule.id for item in load_rules()}
    kept -= {named(word).rule.id for word in skip}
    return tuple(item for item in load_rules() if item.rule.id in kept)


def exit_code(
    findings: Sequence[Finding], problems: Sequence[Problem], stores: int, fail_on: Severity, *, strict: bool, allow_empty: bool
) -> int:
    """The exit code of a run (DESIGN §4)."""
    codes = {exits.CLEAN}
    for finding in findings:
        if finding.suppressed:
            continue
        if finding.verdict is Verdict.ERROR:
            codes.add(exits.INTERNAL)
        elif (finding.verdict is Verdict.FAIL and finding.severity.at_least(fail_on)) or (strict and finding.verdict is Verdict.UNKNOWN):
            codes.add(exits.FINDINGS)
    if any(problem.kind == "error" for problem in problems):
        codes.add(exits.BAD_INPUT)
    if stores == 0 and not allow_empty and codes == {exits.CLEAN}:
        codes.add(exits.NOTHING)
    return exits.worst(codes)


def _start(path: Path) -> Path:
    """Where the search for the standard begins."""
    try:
        return path if path.exists() else Path.cwd()
    except OSError:
        return Path.cwd()


def protected(estate: Estate) -> int:
    """What was judged: stores, state, plans, vaults, keys, secrets, changes, files."""
    pools: list[Sequence[object]] = [
        estate.stores,
        estate.backends,
        estate.plans,
        estate.vaults,
        estate.keys,
        estate.secrets,
        estate.changes,
        estate.files,
    ]
    return sum(len(pool) for pool in pools)


def _problems(problems: list[Problem], readings: list[Reading]) -> list[Problem]:
    return list(dict.fromkeys([*problems, *(problem for reading in readings for problem in reading.problems)]))
