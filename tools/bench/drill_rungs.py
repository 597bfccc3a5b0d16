"""Throughput of each rung on a real copy of at least one gigabyte: writes docs/drill-rungs-bench.md and prints what Rung.seconds_per_gb is from.

``--quick`` is a tenth of a gigabyte, for trying it out; it writes nothing.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from recoverable.drill.baseline_reading import of_source
from recoverable.drill.clocks import SystemClock
from recoverable.drill.contract import Files, Restored, Store
from recoverable.drill.ladder import LadderRung, RungRecord, all_rungs, one
from recoverable.drill.postgres.account import hand_over, server_account
from recoverable.drill.postgres.configuration import HBA, ISOLATED
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.programs import find_programs
from recoverable.drill.postgres.running import run_program
from recoverable.drill.postgres.server import Server, initialise, make_server_folder
from recoverable.drill.rung import Depth, LadderContext, Stage
from recoverable.drill.stages import climb_stage
from recoverable.drill.target import LATEST

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "drill-rungs-bench.md"
GB = 1e9
QUICK = 0.1
ROWS_PER_GB = 2_300_000
"""Of the table below with its two indexes: about 430 bytes a row, of which the text cannot be compressed."""
TABLES = 4
SETTLE = 0.5
"""Seconds until the ended sessions of a rung are in the server's account."""
CATALOG_ONLY = 0.1
"""Seconds per GB below which a rung is taken to cost the same at any size."""


def main() -> int:
    """Build, restore nothing (the copy is the cluster itself), climb every rung twice and keep the second, warm, time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.2)
    parser.add_argument("--major", type=int, default=18)
    parser.add_argument("--quick", action="store_true", help="a tenth of a gigabyte: shows that it runs, writes nothing")
    args = parser.parse_args()
    gigabytes = QUICK if args.quick else args.gigabytes
    with _folder() as place, _cluster(place, args.major, gigabytes) as (server, backup, baseline):
        context = _context(server, backup, baseline)
        size = _size(server)
        asked = [each for each in all_rungs() if each.rung.name not in ("recovery-target",)]
        climb_stage(asked, context, lambda: None)
        results = [_measured(each, context, server) for each in asked]
        text = page(results, size, server.programs.version)
    print(text)
    if size >= GB and not args.quick:
        PAGE.write_text(text, encoding="utf-8")
    return 0


Measured = tuple[RungRecord, float]


def _measured(each: LadderRung, context: LadderContext, server: Server) -> Measured:
    """A rung's record and the processor seconds of server, programs and ourselves: what it takes on a machine with nothing else to do."""
    if each.rung.stage is Stage.STOPPED and context.restored.stopped:
        with context.restored.stopped():  # only the program's own time: that of the ended server is ours from here on
            before = _ours()
            record = one(each, context)
            return record, _ours() - before
    before = _servers(server) + _ours()
    (record,) = climb_stage([each], context, lambda: None)
    time.sleep(SETTLE)
    return record, _servers(server) + _ours() - before


def _servers(server: Server) -> float:
    """Processor seconds of the server with its ended children."""
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _ours() -> float:
    """Processor seconds of this process with its ended children."""
    return sum(each.ru_utime + each.ru_stime for each in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def page(results: list[Measured], size: float, version: str) -> str:
    """The table, the dearest first."""
    lines = [
        "# What the rungs cost",
        "",
        f"Written by `tools/bench/drill_rungs.py` on {datetime.datetime.now(datetime.UTC):%Y-%m-%d}: PostgreSQL {version}, {size / GB:.2f} GB in {TABLES} tables of",
        f"{ROWS_PER_GB:,} rows per GB with two indexes each, {os.cpu_count()} cores ({platform.machine()}), second run (warm cache); load of the machine by",
        f"other work meanwhile: {os.getloadavg()[1]:.1f}. Processor seconds are those of server, programs and rung together: the time that it takes where",
        "nothing else runs and the disk keeps up; throughput and `Rung.seconds_per_gb` come from them. Below 0.1 s per GB a rung reads catalogs alone.",
        "`recovery-target` is not here: it is asked of a copy that recovered, and reads the history of its timeline.",
        "",
        "| rung | verdict | wall seconds | processor seconds | processor s/GB | GB/s |",
        "|---|---|---|---|---|---|",
    ]
    for each, processor in sorted(results, key=lambda result: -result[1]):
        rate = processor / (size / GB)
        speed = f"{1 / rate:.2f}" if rate >= CATALOG_ONLY else "–"
        lines.append(f"| `{each.name}` | {each.verdict.value} | {each.seconds:.2f} | {processor:.2f} | {rate:.2f} | {speed} |")
    return "\n".join(lines) + "\n"


def _context(server: Server, backup: Path, baseline: dict[str, Any]) -> LadderContext:
    @contextmanager
    def stopped() -> Iterator[None]:
        server.stop()
        try:
            yield
        finally:
            server.start()

    restored = Restored(
        target=LATEST,
        connection=server.connection(),
        backup_id="bench",
        files=Files(server.data, server.programs.folder, backup, server.log),
        system_identifier=int(baseline["system_identifier"]),
        timeline=1,
        stopped=stopped,
    )
    clock = SystemClock()
    settings = {"unchanging": {"postgres": ("public.*",)}, "heartbeat": "postgres"}
    return LadderContext(Store("bench", "prod", "local", {}), restored, clock, clock.now(), baseline, settings)


@contextmanager
def _cluster(place: Path, major: int, gigabytes: float) -> Iterator[tuple[Server, Path, dict[str, Any]]]:
    account = server_account()
    settings = {**ISOLATED, "fsync": "off", "shared_buffers": "256MB", "max_wal_size": "8GB", "maintenance_work_mem": "256MB"}
    server = Server(
        find_programs(major), make_server_folder(place / "s", account), account, settings, hba=HBA + "local replication all trust\n"
    )
    initialise(server)
    with server:
        server.fixed_port = True  # it is stopped for one rung, and asked on
        _load(server, round(gigabytes * ROWS_PER_GB / TABLES))
        login = server.socket().environment()
        run_program([server.programs.path("pg_basebackup"), "-D", place / "backup", "--checkpoint=fast", "-X", "stream"], extra=login)
        hand_over(place / "backup", account)
        baseline = of_source(server.connection(), ["postgres"], Depth.DEEP, datetime.datetime.now(datetime.UTC), lambda _: None)
        yield server, place / "backup", baseline


def _load(server: Server, rows: int) -> None:
    with connect(server.connection()) as opened:
        for number in range(TABLES):
            opened.execute(f"CREATE TABLE t{number} (id int, kind text, body text)")
            opened.execute(
                f"INSERT INTO t{number} SELECT n, md5(n::text), (SELECT string_agg(md5((n * 10 + k)::text), '') FROM generate_series(1, 8) k)"  # noqa: S608 - numbers
                f" FROM generate_series(1, {rows}) n"
            )
            opened.execute(f"ALTER TABLE t{number} ADD PRIMARY KEY (id)")
            opened.execute(f"CREATE INDEX ON t{number} (kind)")
        opened.execute("CREATE TABLE recoverable_heartbeat (id int, at timestamptz, lsn pg_lsn)")
        opened.execute("INSERT INTO recoverable_heartbeat VALUES (1, now(), '0/1')")
        opened.execute("VACUUM ANALYZE")


def _size(server: Server) -> float:
    with connect(server.connection()) as opened:
        row = opened.execute("SELECT sum(pg_database_size(oid)) FROM pg_database").fetchone()
    return float(row[0]) if row else 0.0


@contextmanager
def _folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="rcv-bench-", dir="/var/tmp"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


if __name__ == "__main__":
    raise SystemExit(main())
