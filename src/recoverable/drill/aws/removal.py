"""How the providers ``rds`` and ``aurora`` remove what they made: ordered until it is gone, whatever the answers on the way."""

from __future__ import annotations

from collections.abc import Callable

from recoverable.drill.aws import rds_instances
from recoverable.drill.aws.clients import Service, default_region
from recoverable.drill.aws.where import REMOVAL
from recoverable.drill.contract import Clock, Leftover, Resource, RestoreFailedError, Run, TransientError
from recoverable.model.errors import InputError

Delete = Callable[[Service, Resource], tuple[bool, str]]
"""Orders a deletion after reading the mark: whether the thing is still shown, and what stands in the way."""


def remove(resource: Resource, clock: Clock, delete: Delete, command: Callable[[Resource, str], str]) -> Leftover | None:
    """One thing, for the engine and the reaper; None when it is gone. ``command`` says how a person removes it."""
    rds = Service("rds", resource.details.get(rds_instances.REGION) or default_region(), clock.sleep)
    deadline = clock.monotonic() + REMOVAL
    while clock.monotonic() < deadline:
        try:
            shown, reason = delete(rds, resource)
        except (RestoreFailedError, TransientError, InputError) as error:
            shown, reason = True, str(error)
        if not shown:
            return None
        if reason:
            return Leftover(resource, reason, command(resource, reason))
        clock.sleep(rds_instances.POLL)
    return Leftover(resource, "it is still being deleted", command(resource, ""))


def take_down(rds: Service, run: Run, resources: list[Resource], delete: Delete) -> None:
    """What a copy consists of, in this order. Raises nothing: what could not be removed stays announced, and the engine looks again."""
    for resource in resources:
        try:
            _take_away(rds, run, resource, delete)
        except Exception as error:
            run.note(f"{resource.name} is left to the engine: {type(error).__name__}")
            return


def _take_away(rds: Service, run: Run, resource: Resource, delete: Delete) -> None:
    """Seen and then gone, or never seen: what never showed may still come, so that it stays announced."""
    seen = False
    while True:
        shown, reason = delete(rds, resource)
        if reason:
            run.note(f"{resource.name} is left: {reason}")
            return
        if not shown:
            break
        seen = True
        rds.pause(rds_instances.poll())
    if seen:
        run.gone(resource)
