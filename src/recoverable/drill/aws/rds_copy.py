"""One restored RDS instance, from the restoring call to its removal."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from recoverable.drill.aws import as_ordered, rds_instances, rds_source, remote_login
from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.aws.faults import STUCK, stuck
from recoverable.drill.aws.rds_source import Source
from recoverable.drill.connection import Connection, Secret
from recoverable.drill.contract import Files, Phase, Resource, Restored, RestoreFailedError, Run, Store, TransientError
from recoverable.drill.target import RecoveryTarget, TargetKind

EXISTS = ("DBInstanceAlreadyExists", "DBInstanceAlreadyExistsFault")
PASSWORD_BYTES = 32
"""As base64 for URLs: 43 letters, without the four that RDS refuses in a password."""


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
                    self._take_down()

    def _create(self, target: RecoveryTarget) -> RecoveryTarget:
        reached, words = rds_source.order(self.source, target)
        resource = self.resource
        named = "DBInstanceIdentifier" if self.source.operation == rds_source.FROM_SNAPSHOT else "TargetDBInstanceIdentifier"
        words |= {named: resource.name, **as_ordered.words(self.store.settings, rds_instances.tags_for(resource))}
        if rds_instances.described(self.rds, resource.name) is not None:
            raise _there_already(resource)
        self.run.intend(resource)
        self._ours = True
        try:
            self.rds.call(self.source.operation, EXISTS, **words)
        except RefusedError as error:
            if not error.lost:
                self._ours = False  # somebody else's by this very name: nothing here is ours to take down
                raise _there_already(resource) from None
        return reached

    def _available(self) -> Json:
        """Wait with our own eyes: the SDK's waiter ends after 30 minutes and takes some final states for work in progress."""
        name, said = self.resource.name, ""
        while True:
            self.run.check_budget()
            instance = rds_instances.described(self.rds, name)
            state = instance.get("DBInstanceStatus", "unknown") if instance else "not shown yet"
            if instance and state == "available":
                return instance
            if state in STUCK:
                raise stuck(name, state, rds_instances.events(self.rds, name))
            if state != said:
                self.run.note(f"{name} is {state}")
                said = state
            self.rds.pause(rds_instances.poll())

    def _rotate(self) -> Secret:
        """The copy gets a password of its own: the source's is not known here, and the application could log in with it.

        Said once more with it: no backups, no protection.
        """
        password = Secret(secrets.token_urlsafe(PASSWORD_BYTES))
        self.run.conceal(password)
        words = {"MasterUserPassword": password.reveal(), "BackupRetentionPeriod": 0, "DeletionProtection": False, "ApplyImmediately": True}
        while True:
            try:
                self.rds.call("ModifyDBInstance", rds_instances.STATES_OF_REFUSAL, DBInstanceIdentifier=self.resource.name, **words)
            except RefusedError:  # it went back to work after it was available: a first backup, say
                self.run.check_budget()
                self.rds.pause(rds_instances.poll())
                self._available()
            else:
                return password

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
        if wrong:
            raise RestoreFailedError(f"the copy is not what was ordered ({'; '.join(wrong)})", "It is not handed out. See its events.")
        return instance

    def _connect(self, instance: Json, password: Secret) -> Connection:
        endpoint = instance.get("Endpoint", {})
        host, port = endpoint.get("Address"), endpoint.get("Port")
        user = instance.get("MasterUsername") or self.source.master
        if not host or not port or not user:
            raise TransientError(f"{self.resource.name} was described without its endpoint or master user")
        same_machine = as_ordered.assert_private(host, int(port))
        ca_file = self.store.settings["ca_file"]
        options = remote_login.tls(str(self.store.folder / ca_file) if ca_file else "", same_machine=same_machine)
        database = self.store.settings["database"] or instance.get("DBName") or "postgres"
        found = Connection(host, int(port), user, database, password, options)
        remote_login.log_in(found, self.run.clock, self.rds.pause)
        remote_login.close_ways_out(found, self.run.note)
        return found

    def _restored(self, reached: RecoveryTarget, instance: Json, connection: Connection) -> Restored:
        stop = self.source.window.latest if reached.kind is TargetKind.LATEST else None
        versions = {"rds": str(instance.get("EngineVersion", "")), "instance_class": str(instance.get("DBInstanceClass", ""))}
        scratch = None if self.suffix else lambda: nullcontext(Clone(self, reached))
        return Restored(reached, connection, self.source.window.backup_id, backup_stop=stop, versions=versions, scratch=scratch)

    def _take_down(self) -> None:
        """Raises nothing: what could not be removed stays announced, and the engine looks again."""
        seen = False
        try:
            while True:
                shown, reason = rds_instances.delete(self.rds, self.resource)
                if reason:
                    self.run.note(f"{self.resource.name} is left: {reason}")
                    return
                if not shown:
                    break
                seen = True
                self.rds.pause(rds_instances.poll())
            if seen:
                self.run.gone(self.resource)
        except Exception as error:
            self.run.note(f"{self.resource.name} is left to the engine: {type(error).__name__}")


@dataclass(frozen=True)
class Clone:
    """What the negative control damages: a second restore of the same backup. It costs what the first one did."""

    original: Copy
    target: RecoveryTarget

    @property
    def files(self) -> Files | None:
        """A managed service shows none."""
        return None

    @contextlib.contextmanager
    def started(self) -> Iterator[Restored]:
        """Restore once more; gone on exit."""
        copy = replace(self.original, suffix="-1", _ours=False)
        with copy.standing(self.target, lambda _: nullcontext()) as found:
            yield found


def _there_already(resource: Resource) -> RestoreFailedError:
    return RestoreFailedError(f"there is a DB instance {resource.name} already", "Run `recoverable drill reap`.")
