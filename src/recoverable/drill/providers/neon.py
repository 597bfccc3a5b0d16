"""The provider ``neon``: a branch of a project's past with a compute of its own, and beside it a dump restored on this machine."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace

from recoverable.drill.clocks import SystemClock
from recoverable.drill.connection import Secret
from recoverable.drill.contract import (
    Capabilities,
    Check,
    Clock,
    Leftover,
    Phase,
    Resource,
    Restored,
    RestoreWindow,
    Run,
    Store,
    TransientError,
)
from recoverable.drill.local import resources as folders
from recoverable.drill.neon import branch_copy, branches, dump_pair, preflight
from recoverable.drill.neon.api import NeonApi
from recoverable.drill.neon.refusals import explain, explained
from recoverable.drill.neon.settings import API_KEY, SCHEMA, read
from recoverable.drill.rest.client import TIMEOUT, RefusedError
from recoverable.drill.target import RecoveryTarget, TargetKind
from recoverable.drill.verdict import RungVerdict
from recoverable.model.errors import InputError

__all__ = ["PROVIDER", "SCHEMA", "read"]
NAME = "neon"


class NeonProvider:
    """Branches, never restores in place: the call that overwrites a branch is not among those that it knows."""

    name = NAME
    capabilities = Capabilities(
        targets=frozenset({TargetKind.LATEST, TargetKind.TIME, TargetKind.LSN}),
        granularity=branch_copy.SECOND,
        files=False,
        asynchronous=True,
        bills_while_idle=True,
        settle=branches.SETTLE,
    )

    def __init__(self, clock: Clock | None = None, timeout: float = TIMEOUT) -> None:
        self._clock = clock or SystemClock()
        self._timeout = timeout

    def window(self, store: Store) -> RestoreWindow:
        """As far back as the project keeps history."""
        found, parent = preflight.project_and_parent(self._api(store), store)
        return preflight.window(found, parent, self._clock.now())

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """Project, branch, database, role and quota; and the dump, where there is one."""
        api = self._api(store, run)
        found, parent = preflight.project_and_parent(api, store)
        try:
            yield from preflight.checks(api, store, found, parent)
        except RefusedError as error:
            yield Check("neon-project", RungVerdict.FAIL, str(explain("the project cannot be read", error)))
        if store.settings["dump"]:
            yield from dump_pair.preflight(store, NAME, run)

    @contextlib.contextmanager
    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Restored]:
        """The branch, while it stands."""
        api = self._api(store, run)
        mine: list[Resource] = []
        settings = store.settings
        with contextlib.ExitStack() as stack:
            stack.callback(self._destroy, mine, store, run)
            with run.phase(Phase.PROVISION), explained("the branch cannot be made"):
                found, parent = preflight.project_and_parent(api, store)
                resource = branches.resource_of(run, NAME, settings["project"], settings["api_key_env"])
                made = branches.make(api, resource, branch_copy.origin(target, str(parent["id"])), run, mine)
                branches.wait(api, resource, made, run)
            with run.phase(Phase.RESTORE), explained("the branch cannot be used"):
                restored = branch_copy.NeonCopy(api, store, run, resource, made).restored(
                    target, str(parent["id"]), str(found.get("pg_version"))
                )
            if settings["dump"]:
                pair = stack.enter_context(dump_pair.loaded(store, NAME, run, restored.connection))
                restored = replace(restored, checks=(*restored.checks, pair))
            else:
                restored = replace(restored, reservations=(branch_copy.SHARED, *restored.reservations))
            yield restored

    def existing(self, resources: tuple[Resource, ...]) -> Iterator[Resource]:
        """Branches that are ours in the projects that are spoken of, else in all that the key reaches; and folders of dumps."""
        yield from folders.existing(NAME, tuple(each for each in resources if each.kind == folders.KIND))
        mine = [each for each in resources if each.kind == branches.KIND]
        variables = {each.details.get("api_key_env", API_KEY) for each in mine} or {API_KEY}
        for variable in sorted(variables):
            api = self._reaching(variable)
            announced = {each.name: each for each in mine if each.details.get("api_key_env", API_KEY) == variable}
            try:
                projects = {branches.split(each)[0] for each in announced.values()} or set(api.projects() if not resources else ())
                for project in sorted(projects):
                    yield from branches.existing(api, NAME, project, announced)
            except RefusedError as error:
                raise TransientError(str(explain("Neon could not be asked for branches", error))) from None

    def remove(self, resource: Resource) -> Leftover | None:
        """A branch or the folder of a dump, after its mark was read once more."""
        if resource.kind == folders.KIND:
            return folders.remove(resource)
        try:
            return branches.remove(self._reaching(resource.details.get("api_key_env", API_KEY)), resource, self._clock)
        except InputError as error:
            project, name = branches.split(resource)
            return Leftover(resource, str(error), f"neonctl branches delete {name} --project-id {project}")

    def _destroy(self, mine: list[Resource], store: Store, run: Run) -> None:
        with run.phase(Phase.DESTROY):
            api = self._api(store)
            for each in reversed(mine):
                branch_copy.take_down(api, each, run)

    def _api(self, store: Store, run: Run | None = None) -> NeonApi:
        if run:  # a variable of one's own may have a name that does not look like a secret's
            run.conceal(Secret(os.environ.get(store.settings["api_key_env"], "")))
        check = run.check_budget if run else lambda: None
        return NeonApi(store.settings["api_key_env"], run.clock if run else self._clock, check, self._timeout)

    def _reaching(self, variable: str) -> NeonApi:
        return NeonApi(variable, self._clock, timeout=self._timeout)


PROVIDER = NeonProvider()
