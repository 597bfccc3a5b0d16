"""Findings and policies as the engine's messages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pulumi.runtime.proto import analyzer_pb2

from recoverable import __version__
from recoverable.hosts.pulumi.catalogue import LEVELS, PACK, Policy, policies
from recoverable.hosts.pulumi.messages import in_python, violation
from recoverable.hosts.pulumi.settings import Settings
from recoverable.model.finding import Finding, Severity, Verdict

_LEVELS = {level: analyzer_pb2.EnforcementLevel.Value(level.upper()) for level in LEVELS}
_SEVERITIES = {
    Severity.CRITICAL: analyzer_pb2.POLICY_SEVERITY_CRITICAL,
    Severity.HIGH: analyzer_pb2.POLICY_SEVERITY_HIGH,
    Severity.MEDIUM: analyzer_pb2.POLICY_SEVERITY_MEDIUM,
    Severity.LOW: analyzer_pb2.POLICY_SEVERITY_LOW,
    Severity.ADVICE: analyzer_pb2.POLICY_SEVERITY_LOW,
}


def level_of(number: int) -> str:
    """An enforcement level's word."""
    return next(level for level, found in _LEVELS.items() if found == number)


def info(policy: Policy, level: str) -> Any:
    """What the engine is told about a policy."""
    made = analyzer_pb2.PolicyInfo(
        name=policy.name,
        description=policy.title,
        displayName=policy.name,
        enforcementLevel=_LEVELS[level],
        policy_type=analyzer_pb2.POLICY_TYPE_RESOURCE if policy.of_one_resource else analyzer_pb2.POLICY_TYPE_STACK,
        severity=_SEVERITIES[policy.severity],
        remediation_steps=in_python(policy.cure),
        url=policy.page,
        tags=["backup"],
    )
    if policy.settings:
        made.configSchema.properties.update(policy.settings)
    return made


def diagnostic(finding: Finding, settings: Settings, urns: Collection[str]) -> Any | None:
    """The violation of a finding about one of the resources; None for a pass, and for what a waiver covers."""
    level = effect(finding, settings)
    if not level:
        return None
    name = finding.name if finding.name in settings.levels else PACK
    title = next((policy.title for policy in policies() if policy.name == name), finding.name)
    return analyzer_pb2.AnalyzeDiagnostic(
        policyName=name,
        policyPackName=PACK,
        policyPackVersion=__version__,
        description=title,
        message=violation(finding),
        enforcementLevel=_LEVELS[level],
        urn=_resource(finding.address, urns),
        severity=_SEVERITIES[finding.severity],
    )


def notice(rule: str, changes: str) -> Any:
    """What a remediation has changed, and that the program still says something else."""
    return analyzer_pb2.AnalyzeDiagnostic(
        policyName=rule,
        policyPackName=PACK,
        policyPackVersion=__version__,
        description=next(policy.title for policy in policies() if policy.name == rule),
        message=f"mended by the policy pack: {changes}\nThe program says otherwise still: write it there.",
        enforcementLevel=analyzer_pb2.ADVISORY,
        severity=analyzer_pb2.POLICY_SEVERITY_LOW,
    )


def footer(waived: int) -> Any:
    """How many findings waivers have suppressed: told in every run that has some."""
    count = "1 finding is" if waived == 1 else f"{waived} findings are"
    return analyzer_pb2.AnalyzeDiagnostic(
        policyName=PACK,
        policyPackName=PACK,
        policyPackVersion=__version__,
        description="Waivers",
        message=f"{count} suppressed by waivers of the standard",
        enforcementLevel=analyzer_pb2.ADVISORY,
        severity=analyzer_pb2.POLICY_SEVERITY_LOW,
    )


def _resource(address: str, urns: Collection[str]) -> str:
    """The resource that an address is about, or a part of (``URN.rule["daily"]``); "" is the stack."""
    while address and address not in urns:
        address = address.rpartition(".")[0]
    return address


def effect(finding: Finding, settings: Settings) -> str:
    """``mandatory``, ``advisory`` or "" for nothing.

    A crash is always mandatory. A fail below ``fail_on`` is advice, and so is an unknown unless ``strict``; all else has its policy's level.
    """
    if finding.suppressed or finding.verdict is Verdict.PASS:
        return ""
    if finding.verdict is Verdict.ERROR:
        return "mandatory"
    level = settings.level(finding.name)
    counts = settings.strict if finding.verdict is Verdict.UNKNOWN else finding.severity.at_least(settings.fail_on)
    return "advisory" if not counts or level == "advisory" else "mandatory"
