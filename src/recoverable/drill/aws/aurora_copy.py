"""One restored Aurora cluster with one instance in it, from the restoring call to the removal of both."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from recoverable.drill.aws import as_ordered, aurora_clusters, aurora_source, copy_steps, rds_instances, removal
from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.aws.rds_copy import EXISTS
from recoverable.drill.aws.rds_source import Source
from recoverable.drill.connection import Connection, Secret
from recoverable.drill.contract import Phase, Resource, Restored, Run, Store
from recoverable.drill.target import RecoveryTarget, TargetKind

CLUSTER_EXISTS = ("DBClusterAlreadyExistsFault", "DBClusterAlreadyExists")


@dataclass
class AuroraCopy:
    """One copy of a drill. ``suffix`` tells the clone of the negative control from the copy itself."""

    rds: Service
    store: Store
    source: Source
    run: Run
    provider: str
    suffix: str = ""
    _ours: list[Resource] = field(default_factory=list)

    @property
    def cluster(self) -> Resource:
        """What the cluster is announced as."""
        return aurora_clusters.resources_of(self.provider, self.rds.region, self.run, self.suffix)[0]

    @property
    def member(self) -> Resource:
        """What its instance is announced as."""
        return aurora_clusters.resources_of(self.provider, self.rds.region, self.run, self.suffix)[1]

    @contextlib.contextmanager
    def standing(self, target: RecoveryTarget, phase: Callable[[Phase], AbstractContextManager[None]]) -> Iterator[Restored]:
        """The copy, while it stands."""
        try:
            with phase(Phase.PROVISION):
                reached = self._create_cluster(target)
            with phase(Phase.RESTORE):
                self._available(self._cluster, self.cluster.name)
                self._create_member()
                self._available(self._member, self.member.name)
                password = self._rotate()
                cluster, member = self._settled()
                found = self._connect(cluster, password)
            yield self._restored(reached, cluster, member, found)
        finally:
            if self._ours:
                with phase(Phase.DESTROY):
                    removal.take_down(self.rds, self.run, self._ours[::-1], aurora_clusters.delete)  # the instance first, then the cluster

    def _create_cluster(self, target: RecoveryTarget) -> RecoveryTarget:
        reached, words = aurora_source.order(self.source, target)
        settings = self.store.settings
        words |= {
            "DBClusterIdentifier": self.cluster.name,
            "DBSubnetGroupName": settings["subnet_group"],
            "VpcSecurityGroupIds": list(settings["security_groups"]),
            "DBClusterParameterGroupName": settings["cluster_parameter_group"],
            "DeletionProtection": False,
            "CopyTagsToSnapshot": False,
            "EnableIAMDatabaseAuthentication": False,
            "BackupRetentionPeriod": aurora_clusters.RETENTION,
            "Tags": rds_instances.tags_for(self.cluster),
        }
        if aurora_clusters.described(self.rds, self.cluster.name) is not None:
            raise copy_steps.there_already(self.cluster, self.cluster.kind)
        self._make(self.cluster, self.source.operation, CLUSTER_EXISTS, words)
        return reached

    def _create_member(self) -> None:
        """A restored cluster has no instance, and so nobody who answers."""
        settings = self.store.settings
        words = {
            "DBInstanceIdentifier": self.member.name,
            "DBClusterIdentifier": self.cluster.name,
            "Engine": aurora_source.ENGINE,
            "DBInstanceClass": settings["instance_class"],
            "DBParameterGroupName": settings["parameter_group"],
            "PubliclyAccessible": False,
            "AutoMinorVersionUpgrade": False,
            "Tags": rds_instances.tags_for(self.member),
        }
        if rds_instances.described(self.rds, self.member.name) is not None:
            raise copy_steps.there_already(self.member, self.member.kind)
        self._make(self.member, "CreateDBInstance", EXISTS, words)

    def _make(self, resource: Resource, operation: str, exists: tuple[str, ...], words: Mapping[str, Any]) -> None:
        self.run.intend(resource)
        self._ours.append(resource)
        try:
            self.rds.call(operation, exists, **words)
        except RefusedError as error:
            if not error.lost:
                self._ours.remove(resource)  # somebody else's by this very name
                raise copy_steps.there_already(resource, resource.kind) from None

    def _cluster(self) -> tuple[Json | None, str]:
        found = aurora_clusters.described(self.rds, self.cluster.name)
        return found, str(found.get("Status", "unknown")) if found else ""

    def _member(self) -> tuple[Json | None, str]:
        found = rds_instances.described(self.rds, self.member.name)
        return found, str(found.get("DBInstanceStatus", "unknown")) if found else ""

    def _available(self, look: Callable[[], tuple[Json | None, str]], name: str) -> Json:
        events = lambda: rds_instances.events(self.rds, name) if name == self.member.name else ""  # noqa: E731 - asked where it got stuck
        return copy_steps.available(self.rds, self.run, name, look, events)

    def _rotate(self) -> Secret:
        words = {"DBClusterIdentifier": self.cluster.name, "DeletionProtection": False, "ApplyImmediately": True}
        wait = lambda: self._available(self._cluster, self.cluster.name)  # noqa: E731 - one call, handed on
        return copy_steps.rotate(self.rds, self.run, "ModifyDBCluster", aurora_clusters.STATES_OF_REFUSAL, words, wait)

    def _settled(self) -> tuple[Json, Json]:
        """Wait until nothing is pending, then see whether both are what was ordered, with our marks on them.

        Raises:
            RestoreFailedError: they are not, so that nobody gets the address.
        """
        while True:
            cluster = self._available(self._cluster, self.cluster.name)
            member = self._available(self._member, self.member.name)
            if not as_ordered.settling(cluster) and not as_ordered.settling(member):
                break
            self.rds.pause(rds_instances.poll())
        wrong = list(as_ordered.differences_of_cluster(cluster, member, self.store.settings, aurora_clusters.RETENTION))
        if member.get("DBClusterIdentifier") != self.cluster.name:
            wrong.append("the instance is not in the cluster")
        marks = (
            aurora_clusters.marked(self.rds, self.provider, cluster),
            rds_instances.marked(self.rds, self.provider, member, aurora_clusters.MEMBER),
        )
        if any(mark is None or mark.run != self.run.id for mark in marks):
            wrong.append("tags: not those of this run")
        copy_steps.handed_out(wrong)
        return cluster, member

    def _connect(self, cluster: Json, password: Secret) -> Connection:
        user = cluster.get("MasterUsername") or self.source.master
        database = self.store.settings["database"] or cluster.get("DatabaseName") or "postgres"
        login = copy_steps.Login(cluster.get("Endpoint"), cluster.get("Port"), user, database, password)
        return copy_steps.connect(self.rds, self.run, self.store, self.cluster.name, login)

    def _restored(self, reached: RecoveryTarget, cluster: Json, member: Json, connection: Connection) -> Restored:
        stop = self.source.window.latest if reached.kind is TargetKind.LATEST else None
        versions = {"aurora": str(cluster.get("EngineVersion", "")), "instance_class": str(member.get("DBInstanceClass", ""))}
        scratch = None if self.suffix else lambda: nullcontext(copy_steps.Clone(lambda: replace(self, suffix="-1", _ours=[]), reached))
        return Restored(reached, connection, self.source.window.backup_id, backup_stop=stop, versions=versions, scratch=scratch)
