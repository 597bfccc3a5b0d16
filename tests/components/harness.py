"""Runs a program of components under Pulumi's mocks and shows every child with its options.

What is recorded is also made into a preview document, which goes through our reader and all rules exactly as the output
of `pulumi preview --json` does. The real engine confirms the same in the integration tests.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks, settings

from recoverable.clouds.build import wanted
from recoverable.model.finding import Finding, Verdict
from recoverable.readers.pulumi.preview_reader import read_preview
from recoverable.standard.load import Standard
from tests.support.judging import findings_of

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
PROJECT = "shop"
REGION = "eu-west-1"
ACCOUNT = "123456789012"
AUTONAMED = {
    "aws:s3/bucket:Bucket": "bucket",
    "aws:rds/instance:Instance": "identifier",
    "aws:rds/cluster:Cluster": "clusterIdentifier",
    "aws:rds/clusterInstance:ClusterInstance": "identifier",
    "aws:backup/vault:Vault": "name",
    "aws:backup/plan:Plan": "name",
    "aws:cloudwatch/eventRule:EventRule": "name",
}


@dataclass(frozen=True)
class Child:
    """One registered resource: what the program asked the engine for."""

    urn: str
    token: str
    name: str
    inputs: dict[str, Any]
    parent: str
    protect: bool
    retain: bool
    import_id: str
    aliases: list[str]
    depends: list[str]
    property_depends: dict[str, list[str]]
    ignored: list[str]

    @property
    def custom(self) -> bool:
        """Whether a provider makes it (components are made by nobody)."""
        return not self.token.startswith(("recoverable:", "pulumi:"))


@dataclass
class Built:
    """Everything that one run registered."""

    children: list[Child] = field(default_factory=list)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    state: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, token: str) -> list[Child]:
        """The children of a type, by its token or the end of it (``Bucket`` finds ``aws:s3/bucket:Bucket``)."""
        return [child for child in self.children if child.token == token or child.token.split(":")[-1] == token]

    def one(self, token: str, name: str = "") -> Child:
        """The only child of a type (and name)."""
        found = [child for child in self.of(token) if not name or child.name == name]
        assert len(found) == 1, f"{len(found)} of {token} {name}: {[child.name for child in found]}"
        return found[0]

    def preview(self) -> dict[str, Any]:
        """The document that `pulumi preview --json` would print for a first deployment."""
        steps = [
            {
                "op": "create",
                "urn": child.urn,
                "newState": {
                    "urn": child.urn,
                    "custom": child.custom,
                    "type": child.token,
                    "inputs": child.inputs,
                    "parent": child.parent,
                    "protect": child.protect,
                    "retainOnDelete": child.retain,
                    "dependencies": child.depends,
                    "propertyDependencies": child.property_depends,
                },
            }
            for child in self.children
        ]
        return {"config": {}, "steps": steps, "changeSummary": {"create": len(steps)}}

    def findings(self, standard: Standard | None = None, folder: Path | None = None) -> list[Finding]:
        """What the rules say of the preview."""
        document = json.loads(json.dumps(self.preview()))
        return findings_of([read_preview(document, "preview.json", wanted)], standard=standard)

    def not_passed(self, standard: Standard | None = None) -> list[str]:
        """Every answer that is not a pass, in words; what a component must not produce."""
        return [
            f"{item.rule} {item.verdict.value} {item.address}: {item.message}"
            for item in self.findings(standard)
            if item.verdict is not Verdict.PASS
        ]


class Recorder(mocks.MockMonitor):
    """The engine's side of the mocks, which notes the whole request before it answers."""

    def __init__(self, answers: mocks.Mocks, built: Built, stack: str) -> None:
        super().__init__(answers)
        self.built, self.stack = built, stack

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """As the engine makes it: the stack is no part of a type's path."""
        above = parent.split("::")[2] if parent else ""
        path = type_ if above in ("", "pulumi:pulumi:Stack") else f"{above}${type_}"
        return f"urn:pulumi:{self.stack}::{PROJECT}::{path}::{name}"

    def RegisterResource(self, request: Any) -> Any:
        urn = self.make_urn(request.parent, request.type, request.name)
        inputs = _plain(json_format.MessageToDict(request.object))
        if request.type in AUTONAMED:  # a provider's Check names what the program does not
            inputs.setdefault(AUTONAMED[request.type], f"{request.name.lower()}-1a2b3c4")
        if request.type != "pulumi:pulumi:Stack":
            depends = {key: sorted(value.urns) for key, value in request.propertyDependencies.items()}
            self.built.children.append(
                Child(
                    urn=urn,
                    token=request.type,
                    name=request.name,
                    inputs=inputs,
                    parent=request.parent,
                    protect=request.protect,
                    retain=request.retainOnDelete,
                    import_id=request.importId,
                    aliases=[alias.urn or alias.spec.name for alias in request.aliases],
                    depends=sorted(request.dependencies),
                    property_depends=depends,
                    ignored=list(request.ignoreChanges),
                )
            )
        answer = super().RegisterResource(request)
        made = self.resources.get(urn)
        if made:
            self.built.state[urn] = {**made.state, "id": made.id}
        return answer

    def RegisterResourceOutputs(self, request: Any) -> Any:
        self.built.outputs[request.urn.split("::")[-1]] = _plain(json_format.MessageToDict(request.outputs))
        return super().RegisterResourceOutputs(request)


class Answers(mocks.Mocks):
    """What the cloud would answer. In a preview only what was stated is known, plus the names that providers give in Check."""

    def __init__(self, preview: bool, region: str) -> None:
        self.preview, self.region = preview, region

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        state = dict(args.inputs)
        if args.custom:
            state.setdefault(AUTONAMED.get(args.typ, "name"), f"{args.name.lower()}-1a2b3c4")
        if self.preview:
            return "", state
        service = args.typ.split(":")[1].split("/")[0]
        state.setdefault("arn", f"arn:aws:{service}:{self.region}:{ACCOUNT}:{args.name}")
        state.setdefault("keyId", f"{args.name}-key-id")
        return f"{args.name}-id", state

    def call(self, args: mocks.MockCallArgs) -> Any:
        known = {
            "aws:index/getCallerIdentity:getCallerIdentity": {
                "accountId": ACCOUNT,
                "arn": f"arn:aws:iam::{ACCOUNT}:root",
                "userId": ACCOUNT,
            },
            "aws:index/getRegion:getRegion": {"region": self.region, "name": self.region, "id": self.region},
            "aws:index/getPartition:getPartition": {"partition": "aws", "dnsSuffix": "amazonaws.com"},
            "gcp:storage/getProjectServiceAccount:getProjectServiceAccount": {
                "emailAddress": "service-1@gs-project-accounts.iam.gserviceaccount.com"
            },
        }
        if args.token not in known:
            raise AssertionError(f"the mocks have no function {args.token}")
        return known[args.token]


def build(
    program: Callable[[], Any],
    *,
    preview: bool = True,
    config: Mapping[str, str] | None = None,
    stack: str = "prod",
    region: str = REGION,
    folder: Path | None = None,
) -> Built:
    """Run ``program`` in ``folder`` (so that its recoverable.toml counts) and give what it registered.

    An error of the program (a RefusedError) comes out as it is.
    """
    built = Built()
    answers = Answers(preview, region)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    settings.ROOT.set(None)  # else the stack of an earlier run stays the parent of everything
    mocks.set_mocks(answers, project=PROJECT, stack=stack, preview=preview, monitor=Recorder(answers, built, stack))
    # What an earlier run left unfinished, because it failed, would be waited for and never come.
    settings.SETTINGS.rpc_manager.clear()
    settings.SETTINGS.outputs.clear()
    pulumi.runtime.set_all_config({"aws:region": region, "gcp:project": "acme", "gcp:region": "europe-west1", **(config or {})})
    here = Path.cwd()
    os.chdir(folder or here)

    async def run() -> None:
        program()

    try:
        mocks._sync_await(mocks.run_pulumi_func(run))
    finally:
        os.chdir(here)
        pulumi.runtime.set_all_config({})
        loop.close()  # it holds three descriptors, and a test's process makes hundreds of them
        asyncio.set_event_loop_policy(None)  # as before any loop was set: who asks for one is given one
    return built


def _plain(value: Any) -> Any:
    """Whole numbers as integers; the rest as it is."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
