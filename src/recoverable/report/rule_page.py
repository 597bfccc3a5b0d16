"""A rule's page in Markdown: for ``recoverable rule``, ``docs/rules`` and the help of SARIF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recoverable.model.finding import Verdict
from recoverable.report.result import RuleInfo

if TYPE_CHECKING:
    from recoverable.rules.registry.rule import Example, Rule

HEADINGS = {Verdict.FAIL: "Rejected", Verdict.PASS: "Accepted", Verdict.UNKNOWN: "Cannot be known before apply"}


def page(rule: Rule) -> str:
    """The whole page."""
    parts = [
        f"# {rule.id}: {rule.name}",
        f"{rule.title}. Severity: **{rule.severity.value}**. Since {rule.since}.",
        f"## Why\n\n{rule.why}",
        "## Facts\n\n" + "\n".join(f"- {sentence} <{address}>" for sentence, address in rule.facts),
    ]
    parts.extend(
        f"## {heading}\n\n" + "\n\n".join(_example(item) for item in found)
        for verdict, heading in HEADINGS.items()
        if (found := [item for item in rule.examples if item.verdict is verdict])
    )
    parts.append(f'## Waiver\n\n```hcl\n# recoverable: allow {rule.name} until=2027-01-31 owner=you reason="why"\n```')
    return "\n\n".join(parts) + "\n"


def _example(example: Example) -> str:
    said = f"{example.case.capitalize()}:" if example.case != "other" else "Another case:"
    only = f" (seen in {', '.join(example.only)} only: {example.why_only})" if example.only else ""
    standard = f"\n\nwith this standard:\n\n```toml\n{example.standard.strip()}\n```" if example.standard else ""
    before = f"\n\nwhere it was before:\n\n```hcl\n{example.before.strip()}\n```" if example.before else ""
    files = "".join(f"\n\n`{name}`:\n\n```\n{text.strip()}\n```" for name, text in example.files)
    code = f"\n\n```hcl\n{example.code.strip()}\n```" if example.code.strip() else ""
    return f"{said}{only}{code}{files}{before}{standard}"


def rule_info(rule: Rule) -> RuleInfo:
    """What reports say about a rule."""
    return RuleInfo(
        rule.id,
        rule.name,
        rule.title,
        rule.severity,
        rule.why,
        [address for _, address in rule.facts],
        f"{rule.title}. {rule.why}",
    )
