"""A provider plugin that stands in for aws, gcp, neon and random: it echoes inputs as the real, bridged one would.

The engine needs a provider to make a preview; the real ones cannot be had on a build machine. What this one does follows
the Pulumi bridge: it names what has no name, fills in the schema's defaults and lists both in `__defaults`, sets `region`
and `tagsAll`, leaves computed outputs unknown in a preview, and replaces where the real provider would. A type or
function it does not know is refused by name, never accepted in silence. It runs under the name it is started as.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import signal
import sys
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped,import-not-found,unused-ignore]
from google.protobuf import empty_pb2  # type: ignore[import-untyped,import-not-found,unused-ignore]
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc  # type: ignore[import-untyped,import-not-found,unused-ignore]

from tests.standins.pulumi import sdk
from tests.standins.pulumi.diffing import changed_paths, differing
from tests.standins.pulumi.properties import UNKNOWN, Values, fill, pack, plain

ACCOUNT = "123456789012"
EMPTY: dict[str, Any] = {"text": "", "number": 0, "flag": False, "list": [], "map": {}}


def type_of(urn: str) -> str:
    """The type token of a URN, without its parents."""
    return urn.split("::")[2].split("$")[-1]


def suffix(urn: str) -> str:
    """Seven characters that look random but are the same in every recording of the same program."""
    return hashlib.sha256(urn.encode()).hexdigest()[:7]


class Provider(provider_pb2_grpc.ResourceProviderServicer):  # type: ignore[misc,unused-ignore]
    """The calls of the provider protocol. Method names are the protocol's."""

    def __init__(self, family: str) -> None:
        """Serve one family of types, such as `aws`."""
        self.family = family
        self.config: Values = {}

    def known(self, urn: str, context: Any) -> sdk.Kind:
        """The type of a URN, or a refusal that names it."""
        token = type_of(urn)
        found = sdk.by_token(token) if token.startswith(f"{self.family}:") else None
        if found is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the echo provider for {self.family} has no {token}")
            raise AssertionError("abort returns never")
        return found

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """The version of the SDK that programs use; an older one makes the engine warn."""
        try:
            version = importlib.metadata.version(f"pulumi_{self.family}")
        except importlib.metadata.PackageNotFoundError:
            version = "0.0.1"
        return plugin_pb2.PluginInfo(version=version)

    def CheckConfig(self, request: Any, context: Any) -> Any:
        """Any configuration is accepted; there is no account to reach."""
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        """Changed tags or regions of the provider are an update, never a replacement of everything."""
        same = request.olds == request.news
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE if same else provider_pb2.DiffResponse.DIFF_SOME)

    def Configure(self, request: Any, context: Any) -> Any:
        """Nested settings arrive as JSON text, as with every bridged provider."""
        for key, value in plain(request.args).items():
            nested = isinstance(value, str) and value[:1] in ("{", "[")
            self.config[key] = json.loads(value) if nested else value
        return provider_pb2.ConfigureResponse(acceptSecrets=False, supportsPreview=True, acceptResources=False, acceptOutputs=False)

    def Check(self, request: Any, context: Any) -> Any:
        """Inputs as the provider will see them: region, all tags, a name, and the defaults of the schema."""
        known = self.known(request.urn, context)
        news, olds = plain(request.news), plain(request.olds)
        if self.family == "aws":
            self.fill_aws(known, news)
        filled = set()
        name = known.autoname
        if name and not news.get(name) and not news.get(f"{name}Prefix"):
            news[name] = olds.get(name) or f"{request.urn.split('::')[-1].lower()}-{suffix(request.urn)}"
            filled.add(name)
        if self.family in ("aws", "gcp"):  # a provider bridged on the fly does not know its schema's defaults
            fill(known.inputs, known.row.get("names", {}), news, known.defaults, known.computed)
            news["__defaults"] = sorted({*news["__defaults"], *filled})
        return provider_pb2.CheckResponse(inputs=pack(news))

    def fill_aws(self, known: sdk.Kind, news: Values) -> None:
        """The two inputs that pulumi-aws adds before anything else, from the provider's configuration."""
        if "region" in known.inputs and not news.get("region") and self.config.get("region"):
            news["region"] = self.config["region"]
        if "tags" in known.inputs and "tags_all" in known.outputs:
            stated, common = news.get("tags") or {}, (self.config.get("defaultTags") or {}).get("tags") or {}
            unclear = UNKNOWN in (stated, common) or UNKNOWN in [*stated.values(), *common.values()]
            news["tagsAll"] = UNKNOWN if unclear else {**common, **stated}

    def Diff(self, request: Any, context: Any) -> Any:
        """What changed and whether that needs a new resource."""
        known = self.known(request.urn, context)
        old, new = plain(request.old_inputs) or plain(request.olds), plain(request.news)
        keys = differing(old, new)
        replaces = [key for key in keys if key in known.replaces]
        named = known.autoname in new and known.autoname not in new.get("__defaults", [])
        answer = provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if keys else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=keys,
            replaces=replaces,
            hasDetailedDiff=True,
            deleteBeforeReplace=bool(replaces and named),
        )
        for key in keys:
            for path, word in changed_paths(key, old.get(key), new.get(key)):
                full = word + "_REPLACE" if key in replaces else word
                answer.detailedDiff[path].kind = provider_pb2.PropertyDiff.Kind.Value(full)
                answer.detailedDiff[path].inputDiff = True
        return answer

    def settle(self, known: sdk.Kind, urn: str, inputs: Values) -> tuple[str, Values]:
        """An id and outputs such as the cloud would give: nothing real, but of the right kind and the same each time."""
        stated = inputs.get(known.autoname or "") or inputs.get("bucket")
        name = str(stated or f"{known.terraform.split('_', 1)[1]}-{suffix(urn)}")
        service, kind = known.token.split(":")[1].split("/")[0], known.token.split(":")[-1].lower()
        region = str(inputs.get("region") or self.config.get("region") or "us-east-1")
        words = {"name": name, "hash": suffix(urn), "region": region, "account": ACCOUNT, "id": name}
        identity = known.row.get("id", "{name}")
        words["id"] = identity.format(**words, arn="{arn}")
        arn = "arn:aws:" + known.row.get("arn", f"{service}:{{region}}:{{account}}:{kind}/{{name}}").format(**words)
        identity = words["id"].replace("{arn}", arn)
        found = {"arn": arn, "region": region, "status": "available", "endpoint": f"{name}.invalid", "id": identity, "keyId": identity}
        outputs = {key: value for key, value in inputs.items() if key != "__defaults"}
        shapes = {wire: known.outputs[key] for key, wire in known.wire.items() if key in known.outputs}
        for wire in known.computed - outputs.keys():
            if shapes[wire].kind in EMPTY:
                outputs[wire] = found.get(wire, EMPTY[shapes[wire].kind])
        return identity, outputs | {key: value for key, value in known.settled.items() if key not in inputs}

    def Create(self, request: Any, context: Any) -> Any:
        """In a preview every computed output that was not stated stays unknown."""
        known, inputs = self.known(request.urn, context), plain(request.properties)
        if request.preview:
            unknown = {wire: UNKNOWN for wire in known.computed if wire not in inputs}
            shown = {key: value for key, value in inputs.items() if key != "__defaults"}
            return provider_pb2.CreateResponse(id="", properties=pack(unknown | shown))
        identity, outputs = self.settle(known, request.urn, inputs)
        return provider_pb2.CreateResponse(id=identity, properties=pack(outputs))

    def Update(self, request: Any, context: Any) -> Any:
        """What the program states wins; what the cloud made stays."""
        known, inputs, olds = self.known(request.urn, context), plain(request.news), plain(request.olds)
        kept = {wire: olds[wire] for wire in known.computed if wire in olds}
        shown = {key: value for key, value in inputs.items() if key != "__defaults"}
        return provider_pb2.UpdateResponse(properties=pack(kept | shown))

    def Read(self, request: Any, context: Any) -> Any:
        """Nothing drifts here."""
        self.known(request.urn, context)
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)

    def Delete(self, request: Any, context: Any) -> Any:
        """Nothing was made, so nothing is left."""
        self.known(request.urn, context)
        return empty_pb2.Empty()

    def Invoke(self, request: Any, context: Any) -> Any:
        """The few functions that every AWS program uses."""
        region = self.config.get("region", "us-east-1")
        answers: dict[str, Values] = {
            "aws:index/getCallerIdentity:getCallerIdentity": {
                "accountId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "userId": ACCOUNT, "id": ACCOUNT,
            },
            "aws:index/getRegion:getRegion": {"id": region, "name": region, "region": region, "description": region},
            "aws:index/getPartition:getPartition": {
                "id": "aws", "partition": "aws", "dnsSuffix": "amazonaws.com", "reverseDnsPrefix": "com.amazonaws",
            },
        }  # fmt: skip
        if request.tok == "aws:iam/getPolicyDocument:getPolicyDocument":
            answer = policy_document(plain(request.args))
        elif request.tok in answers:
            answer = answers[request.tok]
        else:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the echo provider has no function {request.tok}")
        return provider_pb2.InvokeResponse(**{"return": pack(answer)})

    def Cancel(self, request: Any, context: Any) -> Any:
        """Nothing runs."""
        return empty_pb2.Empty()


def policy_document(arguments: Values) -> Values:
    """A policy document from statements; enough of it for buckets and keys."""
    statements = []
    for each in arguments.get("statements", []):
        statement = {"Effect": each.get("effect", "Allow"), "Action": each.get("actions"), "Resource": each.get("resources")}
        if each.get("principals"):
            statement["Principal"] = {one["type"]: one["identifiers"] for one in each["principals"]}
        statements.append({key: value for key, value in statement.items() if value is not None})
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return {"id": hashlib.sha256(document.encode()).hexdigest()[:10], "json": document, "minifiedJson": document}


def main() -> None:
    """Serve the family that the program's own name ends in, until the engine stops us."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    family = Path(sys.argv[0]).name.removeprefix("pulumi-resource-")
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(family), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: os._exit(0))
    print(port, flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
