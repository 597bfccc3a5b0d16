"""One restored RDS instance, from the restoring call to its removal."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from recoverable.drill.aws import as_ordered, copy_steps, iam_login, rds_instances, rds_source, removal
from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.aws.rds_settings import IAM
from recoverable.drill.aws.rds_source import Source
from recoverable.drill.connection import Connection, Secret
from recoverable.drill.contract import Phase, Resource, Restored, Run, Store
from recoverable.drill.target import RecoveryTarget, TargetKind

EXISTS = ("DBInstanceAlreadyExists", "DBInstanceAlreadyExistsFault")


@dataclass
class Copy:
    """One copy of a drill. ``suffix`` tells the clone of the negative control from the copy itself."""

    rds: Service
    store: Store
    source: Source
    run: Run
    provider: str
    suffix: str = ""
    _ours: bool = False

    @property
    def resource(self) -> Resource:
        """What it is announced as."""
        return rds_instances.resource_of(self.provider, self.rds.region, self.run, self.suffix)

    @contextlib.contextmanager
    def standing(self, target: RecoveryTarget, phase: Callable[[Phase], AbstractContextManager[None]]) -> Iterator[Restored]:
        """The copy, while it stands."""
        try:
            with phase(Phase.PROVISION):
                reached = self._create(target)
            with phase(Phase.RESTORE):
                instance = self._available()
                password = self._rotate()
                instance = self._settled()
                found = self._connect(instance, password)
            yield self._restored(reached, instance, found)
        finally:
            if self._ours:
                with phase(Phase.DESTROY):
                    removal.take_down(self.rds, self.run, [self.resource], rds_instances.delete)

    def _create(self, target: RecoveryTarget) -> RecoveryTarget:
        reached, words = rds_source.order(self.source, target)
        resource = self.resource
        named = "DBInstanceIdentifier" if self.source.operation == rds_source.FROM_SNAPSHOT else "TargetDBInstanceIdentifier"
        words |= {named: resource.name, **as_ordered.words(self.store.settings, rds_instances.tags_for(resource))}
        if rds_instances.described(self.rds, resource.name) is not None:
            raise copy_steps.there_already(resource, "DB instance")
        self.run.intend(resource)
        self._ours = True
        try:
            self.rds.call(self.source.operation, EXISTS, **words)
        except RefusedError as error:
            if not error.lost:
                self._ours = False  # somebody else's by this very name: nothing here is ours to take down
                raise copy_steps.there_already(resource, "DB instance") from None
        return reached

    def _available(self) -> Json:
        name = self.resource.name

        def look() -> tuple[Json | None, str]:
            found = rds_instances.described(self.rds, name)
            return found, str(found.get("DBInstanceStatus", "unknown")) if found else "not shown yet"

        return copy_steps.available(self.rds, self.run, name, look, lambda: rds_instances.events(self.rds, name))

    def _rotate(self) -> Secret:
        """Said once more with the new password: no backups, no protection."""
        words = {
            "DBInstanceIdentifier": self.resource.name,
            "BackupRetentionPeriod": 0,
            "DeletionProtection": False,
            "ApplyImmediately": True,
        }
        return copy_steps.rotate(self.rds, self.run, "ModifyDBInstance", rds_instances.STATES_OF_REFUSAL, words, self._available)

    def _settled(self) -> Json:
        """Wait until nothing is pending any more, then see whether it is what was ordered, with our mark on it.

        Raises:
            RestoreFailedError: it is not, so that nobody gets its address.
        """
        while True:
            instance = self._available()
            if not as_ordered.settling(instance):
                break
            self.rds.pause(rds_instances.poll())
        wrong = list(as_ordered.differences(instance, self.store.settings))
        mark = rds_instances.marked(self.rds, self.provider, instance)
        if mark is None or mark.run != self.run.id:
            wrong.append("tags: not those of this run")
        copy_steps.handed_out(wrong)
        return instance

    def _connect(self, instance: Json, password: Secret) -> Connection:
        endpoint = instance.get("Endpoint", {})
        user = instance.get("MasterUsername") or self.source.master
        database = self.store.settings["database"] or instance.get("DBName") or "postgres"
        login = copy_steps.Login(endpoint.get("Address"), endpoint.get("Port"), user, database, password)
        found = copy_steps.connect(self.rds, self.run, self.store, self.resource.name, login)
        settings = self.store.settings
        return iam_login.as_user(self.rds, self.run, found, settings["user"]) if settings["login"] == IAM else found

    def _restored(self, reached: RecoveryTarget, instance: Json, connection: Connection) -> Restored:
        stop = self.source.window.latest if reached.kind is TargetKind.LATEST else None
        versions = {"rds": str(instance.get("EngineVersion", "")), "instance_class": str(instance.get("DBInstanceClass", ""))}
        scratch = None if self.suffix else lambda: nullcontext(copy_steps.Clone(lambda: replace(self, suffix="-1", _ours=False), reached))
        return Restored(reached, connection, self.source.window.backup_id, backup_stop=stop, versions=versions, scratch=scratch)
