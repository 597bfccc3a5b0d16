"""How rungs of secrets answer, and how they get at what was read. Names and version ids are told; nothing else of a secret is."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable

from recoverable.drill.answers import could_not_run
from recoverable.drill.rung import LadderContext, RungFunction, RungResult
from recoverable.drill.secret.expectations import ManifestError
from recoverable.drill.secret.held import Held, SecretsCopy

Look = Callable[[LadderContext, SecretsCopy], RungResult]
NAMED = 5
DENIED = ("AccessDeniedException", "KMSAccessDeniedException", "PERMISSION_DENIED")
"""What this identity may not read speaks against the identity alone."""


def looking(look: Look) -> RungFunction:
    """A rung's function that is given what was read."""

    @functools.wraps(look)
    def run(context: LadderContext) -> RungResult:
        try:
            return look(context, copy_of(context))
        except ManifestError as error:
            return could_not_run(str(error))

    return run


def copy_of(context: LadderContext) -> SecretsCopy:
    """What was read.

    Raises:
        TypeError: the provider restored something else: a bug.
    """
    found = context.restored.contents
    if not isinstance(found, SecretsCopy):
        raise TypeError("no secrets were read")
    return found


def there(copy: SecretsCopy) -> list[Held]:
    """The secrets that exist; the others are told by ``secret-readable``."""
    return [each for each in copy.held if each.facts is not None]


def told(problems: Iterable[str]) -> str:
    """The first few."""
    every = list(problems)
    return "; ".join(every[:NAMED]) + (f"; and {len(every) - NAMED} more" if len(every) > NAMED else "")
