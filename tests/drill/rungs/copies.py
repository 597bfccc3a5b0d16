"""A running server as a copy to ask rungs about, without a restore: what stands in it is up to the test."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.drill.clocks import SystemClock
from recoverable.drill.contract import Files, Restored, Store
from recoverable.drill.ladder import RungRecord, all_rungs, one
from recoverable.drill.postgres.account import server_account
from recoverable.drill.postgres.configuration import ISOLATED
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.programs import Programs
from recoverable.drill.postgres.server import Server, initialise, make_server_folder
from recoverable.drill.rung import LadderContext
from recoverable.drill.target import LATEST, RecoveryTarget
from recoverable.drill.verdict import RungVerdict
from tests.drill.server_programs import programs_or_skip

PASS, FAIL, COULD_NOT_RUN = RungVerdict.PASS, RungVerdict.FAIL, RungVerdict.COULD_NOT_RUN


@dataclass
class StandingCopy:
    """One server; ``ask`` a rung about it."""

    server: Server

    def execute(self, *statements: str, dbname: str = "postgres") -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        own = "-c statement_timeout=0 -c default_transaction_read_only=off -c search_path=public"  # whatever the test did to the role's settings
        with connect(self.server.connection(dbname), options=own) as opened:
            for each in statements:
                found = opened.execute(each)  # type: ignore[arg-type]  # psycopg wants literal SQL
                rows = found.fetchall() if found.description else []
        return rows

    def context(self, **more: Any) -> LadderContext:
        target: RecoveryTarget = more.pop("target", LATEST)
        files = more.pop("files", Files(self.server.data, self.server.programs.folder, log=self.server.log))
        disaster = more.pop("disaster", datetime.datetime.now(datetime.UTC))
        about: Mapping[str, Any] = more.pop("about", {})
        restored = Restored(
            target=target, server=more.pop("connection", self.server.connection()), backup_id="a test", files=files, **about
        )
        return LadderContext(Store("shop", "prod", "local", {}), restored, SystemClock(), disaster, **more)

    def ask(self, name: str, **more: Any) -> RungRecord:
        rung = next(each for each in all_rungs() if each.rung.name == name)
        found = one(rung, self.context(**more))
        assert not found.crashed, found
        return found


@contextmanager
def standing(major: int, folder: Path, programs: Programs | None = None, **settings: str) -> Iterator[StandingCopy]:
    """A new cluster on a running server, of the version's usual programs where none are given."""
    account = server_account()
    home = make_server_folder(folder / "s", account)
    server = Server(programs or programs_or_skip(major), home, account, settings={**ISOLATED, "fsync": "off", **settings})
    initialise(server)
    with server:
        yield StandingCopy(server)
