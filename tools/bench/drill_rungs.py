"""Throughput of each rung on a real copy of at least one gigabyte: writes docs/drill-rungs-bench.md and prints what Rung.seconds_per_gb is from.

``--gigabytes 0.1`` is for trying it out; it writes nothing.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from recoverable.drill.baseline_reading import of_source
from recoverable.drill.clocks import SystemClock
from recoverable.drill.contract import Files, Restored, Store
from recoverable.drill.ladder import RungRecord, all_rungs
from recoverable.drill.postgres.account import hand_over, server_account
from recoverable.drill.postgres.configuration import HBA, ISOLATED
from recoverable.drill.postgres.connect import connect
from recoverable.drill.postgres.programs import find_programs
from recoverable.drill.postgres.running import run_program
from recoverable.drill.postgres.server import Server, initialise, make_server_folder
from recoverable.drill.rung import Depth, LadderContext
from recoverable.drill.stages import climb_stage
from recoverable.drill.target import LATEST

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "drill-rungs-bench.md"
GB = 1e9
ROWS_PER_GB = 2_300_000
"""Of the table below with its two indexes: about 430 bytes a row, of which the text cannot be compressed."""
TABLES = 4
CATALOG_ONLY = 0.02
"""Seconds per GB below which a rung is taken to cost the same at any size."""


def main() -> int:
    """Build, restore nothing (the copy is the cluster itself), climb every rung twice and keep the second, warm, time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=1.2)
    parser.add_argument("--major", type=int, default=18)
    args = parser.parse_args()
    with _folder() as place, _cluster(place, args.major, args.gigabytes) as (server, backup, baseline):
        context = _context(server, backup, baseline)
        size = _size(server)
        asked = [each for each in all_rungs() if each.rung.name not in ("recovery-target",)]
        climb_stage(asked, context, lambda: None)
        results = climb_stage(asked, context, lambda: None)
        text = page(results, size, server.programs.version)
    print(text)
    if size >= GB:
        PAGE.write_text(text, encoding="utf-8")
    return 0


def page(results: list[RungRecord], size: float, version: str) -> str:
    """The table, the dearest first."""
    lines = [
        "# What the rungs cost",
        "",
        f"Written by `tools/bench/drill_rungs.py` on {datetime.datetime.now(datetime.UTC):%Y-%m-%d}: PostgreSQL {version}, {size / GB:.2f} GB in {TABLES} tables of",
        f"{ROWS_PER_GB:,} rows per GB with two indexes each, {os.cpu_count()} cores ({platform.machine()}), second run (warm cache). Other work ran on the",
        "machine at the same time, so these are upper bounds; rungs below 0.02 s per GB read catalogs alone.",
        "",
        "| rung | verdict | seconds | s/GB | GB/s |",
        "|---|---|---|---|---|",
    ]
    for each in sorted(results, key=lambda result: -result.seconds):
        rate = each.seconds / (size / GB)
        speed = f"{size / GB / each.seconds:.2f}" if rate >= CATALOG_ONLY and each.seconds else "–"
        lines.append(f"| `{each.name}` | {each.verdict.value} | {each.seconds:.2f} | {rate:.2f} | {speed} |")
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
