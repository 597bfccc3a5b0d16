"""From estates to findings: every rule, the waivers, and the gate's own rules. What every front end shares."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from recoverable.enforce.engine import Evaluation
from recoverable.enforce.gate import Before, gate_findings
from recoverable.enforce.waivers import Waivers
from recoverable.model.estate import Estate
from recoverable.model.finding import Finding
from recoverable.rules.registry.rule import LoadedRule
from recoverable.standard.load import Standard


def judge_estates(
    estates: Sequence[Estate],
    files: Iterable[str],
    standard: Standard,
    rules: Sequence[LoadedRule],
    today: datetime.date,
    *,
    environment: str | None = None,
    partial: bool = False,
    crashes: Sequence[Finding] = (),
    before: Before | None = None,
) -> list[Finding]:
    """All findings of a run in the order of the report, those that a waiver covers suppressed.

    ``files`` are where inline waivers are looked for. ``partial`` says that only a part of the input is judged, so
    that an unused waiver is no finding. ``crashes`` are findings that were there before, which may be waived, too. ``before`` are stores
    that were judged in earlier parts of a run.
    """
    findings: list[Finding] = list(crashes)
    evaluations = [Evaluation(estate, standard, today, environment) for estate in estates]
    for evaluation in evaluations:
        findings.extend(evaluation.run(rules))
    waivers = Waivers(standard.waivers, files, today)
    findings = waivers.apply(findings)
    findings.extend(gate_findings(standard, evaluations, waivers, rules, today, partial=partial, before=before))
    # The same answer about the same thing once, where two roots share a module.
    return sorted(dict.fromkeys(findings), key=lambda item: item.sort_key)
