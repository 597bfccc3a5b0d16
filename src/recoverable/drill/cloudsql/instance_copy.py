"""An instance as a restored copy: labelled, private, unprotected, without backups; then a password of its own and the way to it."""

from __future__ import annotations

import contextlib
import datetime
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from recoverable.drill.cloudsql import instances
from recoverable.drill.cloudsql.api import CloudSqlApi
from recoverable.drill.cloudsql.refusals import explain, no_clone
from recoverable.drill.cloudsql.settings import IAM
from recoverable.drill.cloudsql.target_proof import proof
from recoverable.drill.connection import Connection, Secret, ShortLived
from recoverable.drill.contract import Files, Resource, Restored, RestoreFailedError, Run, Store
from recoverable.drill.durable import write_new_file
from recoverable.drill.managed import taking_down
from recoverable.drill.managed.reach import is_loopback, is_private
from recoverable.drill.managed.ways_out import close_ways_out
from recoverable.drill.rest.client import Json, RefusedError
from recoverable.drill.target import RecoveryTarget

IAM_FLAG = "cloudsql.iam_authentication"
TOKENS_OFF = f"Set the flag {IAM_FLAG} to on at the source, and add the drill's identity as an IAM user; or let login be password."
PUBLIC = "the copy was reached over a public address, as allow_public says; its certificate was verified"


def settings_of_copy(resource: Resource, *, private: bool) -> dict[str, Any]:
    """What every copy gets, whatever its source has: the mark, no protection, no backups, no public address where there is a private one."""
    return {
        "userLabels": instances.labels(resource),
        "deletionProtectionEnabled": False,
        "backupConfiguration": {"enabled": False, "pointInTimeRecoveryEnabled": False},
        **({"ipConfiguration": {"ipv4Enabled": False}} if private else {}),
    }


def is_on_a_private_network(instance: Json) -> bool:
    """Whether an instance has, or will have, a private address."""
    return bool((instance["settings"].get("ipConfiguration") or {}).get("privateNetwork"))


def takes_tokens(instance: Json) -> bool:
    """Whether IAM users may log in with an access token."""
    flags = (instance.get("settings") or {}).get("databaseFlags") or ()
    return any(each.get("name") == IAM_FLAG and str(each.get("value")).lower() == "on" for each in flags)


@dataclass(frozen=True, slots=True)
class Made:
    """What was restored: the target as the ladder is to see it, of what time the data must be, and when the backup began (None for a clone)."""

    target: RecoveryTarget
    time: datetime.datetime
    backup_id: str
    backup_start: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class CloudSqlCopy:
    """An instance that is there, and what is needed to work with it."""

    api: CloudSqlApi
    store: Store
    run: Run
    resource: Resource
    login_token: Callable[[], str]
    """An access token as the password of an IAM user; the run knows each before it is given."""

    def settle(self, source: Json) -> None:
        """Mark and close the instance, and read back that it is so.

        Raises:
            RestoreFailedError: it is not as it was ordered; nothing of it is handed out then.
        """
        project, name = instances.split(self.resource)
        wanted = settings_of_copy(self.resource, private=is_on_a_private_network(source))
        try:
            patched = self.api.patch(project, name, wanted)
            instances.wait(self.api, project, str(patched["name"]), f"settings of {name}", self.run)
            found = self.api.instance(project, name)
        except RefusedError as error:
            raise explain(f"the instance {name} cannot be made private", error) from None
        self._assert_as_ordered(found, wanted)

    def restored(self, made: Made, version: str) -> Restored:
        """The copy as the contract gives it."""
        import psycopg

        connection = self._connection()
        try:
            closed = close_ways_out(connection)
            proven = proof(connection, made.time, made.backup_start)
        except psycopg.OperationalError as error:
            fix = "Drill from a machine in its network, and mind the firewall."
            raise RestoreFailedError(f"the copy takes no connection at {connection.host} ({type(error).__name__})", fix) from None
        return Restored(
            target=made.target,
            server=connection,
            backup_id=made.backup_id,
            backup_stop=made.time if made.backup_start else None,
            versions={"cloudsql": version},
            scratch=self._scratch(made, version),
            target_proof=proven,
            checks=(closed,),
            reservations=() if is_private(connection.host) else (PUBLIC,),
        )

    def _assert_as_ordered(self, found: Json, wanted: dict[str, Any]) -> None:
        settings = found.get("settings") or {}
        network = settings.get("ipConfiguration") or {}
        wrong = [
            what
            for what, holds in (
                ("its labels are not the drill's", instances.is_ours(self.resource, found)),
                ("deletion protection is on", not settings.get("deletionProtectionEnabled")),
                ("backups are on", not (settings.get("backupConfiguration") or {}).get("enabled")),
                ("it has a public address", "ipConfiguration" not in wanted or not network.get("ipv4Enabled")),
                ("it is open to the world", not any(each.get("value") == "0.0.0.0/0" for each in network.get("authorizedNetworks") or ())),
            )
            if not holds
        ]
        instances.fail_if_broken(found)
        if wrong:
            raise RestoreFailedError(f"the copy is not as it was ordered: {', '.join(wrong)}", "No credentials were handed out.")

    def _connection(self) -> Connection:
        project, name = instances.split(self.resource)
        settings = self.store.settings
        password: Secret = ShortLived(self.login_token) if settings["login"] == IAM else Secret(secrets.token_urlsafe(24))
        self.run.conceal(password)
        try:
            if settings["login"] != IAM:
                done = self.api.set_password(project, name, settings["user"], password.reveal())
                instances.wait(self.api, project, str(done["name"]), f"password of {settings['user']}", self.run)
            found = self.api.instance(project, name)
            if settings["login"] == IAM and not takes_tokens(found):
                raise RestoreFailedError("the copy takes no IAM logins", TOKENS_OFF)
        except RefusedError as error:
            raise explain(f"{settings['user']} cannot be let into the copy", error) from None
        host = self._address(found)
        return Connection(host, settings["port"], settings["user"], settings["database"], password, self._tls(found, host))

    def _address(self, found: Json) -> str:
        addresses = {str(each.get("type")): str(each.get("ipAddress")) for each in found.get("ipAddresses") or ()}
        if "PRIVATE" in addresses:
            return addresses["PRIVATE"]
        if "PRIMARY" in addresses and self.store.settings["allow_public"]:
            return addresses["PRIMARY"]
        raise RestoreFailedError("the copy has no private address", "Give the source private IP, or set allow_public = true.")

    def _tls(self, found: Json, host: str) -> tuple[tuple[str, str], ...]:
        """The instance's own authority proves it; its certificate names no address."""
        if is_loopback(host):
            return (("sslmode", "prefer"),)
        certificate = (found.get("serverCaCert") or {}).get("cert")
        if not certificate:
            raise RestoreFailedError("Cloud SQL gave no certificate of the copy's authority", "Look at its connections in the console.")
        file = self.run.folder / f"{secrets.token_hex(4)}.pem"
        write_new_file(file, str(certificate))
        return (("sslmode", "verify-ca"), ("sslrootcert", str(file)))

    def _scratch(self, made: Made, version: str) -> Any:
        numbers = iter(range(1, 1000))

        @contextlib.contextmanager
        def scratch() -> Iterator[CloudSqlScratch]:
            project, name = instances.split(self.resource)
            child = instances.resource_of(self.run, self.resource.provider, project, f"-{next(numbers)}")
            mine: list[Resource] = []
            try:
                with no_clone():
                    begin = lambda: self.api.clone(project, name, instances.split(child)[1], "")  # noqa: E731 - begun again after a lost answer
                    operation = instances.make(self.api, child, begin, self.run, mine)
                    instances.wait(self.api, project, operation, "clone for the negative control", self.run)
                    copy = replace(self, resource=child)
                    copy.settle(self.api.instance(project, name))
                yield CloudSqlScratch(copy, made, version)
            finally:
                for each in mine:
                    take_down(self.api, each, self.run)

        return scratch


@dataclass(frozen=True, slots=True)
class CloudSqlScratch:
    """A clone of the copy that may be damaged (:class:`recoverable.drill.contract.Scratch`)."""

    copy: CloudSqlCopy
    made: Made
    version: str

    @property
    def files(self) -> Files | None:
        """Cloud SQL gives none."""
        return None

    @contextlib.contextmanager
    def started(self) -> Iterator[Restored]:
        """It runs already."""
        with no_clone():
            found = self.copy.restored(self.made, self.version)
        yield replace(found, scratch=None)


def take_down(api: CloudSqlApi, resource: Resource, run: Run) -> None:
    """Delete an instance of this run; what cannot be deleted stays announced, and the engine looks again."""
    there = lambda: instances.find(api, resource) is not None  # noqa: E731 - one call, handed on
    taking_down.take_down(resource, run, there, lambda: instances.remove(api, resource, run.clock))
