"""A stand-in provider: the calls of the engine's provider protocol, for one family of types.

It does what a bridged provider does (names, defaults, drift, replacement) on top of the family's handlers. What it does not know it
refuses by name. Secrets arrive plain: the engine marks what is secret by itself.
"""

from __future__ import annotations

import json
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from recoverable.sandbox.provider import inputs as shaping
from recoverable.sandbox.provider import types_of_sdk
from recoverable.sandbox.provider.diffing import changes, top
from recoverable.sandbox.provider.family import Family
from recoverable.sandbox.provider.faults import answered
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values, made
from recoverable.sandbox.provider.reading import adopted, aligned, inputs_from, refuse_unheld
from recoverable.sandbox.provider.refusals import did_you_mean, refusals
from recoverable.sandbox.provider.types_of_sdk import Kind
from recoverable.sandbox.provider.wire import UNKNOWN, has_unknown, pack, plain, stated

ENGINE_SETTINGS = frozenset(
    {"version", "pluginDownloadURL", "pluginChecksums", "parameterization"}
)  # the engine's own, beside the provider's


def token_of(urn: str) -> str:
    """The type token of a URN, without its parents."""
    return urn.split("::")[2].split("$")[-1]


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The provider protocol; method names are the protocol's own."""

    def __init__(self, family: Family) -> None:
        """Serve one family; ``Configure`` brings the settings."""
        self.family = family
        self.settings: Values = {}

    def known(self, urn: str, context: Any) -> tuple[Handler[Any], Kind]:
        """Handler and type of a URN; a type that there is no handler for ends the call with a message that names it."""
        token = token_of(urn)
        handler = self.family.handlers.get(token)
        kind = types_of_sdk.kind(token, handler.filled if handler else frozenset())
        if kind is None:
            version = types_of_sdk.version(self.family.name)
            self.unimplemented(
                context, f"pulumi_{self.family.name} {version} has no type {token}{did_you_mean(token, self.family.handlers)}"
            )
        elif handler is None:
            self.unimplemented(context, f"the laptop cloud's stand-in for {self.family.name} has no {token}")
        if handler is None or kind is None:
            raise AssertionError("abort never returns")
        return handler, kind

    def unimplemented(self, context: Any, message: str) -> None:
        """End the call: what is asked for does not exist here."""
        listed = f"python -m recoverable.sandbox.provider.serve --list {self.family.name}"
        context.abort(grpc.StatusCode.UNIMPLEMENTED, f"{message} (`{listed}` prints what it has)")

    @answered
    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name, as all below
        """The version of the SDK that programs use; an older one makes the engine warn."""
        return plugin_pb2.PluginInfo(version=types_of_sdk.version(self.family.name))

    @answered
    def GetSchema(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Name and version only: programs use the SDK, which was made from the whole schema."""
        schema = {"name": self.family.name, "version": types_of_sdk.version(self.family.name)}
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema))

    @answered
    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Settings as they are. One that the provider has not, and a laptop cloud that cannot be reached, are told before anything is made."""
        name, stated_settings = self.family.name, settings_of(request.news)
        known = types_of_sdk.settings(name) | ENGINE_SETTINGS
        strange = [key for key in stated_settings if key not in known and not key.startswith("__")]
        reasons = [f"the provider has no setting {name}:{key}{did_you_mean(key, types_of_sdk.settings(name))}" for key in sorted(strange)]
        try:
            self.family.connect(stated_settings, {})
        except RefusedError as error:
            reasons.append(str(error))
        return provider_pb2.CheckResponse(inputs=request.news, failures=[provider_pb2.CheckFailure(reason=each) for each in reasons])

    @answered
    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Changed settings are an update of the provider, never a replacement of all that it made."""
        same = plain(request.olds) == plain(request.news)
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE if same else provider_pb2.DiffResponse.DIFF_SOME)

    @answered
    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Take the settings. Secrets and previews: plain values, unknowns by their marker."""
        self.settings = settings_of(request.args)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=False,
            supportsPreview=True,
            acceptResources=False,
            acceptOutputs=False,
            supports_autonaming_configuration=True,
        )

    @answered
    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Inputs as the provider will see them, or why it will not.

        A failure names its property in the reason, not in its own field: the engine would print the property's value, secret or not.
        """
        handler, kind = self.known(request.urn, context)
        news = shaping.documents(kind.inputs, stated(plain(request.news)))
        if "tagsAll" in kind.outputs and "tagsAll" not in kind.inputs:
            news.pop("tagsAll", None)  # the engine hands the last one back where a program ignores its changes; it is computed anew
        found = refusals(kind, news)
        if not found:
            news = shaping.fill(kind.inputs, self.family.fill(kind, self.settings, news), handler.defaults)
            try:
                shaping.name_it(handler, request, news, plain(request.olds))
            except RefusedError as error:
                found = [Refusal(handler.autoname, str(error))]
            found = found or list(handler.refuse(stated(news)))
        failures = [provider_pb2.CheckFailure(reason=f"`{each.property}`: {each.reason}") for each in found]
        return provider_pb2.CheckResponse(inputs=pack(news), failures=failures)

    @answered
    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What changed, by path, and whether that needs a new resource."""
        handler, kind = self.known(request.urn, context)
        old, new = plain(request.old_inputs) or plain(request.olds), plain(request.news)
        found = changes(kind.inputs, old, new, list(request.ignoreChanges))
        forced = handler.replaces | {handler.autoname, "region"}
        replaces = sorted({top(path) for path in found} & forced)
        fixed = bool(handler.autoname) and handler.autoname not in new.get("__defaults", [])
        answer = provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if found else provider_pb2.DiffResponse.DIFF_NONE,
            diffs=sorted({top(path) for path in found}),
            replaces=replaces,
            hasDetailedDiff=True,
            deleteBeforeReplace=bool(replaces) and fixed and old.get(handler.autoname) == new.get(handler.autoname),
        )
        for path, word in found.items():
            answer.detailedDiff[path].kind = provider_pb2.PropertyDiff.Kind.Value(f"{word}_REPLACE" if top(path) in replaces else word)
            answer.detailedDiff[path].inputDiff = True
        return answer

    def state(self, handler: Handler[Any], kind: Kind, identity: str, held: Values) -> Values | None:
        """All that the cloud says, in the program's words; None where the resource is gone."""
        got = handler.read(self.family.connect(self.settings, held), identity, held)
        if got is None:
            return None
        kept = {name: held[name] for name in handler.kept if name in held and name not in got}
        found = self.family.shown(kind, self.settings, held, {key: value for key, value in {**kept, **got}.items() if value is not None})
        return {key: aligned(held.get(key), value) for key, value in found.items()}

    @answered
    def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Make it; in a preview, what the provider computes is unknown unless it was stated."""
        handler, kind = self.known(request.urn, context)
        inputs = stated(plain(request.properties))
        if request.preview:
            unknown = {name: UNKNOWN for name in kind.computed if name not in inputs}
            return provider_pb2.CreateResponse(id="", properties=pack(unknown | inputs))
        identity = handler.create(self.family.connect(self.settings, inputs), self.family.sent(inputs))
        state = self.state(handler, kind, identity, inputs)
        if state is None:
            raise RefusedError(f"{identity} was created and is not there: the cloud does not return it")
        with made(identity):
            refuse_unheld(kind, inputs, state)
        return provider_pb2.CreateResponse(id=identity, properties=pack(state))

    @answered
    def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Change it in place; in a preview, what the provider computes stays as it was."""
        handler, kind = self.known(request.urn, context)
        new, olds = stated(plain(request.news)), stated(plain(request.olds))
        held = {name: olds[name] for name in olds if name not in kind.inputs or (name in kind.computed and name not in new)}
        if request.preview:
            return provider_pb2.UpdateResponse(properties=pack(held | new))
        old = stated(plain(request.old_inputs)) or olds
        handler.update(self.family.connect(self.settings, new), request.id, self.family.sent(old), self.family.sent(new))
        state = self.state(handler, kind, request.id, held | new)
        if state is None:
            raise RefusedError(f"{request.id} is gone: `pulumi refresh` takes it out of the state")
        refuse_unheld(kind, new, state, changes(kind.inputs, old, new))
        return provider_pb2.UpdateResponse(properties=pack(state))

    @answered
    def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The state as it is, and the inputs that would have made it: so drift shows. An empty id: it is gone.

        Nothing held before (an import) means that all there is to state is taken as stated.
        """
        handler, kind = self.known(request.urn, context)
        inputs, olds = plain(request.inputs), stated(plain(request.properties))
        held = olds | {key: value for key, value in stated(inputs).items() if not has_unknown(value)}
        state = self.state(handler, kind, request.id, held)
        if state is None:
            return provider_pb2.ReadResponse(id="")
        if inputs or olds:
            found = inputs_from(kind.inputs, inputs, state)
        else:
            found = shaping.fill(kind.inputs, self.family.fill(kind, self.settings, adopted(kind.inputs, state)), handler.defaults)
        if "tagsAll" in inputs and "tagsAll" in state:
            found["tagsAll"] = state["tagsAll"]
        return provider_pb2.ReadResponse(id=request.id, properties=pack(state), inputs=pack(found))

    @answered
    def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Remove it; what is gone already is no error."""
        handler, _ = self.known(request.urn, context)
        held = stated(plain(request.properties))
        handler.delete(self.family.connect(self.settings, held), request.id, held)
        return empty_pb2.Empty()

    @answered
    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Call one of the family's functions."""
        function = self.family.functions.get(request.tok)
        if function is None:
            self.unimplemented(context, f"the laptop cloud's stand-in for {self.family.name} has no function {request.tok}")
            raise AssertionError("abort never returns")
        arguments = plain(request.args)
        answer = function.call(self.family.connect(self.settings, arguments), arguments)
        return provider_pb2.InvokeResponse(**{"return": pack(answer)})

    @answered
    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing runs that could be stopped halfway."""
        return empty_pb2.Empty()

    @answered
    def Attach(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The engine of a debugging session has come; nothing is asked of it."""
        return empty_pb2.Empty()


def settings_of(struct: Any) -> Values:
    """The provider's settings. Nested ones come as JSON text, as with every bridged provider."""
    found = plain(struct)
    for key, value in found.items():
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                found[key] = json.loads(value)
            except ValueError:
                continue  # text that only looks like JSON stays text
    return found
