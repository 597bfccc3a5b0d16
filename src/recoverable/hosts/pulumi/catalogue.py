"""The policies of the pack: one for every rule of the registry, and one for the pack itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from recoverable.model.estate import RepositoryFile, StateBackend, StoreChange
from recoverable.model.finding import Severity
from recoverable.rules.registry.load import gate_rules
from recoverable.rules.registry.rule import Rule

PACK = "recoverable"
"""The policy of the pack's own settings and troubles, and the name of the pack."""
LEVELS = ("advisory", "mandatory", "disabled", "remediate")

# What a pack is not told, by what a rule asks about: the only reasons why a verdict may differ from that of `recoverable check`.
NO_DELETIONS = "the engine shows a policy pack no deletions and no earlier state"
NO_ATTRIBUTE = "the engine does not tell a policy pack this"
NOT_TOLD: dict[type[Any], str] = {
    StoreChange: NO_DELETIONS,
}
RULES_NOT_TOLD = {
    "lock-table-unprotected": f"{NO_ATTRIBUTE}: lock tables are Terraform's",
    "module-not-read": f"{NO_ATTRIBUTE}: modules are Terraform's",
}
# Read from the project's folder, where the engine starts a pack in it.
NOT_TOLD_WITHOUT_PROJECT: dict[type[Any], str] = {
    StateBackend: f"{NO_ATTRIBUTE}: where the state is kept, and no Pulumi.yaml of the project lies with the program",
    RepositoryFile: f"{NO_ATTRIBUTE}: the files of the repository, and no Pulumi.yaml of the project lies with the program",
}

# Rules that one resource's own arguments can fail, whatever else is declared. tests/hosts/pulumi finds them among the examples.
OF_ONE_RESOURCE = frozenset(
    {
        "api-deletion-protection-off",
        "backup-plan-selects-nothing",
        "backups-deleted-with-database",
        "cold-storage-arithmetic",
        "continuous-backup-too-long",
        "database-unencrypted",
        "database-without-own-key",
        "deletion-protection-off",
        "final-snapshot-skipped",
        "force-destroy",
        "key-disabled-or-scheduled",
        "key-rotation-off",
        "neon-default-branch-unprotected",
        "noncurrent-versions-kept-for-ever",
        "pitr-disabled",
        "pitr-window-too-short",
        "retention-above-maximum",
        "retention-too-short",
        "rpo-out-of-reach",
        "secret-without-recovery-window",
        "single-zone",
        "tags-not-copied-to-snapshots",
        "vault-without-own-key",
        "volume-unencrypted",
    }
)
SETTINGS: dict[str, dict[str, Any]] = {
    "standard": {"type": "string", "minLength": 1, "description": "The standard file (default: the nearest recoverable.toml)."},
    "environment": {"type": "string", "minLength": 1, "description": "Judge the whole stack for this environment."},
    "strict": {"type": "boolean", "description": "What cannot be known before apply counts like a finding."},
    "fail_on": {"type": "string", "enum": [item.value for item in Severity], "description": "The least severity that counts."},
    "remediate": {"type": "boolean", "description": "Mend what can be mended safely, and say so."},
    "judge_alone": {
        "type": "array",
        "items": {"type": "string", "minLength": 1},
        "description": "Rules whose fails count before the rest of the stack is known; all: every rule.",
    },
}


@dataclass(frozen=True, slots=True)
class Policy:
    """What the engine is told about one policy. ``settings`` is its JSON schema, by property."""

    name: str
    title: str
    of_one_resource: bool
    severity: Severity
    cure: str
    page: str = ""
    settings: dict[str, dict[str, Any]] | None = None


@lru_cache(maxsize=1)
def policies() -> tuple[Policy, ...]:
    """All policies, in the order of the rules' ids; the pack's own first."""
    own = Policy(
        PACK,
        "The settings of the pack, and what kept it from judging",
        False,
        Severity.CRITICAL,
        "Mend what the message names; a crash is a bug in recoverable.",
        settings=SETTINGS,
    )
    return (own, *(_policy(item.rule) for item in gate_rules()))


def _policy(rule: Rule) -> Policy:
    page = rule.facts[0][1] if rule.facts else ""
    return Policy(rule.name, f"{rule.id}: {rule.title}", rule.name in OF_ONE_RESOURCE, rule.severity, rule.why, page)


def not_told(rule: Rule, *, project: bool = True) -> str:
    """Why a rule can have nothing to say in a pack; "" where it can. ``project`` says whether the project's folder was found."""
    always = RULES_NOT_TOLD.get(rule.name, "") or NOT_TOLD.get(rule.applies_to, "")
    return always or ("" if project else NOT_TOLD_WITHOUT_PROJECT.get(rule.applies_to, ""))
