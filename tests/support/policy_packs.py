"""Drives the policy pack's analyzer in-process as the engine does: each resource before it is made, then the whole stack.

What the engine would send is taken from a preview or a stack export that the real engine printed.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import json_format
from pulumi.runtime.proto import analyzer_pb2

from recoverable.hosts.pulumi.analyzer import Analyzer
from recoverable.hosts.pulumi.wire import packed, plain
from tests.support.judging import TODAY

State = dict[str, Any]


class Aborted(Exception):
    """How a call of the protocol ends when it is refused: what gRPC would send, and the engine would print."""


class Context:
    """As gRPC's own: abort raises."""

    def abort(self, status: grpc.StatusCode, message: str) -> None:
        raise Aborted(f"{status.name}: {message}")


@dataclass
class Told:
    """The violations of a run: those told about single resources before they are made, and those about the stack."""

    early: list[Any] = field(default_factory=list)
    late: list[Any] = field(default_factory=list)
    not_applicable: dict[str, str] = field(default_factory=dict)

    @property
    def all(self) -> list[Any]:
        return [*self.early, *self.late]


class Pack:
    """One started pack, configured as the engine does it."""

    def __init__(
        self,
        settings: Mapping[str, Any] | None = None,
        levels: Mapping[str, str] | None = None,
        config: Mapping[str, str] | None = None,
        secret_keys: Iterable[str] = (),
        folders: Iterable[Path] = (),
        today: datetime.date = TODAY,
    ) -> None:
        """``settings`` are those of the policy ``recoverable``; ``levels`` by policy, "all" among them."""
        self.analyzer = Analyzer(tuple(folders), today)
        self.info = self.call("GetAnalyzerInfo")
        self.call(
            "ConfigureStack", analyzer_pb2.AnalyzerStackConfigureRequest(config=dict(config or {}), config_secret_keys=list(secret_keys))
        )
        self.call("Configure", self._configuration(settings or {}, levels or {}))

    def call(self, method: str, request: Any = None) -> Any:
        """One call; Aborted where the engine would get an error."""
        return getattr(self.analyzer, method)(request, Context())

    def _configuration(self, settings: Mapping[str, Any], levels: Mapping[str, str]) -> Any:
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        names = [policy.name for policy in self.info.policies]
        stated = {policy.name: policy.enforcementLevel for policy in self.info.policies}
        for name in [*names, *(set(levels) - set(names))]:
            word = levels.get(name) or levels.get("all")
            request.policyConfig[name].enforcementLevel = analyzer_pb2.EnforcementLevel.Value(word.upper()) if word else stated[name]
        request.policyConfig["recoverable"].properties.update(dict(settings))
        return request

    def run(self, states: Iterable[State]) -> Told:
        """Every resource alone and then all of them; states are those of a preview's steps or of a stack export."""
        listed = [state for state in states if not state.get("delete")]
        providers = _providers(listed)
        told = Told()
        for state in listed:
            answer = self.call("Analyze", _resource(analyzer_pb2.AnalyzeRequest, state, state.get("inputs"), providers))
            told.early.extend(answer.diagnostics)
        answer = self.call("AnalyzeStack", _stack(listed))
        told.late.extend(answer.diagnostics)
        told.not_applicable = {item.policy_name: item.reason for item in answer.not_applicable}
        return told

    def stack_only(self, states: Iterable[State]) -> list[Any]:
        """The violations of a stack whose resources were not shown alone before, as with ``--target``."""
        return list(self.call("AnalyzeStack", _stack(list(states))).diagnostics)

    def remediate(self, state: State) -> list[tuple[str, State]]:
        """The inputs after each remediation, with its policy."""
        answer = self.call("Remediate", question(state))
        return [(item.policyName, plain(item.properties)) for item in answer.remediations]


def question(state: State) -> Any:
    """What the engine asks about one resource alone."""
    return _resource(analyzer_pb2.AnalyzeRequest, state, state.get("inputs"), {})


def steps_of(preview: Mapping[str, Any]) -> list[State]:
    """What the engine shows a pack of a preview: the resources that will be there."""
    kept = {}
    for step in preview["steps"]:
        state = step.get("newState")
        if state and step["op"] not in ("delete", "delete-replaced", "discard", "refresh"):
            kept[step["urn"]] = {**state, "urn": step["urn"], "outputs": _outputs(step)}
    return list(kept.values())


def _outputs(step: Mapping[str, Any]) -> State:
    """A preview's document leaves outputs out, and the engine does not: what a resource had stays, below what is stated now."""
    new, old = step["newState"], step.get("oldState") or {}
    stays = step["op"] in ("same", "update")
    kept = {name: value for name, value in (old.get("outputs") or {}).items() if name not in (old.get("inputs") or {})} if stays else {}
    return {**kept, **(new.get("inputs") or {}), **(new.get("outputs") or {})}


def words(diagnostic: Any) -> str:
    """Everything that is told of a violation, as one text."""
    return str(json_format.MessageToDict(diagnostic))


def level(diagnostic: Any) -> str:
    return analyzer_pb2.EnforcementLevel.Name(diagnostic.enforcementLevel).lower()


def _providers(states: Iterable[State]) -> dict[str, State]:
    return {state["urn"]: state for state in states if state["type"].startswith("pulumi:providers:")}


def _stack(states: list[State]) -> Any:
    request = analyzer_pb2.AnalyzeStackRequest()
    providers = _providers(states)
    for state in states:
        found = _resource(analyzer_pb2.AnalyzerResource, state, state.get("outputs"), providers)
        found.parent = state.get("parent", "")
        for name, urns in (state.get("propertyDependencies") or {}).items():
            found.propertyDependencies[name].urns.extend(urns or ())
        request.resources.append(found)
    return request


def _resource(kind: Any, state: State, properties: Any, providers: Mapping[str, State]) -> Any:
    """A request as the engine makes it: a custom resource has a provider, and internal keys are left out."""
    shown = {name: value for name, value in (properties or {}).items() if not name.startswith("__")}
    found = kind(urn=state["urn"], type=state["type"], name=state["urn"].rsplit("::", 1)[-1], properties=packed(shown))
    if state.get("provider"):
        urn = str(state["provider"]).rsplit("::", 1)[0]
        provider = providers.get(urn, {"urn": urn, "type": urn.split("::")[2], "inputs": {}})
        found.provider.urn, found.provider.type = urn, provider["type"]
        found.provider.properties.CopyFrom(packed(provider.get("inputs") or {}))
    return found


SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
PROVIDER = "urn:pulumi:prod::shop::pulumi:providers:aws::default"
PROD = {"environment": "prod"}


def resource(token: str, name: str, stack: str = "prod", /, **inputs: Any) -> dict[str, Any]:
    """A resource as the engine shows it, its outputs being its inputs."""
    urn = f"urn:pulumi:{stack}::shop::{token}::{name}"
    return {"urn": urn, "type": token, "inputs": inputs, "outputs": inputs, "provider": f"{PROVIDER}::id"}


def database(name: str = "orders", stack: str = "prod", **inputs: Any) -> dict[str, Any]:
    return resource("aws:rds/instance:Instance", name, stack, engine="postgres", instanceClass="db.r6g.large", **inputs)


def told_of(told: Told, policy: str) -> list[Any]:
    return [item for item in told.all if item.policyName == policy]


def run(states: Iterable[dict[str, Any]], **more: Any) -> Told:
    return Pack(**more).run(states)
