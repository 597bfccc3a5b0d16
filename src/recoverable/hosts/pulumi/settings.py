"""What the pack was told: ``--policy-pack-config`` over ``[hosts.pulumi]`` over the defaults."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.clouds.kinds import KINDS
from recoverable.hosts.pulumi.catalogue import LEVELS, PACK, SETTINGS
from recoverable.model.errors import InputError
from recoverable.model.finding import Severity
from recoverable.rules.registry.load import gate_rules
from recoverable.standard.environment import find_environment
from recoverable.standard.load import Standard, built_in, load
from recoverable.standard.problems import StandardError
from recoverable.standard.source import find_file

OPTION = "--policy-pack-config"


@dataclass(frozen=True, slots=True)
class Settings:
    """One run's settings. ``levels`` is the enforcement level of every policy, by name."""

    standard: Standard
    levels: Mapping[str, str]
    environment: str | None
    strict: bool
    fail_on: Severity
    judge_alone: frozenset[str]

    def level(self, policy: str) -> str:
        """``mandatory``, ``advisory``, ``disabled`` or ``remediate``."""
        return self.levels.get(policy, "mandatory")


def standard_near(folders: Collection[Path]) -> Standard:
    """The nearest standard from the first of the folders that has one; the built-in one where none has.

    Raises:
        StandardError: it cannot be used.
    """
    found = next((file for folder in folders if (file := find_file(folder))), None)
    return load(found, start=Path.cwd(), kinds=KINDS) if found else built_in()


def default_levels(folders: Collection[Path]) -> dict[str, str]:
    """The level of every policy before the user's configuration is laid over it, by ``[hosts.pulumi]``.

    A standard that cannot be used says nothing here: it is refused when the pack is configured, unless another one is named there.
    """
    try:
        standard = standard_near(folders)
    except StandardError:
        standard = built_in()
    return _levels(standard)


def settings_of(levels: Mapping[str, str], properties: Mapping[str, Mapping[str, Any]], folders: Collection[Path]) -> Settings:
    """The settings of a run from what the engine hands over: the level of every policy and what else its configuration holds.

    Raises:
        InputError: a policy, property or value that is none, or a standard that cannot be used.
    """
    known = {PACK, *(item.rule.name for item in gate_rules())}
    for name in sorted({*levels, *properties} - known - {"all"}):
        raise InputError(f"{name!r} is no policy of this pack", OPTION, _nearest(name, known))
    for name, found in properties.items():
        for key in sorted(found.keys() - (SETTINGS.keys() if name == PACK else set())):
            allowed = SETTINGS if name == PACK else {"enforcementLevel": {}}
            raise InputError(f"{key!r} is no setting of {name!r}", OPTION, _nearest(key, allowed) if name == PACK else _misplaced(key))
    own = properties.get(PACK, {})
    stated = own.get("standard")
    standard = load(Path(stated), start=Path.cwd(), kinds=KINDS) if stated else standard_near(folders)
    if stated and _levels(standard) != default_levels(folders):
        what = f"the levels of [hosts.pulumi] in {standard.label} cannot be used: the engine asks for them before it tells this path"
        raise InputError(what, OPTION, "Write them into the pack's configuration instead.")
    environment = own.get("environment")
    find_environment({}, [], environment, standard)  # refuses one that is none
    alone = frozenset(own.get("judge_alone", standard.pulumi.judge_alone))
    for name in sorted(alone - known - {"all"}):
        raise InputError(f"{name!r} in judge_alone is no rule", OPTION if "judge_alone" in own else standard.label, _nearest(name, known))
    everything = own.get("remediate", standard.pulumi.remediate)
    return Settings(
        standard=standard,
        levels={name: "remediate" if everything and level == "mandatory" else level for name, level in levels.items()},
        environment=environment,
        strict=own.get("strict", standard.pulumi.strict),
        fail_on=Severity(own.get("fail_on", standard.fail_on.value)),
        judge_alone=frozenset(known) if "all" in alone else alone,
    )


def _levels(standard: Standard) -> dict[str, str]:
    """Raises InputError where a rule is named that is none."""
    names = [item.rule.name for item in gate_rules()]
    for name in standard.pulumi.rules:
        if name not in names:
            raise InputError(f"{name!r} below [hosts.pulumi.rules] is no rule", standard.label, _nearest(name, names))
    return {PACK: "mandatory"} | {name: standard.pulumi.rules.get(name, standard.pulumi.enforcement) for name in names}


def _misplaced(key: str) -> str:
    return f"Put it below {PACK!r}." if key in SETTINGS else f"A rule has one setting, enforcementLevel: {', '.join(LEVELS)}."


def _nearest(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, sorted(known), 1)
    return f"Did you mean {close[0]!r}?" if close else f"Known are {', '.join(sorted(known))}."
