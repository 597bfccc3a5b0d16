"""A stand-in provider's servicer without an engine: the calls that the engine makes, with plain values in and out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2

from recoverable.sandbox.provider.family import Family
from recoverable.sandbox.provider.servicer import Provider
from recoverable.sandbox.provider.wire import pack, plain

SEED = bytes(range(32))
REGION = "eu-west-1"


class Aborted(Exception):
    """How a call of the protocol ends when it is refused: what gRPC would send."""

    def __init__(self, status: grpc.StatusCode, message: str, metadata: Mapping[str, bytes]) -> None:
        super().__init__(message)
        self.status, self.message, self.metadata = status, message, metadata


class Context:
    """As gRPC's own: abort raises a bare Exception, after it noted what to send."""

    def __init__(self) -> None:
        self.aborted: Aborted | None = None
        self.metadata: dict[str, bytes] = {}

    def set_trailing_metadata(self, pairs: Iterable[tuple[str, bytes]]) -> None:
        self.metadata = dict(pairs)

    def abort(self, status: grpc.StatusCode, message: str) -> None:
        self.aborted = Aborted(status, message, self.metadata)
        raise Exception


@dataclass
class Made:
    """One resource as the engine's state has it."""

    urn: str
    inputs: dict[str, Any]
    id: str = ""
    outputs: dict[str, Any] = field(default_factory=dict)


class Calls:
    """Drives one provider as the engine does."""

    def __init__(self, family: Family, settings: Mapping[str, Any] | None = None) -> None:
        self.provider = Provider(family)
        self.call("Configure", provider_pb2.ConfigureRequest(args=pack(dict(settings or {"region": REGION}))))

    def call(self, method: str, request: Any) -> Any:
        """One call; Aborted where gRPC would send an error."""
        context = Context()
        try:
            return getattr(self.provider, method)(request, context)
        except Exception as error:
            if context.aborted is None:
                raise
            raise context.aborted from error

    def check(self, urn: str, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None) -> tuple[dict[str, Any], list[str]]:
        """The checked inputs and the reasons of all failures."""
        name = urn.split("::")[-1]
        request = provider_pb2.CheckRequest(urn=urn, name=name, news=pack(dict(news)), olds=pack(dict(olds or {})), randomSeed=SEED)
        answer = self.call("Check", request)
        return plain(answer.inputs), [each.reason for each in answer.failures]

    def preview(self, token: str, label: str, /, **inputs: Any) -> dict[str, Any]:
        """What a preview shows of a resource to be made."""
        checked = self.passed(urn_of(token, label), inputs)
        return plain(
            self.call("Create", provider_pb2.CreateRequest(urn=urn_of(token, label), properties=pack(checked), preview=True)).properties
        )

    def up(self, token: str, label: str, /, **inputs: Any) -> Made:
        """Check and Create."""
        made = Made(urn_of(token, label), self.passed(urn_of(token, label), inputs))
        answer = self.call("Create", provider_pb2.CreateRequest(urn=made.urn, properties=pack(made.inputs)))
        made.id, made.outputs = answer.id, plain(answer.properties)
        return made

    def passed(self, urn: str, inputs: Mapping[str, Any], olds: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The checked inputs, where nothing is refused."""
        checked, failures = self.check(urn, inputs, olds)
        assert failures == []
        return checked

    def diff(self, made: Made, /, ignored: list[str] | None = None, **inputs: Any) -> Any:
        """Check and Diff of a new program; ``changes``, ``replaces`` and ``detailedDiff`` as the engine gets them."""
        news = self.passed(made.urn, inputs, made.inputs)
        request = provider_pb2.DiffRequest(
            id=made.id, urn=made.urn, olds=pack(made.outputs), old_inputs=pack(made.inputs), news=pack(news), ignoreChanges=ignored or []
        )
        return self.call("Diff", request)

    def changed(self, made: Made, /, **inputs: Any) -> list[str]:
        """The paths that a new program changes."""
        return sorted(self.diff(made, **inputs).detailedDiff)

    def update(self, made: Made, /, **inputs: Any) -> None:
        """Check and Update."""
        news = self.passed(made.urn, inputs, made.inputs)
        request = provider_pb2.UpdateRequest(
            id=made.id, urn=made.urn, olds=pack(made.outputs), old_inputs=pack(made.inputs), news=pack(news)
        )
        made.outputs, made.inputs = plain(self.call("Update", request).properties), news

    def refresh(self, made: Made) -> list[str]:
        """Read; the paths where the cloud is not as the program said, or ``["gone"]``. ``made`` is as the state then is."""
        request = provider_pb2.ReadRequest(id=made.id, urn=made.urn, properties=pack(made.outputs), inputs=pack(made.inputs))
        answer = self.call("Read", request)
        if not answer.id:
            return ["gone"]
        before = made.inputs
        made.inputs, made.outputs = plain(answer.inputs), plain(answer.properties)
        request = provider_pb2.DiffRequest(id=made.id, urn=made.urn, old_inputs=pack(made.inputs), news=pack(before))
        return sorted(self.call("Diff", request).detailedDiff)

    def adopt(self, token: str, name: str, identity: str) -> Made:
        """Read of something that no state knows yet."""
        made = Made(urn_of(token, name), {}, identity)
        answer = self.call("Read", provider_pb2.ReadRequest(id=identity, urn=made.urn))
        made.id, made.inputs, made.outputs = answer.id, plain(answer.inputs), plain(answer.properties)
        return made

    def delete(self, made: Made) -> None:
        """Delete."""
        self.call("Delete", provider_pb2.DeleteRequest(id=made.id, urn=made.urn, properties=pack(made.outputs)))

    def invoke(self, token: str, /, **arguments: Any) -> dict[str, Any]:
        """Call a function."""
        return plain(getattr(self.call("Invoke", provider_pb2.InvokeRequest(tok=token, args=pack(arguments))), "return"))


def urn_of(token: str, name: str) -> str:
    """The URN of a resource of the test's stack."""
    return f"urn:pulumi:dev::shop::{token}::{name}"
