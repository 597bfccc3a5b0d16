"""The provider ``cloudsql``: a clone to a time, or a backup in a new instance, over the Admin API; of a deleted instance, too."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Iterator

from recoverable.drill.clocks import SystemClock
from recoverable.drill.cloudsql import deleted, instance_copy, instances, preflight
from recoverable.drill.cloudsql.api import CloudSqlApi
from recoverable.drill.cloudsql.making import Making
from recoverable.drill.cloudsql.permissions import role as permissions
from recoverable.drill.cloudsql.refusals import explain, explained
from recoverable.drill.cloudsql.settings import RETAINED, SCHEMA, read
from recoverable.drill.cloudsql.tokens import LOGIN_SCOPE, DefaultToken
from recoverable.drill.connection import Secret
from recoverable.drill.contract import (
    Capabilities,
    Check,
    Clock,
    Leftover,
    Phase,
    Resource,
    Restored,
    RestoreFailedError,
    RestoreWindow,
    Run,
    Store,
    TransientError,
)
from recoverable.drill.rest.client import TIMEOUT, RefusedError
from recoverable.drill.target import RecoveryTarget, TargetKind

__all__ = ["PROVIDER", "SCHEMA", "permissions", "read"]
NAME = "cloudsql"


class CloudSqlProvider:
    """Every restore makes a new instance; the calls that overwrite are made with an instance of the drill alone."""

    name = NAME
    capabilities = Capabilities(
        targets=frozenset({TargetKind.LATEST, TargetKind.TIME}),
        granularity=datetime.timedelta(seconds=1),
        files=False,
        asynchronous=True,
        bills_while_idle=True,
        settle=instances.SETTLE,
    )

    def __init__(
        self,
        clock: Clock | None = None,
        timeout: float = TIMEOUT,
        token: Callable[[], str] | None = None,
        login_token: Callable[[], str] | None = None,
    ) -> None:
        self._clock = clock or SystemClock()
        self._timeout = timeout
        self._default = DefaultToken()
        self._token = token or self._default
        self._login_token = login_token or DefaultToken(LOGIN_SCOPE)

    def window(self, store: Store) -> RestoreWindow:
        """From the earliest to the latest time of point-in-time recovery, or the newest backup's own."""
        if store.settings["restore"] in RETAINED:
            return deleted.window(self._api(), store, self._clock.now())
        return preflight.window(self._api(), store)

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """The instance, its network, its backups and the database."""
        if store.settings["restore"] in RETAINED:
            return deleted.checks(self._api(run), store, target, run.clock.now())
        return preflight.checks(self._api(run), store, target)

    @contextlib.contextmanager
    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Restored]:
        """The instance, while it stands."""
        api = self._api(run)
        mine: list[Resource] = []
        project, source_name = store.settings["project"], store.settings["instance"]
        try:
            with run.phase(Phase.PROVISION), explained(f"{source_name} cannot be restored"):
                self._refuse_twice(api, project, run)
                resource = instances.resource_of(run, NAME, project)
                copy = instance_copy.CloudSqlCopy(api, store, run, resource, lambda: _concealed(self._login_token, run))
                made, source = Making(api, store, run, resource, mine)(target)
                copy.settle(source)
            with run.phase(Phase.RESTORE), explained("the copy cannot be used"):
                found = copy.restored(made, str(source.get("databaseVersion")))
            yield found
        finally:
            with run.phase(Phase.DESTROY):
                for each in reversed(mine):
                    instance_copy.take_down(self._api(), each, run)

    def existing(self, resources: tuple[Resource, ...]) -> Iterator[Resource]:
        """Instances that are ours in the projects that are spoken of, else in the one of the environment."""
        announced = {each.name: each for each in resources if each.kind == instances.KIND}
        projects = {instances.split(each)[0] for each in announced.values()} or ({self._own_project()} if not resources else set())
        for project in sorted(projects):
            try:
                yield from instances.existing(self._api(), NAME, project, announced)
            except RefusedError as error:
                raise TransientError(str(explain("Cloud SQL could not be asked for instances", error))) from None

    def remove(self, resource: Resource) -> Leftover | None:
        """An instance, after its labels were read once more."""
        return instances.remove(self._api(), resource, self._clock)

    @staticmethod
    def _refuse_twice(api: CloudSqlApi, project: str, run: Run) -> None:
        try:
            there = [str(each.get("name")) for each in api.instances(project)]
        except RefusedError as error:
            raise explain("the instances of the project cannot be listed", error) from None
        if any(name.startswith(f"{instances.PREFIX}{run.id}-") for name in there):
            raise RestoreFailedError(f"an instance of run {run.id} is there already", "Run `recoverable drill reap`, or begin a new drill.")

    def _api(self, run: Run | None = None) -> CloudSqlApi:
        check = run.check_budget if run else lambda: None

        def token() -> str:
            return _concealed(self._token, run) if run else self._token()

        return CloudSqlApi(token, run.clock if run else self._clock, check, self._timeout)

    def _own_project(self) -> str:
        project = self._default.project()
        if not project:
            raise TransientError("no Google Cloud project is set: set GOOGLE_CLOUD_PROJECT")
        return project


def _concealed(token: Callable[[], str], run: Run) -> str:
    """A token that the run strikes out from now on."""
    found = token()
    run.conceal(Secret(found))
    return found


PROVIDER = CloudSqlProvider()
