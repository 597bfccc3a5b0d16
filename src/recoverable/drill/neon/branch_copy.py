"""A branch as a restored copy: its own password, no way out, proof of where it branched off, and a clone for the negative control."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from recoverable.drill.connection import Connection, Secret
from recoverable.drill.contract import Check, Files, Resource, Restored, RestoreFailedError, Run, Store, TransientError
from recoverable.drill.managed import taking_down
from recoverable.drill.managed.reach import from_uri, is_private
from recoverable.drill.managed.ways_out import close_ways_out
from recoverable.drill.neon import branches
from recoverable.drill.neon.api import NeonApi
from recoverable.drill.neon.refusals import explained, no_clone
from recoverable.drill.rest.client import Json, LostAnswerError
from recoverable.drill.target import RecoveryTarget, TargetKind, format_lsn, parse_lsn
from recoverable.drill.verdict import RungVerdict

TARGET = "recovery-target"
SECOND = datetime.timedelta(seconds=1)
"""What Neon may round a time to."""
SHARED = "a branch shares its storage with its parent: this proves the project's history, not a copy that is independent of Neon"
PUBLIC = "the copy was reached over a public address (Neon has no other without Private Networking); its certificate was verified"


def origin(target: RecoveryTarget, parent: str) -> dict[str, str]:
    """What to branch off, in the words of the API. Times go with their zone."""
    if target.kind is TargetKind.TIME and target.time:
        return {"parent_id": parent, "parent_timestamp": f"{target.time.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"}
    if target.kind is TargetKind.LSN and target.lsn is not None:
        return {"parent_id": parent, "parent_lsn": format_lsn(target.lsn)}
    return {"parent_id": parent}


def proof(branch: Mapping[str, Any], target: RecoveryTarget, parent: str) -> Check:
    """Whether the branch left its parent where it was asked to: read back from Neon, for a session on the branch cannot tell."""
    lsn, time = branch.get("parent_lsn"), branch.get("parent_timestamp")
    figures = {"target": str(target), "reached_lsn": lsn, "reached_time": time, "parent": branch.get("parent_id")}
    if branch.get("parent_id") != parent:
        return Check(TARGET, RungVerdict.FAIL, f"the branch is a child of {branch.get('parent_id')}, not of {parent}", figures)
    if branch.get("init_source") not in (None, "parent-data"):
        return Check(TARGET, RungVerdict.FAIL, f"the branch was made from {branch.get('init_source')}, not from data", figures)
    try:
        if target.kind is TargetKind.TIME and target.time:
            reached, well = time, time is not None and abs(datetime.datetime.fromisoformat(str(time)) - target.time) <= SECOND
        elif target.kind is TargetKind.LSN:
            reached, well = lsn, lsn is not None and parse_lsn(str(lsn)) == target.lsn
        else:
            reached, well = lsn, lsn is not None and parse_lsn(str(lsn)) > 0
    except (ValueError, TypeError):
        reached, well = None, False
    if reached is None:
        return Check(
            TARGET, RungVerdict.COULD_NOT_RUN, f"Neon does not say where the branch left its parent; the target was {target}", figures
        )
    said = f"Neon says that it branched off {parent} at {reached}"
    return Check(TARGET, RungVerdict.PASS if well else RungVerdict.FAIL, said if well else f"{said}; the target was {target}", figures)


@dataclass(frozen=True, slots=True)
class NeonCopy:
    """A branch that is there, and what is needed to work with it."""

    api: NeonApi
    store: Store
    run: Run
    resource: Resource
    branch_id: str

    @property
    def project(self) -> str:
        """The project's id."""
        return branches.split(self.resource)[0]

    def connection(self) -> Connection:
        """A connection under a password of the branch's own: the one that it came with is production's.

        Raises:
            RestoreFailedError: Neon refuses.
        """
        settings = self.store.settings
        with explained(f"{settings['role']} cannot be let into {settings['database']}"):
            password = self._new_password(settings["role"])
            uri = self.api.connection_uri(self.project, self.branch_id, settings["database"], settings["role"])
        self.run.conceal(Secret(uri))
        found = from_uri(uri)
        self.run.conceal(found.password)
        return replace(found, password=password)

    def _new_password(self, role: str) -> Secret:
        """Reset until an answer says what it became: after a lost one the old password, production's, might still hold."""
        for _ in range(branches.TRIES):
            answer: Json = {}
            with contextlib.suppress(LostAnswerError):
                answer = self.api.reset_password(self.project, self.branch_id, role)
            password = Secret(_password(answer))
            self.run.conceal(password)
            branches.wait(self.api, self.resource, self.branch_id, self.run)
            if password:
                return password
        raise TransientError("Neon does not say what the role's password was reset to")

    def restored(self, target: RecoveryTarget, parent: str, version: str) -> Restored:
        """The copy as the contract gives it."""
        import psycopg

        connection = self.connection()
        try:
            closed = close_ways_out(connection)
        except psycopg.OperationalError as error:
            fix = "Look at the state of its endpoint, and whether the project allows connections from here (IP Allow)."
            raise RestoreFailedError(f"the branch takes no connection ({type(error).__name__})", fix) from None
        return Restored(
            target=target,
            server=connection,
            backup_id=f"{self.project}/{parent}",
            versions={"neon_postgresql": version},
            scratch=self._scratch(target, version),
            target_proof=proof(self._read_back(), target, parent),
            checks=(closed,),
            reservations=() if is_private(connection.host) else (PUBLIC,),
        )

    def _read_back(self) -> Json:
        with explained("the branch cannot be read back"):
            return self.api.branch(self.project, self.branch_id)

    def _scratch(self, target: RecoveryTarget, version: str) -> Any:
        numbers = iter(range(1, 1000))

        @contextlib.contextmanager
        def scratch() -> Iterator[NeonScratch]:
            mine: list[Resource] = []
            suffix = f"-{next(numbers)}"
            child = branches.resource_of(self.run, self.resource.provider, self.project, self.resource.details["api_key_env"], suffix)
            try:
                with no_clone():
                    made = branches.make(self.api, child, {"parent_id": self.branch_id}, self.run, mine)
                    branches.wait(self.api, child, made, self.run)
                yield NeonScratch(replace(self, resource=child, branch_id=made), target, self.branch_id, version)
            finally:
                for each in mine:
                    take_down(self.api, each, self.run)

        return scratch


@dataclass(frozen=True, slots=True)
class NeonScratch:
    """A branch of the copy that may be damaged (:class:`recoverable.drill.contract.Scratch`)."""

    copy: NeonCopy
    target: RecoveryTarget
    parent: str
    version: str

    @property
    def files(self) -> Files | None:
        """Neon gives none."""
        return None

    @contextlib.contextmanager
    def started(self) -> Iterator[Restored]:
        """Its compute starts by itself. It is of the copy's head, so the copy's proof is not its own."""
        with no_clone():
            found = self.copy.restored(self.target, self.parent, self.version)
        yield replace(found, target_proof=None, scratch=None)


def take_down(api: NeonApi, resource: Resource, run: Run) -> None:
    """Delete a branch of this run; what cannot be deleted stays announced, and the engine looks again."""
    there = lambda: bool(branches.named(api, resource))  # noqa: E731 - one call, handed on
    taking_down.take_down(resource, run, there, lambda: branches.remove(api, resource, run.clock))


def _password(answer: Json) -> str:
    role = answer.get("role")
    return str(role.get("password") or "") if isinstance(role, dict) else ""
