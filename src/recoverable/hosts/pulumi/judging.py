"""Findings about the stack of one run: first about each resource alone, then about all of them with their companions.

A resource is judged alone before it is made, so only a fail that no companion can mend may be told then (surroundings.py).
The whole stack is judged once, when the engine shows it; what was told before is not told again.
"""

from __future__ import annotations

import datetime
import functools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from recoverable.clouds.build import build_estate, wanted
from recoverable.clouds.state_backends import link_backends
from recoverable.enforce.crashes import unjudged
from recoverable.enforce.engine import Evaluation
from recoverable.enforce.judging import judge_estates
from recoverable.enforce.waivers import Waivers
from recoverable.hosts.pulumi.catalogue import OF_ONE_RESOURCE
from recoverable.hosts.pulumi.remediations import CHANGES, mended
from recoverable.hosts.pulumi.settings import Settings
from recoverable.hosts.pulumi.surroundings import surroundings
from recoverable.model.estate import Estate
from recoverable.model.finding import Finding, Verdict
from recoverable.model.raw import RawResource, Reading
from recoverable.readers.code_beside import project_of, read_beside_program
from recoverable.readers.pulumi.policy_reader import LABEL, read_arguments
from recoverable.readers.pulumi.pulumi_names import terraform_type
from recoverable.rules.registry.load import gate_rules
from recoverable.rules.registry.rule import LoadedRule

LATER = "companions may be declared later"
TOLD = (Verdict.FAIL, Verdict.ERROR)
State = dict[str, Any]


class Judging:
    """One run of the engine: its settings, the stack's configuration, and what was seen and told so far."""

    def __init__(self, settings: Settings, config: Mapping[str, str], today: datetime.date, folders: Collection[Path] = ()) -> None:
        """``config`` is the stack's configuration without its secrets; ``folders`` are where its program lies."""
        self.settings = settings
        self.config = config
        self.today = today
        self.sees_project = False
        self._folders = folders
        self.rules = tuple(item for item in gate_rules() if settings.level(item.rule.name) != "disabled")
        self._alone = tuple(item for item in self.rules if item.rule.name in OF_ONE_RESOURCE | settings.judge_alone)
        self.of_one_resource = frozenset(item.rule.name for item in self.rules if item.rule.name in OF_ONE_RESOURCE)
        self._menders = tuple(item for item in self.rules if settings.level(item.rule.name) == "remediate")
        self._inputs: dict[str, State] = {}
        self._told: dict[str, dict[tuple[str, str], list[Finding]]] = {}

    def resource(self, state: State, provider: State | None) -> list[Finding]:
        """What is sure of one resource that is not made yet: passes, crashes, and fails that no companion can mend.

        ``state`` is in the words of the engine's state, and its inputs are kept for :meth:`stack`.
        """
        self._inputs[state["urn"]] = state["inputs"]
        if not wanted(terraform_type(state["type"])):
            return []
        try:
            reading = read_arguments([state], [provider] if provider else [], self.config, wanted, partial=LATER)
            found = self._waived(self._ask(reading, self._alone))
            sure = (item for item in found if item.verdict in (Verdict.PASS, Verdict.ERROR))
            findings = [*self._lasting(reading, found), *sure]
        except Exception as error:
            findings = [unjudged(state["urn"], error)]
        told = self._told[state["urn"]] = {}  # the engine may ask twice about one resource; the last answer holds
        for item in findings:
            if item.verdict in TOLD and not item.suppressed:
                told.setdefault((item.rule, item.address), []).append(item)
        return findings

    def stack(self, states: Iterable[State], providers: Iterable[State]) -> list[Finding]:
        """Every finding about the whole stack that was not told about a resource before, or not as bad; waived ones are marked."""
        joined = [{**state, "inputs": self._inputs.get(state["urn"], state["outputs"])} for state in states]
        broken: list[Finding] = []
        estates: list[Estate] = []
        for read in (functools.partial(self._declared, joined, providers), functools.partial(self._beside, joined)):
            try:
                estates.extend(build_estate(reading) for reading in read())
            except Exception as error:
                broken.append(unjudged(LABEL, error))
        link_backends(estates)
        standard, environment = self.settings.standard, self.settings.environment
        findings = judge_estates(estates, (), standard, self.rules, self.today, environment=environment, crashes=broken)
        told = {key: before for one in self._told.values() for key, before in one.items()}
        counted = Counter((item.rule, item.address) for item in findings if item.verdict in TOLD)

        def is_new(item: Finding) -> bool:
            before = told.get((item.rule, item.address), [])
            if item.verdict not in TOLD or not before or item.severity.rank < min(each.severity.rank for each in before):
                return True  # nothing was told, or less: what a key protects is seen with the whole stack
            return item.message not in {each.message for each in before} and counted[item.rule, item.address] > len(before)

        return [item for item in findings if is_new(item)]

    def _declared(self, states: Sequence[State], providers: Iterable[State]) -> list[Reading]:
        return [read_arguments(states, list(providers), self.config, wanted)]

    def _beside(self, states: Iterable[State]) -> list[Reading]:
        """What the project's folder tells and the engine does not."""
        urns = [state["urn"] for state in states]
        self.sees_project = project_of(urns, self._folders) is not None
        return read_beside_program(urns, self._folders, Path.cwd())

    def _lasting(self, reading: Reading, found: Collection[Finding]) -> list[Finding]:
        """The fails that stay fails in every surroundings."""
        lasting = {(item.rule, item.address): item for item in found if item.verdict is Verdict.FAIL and not item.suppressed}
        asked = {key: item for key, item in lasting.items() if item.name not in self.settings.judge_alone}
        for raw in reading.resources if asked else ():
            for variant, companions in surroundings(raw):
                if not asked:
                    break
                kept = self._fails([variant, *companions], reading, {rule for rule, _ in asked})
                asked = {key: item for key, item in asked.items() if key in kept}
        return [item for key, item in lasting.items() if key in asked or item.name in self.settings.judge_alone]

    def _fails(self, resources: list[RawResource], reading: Reading, ids: Collection[str]) -> set[tuple[str, str]]:
        other = Reading(reading.kind, LABEL, resources=resources, partial=LATER, environment_hints=reading.environment_hints)
        asked = tuple(item for item in self.rules if item.rule.id in ids)
        return {(item.rule, item.address) for item in self._ask(other, asked) if item.verdict is Verdict.FAIL}

    def _ask(self, reading: Reading, rules: tuple[LoadedRule, ...]) -> list[Finding]:
        evaluation = Evaluation(build_estate(reading), self.settings.standard, self.today, self.settings.environment)
        return list(evaluation.run(rules))

    def _waived(self, findings: Iterable[Finding]) -> list[Finding]:
        return Waivers(self.settings.standard.waivers, (), self.today).apply(findings)

    def may_mend(self, kind: str) -> bool:
        """Whether a remediation that is asked for could change a resource of a type, in the engine's words."""
        return any(terraform_type(kind) in CHANGES.get(item.rule.name, {}) for item in self._menders)

    def remediated(self, state: State, provider: State | None) -> list[tuple[str, State]]:
        """The inputs after each remediation that changes them, with its rule's name; the last one holds all changes."""
        kind = terraform_type(state["type"])
        made: list[tuple[str, State]] = []
        for item in self._menders:
            name = item.rule.name
            if kind not in CHANGES.get(name, {}):
                continue
            inputs = made[-1][1] if made else state["inputs"]
            after = mended(inputs, name, kind, functools.partial(self._demanded, state, provider, item))
            if after is not None:
                made.append((name, after))
        return made

    def _demanded(self, state: State, provider: State | None, item: LoadedRule, inputs: State) -> int | None:
        """How many days the standard demands of a resource that fails a rule alone; None where it does not fail it."""
        reading = read_arguments([{**state, "inputs": inputs}], [provider] if provider else [], self.config, wanted, partial=LATER)
        evaluation = Evaluation(build_estate(reading), self.settings.standard, self.today, self.settings.environment)
        failed = [found for found in self._waived(evaluation.run([item])) if found.verdict is Verdict.FAIL and not found.suppressed]
        if not failed:
            return None
        stores = [store for store in evaluation.estate.stores if store.address == failed[0].address]
        return evaluation.demands_of(stores[0]).backup_retention_days.value if stores else 0
