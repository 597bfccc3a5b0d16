"""Judges what Checkov scans once, with our own readers: the same way, and so the same verdicts, as ``recoverable check``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from recoverable.clouds.build import build_estates
from recoverable.clouds.kinds import KINDS
from recoverable.enforce.crashes import unjudged
from recoverable.enforce.judging import judge_estates
from recoverable.hosts.checkov.settings import Settings
from recoverable.model.errors import InputError
from recoverable.model.finding import Confidence, Finding, Severity, Verdict
from recoverable.model.raw import Problem, RawResource, Reading
from recoverable.model.values import Location
from recoverable.readers import collector
from recoverable.readers.code_beside import told_once
from recoverable.readers.documents import open_input
from recoverable.readers.inputs import InputOptions, display, read_document
from recoverable.rules.registry.load import gate_rules
from recoverable.standard.environment import find_environment
from recoverable.standard.load import Standard, load

GATE = "RCV000"
GATE_NAME = "input-not-judged"


@dataclass(slots=True)
class Judged:
    """The findings of one input, its broken files among them, and every resource that was read."""

    findings: list[Finding] = field(default_factory=list)
    resources: list[RawResource] = field(default_factory=list)


def judge(paths: Sequence[Path], settings: Settings, foreign: Sequence[Path] = (), *, beside: bool = True) -> Judged:
    """Everything ``recoverable check PATHS`` says, as findings. Modules below the ``foreign`` folders are no roots of their own.

    ``beside`` says whether the code beside a plan is asked what the plan leaves out.

    What cannot be judged is a finding of the verdict error: nothing raises for what a user can have written.
    """
    with collector.off():
        readings, trouble = _read(paths, settings, foreign, beside)
        resources = [resource for reading in readings for resource in reading.resources]
        try:
            standard = load(settings.config, start=paths[0] if paths[0].exists() else Path.cwd(), kinds=KINDS)
            find_environment({}, [], settings.environment, standard)  # refuses a name that is none
        except InputError as error:
            return Judged([*trouble, *not_judged(str(error), _place(error), resources)], resources)
        return Judged([*trouble, *_judged(readings, standard, settings)], resources)


def _read(paths: Sequence[Path], settings: Settings, foreign: Sequence[Path], beside: bool) -> tuple[list[Reading], list[Finding]]:
    options = InputOptions(
        base=Path.cwd(),
        var_files=list(settings.var_files),
        workspace=settings.workspace,
        code=settings.code,
        beside=beside,
        modules=settings.modules,
    )
    readings: list[Reading] = []
    trouble: list[Finding] = []
    for path in paths:
        try:
            readings.extend(read_document(open_input(path), options))
        except InputError as error:
            trouble.append(broken(Problem("error", str(error), Location(display(path)))))
        except RecursionError:
            trouble.append(broken(Problem("error", "is nested too deeply", Location(display(path)))))
        except Exception as error:
            trouble.append(unjudged(display(path), error))
    return [reading for reading in told_once(readings) if not any(is_below(reading.path, folder) for folder in foreign)], trouble


def _judged(readings: list[Reading], standard: Standard, settings: Settings) -> list[Finding]:
    estates, crashes = build_estates(readings)
    findings = judge_estates(
        estates,
        [file for reading in readings for file in reading.files],
        standard,
        gate_rules(),
        settings.today,
        environment=settings.environment,
        crashes=[unjudged(path, error) for path, error in crashes],
    )
    problems = dict.fromkeys(problem for reading in readings for problem in reading.problems)
    findings.extend(broken(problem) for problem in problems if problem.kind == "error")
    return findings


def is_below(path: str, folder: Path) -> bool:
    """Whether a path lies in a folder, links resolved."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def broken(problem: Problem) -> Finding:
    """The finding for a file that could not be read: nothing in it was judged."""
    where = problem.where or Location(".")
    return _gate(problem.message, problem.address or where.file, where)


def not_judged(reason: str, where: Location | None, resources: Sequence[RawResource]) -> list[Finding]:
    """One finding for every resource that nothing can be said about, and one for the cause."""
    message = f"nothing was judged: {reason}"
    found = [_gate(message, where.file if where else "recoverable", where)]
    return found + [_gate(message, resource.address, resource.where) for resource in resources if resource.mode == "managed"]


def _gate(message: str, address: str, where: Location | None) -> Finding:
    return Finding(
        GATE, GATE_NAME, Verdict.ERROR, Severity.CRITICAL, Confidence.HIGH, address, message, where=where, kind="gate", source=address
    )


def _place(error: InputError) -> Location | None:
    """The file an error names, and its line."""
    file, _, line = error.where.rpartition(":")
    if file and line.isdigit():
        return Location(file, int(line))
    return Location(error.where) if error.where and os.path.isfile(error.where) else None
