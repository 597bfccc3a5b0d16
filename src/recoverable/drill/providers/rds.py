"""The provider ``rds``: RDS for PostgreSQL, one instance restored as another one from snapshots and automated backups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from recoverable.drill.aws import rds_instances, rds_preflight, rds_source, removal
from recoverable.drill.aws.clients import Service
from recoverable.drill.aws.permissions import policy as permissions
from recoverable.drill.aws.rds_copy import Copy
from recoverable.drill.aws.rds_settings import SCHEMA, read
from recoverable.drill.aws.where import CAPABILITIES, in_each_region, pausing, region_of_store
from recoverable.drill.clocks import SystemClock
from recoverable.drill.contract import Check, Clock, Leftover, Resource, Restored, RestoreWindow, Run, Store
from recoverable.drill.target import RecoveryTarget

__all__ = ["PROVIDER", "SCHEMA", "permissions", "read"]
NAME = "rds"


class RdsProvider:
    """Restores beside the source, in the same account, into a network that the settings name."""

    name = NAME
    capabilities = CAPABILITIES

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def window(self, store: Store) -> RestoreWindow:
        """What can be restored now."""
        return rds_source.find(self._rds(store), store.settings).window

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """Target, network, parameters, quotas, key; makes nothing."""
        rds = self._rds(store, pausing(run))
        source = rds_source.find(rds, store.settings)
        yield from rds_preflight.checks(rds, Service("kms", rds.region, rds.pause), source, target, store.settings)

    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> AbstractContextManager[Restored]:
        """The copy, while it stands."""
        rds = self._rds(store, pausing(run))
        return Copy(rds, store, rds_source.find(rds, store.settings), run, NAME).standing(target, run.phase)

    def existing(self, resources: tuple[Resource, ...]) -> Iterator[Resource]:
        """Instances that carry a mark of ours, in the regions of these resources; without any, in those in which drills run from here."""

        def look(region: str) -> Iterator[Resource]:
            names = {each.name for each in resources if each.details.get(rds_instances.REGION, region) == region}
            return rds_instances.shown(Service("rds", region, self._clock.sleep), NAME, names)

        return in_each_region(resources, look)

    def remove(self, resource: Resource) -> Leftover | None:
        """One instance, whose tags are read again before each call that deletes."""
        return removal.remove(resource, self._clock, rds_instances.delete, rds_instances.command)

    def _rds(self, store: Store, pause: Callable[[float], None] | None = None) -> Service:
        return Service("rds", region_of_store(store), pause or self._clock.sleep)


PROVIDER = RdsProvider()
