"""The provider ``secret``: secrets of AWS Secrets Manager, SSM Parameter Store and Google Secret Manager, read back, compared, and never shown."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from recoverable.drill.aws.where import pausing, region_of_store
from recoverable.drill.clocks import SystemClock
from recoverable.drill.cloudsql.tokens import DefaultToken
from recoverable.drill.connection import Secret
from recoverable.drill.contract import Capabilities, Check, Clock, Leftover, Resource, Restored, RestoreWindow, Run, Store
from recoverable.drill.local import resources
from recoverable.drill.rest.client import TIMEOUT
from recoverable.drill.secret.google_api import SCOPE, GoogleSecretsApi
from recoverable.drill.secret.google_manager import GoogleManager
from recoverable.drill.secret.held import Facts, SecretSource, Version
from recoverable.drill.secret.manager import Manager
from recoverable.drill.secret.parameters import Parameters
from recoverable.drill.secret.permissions import policy as permissions
from recoverable.drill.secret.settings import GOOGLE, MANAGER, SCHEMA, read
from recoverable.drill.secret.standing_copy import Copy, backup_id, names_of
from recoverable.drill.subject import Subject
from recoverable.drill.target import RecoveryTarget, TargetKind
from recoverable.drill.verdict import RungVerdict

__all__ = ["PROVIDER", "SCHEMA", "permissions", "read"]
NAME = "secret"


class SecretProvider:
    """Only reads where the secrets are, and holds values in memory alone."""

    name = NAME
    capabilities = Capabilities(
        targets=frozenset({TargetKind.LATEST, TargetKind.TIME}),
        granularity=datetime.timedelta(seconds=1),
        files=False,
        asynchronous=False,
        bills_while_idle=False,
        subject=Subject.SECRET,
    )

    def __init__(self, clock: Clock | None = None, token: Callable[[], str] | None = None, timeout: float = TIMEOUT) -> None:
        self._clock = clock or SystemClock()
        self._token = token or DefaultToken(SCOPE)
        self._timeout = timeout

    def window(self, store: Store) -> RestoreWindow:
        """From when on every secret has a version that is kept, to now. Secrets that are not there are the ladder's to tell."""
        source = self._source(store)
        facts = [source.facts(name) for name in names_of(source, store.settings["names"], store.settings["prefix"])]
        oldest = [min(version.created for version in kept(each)) for each in facts if each is not None and kept(each)]
        label = backup_id(store, source)
        if not oldest:
            return RestoreWindow(None, None, label)
        return RestoreWindow(max(oldest), max(self._clock.now(), *oldest), label)

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """How many there are; makes nothing."""
        source = self._source(store, run)
        number = len(names_of(source, store.settings["names"], store.settings["prefix"]))
        where = f"{store.settings['service']} of {source.region}"
        if not number:
            yield Check("secrets-named", RungVerdict.FAIL, f"no secret of {where} begins like the prefix")
        else:
            yield Check("secrets-named", RungVerdict.PASS, f"{number} secrets of {where} are looked at", {"secrets": number})

    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> AbstractContextManager[Restored]:
        """What was read, while it is held."""
        source = self._source(store, run)
        away = store.settings["replica_region"]
        return Copy(store, source, _of_aws(store, away, pausing(run)) if away else None, run, NAME).standing(target)

    def existing(self, resources_: tuple[Resource, ...]) -> Iterator[Resource]:
        """Folders that are ours."""
        return resources.existing(NAME, resources_)

    def remove(self, resource: Resource) -> Leftover | None:
        """A folder, after reading its marker once more."""
        return resources.remove(resource)

    def _source(self, store: Store, run: Run | None = None) -> SecretSource:
        settings = store.settings
        if settings["service"] != GOOGLE:
            return _of_aws(store, region_of_store(store), pausing(run) if run else self._clock.sleep)

        def token() -> str:
            found = self._token()
            if run:
                run.conceal(Secret(found))
            return found

        clock, check = (run.clock, run.check_budget) if run else (self._clock, lambda: None)
        return GoogleManager(settings["project"], GoogleSecretsApi(settings["project"], token, clock, check, self._timeout))


def _of_aws(store: Store, region: str, pause: Callable[[float], None]) -> SecretSource:
    return Manager(region, pause) if store.settings["service"] == MANAGER else Parameters(region, pause)


def kept(facts: Facts) -> list[Version]:
    """The versions whose values are still there."""
    return [each for each in facts.versions if not each.gone]


PROVIDER = SecretProvider()
