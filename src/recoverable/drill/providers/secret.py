"""The provider ``secret``: secrets of AWS Secrets Manager and SSM Parameter Store, read back, compared, and never shown."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from recoverable.drill.aws.where import pausing, region_of_store
from recoverable.drill.clocks import SystemClock
from recoverable.drill.contract import Capabilities, Check, Clock, Leftover, Resource, Restored, RestoreWindow, Run, Store
from recoverable.drill.local import resources
from recoverable.drill.secret.held import SecretSource
from recoverable.drill.secret.manager import Manager
from recoverable.drill.secret.parameters import Parameters
from recoverable.drill.secret.permissions import policy as permissions
from recoverable.drill.secret.settings import MANAGER, SCHEMA, read
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

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    def window(self, store: Store) -> RestoreWindow:
        """From when on every secret has a version that is kept, to now. Secrets that are not there are the ladder's to tell."""
        source = self._source(store, region_of_store(store), self._clock.sleep)
        facts = [source.facts(name) for name in names_of(source, store.settings["names"], store.settings["prefix"])]
        oldest = [min(version.created for version in each.versions) for each in facts if each is not None and each.versions]
        label = backup_id(store, source)
        if not oldest:
            return RestoreWindow(None, None, label)
        return RestoreWindow(max(oldest), max(self._clock.now(), *oldest), label)

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """How many there are; makes nothing."""
        source = self._source(store, region_of_store(store), pausing(run))
        number = len(names_of(source, store.settings["names"], store.settings["prefix"]))
        where = f"{store.settings['service']} of {source.region}"
        if not number:
            yield Check("secrets-named", RungVerdict.FAIL, f"no secret of {where} begins like the prefix")
        else:
            yield Check("secrets-named", RungVerdict.PASS, f"{number} secrets of {where} are looked at", {"secrets": number})

    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> AbstractContextManager[Restored]:
        """What was read, while it is held."""
        source = self._source(store, region_of_store(store), pausing(run))
        away = store.settings["replica_region"]
        return Copy(store, source, self._source(store, away, pausing(run)) if away else None, run, NAME).standing(target)

    def existing(self, resources_: tuple[Resource, ...]) -> Iterator[Resource]:
        """Folders that are ours."""
        return resources.existing(NAME, resources_)

    def remove(self, resource: Resource) -> Leftover | None:
        """A folder, after reading its marker once more."""
        return resources.remove(resource)

    def _source(self, store: Store, region: str, pause: Callable[[float], None]) -> SecretSource:
        return Manager(region, pause) if store.settings["service"] == MANAGER else Parameters(region, pause)


PROVIDER = SecretProvider()
