"""One run of ``check``: read every input, judge it, apply waivers and baseline, decide the exit code."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from recoverable import __version__
from recoverable.cli import exits
from recoverable.clouds.build import build_estate, wanted
from recoverable.clouds.state_backends import link_backends
from recoverable.enforce.baseline import apply_baseline, read_baseline, write_baseline
from recoverable.enforce.changed import changed_files, touched
from recoverable.enforce.engine import Evaluation
from recoverable.enforce.gate import gate_findings
from recoverable.enforce.waivers import Waivers
from recoverable.model.errors import InputError
from recoverable.model.estate import Estate
from recoverable.model.finding import Finding, Severity, Verdict
from recoverable.model.raw import Problem, Reading
from recoverable.model.values import Location
from recoverable.readers.documents import open_input
from recoverable.report.result import Result
from recoverable.report.rule_page import rule_info
from recoverable.rules.registry.load import load_rules
from recoverable.rules.registry.rule import LoadedRule
from recoverable.standard.load import Standard, load


def check(options: argparse.Namespace) -> Result:
    """Everything between the options and the report.

    Raises:
        InputError: an option or the standard is wrong, or no input could be read at all.
    """
    standard = load(options.config, start=options.paths[0] if options.paths[0].exists() else Path.cwd())
    for warning in standard.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    rules = select_rules(options.rule, options.skip_rule)
    today = options.as_of or datetime.date.today()
    baseline = read_baseline(options.baseline) if options.baseline else None
    changed = changed_files(options.changed_since, options.paths[0]) if options.changed_since else None
    readings, problems = read_inputs(options)
    return judge(options, standard, rules, today, readings, problems, baseline=baseline, changed=changed)


def judge(
    options: argparse.Namespace,
    standard: Standard,
    rules: Sequence[LoadedRule],
    today: datetime.date,
    readings: list[Reading],
    problems: list[Problem],
    *,
    baseline: object = None,
    changed: frozenset[str] | None = None,
) -> Result:
    """Findings of all readings, and what they add up to."""
    estates = [build_estate(reading) for reading in readings]
    link_backends(estates)
    findings: list[Finding] = []
    evaluations = [Evaluation(estate, standard, today, options.environment) for estate in estates]
    for evaluation in evaluations:
        findings.extend(evaluation.run(rules))
    waivers = Waivers(standard.waivers, [file for reading in readings for file in reading.files], today)
    findings = waivers.apply(findings)
    findings.extend(gate_findings(standard, evaluations, waivers, rules, today, partial=changed is not None))
    findings = sorted(_unique(findings), key=lambda item: item.sort_key)
    if changed is not None:
        findings = [item for item in findings if touched(item, changed)]
    if options.write_baseline:
        write_baseline(options.write_baseline, findings)
    if baseline is not None:
        findings = apply_baseline(findings, baseline)
    problems = sorted(_problems(problems, readings), key=lambda item: (str(item.where or ""), item.kind, item.message))
    fail_on = Severity(options.fail_on) if options.fail_on else standard.fail_on
    stores = sum(_protected(estate) for estate in estates)
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
        print("nothing to judge: no protected store was found (--allow-empty makes this exit 0)", file=sys.stderr)
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


def read_inputs(options: argparse.Namespace) -> tuple[list[Reading], list[Problem]]:
    """Every reading of every path; what cannot be read is a problem.

    Raises:
        InputError: nothing at all could be read.
    """
    readings: list[Reading] = []
    problems: list[Problem] = []
    first: InputError | None = None
    for path in options.paths:
        try:
            readings.extend(_read(path, options))
        except InputError as error:
            first = first or error
            problems.append(Problem("error", str(error), Location(display(path))))
    if not readings and first is not None:
        raise first
    return readings, problems


def _read(path: Path, options: argparse.Namespace) -> list[Reading]:
    document = open_input(path)
    name = display(path)
    if document.kind == "hcl":
        return _read_code(path, options)
    if document.kind == "terraform-plan":
        from recoverable.readers.plan.plan_places import place_in_code
        from recoverable.readers.plan.plan_reader import read_plan

        reading = read_plan(document.data, name, wanted)
        place_in_code(reading, options.code or path.parent, explicit=options.code is not None)
        return [reading]
    from recoverable.readers.pulumi.preview_reader import read_preview, read_stack

    return [(read_preview if document.kind == "pulumi-preview" else read_stack)(document.data, name, wanted)]


def _read_code(path: Path, options: argparse.Namespace) -> list[Reading]:
    from recoverable.readers.hcl.hcl_reader import HclOptions, read_hcl
    from recoverable.readers.pulumi.project_reader import read_projects
    from recoverable.readers.repository_files import read_repository

    variables = {}
    for item in options.var:
        name, sign, value = item.partition("=")
        if not sign:
            raise InputError(f"{item!r} has no value", "--var", "Write --var name=value.")
        variables[name] = value
    hcl = HclOptions(
        variables=variables,
        var_files=list(options.var_file),
        workspace=options.workspace,
        backend_config=list(options.backend_config),
        base=Path.cwd(),
    )
    readings = read_hcl(path, options=hcl, wanted=wanted)
    if path.is_dir():
        readings.extend(read_projects(path, Path.cwd()))
        readings.extend(read_repository(path, Path.cwd()))
    return readings


def display(path: Path) -> str:
    """A path as reports name it: relative to the working folder where it lies below."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError, RuntimeError):
        return path.as_posix()


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


def _unique(findings: Iterable[Finding]) -> list[Finding]:
    """The same answer about the same thing once, where two roots share a module."""
    return list(dict.fromkeys(findings))


def _protected(estate: Estate) -> int:
    """What was judged: stores, state, plans, vaults, keys, secrets, changes, files."""
    pools: list[Sequence[object]] = [estate.stores, estate.backends, estate.plans, estate.vaults, estate.keys, estate.secrets, estate.changes, estate.files]
    return sum(len(pool) for pool in pools)


def _problems(problems: list[Problem], readings: list[Reading]) -> list[Problem]:
    return list(dict.fromkeys([*problems, *(problem for reading in readings for problem in reading.problems)]))
