"""Regions, waiting and patience: what the providers ``rds`` and ``aurora`` share."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterator

from recoverable.drill.aws.clients import default_region
from recoverable.drill.aws.rds_instances import REGION
from recoverable.drill.contract import Capabilities, Resource, RestoreFailedError, Run, Store, TransientError
from recoverable.drill.target import TargetKind
from recoverable.model.errors import InputError

REGIONS = "RECOVERABLE_DRILL_REGIONS"
"""More regions, with commas between, in which the reaper looks for what no notes speak of."""
REMOVAL = 2700.0
"""Seconds until a deletion counts as hanging; RDS takes minutes, and longer for an instance that is still being made."""
SETTLE = datetime.timedelta(seconds=90)
"""How long something new may stay invisible to a list; a guess on the safe side, for AWS gives no number."""

CAPABILITIES = Capabilities(
    targets=frozenset({TargetKind.LATEST, TargetKind.TIME}),
    granularity=datetime.timedelta(seconds=1),
    files=False,
    asynchronous=True,
    bills_while_idle=True,
    settle=SETTLE,
)


def region_of_store(store: Store) -> str:
    """Where the copy of a store is made.

    Raises:
        InputError: neither settings nor environment say it.
    """
    region = str(store.settings["region"] or default_region())
    if not region:
        raise InputError("no AWS region is set", f"[drill.stores.{store.name}.source]", 'Add region = "…", or set AWS_REGION.')
    return region


def regions_of(resources: tuple[Resource, ...]) -> list[str]:
    """Where to look: where these resources are, or where drills are run from here.

    Raises:
        InputError: no region is known, so that nothing can be said.
    """
    said = {each.details.get(REGION, "") for each in resources}
    usual = {default_region(), *(each.strip() for each in os.environ.get(REGIONS, "").split(","))}
    found = (said or usual) - {""}
    if not found:
        raise InputError("no AWS region is set", "environment", f"Set AWS_REGION, or {REGIONS} for the reaper.")
    return sorted(found)


def in_each_region(resources: tuple[Resource, ...], look: Callable[[str], Iterator[Resource]]) -> Iterator[Resource]:
    """What ``look`` shows of each region in which these resources are, or drills run from here. A region that is lost keeps nobody from
    the others: it is told after them.

    Raises:
        TransientError: a region did not answer, or refused.
        InputError: no region is known.
    """
    trouble: list[str] = []
    for region in regions_of(resources):
        try:
            yield from look(region)
        except (RestoreFailedError, TransientError) as error:
            trouble.append(str(error))
    if trouble:
        raise TransientError("; ".join(trouble))


def pausing(run: Run) -> Callable[[float], None]:
    """Waits on the run's clock, and not beyond the budget of its phase."""

    def pause(seconds: float) -> None:
        run.check_budget()
        run.clock.sleep(seconds)
        run.check_budget()

    return pause
