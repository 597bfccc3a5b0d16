"""The analyzer that the Pulumi engine talks to: its protocol, and nothing of the rules.

The engine's own protocol is spoken here and not Pulumi's policy SDK, which hands each policy every resource anew (seconds for
500 resources and all our rules), takes the marks off secrets, and keeps the stack's configuration to itself (docs/adr/0008).
Nothing is skipped in silence: what crashes is a mandatory violation, and what cannot be told at all ends the engine's run.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from recoverable import __version__
from recoverable.enforce.crashes import crashed
from recoverable.hosts.pulumi.catalogue import PACK, not_told, policies
from recoverable.hosts.pulumi.diagnostics import diagnostic, footer, info, level_of, notice
from recoverable.hosts.pulumi.remediations import differences
from recoverable.hosts.pulumi.settings import Settings, default_levels, settings_of
from recoverable.hosts.pulumi.wire import packed, plain
from recoverable.model.errors import InputError
from recoverable.model.finding import Finding
from recoverable.rules.registry.load import gate_rules

if TYPE_CHECKING:
    from recoverable.hosts.pulumi.judging import Judging

OTHERWISE = "decided with the whole stack"


def careful(call: Callable[..., Any]) -> Callable[..., Any]:
    """A call of the protocol that fails in words: a user's mistake as it is, a crash without the values it was about."""

    @functools.wraps(call)
    def wrapped(self: Any, request: Any, context: Any) -> Any:
        try:
            return call(self, request, context)
        except InputError as error:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{PACK}: {error}")
        except Exception as error:
            context.abort(grpc.StatusCode.INTERNAL, f"{PACK}: {crashed('the policy pack', error).message}")

    return wrapped


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):  # type: ignore[misc,unused-ignore] # the stubs have no type information
    """One policy pack for one run of the engine. Method names are the protocol's."""

    def __init__(self, folders: Collection[Path], today: datetime.date | None = None) -> None:
        """``folders`` are where the search for a ``recoverable.toml`` begins: the program's, then the pack's."""
        self._folders = tuple(folders)
        self._today = today or datetime.date.today()
        self._config: dict[str, str] = {}
        self._settings: Settings | None = None
        self._judging: Judging | None = None
        self._mended: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {}
        self._lock = threading.Lock()

    @property
    def mends(self) -> bool:
        """Whether a remediation may be asked for: yes until the settings say that none is."""
        return self._settings is None or "remediate" in self._settings.levels.values()

    @careful
    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        """Nothing is asked of us there."""
        return analyzer_pb2.AnalyzerHandshakeResponse()

    @careful
    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Our version."""
        return plugin_pb2.PluginInfo(version=__version__)

    @careful
    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Every policy with its level and settings."""
        levels = default_levels(self._folders)
        return analyzer_pb2.AnalyzerInfo(
            name=PACK,
            displayName="recoverable: backups you know you can restore",
            version=__version__,
            supportsConfig=True,
            policies=[info(policy, levels[policy.name]) for policy in policies()],
        )

    @careful
    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The stack's configuration; its secrets are dropped at once."""
        secret = set(request.config_secret_keys)
        self._config = {key: value for key, value in request.config.items() if key not in secret}
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    @careful
    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The level of every policy and the pack's settings; a standard or setting that cannot be used ends the run."""
        levels = {name: level_of(found.enforcementLevel) for name, found in request.policyConfig.items()}
        properties = {name: plain(found.properties) for name, found in request.policyConfig.items()}
        self._settings = settings_of(levels, properties, self._folders)
        threading.Thread(target=self._warm_up, daemon=True).start()
        return empty_pb2.Empty()

    @careful
    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: N802
        """One resource before it is made."""
        with self._lock:
            judging = self._run()
            findings = judging.resource(_state(request), _provider(request))
        silent = _silent(frozenset(judging.of_one_resource - {item.name for item in findings}))
        violations = [*self._notices(request), *self._violations(findings, {request.urn})]
        return analyzer_pb2.AnalyzeResponse(diagnostics=violations, not_applicable=silent)

    @careful
    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The whole stack: at the end of a preview, and after an update."""
        states = [
            {
                **(state := _state(item)),
                "outputs": state["inputs"],
                "parent": item.parent,
                "propertyDependencies": {name: list(found.urns) for name, found in item.propertyDependencies.items()},
            }
            for item in request.resources
        ]
        providers = {found["urn"]: found for item in request.resources if (found := _provider(item))}
        with self._lock:
            judging = self._run()
            findings = judging.stack(states, providers.values())
        silent = [
            analyzer_pb2.PolicyNotApplicable(policy_name=item.rule.name, reason=reason)
            for item in gate_rules()
            if (reason := not_told(item.rule, project=judging.sees_project)) and judging.settings.level(item.rule.name) != "disabled"
        ]
        violations = self._violations(findings, {state["urn"] for state in states})
        waived = sum(item.suppressed is not None for item in findings)
        return analyzer_pb2.AnalyzeResponse(diagnostics=[*violations, *([footer(waived)] if waived else [])], not_applicable=silent)

    @careful
    def Remediate(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What a resource's inputs become; the engine tells the user each change."""
        with self._lock:
            judging = self._run()
            if not judging.may_mend(request.type):
                return analyzer_pb2.RemediateResponse()
            state = _state(request)
            made = judging.remediated(state, _provider(request))
        if made:
            before = [state["inputs"], *(inputs for _, inputs in made)]
            told = [(name, differences(then, now)) for (name, now), then in zip(made, before, strict=False)]
            self._mended[request.urn] = (made[-1][1], told)
        titles = {policy.name: policy.title for policy in policies()} if made else {}
        return analyzer_pb2.RemediateResponse(
            remediations=[
                analyzer_pb2.Remediation(
                    policyName=name,
                    policyPackName=PACK,
                    policyPackVersion=__version__,
                    description=titles[name],
                    properties=packed(inputs),
                )
                for name, inputs in made
            ]
        )

    @careful
    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing runs on after a call."""
        return empty_pb2.Empty()

    def _notices(self, request: Any) -> list[Any]:
        """What the engine did change of a resource by our remediations: it tells the user no values by itself."""
        inputs, told = self._mended.get(request.urn, ({}, []))
        applied = bool(told) and not differences(inputs, plain(request.properties))
        return [notice(name, text) for name, text in told] if applied else []

    def _warm_up(self) -> None:
        """Load what judges while the program starts, which takes longer; before that the engine would wait for it."""
        with self._lock, contextlib.suppress(Exception):  # whoever asks first meets it again, and tells the user
            self._run()

    def _run(self) -> Judging:
        if self._judging is None:
            from recoverable.hosts.pulumi.judging import Judging  # see _warm_up

            settings = self._settings or settings_of(default_levels(self._folders), {}, self._folders)
            self._judging = Judging(settings, self._config, self._today, self._folders[:1])
        return self._judging

    def _violations(self, findings: Collection[Finding], urns: Collection[str]) -> list[Any]:
        assert self._judging is not None  # noqa: S101 - findings come from it
        made = (diagnostic(item, self._judging.settings, urns) for item in findings)
        return [item for item in made if item is not None]


@functools.lru_cache(maxsize=128)
def _silent(names: frozenset[str]) -> tuple[Any, ...]:
    """What the engine must not count as passed; the same for nearly all resources, so made once."""
    return tuple(analyzer_pb2.PolicyNotApplicable(policy_name=name, reason=OTHERWISE) for name in sorted(names))


def _state(request: Any) -> dict[str, Any]:
    """A resource in the words of the engine's state.

    Only a component has no provider; but a provider may be missing (in a state file, or with ``--target``), so what is named
    as only a provider's own types are (``aws:s3/bucket:Bucket``) is never taken for a component.
    """
    return {
        "urn": request.urn,
        "type": request.type,
        "inputs": plain(request.properties),
        "custom": request.HasField("provider") or "/" in request.type,
        "provider": f"{request.provider.urn}::id" if request.HasField("provider") else "",
    }


def _provider(request: Any) -> dict[str, Any] | None:
    """The provider of a resource, in the same words."""
    if not request.HasField("provider"):
        return None
    found = request.provider
    return {"urn": found.urn, "type": found.type, "inputs": plain(found.properties)}
