"""The way from a restoring call to a copy that can be used: what an RDS instance and an Aurora cluster have in common."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Protocol

from recoverable.drill.aws import as_ordered, rds_instances, remote_login
from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.aws.faults import STUCK, stuck
from recoverable.drill.connection import Connection, Secret
from recoverable.drill.contract import Files, Phase, Resource, Restored, RestoreFailedError, Run, Store, TransientError
from recoverable.drill.target import RecoveryTarget

PASSWORD_BYTES = 32
"""As base64 for URLs: 43 letters, without the four that RDS refuses in a password."""


def available(rds: Service, run: Run, name: str, look: Callable[[], tuple[Json | None, str]], events: Callable[[], str]) -> Json:
    """Wait with our own eyes: the SDK's waiter ends after 30 minutes and takes some final states for work in progress.

    ``look`` gives what is shown and its state; ``events`` what RDS wrote about it, asked where it got stuck.
    """
    said = ""
    while True:
        run.check_budget()
        found, state = look()
        if found and state == "available":
            return found
        if state in STUCK:
            raise stuck(name, state, events())
        if state != said:
            run.note(f"{name} is {state}")
            said = state
        rds.pause(rds_instances.poll())


def rotate(rds: Service, run: Run, operation: str, busy: tuple[str, ...], words: Mapping[str, Any], wait: Callable[[], object]) -> Secret:
    """The copy gets a password of its own: the source's is not known here, and the application could log in with it.

    ``busy`` are the refusals of a copy that went back to work after it was available (a first backup, say): ``wait``, and again.
    """
    password = Secret(secrets.token_urlsafe(PASSWORD_BYTES))
    run.conceal(password)
    while True:
        try:
            rds.call(operation, busy, MasterUserPassword=password.reveal(), **words)
        except RefusedError:
            run.check_budget()
            rds.pause(rds_instances.poll())
            wait()
        else:
            return password


def handed_out(wrong: list[str]) -> None:
    """Nobody gets the address of a copy that differs from what was ordered.

    Raises:
        RestoreFailedError: it does.
    """
    if wrong:
        raise RestoreFailedError(f"the copy is not what was ordered ({'; '.join(wrong)})", "It is not handed out. See its events.")


@dataclass(frozen=True, slots=True)
class Login:
    """Where a copy listens, as RDS describes it. What it does not say is None or empty."""

    host: str | None
    port: int | str | None
    user: str
    database: str
    password: Secret


def connect(rds: Service, run: Run, store: Store, name: str, login: Login) -> Connection:
    """Over a private address and TLS, with the ways out closed.

    Raises:
        TransientError: the answer was not whole.
        RestoreFailedError: the address is not private, or nobody gets in.
    """
    if not login.host or not login.port or not login.user:
        raise TransientError(f"{name} was described without its endpoint or master user")
    same_machine = as_ordered.assert_private(login.host, int(login.port))
    ca_file = store.settings["ca_file"]
    options = remote_login.tls(str(store.folder / ca_file) if ca_file else "", same_machine=same_machine)
    found = Connection(login.host, int(login.port), login.user, login.database, login.password, options)
    remote_login.log_in(found, run.clock, rds.pause)
    remote_login.close_ways_out(found, run.note)
    return found


class Standing(Protocol):
    """A copy that stands as long as it is entered."""

    def standing(self, target: RecoveryTarget, phase: Callable[[Phase], AbstractContextManager[None]]) -> AbstractContextManager[Restored]:
        """The copy, while it stands."""


@dataclass(frozen=True)
class Clone:
    """What the negative control damages: a second restore of the same backup. It costs what the first one did."""

    again: Callable[[], Standing]
    target: RecoveryTarget

    @property
    def files(self) -> Files | None:
        """A managed service shows none."""
        return None

    @contextlib.contextmanager
    def started(self) -> Iterator[Restored]:
        """Restore once more; gone on exit."""
        with self.again().standing(self.target, lambda _: nullcontext()) as found:
            yield found


def there_already(resource: Resource, what: str) -> RestoreFailedError:
    """Somebody else's by this very name."""
    return RestoreFailedError(f"there is a {what} {resource.name} already", "Run `recoverable drill reap`.")
