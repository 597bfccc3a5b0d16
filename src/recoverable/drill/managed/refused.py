"""What a managed service refuses, told in its own provider's words: the same for every service that speaks JSON over HTTPS."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from recoverable.drill.contract import RestoreFailedError, TransientError
from recoverable.drill.rest.client import RefusedError

Explain = Callable[[str, RefusedError], RestoreFailedError]
"""What could not be done, and the refusal: as a failure that says what to do."""


@contextlib.contextmanager
def explained(explain: Explain, what: str) -> Iterator[None]:
    """Whatever is refused inside is told as ``what`` that could not be done.

    Raises:
        RestoreFailedError: see there.
    """
    try:
        yield
    except RefusedError as error:
        raise explain(what, error) from None


@contextlib.contextmanager
def no_clone(explain: Explain) -> Iterator[None]:
    """A clone for the negative control that cannot be had, for whatever reason, is no crash: the control then could not run.

    Raises:
        RestoreFailedError: it cannot be had.
    """
    try:
        with explained(explain, "the copy cannot be cloned"):
            yield
    except TransientError as error:
        raise RestoreFailedError(f"the copy cannot be cloned: {error}", "") from None
