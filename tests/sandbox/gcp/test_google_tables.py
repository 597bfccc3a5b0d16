"""The tables of the Google handlers name what the SDK has: a misspelt property would be checked, replaced or hidden by nobody."""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from recoverable.sandbox.gcp.google import GoogleHandler
from recoverable.sandbox.provider import types_of_sdk
from recoverable.sandbox.provider.family import family

HANDLERS = [each for each in family("gcp").handlers.values() if isinstance(each, GoogleHandler)]
GRANTED_ON = {"cryptoKeyId", "keyRingId", "bucket", "topic", "secretId", "serviceAccountId", "project", "member", "members[*]"}  # of grants


def has(token: str, path: str) -> bool:
    """Whether the SDK has a property under a dotted path; ``[*]`` goes through a list."""
    kind = types_of_sdk.kind(token)
    assert kind is not None
    fields: Any = kind.inputs
    for part in path.split("."):
        name = part.removesuffix("[*]")
        if fields is None or name not in fields:
            return False
        shape = fields[name].shape
        if shape.kind == "map":
            fields = {"email_address": fields[name]}  # labels: any key may stand here
            continue
        if part.endswith("[*]") != (shape.kind == "list") and part is not path.split(".")[-1]:
            return False
        shape = shape.element if shape.kind == "list" and shape.element else shape
        fields = shape.fields if shape.kind == "block" else None
    return True


def checked_paths(handler: GoogleHandler) -> Iterator[str]:
    """What the constructors of checks were given as paths."""
    for check in handler.checks:
        given = inspect.getclosurevars(check).nonlocals
        under = given.get("under", "")
        names = [given[name] for name in ("path", "other") if name in given] + list(given.get("paths", ()))
        yield from (f"{under}.{name}" if under else name for name in names)


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda handler: handler.token)
def test_fake_every_property_of_a_table_is_one_of_the_sdk(handler: GoogleHandler) -> None:
    """Checks, replacements, defaults, secrets, and what it refers to."""
    grant = bool({"role", "member", "members"} & set(types_of_sdk.kind(handler.token).inputs))  # type: ignore[union-attr] # it has one
    named = {*handler.defaults, *handler.kept, *handler.secret, *handler.settles, *(name for name, _, _ in handler.parents)}
    named |= {*checked_paths(handler), *handler.replaces, *filter(None, [handler.autoname])}
    wrong = {path for path in named if not has(handler.token, path)}
    assert wrong <= (GRANTED_ON if grant else set())


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda handler: handler.token)
def test_fake_every_project_and_region_of_a_table_is_one_of_the_sdk(handler: GoogleHandler) -> None:
    """A type that takes a project answers with one, and one that takes none does not."""
    kind = types_of_sdk.kind(handler.token)
    assert kind is not None
    assert handler.has_project == ("project" in kind.outputs and not kind.inputs["project"].required)
    assert handler.has_region == ("region" in kind.inputs)
    assert handler.labelled == ("pulumiLabels" in kind.outputs)


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda handler: handler.token)
def test_fake_every_secret_of_the_sdk_is_kept_as_a_digest(handler: GoogleHandler) -> None:
    """What the SDK's own classes mark as secret inputs is never in the store in clear."""
    kind = types_of_sdk.kind(handler.token)
    assert kind is not None
    module = importlib.import_module(f"pulumi_gcp.{handler.token.split(':')[1].split('/')[0]}")
    source = inspect.getsource(sys.modules[getattr(module, handler.token.split(":")[-1]).__module__])
    marked = re.findall(r'"(\w+)"', "".join(re.findall(r"additional_secret_outputs=\[([^\]]*)\]", source)))
    assert set(marked) & kind.inputs.keys() <= handler.secret | REFUSED


REFUSED = {"replicaConfiguration"}  # of a replica of a server outside of Google Cloud: see the handler's checks
