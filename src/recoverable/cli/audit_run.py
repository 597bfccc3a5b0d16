"""One run of ``audit``: accounts to readings, judged as ``check`` judges code."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from recoverable.audit.against.against import Against
from recoverable.audit.parts import Look
from recoverable.audit.wording import in_words_of_an_account
from recoverable.cli import exits
from recoverable.cli.audit_facts import FactsFile
from recoverable.cli.check_run import judge, select_rules
from recoverable.clouds.kinds import KINDS
from recoverable.enforce.baseline import read_baseline
from recoverable.model.errors import InputError
from recoverable.model.estate import Estate
from recoverable.report.result import Result
from recoverable.rules.registry.rule import LoadedRule
from recoverable.standard.environment import find_environment
from recoverable.standard.load import Standard, load


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run judges by."""

    standard: Standard
    rules: tuple[LoadedRule, ...]
    today: datetime.date


def terms(options: argparse.Namespace, code_only: Mapping[str, str]) -> Terms:
    """The standard and rules that the options choose; ``code_only`` are left to ``check``, by name with the reason.

    Raises:
        InputError: an option or the standard is wrong.
    """
    standard = load(options.config, start=Path.cwd(), kinds=KINDS)
    find_environment({}, [], options.environment, standard)
    for warning in standard.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    chosen = select_rules(options.rule, options.skip_rule)
    rules = tuple(item for item in chosen if item.rule.name not in code_only)
    if chosen and not rules:
        name = chosen[0].rule.name
        raise InputError(f"{name} is not asked of an account: {code_only[name]}", "--rule", "Ask it of code: recoverable check.")
    return Terms(standard, rules, options.as_of or datetime.date.today())


def audit(options: argparse.Namespace, look: Look, against: Against | None = None) -> Result:
    """Everything between the options and the report; ``against`` is code that the accounts are held against.

    Raises:
        InputError: an option or the standard is wrong, or there is no login.
    """
    judged_by = terms(options, look.code_only)
    baseline = read_baseline(options.baseline) if options.baseline else None
    readings = [part.reading for part in look.parts()]
    facts = FactsFile(options, judged_by.standard, look.now)

    def see(estates: list[Estate], whole: bool) -> list[Estate]:
        facts.take(estates)
        facts.finish(whole=look.whole and whole)
        if against is None:
            return estates
        for estate in estates:
            against.take(estate)
        return [*estates, *against.rest(crashed=bool(look.crashes) or not whole)]

    result = judge(
        options,
        judged_by.standard,
        judged_by.rules,
        judged_by.today,
        readings,
        [],
        baseline=baseline,
        crashes=look.crashes,
        partial=True,
        see=see,
    )
    codes = {result.exit_code, exits.UNREACHABLE} if look.unreached else {result.exit_code}
    return replace(result, findings=list(in_words_of_an_account(result.findings, look.cloud)), exit_code=exits.worst(codes))
