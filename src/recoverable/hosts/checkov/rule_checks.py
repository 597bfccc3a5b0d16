"""The rules as checks that Checkov knows: ids for ``-c`` and ``--skip-check``, names, severities and guidelines."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checkov.common.bridgecrew.integration_features.integration_feature_registry import integration_feature_registry
from checkov.common.bridgecrew.severities import Severities
from checkov.common.checks.base_check import BaseCheck
from checkov.common.models.enums import CheckCategories
from checkov.runner_filter import RunnerFilter
from checkov.terraform.checks.resource.registry import resource_registry

from recoverable.hosts.checkov.judgement import GATE, GATE_NAME
from recoverable.model.finding import Severity
from recoverable.rules.registry.load import gate_rules

if TYPE_CHECKING:
    from recoverable.rules.registry.rule import Rule

PAGES = "RECOVERABLE_RULE_PAGES"
_SEVERITIES = {
    Severity.CRITICAL: "CRITICAL",
    Severity.HIGH: "HIGH",
    Severity.MEDIUM: "MEDIUM",
    Severity.LOW: "LOW",
    Severity.ADVICE: "INFO",
}


class RuleCheck(BaseCheck):  # type: ignore[misc]  # Checkov is not in the environment that mypy sees
    """One rule. It names no resource type: answers come from the whole input (``answering``), not from one block."""

    def __init__(self, id: str, name: str, severity: Severity, guideline: str) -> None:  # noqa: A002 - Checkov's word
        super().__init__(
            name=name,
            id=id,
            categories=[CheckCategories.BACKUP_AND_RECOVERY],
            supported_entities=(),
            block_type="resource",
            guideline=guideline,
        )
        self.severity = severity_of(severity)

    def scan_entity_conf(self, conf: dict[str, Any], entity_type: str) -> Any:
        """Never asked, for no entity is supported.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError


def severity_of(severity: Severity) -> Any:
    """Checkov's severity; advice is its INFO."""
    return Severities[_SEVERITIES[severity]]


@lru_cache(maxsize=1)
def rule_checks() -> dict[str, RuleCheck]:
    """A check for every rule, and one for what could not be judged at all; each is made known to Checkov once."""
    checks = [RuleCheck(GATE, "What is to be judged can be judged", Severity.CRITICAL, "")]
    checks += [RuleCheck(item.rule.id, item.rule.title, item.rule.severity, guideline(item.rule)) for item in gate_rules()]
    for check in checks:
        resource_registry.register(check)
        RunnerFilter.notify_external_check(check.id)  # what --run-all-external-checks asks
    return {check.id: check for check in checks}


def guideline(rule: Rule) -> str:
    """Where the rule's page is: below the address in RECOVERABLE_RULE_PAGES or of the release; else on this disk.

    A clone that Checkov has made for this run is gone afterwards, so there it is the first source of the rule's facts.
    """
    page = f"{rule.id}-{rule.name}.md"
    home = os.environ.get(PAGES, "") or _released_at()
    if home:
        return f"{home.rstrip('/')}/{page}"
    core = Path(__file__).resolve().parents[3]
    is_lasting = not getattr(integration_feature_registry.config, "external_checks_git", None)
    found = is_lasting and next(
        (folder / page for folder in (core.parent / "docs" / "rules", core / "rules") if (folder / page).is_file()), None
    )
    return str(found) if found else (rule.facts[0][1] if rule.facts else "")


@lru_cache(maxsize=1)
def _released_at() -> str:
    """The address of the rule pages that a release bundle was made with; "" for none."""
    file = Path(__file__).resolve().parents[3] / "rule-pages.txt"
    return file.read_text(encoding="utf-8").strip() if file.is_file() else ""


__all__ = ["GATE", "GATE_NAME", "RuleCheck", "guideline", "rule_checks", "severity_of"]
