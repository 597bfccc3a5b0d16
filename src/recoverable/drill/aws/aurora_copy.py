"""One restored Aurora cluster with one instance in it, from the restoring call to the removal of both."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from recoverable.drill.aws import as_ordered, aurora_clusters, aurora_source, rds_instances, remote_login
from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.aws.faults import STUCK, stuck
from recoverable.drill.aws.rds_copy import EXISTS, PASSWORD_BYTES
from recoverable.drill.aws.rds_source import Source
from recoverable.drill.connection import Connection, Secret
from recoverable.drill.contract import Files, Phase, Resource, Restored, RestoreFailedError, Run, Store, TransientError
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
                    self._take_down()

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
            raise _there_already(self.cluster)
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
            raise _there_already(self.member)
        self._make(self.member, "CreateDBInstance", EXISTS, words)

    def _make(self, resource: Resource, operation: str, exists: tuple[str, ...], words: Mapping[str, Any]) -> None:
        self.run.intend(resource)
        self._ours.append(resource)
        try:
            self.rds.call(operation, exists, **words)
        except RefusedError as error:
            if not error.lost:
                self._ours.remove(resource)  # somebody else's by this very name
                raise _there_already(resource) from None

    def _cluster(self) -> tuple[Json | None, str]:
        found = aurora_clusters.described(self.rds, self.cluster.name)
        return found, str(found.get("Status", "unknown")) if found else ""

    def _member(self) -> tuple[Json | None, str]:
        found = rds_instances.described(self.rds, self.member.name)
        return found, str(found.get("DBInstanceStatus", "unknown")) if found else ""

    def _available(self, look: Callable[[], tuple[Json | None, str]], name: str) -> Json:
        said = ""
        while True:
            self.run.check_budget()
            found, state = look()
            if found and state == "available":
                return found
            if state in STUCK:
                raise stuck(name, state, rds_instances.events(self.rds, name) if name == self.member.name else "")
            if state != said:
                self.run.note(f"{name} is {state}")
                said = state
            self.rds.pause(rds_instances.poll())

    def _rotate(self) -> Secret:
        password = Secret(secrets.token_urlsafe(PASSWORD_BYTES))
        self.run.conceal(password)
        words = {"MasterUserPassword": password.reveal(), "DeletionProtection": False, "ApplyImmediately": True}
        while True:
            try:
                self.rds.call("ModifyDBCluster", aurora_clusters.STATES_OF_REFUSAL, DBClusterIdentifier=self.cluster.name, **words)
            except RefusedError:
                self.run.check_budget()
                self.rds.pause(rds_instances.poll())
                self._available(self._cluster, self.cluster.name)
            else:
                return password

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
        if wrong:
            raise RestoreFailedError(f"the copy is not what was ordered ({'; '.join(wrong)})", "It is not handed out. See its events.")
        return cluster, member

    def _connect(self, cluster: Json, password: Secret) -> Connection:
        host, port, user = cluster.get("Endpoint"), cluster.get("Port"), cluster.get("MasterUsername") or self.source.master
        if not host or not port or not user:
            raise TransientError(f"{self.cluster.name} was described without its endpoint or master user")
        same_machine = as_ordered.assert_private(host, int(port))
        ca_file = self.store.settings["ca_file"]
        options = remote_login.tls(str(self.store.folder / ca_file) if ca_file else "", same_machine=same_machine)
        database = self.store.settings["database"] or cluster.get("DatabaseName") or "postgres"
        found = Connection(host, int(port), user, database, password, options)
        remote_login.log_in(found, self.run.clock, self.rds.pause)
        remote_login.close_ways_out(found, self.run.note)
        return found

    def _restored(self, reached: RecoveryTarget, cluster: Json, member: Json, connection: Connection) -> Restored:
        stop = self.source.window.latest if reached.kind is TargetKind.LATEST else None
        versions = {"aurora": str(cluster.get("EngineVersion", "")), "instance_class": str(member.get("DBInstanceClass", ""))}
        scratch = None if self.suffix else lambda: nullcontext(AuroraClone(self, reached))
        return Restored(reached, connection, self.source.window.backup_id, backup_stop=stop, versions=versions, scratch=scratch)

    def _take_down(self) -> None:
        """The instance first, then the cluster. Raises nothing: what could not be removed stays announced."""
        try:
            for resource in reversed(self._ours):
                self._take_away(resource)
        except Exception as error:
            self.run.note(f"{self.cluster.name} is left to the engine: {type(error).__name__}")

    def _take_away(self, resource: Resource) -> None:
        seen = False
        while True:
            there, reason = aurora_clusters.delete(self.rds, resource)
            if reason:
                self.run.note(f"{resource.name} is left: {reason}")
                return
            if not there:
                break
            seen = True
            self.rds.pause(rds_instances.poll())
        if seen:
            self.run.gone(resource)


@dataclass(frozen=True)
class AuroraClone:
    """What the negative control damages: a second restore of the same backup."""

    original: AuroraCopy
    target: RecoveryTarget

    @property
    def files(self) -> Files | None:
        """A managed service shows none."""
        return None

    @contextlib.contextmanager
    def started(self) -> Iterator[Restored]:
        """Restore once more; gone on exit."""
        copy = replace(self.original, suffix="-1", _ours=[])
        with copy.standing(self.target, lambda _: nullcontext()) as found:
            yield found


def _there_already(resource: Resource) -> RestoreFailedError:
    return RestoreFailedError(f"there is a {resource.kind} {resource.name} already", "Run `recoverable drill reap`.")
