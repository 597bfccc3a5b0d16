"""What all Google resource types of the laptop cloud share: identity, parents, labels, secrets, and answers in Google's shape.

A subclass is mostly a table: how its id is made, what it refuses (``checks``), what it refers to (``parents``), which settings
replace it. Only what differs is code. The facts are those of the pulumi_gcp SDK's own documentation (enumerations, ranges, defaults)
and of the provider's public documentation (replacement); each number says where else it is from.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from recoverable.sandbox.gcp.checks import Check, walk
from recoverable.sandbox.gcp.cloud import NUMBER, GoogleCloud
from recoverable.sandbox.gcp.store import DIGESTS, ExistsError
from recoverable.sandbox.provider import types_of_sdk
from recoverable.sandbox.provider.handler import Handler, Refusal, RefusedError, Values
from recoverable.sandbox.provider.wire import stated

ATTRIBUTION = {"goog-pulumi-provisioned": "true"}  # the label that pulumi-gcp adds to all that it makes
CHANGED = "(not the value that was set)"  # what drift of a secret shows: the store has digests only


class GoogleHandler(Handler[GoogleCloud]):
    """A Google resource type, kept in the store. All of it is fake: no server checks what it answers."""

    fake = True
    path: ClassVar[str] = ""
    """The id, made of inputs, ``{project}``, ``{number}`` and ``{region}``."""
    checks: ClassVar[tuple[Check, ...]] = ()
    """What the provider or the API refuses, whatever else exists."""
    parents: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    """(property, token, id): what must exist before this. The id is made as ``path`` is; ``{it}`` is the property's value."""
    secret: ClassVar[frozenset[str]] = frozenset()
    """Properties of which the store keeps a digest only."""
    settles: ClassVar[frozenset[str]] = frozenset()
    """Dotted paths inside of blocks that Google settles where the program is silent. The SDK does not tell them from what only a
    program states, so an answer leaves them out until they are stated: else they would look like drift. The store has them."""
    labelled: ClassVar[bool] = False
    """Whether it answers with the provider's two computed sets of labels."""
    has_project: ClassVar[bool] = True
    has_region: ClassVar[bool] = False

    def refuse(self, inputs: Values) -> Iterable[Refusal]:
        """Every refusal of the table, in its order."""
        return [refusal for check in self.checks for refusal in check(stated(inputs))]

    def create(self, cloud: GoogleCloud, inputs: Values) -> str:
        """Store it under its id. Refused where the id is taken or a parent is missing."""
        wanted = self._whole(cloud, inputs)
        self._demand_parents(cloud, wanted)
        self.admit(cloud, wanted, None)
        identity = self.identity(cloud, wanted)
        try:
            cloud.store.create(self.token, identity, self._body(cloud, identity, wanted, {}))
        except ExistsError as error:
            raise RefusedError(f"googleapi: Error 409: {self.token.split(':')[-1]} {identity} already exists, alreadyExists") from error
        self.after(cloud, identity, wanted)
        return identity

    def read(self, cloud: GoogleCloud, identity: str, held: Values) -> Values | None:
        """What the store has; a secret as it was held, while its digest is the same."""
        body = cloud.store.get(self.token, identity)
        if body is None:
            return None
        digests = body.pop(DIGESTS, {})
        for name in self.secret & digests.keys():
            if name in held:
                body[name] = held[name] if cloud.store.digest(held[name]) == digests[name] else CHANGED
        for path in self.settles:
            _leave_out(body, held, path.split("."))
        return self.shown(body, held)

    def update(self, cloud: GoogleCloud, identity: str, old: Values, new: Values) -> None:
        """Set what is stated now. What is stated no longer is gone, or stays where it is Google's to settle (`Optional, Computed`)."""
        before = cloud.store.get(self.token, identity)
        if before is None:
            raise RefusedError(f"googleapi: Error 404: {self.token.split(':')[-1]} {identity} is not found, notFound")
        wanted = self._whole(cloud, new)
        for path in [*self._computed_inputs(), *self.settles]:
            _carry_over(wanted, before, path.split("."))
        self._demand_parents(cloud, wanted)
        self.admit(cloud, wanted, before)
        cloud.store.put(self.token, identity, self._body(cloud, identity, wanted, before), verb="update")
        self.after(cloud, identity, wanted)

    def delete(self, cloud: GoogleCloud, identity: str, held: Values) -> None:
        """Remove it, unless it is protected or something depends on it."""
        body = cloud.store.get(self.token, identity)
        if body is not None:
            self.guard(cloud, identity, body, held)
            self.remove(cloud, identity, body, held)

    def identity(self, cloud: GoogleCloud, inputs: Values) -> str:
        """The id that Google or the provider gives it."""
        return fill(self.path, cloud, inputs)

    def admit(self, cloud: GoogleCloud, inputs: Values, before: Values | None) -> None:
        """Raise RefusedError for what the API refuses in the light of what exists. ``before`` is what is held, on update."""

    def computed(self, cloud: GoogleCloud, identity: str, inputs: Values, before: Values) -> Values:
        """What Google answers beside the inputs, in its own shape. ``before`` is what was held, and empty on creation."""
        return {}

    def shown(self, body: Values, held: Values) -> Values:
        """The stored body as the provider shows it."""
        return body

    def after(self, cloud: GoogleCloud, identity: str, inputs: Values) -> None:
        """What else the cloud does once the resource is stored."""

    def guard(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """Raise RefusedError where it must not be deleted. ``held`` has the provider's own settings too."""

    def remove(self, cloud: GoogleCloud, identity: str, body: Values, held: Values) -> None:
        """Take it out of the store."""
        cloud.store.delete(self.token, identity)

    def _whole(self, cloud: GoogleCloud, inputs: Values) -> Values:
        """The inputs with the project and the region that the provider's configuration gives."""
        wanted: Values = stated(inputs)
        for name, wants, configured in (("project", self.has_project, cloud.project), ("region", self.has_region, cloud.region)):
            if wants and not wanted.get(name):
                if not configured:
                    raise RefusedError(f"{name}: required field is not set: state it, or gcp:{name}")
                wanted[name] = configured
        return wanted

    def _computed_inputs(self) -> frozenset[str]:
        """Inputs that Google settles where the program is silent, as the SDK tells."""
        kind = types_of_sdk.kind(self.token)
        return frozenset(kind.computed & kind.inputs.keys()) if kind else frozenset()

    def _body(self, cloud: GoogleCloud, identity: str, wanted: Values, before: Values) -> Values:
        """What the store keeps: neither the provider's own settings nor a secret in clear."""
        body = {name: value for name, value in wanted.items() if name not in self.kept | self.secret}
        if self.labelled:
            labels = {**cloud.labels, **(wanted.get("labels") or {}), **ATTRIBUTION}
            body |= {"pulumiLabels": labels, "effectiveLabels": labels}
        body |= self.computed(cloud, identity, wanted, before)
        digests = {name: cloud.store.digest(wanted[name]) for name in sorted(self.secret & wanted.keys())}
        return body | ({DIGESTS: digests} if digests else {})

    def _demand_parents(self, cloud: GoogleCloud, wanted: Values) -> None:
        for name, token, path in self.parents:
            for value in references(wanted, name):
                identity = fill(path, cloud, {**wanted, "it": value})
                if cloud.store.get(token, identity) is None:
                    kind = token.split(":")[-1]
                    raise RefusedError(f"googleapi: Error 404: {name}: the {kind} {identity} is not found, notFound")


def fill(path: str, cloud: GoogleCloud, inputs: Values) -> str:
    """A path with the inputs in it. What is a full id already (``projects/…``) stays one."""
    value = inputs.get("it")
    if isinstance(value, str) and value.startswith("projects/"):
        return value
    return path.format_map({"project": cloud.project, "region": cloud.region, "number": NUMBER, **inputs})


def _carry_over(wanted: Any, before: Any, path: list[str]) -> None:
    """Take what a path leads to from what was held before, unless it is wanted otherwise now."""
    name, *rest = path
    if not isinstance(wanted, dict) or not isinstance(before, dict) or before.get(name) in (None, "", [], {}):
        return
    if rest:
        _carry_over(wanted.get(name), before[name], rest)
    else:
        wanted.setdefault(name, before[name])


def _leave_out(body: Any, held: Any, path: list[str]) -> None:
    """Remove what a path leads to, unless it is held as stated."""
    name, *rest = path
    if not isinstance(body, dict) or name not in body:
        return
    stated_here = held.get(name) if isinstance(held, dict) else None
    if rest:
        _leave_out(body[name], stated_here, rest)
    elif stated_here is None:
        del body[name]


def references(inputs: Any, path: str) -> Iterator[str]:
    """The texts under a path such as ``topics[*].name``."""
    for _, value in walk(inputs, path):
        yield from value if isinstance(value, list) else [str(value)]


def digits(count: int = 19) -> str:
    """A number such as Google makes names of."""
    return str(secrets.randbelow(9 * 10 ** (count - 1)) + 10 ** (count - 1))
