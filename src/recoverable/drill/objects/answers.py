"""How rungs of objects answer, and how they get at what was restored. What S3 will not tell makes a rung "could not run", never green."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

from recoverable.drill.answers import could_not_run
from recoverable.drill.contract import RestoreFailedError, TransientError
from recoverable.drill.objects.contents import ObjectsCopy
from recoverable.drill.objects.versions import Version
from recoverable.drill.rung import LadderContext, RungFunction, RungResult

Look = Callable[[LadderContext, ObjectsCopy], RungResult]
NAMED = 3


def looking(look: Look) -> RungFunction:
    """A rung's function that is given the restored objects, and whose trouble with S3 is told as such."""

    @functools.wraps(look)
    def run(context: LadderContext) -> RungResult:
        try:
            return look(context, copy_of(context))
        except TransientError as error:
            return could_not_run(f"nobody answered: {error}")
        except RestoreFailedError as error:
            return could_not_run(str(error))

    return run


def copy_of(context: LadderContext) -> ObjectsCopy:
    """The restored objects.

    Raises:
        TypeError: the provider restored something else: a bug.
    """
    found = context.restored.contents
    if not isinstance(found, ObjectsCopy):
        raise TypeError("no objects were restored")
    return found


def without_replica(context: LadderContext) -> str:
    """The excuse of a rung that compares with a replica."""
    copy = copy_of(context)
    if copy.replica is not None:
        return ""
    try:
        note = copy.source.location().note
    except (TransientError, RestoreFailedError):
        note = ""
    return f"no replica is set up in the source's settings{f' ({note}, which cannot be compared)' if note else ''}"


def named(versions: Iterable[Version]) -> str:
    """The first few by their version ids: a key may hold the name of a customer, and an id finds it (``aws s3api list-object-versions``)."""
    every = list(versions)
    said = ", ".join(each.id for each in every[:NAMED])
    return f"version{'s' if len(every) > 1 else ''} {said}{' …' if len(every) > NAMED else ''}" if every else ""


def several(number: int, noun: str) -> str:
    """``1 object``, ``3 objects``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
