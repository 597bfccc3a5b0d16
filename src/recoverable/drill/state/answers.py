"""How rungs of state answer, and how they get at what was restored. What cannot be asked makes a rung "could not run", never green."""

from __future__ import annotations

import functools
from collections.abc import Callable

from recoverable.drill.answers import could_not_run, failed
from recoverable.drill.contract import RestoreFailedError, TransientError
from recoverable.drill.rung import LadderContext, RungFunction, RungResult
from recoverable.drill.state.contents import StateCopy
from recoverable.drill.state.facts import NotAStateError, UnknownFormatError
from recoverable.drill.state.programs import CouldNotReadError, UnreadableError

Look = Callable[[LadderContext, StateCopy], RungResult]


def looking(look: Look) -> RungFunction:
    """A rung's function that is given the restored state; a state that is none fails, and what was not asked could not run."""

    @functools.wraps(look)
    def run(context: LadderContext) -> RungResult:
        try:
            return look(context, copy_of(context))
        except (UnreadableError, NotAStateError) as error:
            return failed(str(error))
        except (CouldNotReadError, UnknownFormatError, RestoreFailedError) as error:
            return could_not_run(str(error))
        except TransientError as error:
            return could_not_run(f"nobody answered: {error}")

    return run


def copy_of(context: LadderContext) -> StateCopy:
    """The restored state.

    Raises:
        TypeError: the provider restored something else: a bug.
    """
    found = context.restored.contents
    if not isinstance(found, StateCopy):
        raise TypeError("no state was restored")
    return found


def without_older(context: LadderContext) -> str:
    """The excuse of a rung that compares with the version before."""
    return "" if copy_of(context).older is not None else "there is no version before the restored one"


def in_a_folder(context: LadderContext) -> str:
    """The excuse of a rung that asks a bucket."""
    return "" if copy_of(context).source.in_a_bucket else "a folder of copies does not tell it"
