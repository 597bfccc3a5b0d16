"""What a provider does with inputs before it looks at them: documents as text, defaults, a name where none is stated.

As the Pulumi bridge: what is filled in is listed in ``__defaults`` of its block, so that a later change of the default or the
removal of a stated value can be told apart from a change of the user's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from recoverable.sandbox.provider.handler import Handler, RefusedError, Values
from recoverable.sandbox.provider.types_of_sdk import Field
from recoverable.sandbox.provider.wire import DEFAULTS, has_unknown, stated

LOWER = frozenset({"bucket", "identifier", "clusterIdentifier"})  # pulumi-aws lowers these names: upper case is refused there


def documents(fields: Mapping[str, Field], values: Values) -> Values:
    """With every document that was given as an object as JSON text, which is what the API takes."""
    found = dict(values)
    for name, field in fields.items():
        if field.shape.kind == "document" and isinstance(found.get(name), dict) and not has_unknown(found[name]):
            found[name] = json.dumps(stated(found[name]))
    return found


def fill(fields: Mapping[str, Field], values: Values, defaults: Mapping[str, Any]) -> Values:
    """With the defaults, by dotted path (``rules.status`` is in every one of ``rules``), where nothing was stated."""
    found = dict(values)
    filled = []
    deeper: dict[str, dict[str, Any]] = {}
    for path, value in defaults.items():
        name, _, rest = path.partition(".")
        if rest:
            deeper.setdefault(name, {})[rest] = value
        elif found.get(name) is None:
            found[name] = value
            filled.append(name)
    for name, field in fields.items():
        shape = field.shape.element if field.shape.kind == "list" else field.shape
        if shape is None or shape.kind != "block" or name not in found:
            continue
        inner, held = deeper.get(name, {}), found[name]
        if isinstance(held, list):
            found[name] = [fill(shape.fields, each, inner) if isinstance(each, dict) else each for each in held]
        elif isinstance(held, dict):
            found[name] = fill(shape.fields, held, inner)
    found[DEFAULTS] = sorted(filled)
    return found


def name_it(handler: Handler[Any], request: Any, news: Values, olds: Values) -> None:
    """Give the resource a name where the program gives none: the same as before, or a new one that is unlikely to be taken."""
    prop = handler.autoname
    if not prop or news.get(prop) or news.get(f"{prop}Prefix"):
        return
    if olds.get(prop) and prop in olds.get(DEFAULTS, []):
        news[prop] = olds[prop]
    else:
        news[prop] = _proposed(prop, request)
    news[DEFAULTS] = sorted({*news.get(DEFAULTS, []), prop})


def _proposed(prop: str, request: Any) -> str:
    """The engine's own proposal where autonaming is configured, else the resource's name and seven hexadecimal digits."""
    label = request.name or request.urn.split("::")[-1]
    if request.HasField("autonaming"):
        if request.autonaming.mode == request.autonaming.Mode.Value("DISABLE"):
            raise RefusedError(f"`{prop}` must be stated: automatic naming is disabled for this project")
        name = str(request.autonaming.proposed_name)
    else:
        name = f"{label}-{bytes(request.randomSeed).hex()[:7]}"
    return name.lower() if prop in LOWER else name
