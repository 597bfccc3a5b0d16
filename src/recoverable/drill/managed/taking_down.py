"""The end of a copy at a managed service, as the provider sees it; the engine looks again after it."""

from __future__ import annotations

from collections.abc import Callable

from recoverable.drill.contract import Leftover, Resource, Run


def take_down(resource: Resource, run: Run, is_there: Callable[[], bool], remove: Callable[[], Leftover | None]) -> None:
    """Delete what this run made; what cannot be deleted stays announced. Raises nothing."""
    try:
        there = is_there()
        left = remove()
    except Exception as error:
        run.note(f"{resource.name} is left to the engine: {type(error).__name__}")
        return
    if left:
        run.note(f"left over: {resource.name}: {left.reason}")
    elif there:
        run.gone(resource)
