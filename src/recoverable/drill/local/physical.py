"""Drills of physical backups: plan, place, replay, promote, close."""

from __future__ import annotations

import contextlib
import datetime
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from recoverable.drill.backups.base_backup import DamagedBackupError
from recoverable.drill.contract import Check, Phase, Restored, RestoreFailedError, RestoreWindow, Run, Store
from recoverable.drill.local import checks, recovery, resources
from recoverable.drill.local.last_commit import last_commit
from recoverable.drill.local.log_feed import LogFeed
from recoverable.drill.local.physical_plan import OutsideError, PhysicalPlan, make_plan
from recoverable.drill.local.physical_source import PhysicalSource, physical_source
from recoverable.drill.local.standing_copy import START_PATIENCE, Facts, destroying, made_folder, restored, root_for
from recoverable.drill.postgres.account import server_account
from recoverable.drill.postgres.server import Server, ServerFailedError, make_server_folder, reachable
from recoverable.drill.target import RecoveryTarget
from recoverable.drill.wal.archive import ArchiveError
from recoverable.drill.wal.timelines import ChainError
from recoverable.model.errors import InputError

OBSTACLES = (ChainError, DamagedBackupError, ArchiveError, OutsideError, InputError)
"""What can stand in the way of a plan."""


class PhysicalDrills:
    """Base backups with an archive, and pgBackRest repositories."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._planned: dict[tuple[str, str], tuple[PhysicalSource, PhysicalPlan]] = {}

    def window(self, store: Store) -> RestoreWindow:
        """From the end of the oldest backup to the last commit in the log.

        Raises:
            RestoreFailedError: what is there cannot be read: no mistake in the settings, but a backup that is none.
        """
        with tempfile.TemporaryDirectory(prefix="rcv-window-") as folder:
            work = Path(folder)
            try:
                source = physical_source(store.settings, store.folder, work, lambda: None)
                found = source.candidates()
            except (DamagedBackupError, ArchiveError) as error:
                raise RestoreFailedError(
                    f"the backups cannot be read: {error}", "Mind the passphrase, the permissions, and the backup."
                ) from None
            if not found:
                return RestoreWindow(None, None)
            ends = [each.stop for each in found if each.stop]
            latest = last_commit(source, found[-1], store, work)
            earliest = min(ends) if ends else latest
            return RestoreWindow(earliest, max(filter(None, (latest, *ends)), default=None), found[-1].id)

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """The plan, and what stands in its way."""
        try:
            source, plan = self._plan(store, target, run)
        except OBSTACLES as error:
            yield checks.obstacle(error)
            return
        yield from checks.physical(plan, source, target, store.settings, root_for(store.settings["scratch"], store.folder), _work(run), run)

    @contextlib.contextmanager
    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Restored]:
        """The copy, while it stands."""
        settings = store.settings
        root = root_for(settings["scratch"], store.folder)
        with destroying(run) as stack:
            stack.callback(self._forget, run)
            with run.phase(Phase.PROVISION):
                try:
                    source, plan = self._plan(store, target, run)
                except OBSTACLES as error:
                    raise RestoreFailedError(str(error).rstrip("."), "") from None
                account = server_account()
                home = make_server_folder(stack.enter_context(made_folder(run, self._provider, root)) / resources.SERVER, account)
                server = Server(reachable(plan.programs, account, home), home, account)
                run.conceal(server.password)
                stack.callback(server.stop, "immediate")
            with run.phase(Phase.RESTORE):
                _restore(source, plan, server, settings["preload_ignored"], run)
                recovery.without_recovery(server)
                with recovery.as_superuser(server, settings["superuser"]) as connection:
                    recovery.verify_identity(connection, server, plan)
                    recovery.own_role(connection, server)
                    database = recovery.database_of(connection, settings["database"])
                recovery.close_ways_out(server, run.note)
            facts = Facts(
                target=plan.target,
                backup_id=plan.candidate.id,
                system_identifier=plan.origin.system_identifier,
                timeline=plan.chain.timeline,
                backup_stop=plan.stop,
                backup=source.folder(plan.candidate),
                versions={"postgresql": plan.programs.version, **source.versions},
            )
            yield restored(server, facts, database, run, self._provider, root)

    def _plan(self, store: Store, target: RecoveryTarget, run: Run) -> tuple[PhysicalSource, PhysicalPlan]:
        """Made once per run and target: reading the whole log takes its time."""
        key = (run.id, str(target))
        if key not in self._planned:
            work = _work(run)
            source = physical_source(store.settings, store.folder, work, run.check_budget)
            for secret in source.secrets:
                run.conceal(secret)
            now = run.clock.now()
            self._planned[key] = source, make_plan(source, store.settings, store.folder, target, work, now, run.check_budget)
        return self._planned[key]

    def _forget(self, run: Run) -> None:
        self._planned = {key: value for key, value in self._planned.items() if key[0] != run.id}
        shutil.rmtree(_work(run), ignore_errors=True)


def _work(run: Run) -> Path:
    path = run.folder / "local"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def _restore(source: PhysicalSource, plan: PhysicalPlan, server: Server, ignored: tuple[str, ...], run: Run) -> None:
    """Files, then log."""
    try:
        source.place(plan.candidate, server.data, server.folder / "ts", server.account, run.check_budget)
    except (DamagedBackupError, OSError) as error:
        raise RestoreFailedError(f"the files of backup {plan.candidate.id} could not be restored: {error}", "") from None
    run.note(f"files placed; replaying {plan.chain.segments} log segments to {plan.target}")
    feed = LogFeed(source.feed(plan.candidate, server.data), server.data, server.folder, server.account, plan.unfinished)
    with feed:
        recovery.prepare(server, plan, feed.command, ignored)
        try:
            server.start(timeout=START_PATIENCE, check=run.check_budget)
        except ServerFailedError as error:
            raise recovery.explain(str(error), plan, feed.problem) from None
    when = datetime.datetime.now(datetime.UTC)
    run.note(f"promoted at {when:%H:%M:%S} UTC after {feed.fetched} files of the log")
