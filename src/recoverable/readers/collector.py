"""When Python's collector looks for garbage during one run of a command.

A plan is a million objects that all stay until the end. Looking through them again and again while they are made takes
as long as parsing them; they hold no circles, so the collector has nothing to find. Modules of code and their calls
do refer to each other in circles: there it looks, but not as often as it would by itself.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_OBJECTS = 200_000
_ROUNDS = 50


@contextmanager
def off() -> Iterator[None]:
    """No collection, but where :func:`seldom` asks for it; as before afterwards."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@contextmanager
def seldom() -> Iterator[None]:
    """Collection after many new objects; as before afterwards."""
    was, before = gc.isenabled(), gc.get_threshold()
    gc.set_threshold(_OBJECTS, _ROUNDS, _ROUNDS)
    gc.enable()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        if not was:
            gc.disable()
