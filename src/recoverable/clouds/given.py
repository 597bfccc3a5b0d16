"""Whether an attribute that cannot be known before apply surely has a value: what is null or "" there makes something else of a resource."""

from __future__ import annotations

import re
from typing import Any

from recoverable.clouds.index import CONDITIONAL, Index, together
from recoverable.model.estate import Database
from recoverable.model.raw import RawResource
from recoverable.model.sketches import is_partly_known
from recoverable.model.values import Kind, Ref, Unknown, Value, unknown

_KEY = re.compile(r"\[[^\]]*\]")


def is_given(index: Index, raw: RawResource, path: str) -> tuple[bool, str]:
    """Whether it surely has a value that is not empty, and what decides that where it cannot be known.

    A plan or preview has decided every condition: what is still unknown there is made of what it refers to. In code a variable without
    a value, or a resource of unknown number, may leave nothing.
    """
    found = raw.raw(path)
    if not isinstance(found, Unknown):
        return found not in (None, "", [], {}), ""
    if raw.planned or raw.engine == "pulumi":
        sure = found.not_null or bool(found.refs)
    elif not found.refs:
        sure = is_partly_known(found)  # what is not null may be empty
    elif any(_may_be_none(index, raw, ref) for ref in found.refs):
        sure = found.not_null and not found.open and "[" in found.expression
    else:
        sure = (found.not_null and not found.open) or is_made_of_references(found)
    return sure, "" if sure else found.expression


def is_made_of_references(found: Unknown) -> bool:
    """Whether a value in code is unknown for what it refers to alone, and not for a condition or a variable."""
    named = {f"{_KEY.sub('', ref.address)}.{ref.attribute}" for ref in found.refs}
    return all(_outside_module(_KEY.sub("", part)) in {_outside_module(name) for name in named} for part in found.expression.split(", "))


def _outside_module(name: str) -> str:
    """An expression does not say the module it stands in."""
    return re.sub(r"^(module\.[^.]+\.)+", "", name)


def _may_be_none(index: Index, raw: RawResource, ref: Ref) -> bool:
    """Whether nobody knows how many of it there are, and it is not there under the resource's own condition."""
    found, exact = index.resolve([ref])
    return not exact and any(isinstance(item.attrs.get(CONDITIONAL), Unknown) and not together(raw, item) for item in found)


SWITCHES = ("encrypted", "multi_zone", "deletion_protection", "backups_die_with_store", "final_snapshot", "copy_tags", "second_region")


def perhaps_replica(database: Database, perhaps: str, *more: str) -> Database:
    """What is not written is not judged where it may be a read replica."""
    for name in (*SWITCHES, *more) if perhaps else ():
        if name == "encrypted" and database.encrypted.is_true:
            continue  # where everything is encrypted, replicas are
        setattr(database, name, unless_replica(getattr(database, name), perhaps))
    return database


def unless_replica(value: Value[Any], perhaps: str) -> Value[Any]:
    """A default counts only where it is known that this is no read replica."""
    if perhaps and value.kind in (Kind.DEFAULT, Kind.ABSENT):
        return unknown(f"it may be a read replica: {perhaps}", value.path, value.where)
    return value
