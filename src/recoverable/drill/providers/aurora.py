"""The provider ``aurora``: Aurora PostgreSQL, a cluster restored as another one, with an instance put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from recoverable.drill.aws import aurora_clusters, aurora_source, rds_instances, removal
from recoverable.drill.aws.aurora_copy import AuroraCopy
from recoverable.drill.aws.aurora_preflight import checks
from recoverable.drill.aws.aurora_settings import SCHEMA, read
from recoverable.drill.aws.clients import Service
from recoverable.drill.aws.permissions import aurora_policy as permissions
from recoverable.drill.aws.where import CAPABILITIES, in_each_region, pausing, region_of_store
from recoverable.drill.clocks import SystemClock
from recoverable.drill.contract import Check, Clock, Leftover, Resource, Restored, RestoreWindow, Run, Store
from recoverable.drill.target import RecoveryTarget

__all__ = ["PROVIDER", "SCHEMA", "permissions", "read"]
NAME = "aurora"


class AuroraProvider:
    """Restores beside the source, in the same account, into a network that the settings name."""

    name = NAME
    capabilities = CAPABILITIES

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def window(self, store: Store) -> RestoreWindow:
        """What can be restored now."""
        return aurora_source.find(self._rds(store), store.settings).window

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """Target, network, parameters, quotas, key; makes nothing."""
        rds = self._rds(store, pausing(run))
        source = aurora_source.find(rds, store.settings)
        yield from checks(rds, Service("kms", rds.region, rds.pause), source, target, store.settings)

    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> AbstractContextManager[Restored]:
        """The copy, while it stands."""
        rds = self._rds(store, pausing(run))
        return AuroraCopy(rds, store, aurora_source.find(rds, store.settings), run, NAME).standing(target, run.phase)

    def existing(self, resources: tuple[Resource, ...]) -> Iterator[Resource]:
        """Clusters and members that carry a mark of ours, in the regions of these resources; without any, where drills run from here."""

        def look(region: str) -> Iterator[Resource]:
            mine = [each for each in resources if each.details.get(rds_instances.REGION, region) == region]
            clusters = {each.name for each in mine if each.kind == aurora_clusters.CLUSTER}
            members = {each.name for each in mine if each.kind == aurora_clusters.MEMBER}
            return aurora_clusters.shown(Service("rds", region, self._clock.sleep), NAME, clusters, members)

        return in_each_region(resources, look)

    def remove(self, resource: Resource) -> Leftover | None:
        """One member or cluster, whose tags are read again before each call that deletes."""
        return removal.remove(resource, self._clock, aurora_clusters.delete, aurora_clusters.command)

    def _rds(self, store: Store, pause: Callable[[float], None] | None = None) -> Service:
        return Service("rds", region_of_store(store), pause or self._clock.sleep)


PROVIDER = AuroraProvider()
