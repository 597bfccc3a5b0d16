"""How hosts enforce the standard: ``[hosts.pulumi]`` of ``recoverable.toml``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from recoverable.standard.problems import suggestion
from recoverable.standard.typed import Table

LEVELS = ("mandatory", "advisory", "disabled", "remediate")
KEYS = ("enforcement", "strict", "remediate", "judge_alone", "rules")
RULE_NAME = re.compile(r"[a-z][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class PulumiSettings:
    """What the policy pack does with findings.

    ``enforcement`` is the level of all rules and ``rules`` that of single ones, by name. ``remediate`` turns all remediations on.
    ``judge_alone`` names rules whose fails count before the rest of the stack is known ("all" is every rule).
    """

    enforcement: str = "mandatory"
    strict: bool = False
    remediate: bool = False
    judge_alone: tuple[str, ...] = ()
    rules: dict[str, str] = field(default_factory=dict)


def read_pulumi_settings(top: Table) -> PulumiSettings:
    """The table, or what holds without it; problems are noted in the table's own list."""
    hosts = top.table("hosts")
    hosts.only(("pulumi",))
    table = hosts.table("pulumi")
    table.only(KEYS)
    rules = table.table("rules")
    for name in rules.data:
        if not RULE_NAME.fullmatch(name):
            rules.wrong(name, "is no rule's name", suggestion(name, ()) or "Write a name that `recoverable rules` lists.")
    return PulumiSettings(
        enforcement=table.choice("enforcement", LEVELS, "mandatory"),
        strict=table.switch("strict", default=False),
        remediate=table.switch("remediate", default=False),
        judge_alone=table.texts("judge_alone"),
        rules={name: rules.choice(name, LEVELS, "mandatory") for name in rules.data},
    )
