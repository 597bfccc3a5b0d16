"""``make bench-drill``: the restore phase of a local drill beside the bare tools, on the same data in one run (docs/bench-drill.md).

Each pair runs alternately, so that both see the same noise of the machine; the table gives the median. Bare means: what
an administrator would type, files owned by the server's account, ``cp`` as restore_command, the same target and settings.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from drill_page import Pair, page  # noqa: E402 - the path is set above

from recoverable.drill.contract import Phase  # noqa: E402 - the path is set above
from recoverable.drill.postgres.account import hand_over, server_account  # noqa: E402
from recoverable.drill.postgres.configuration import ISOLATED  # noqa: E402
from recoverable.drill.postgres.programs import find_programs  # noqa: E402
from recoverable.drill.postgres.running import run_program  # noqa: E402
from recoverable.drill.postgres.server import Server, make_server_folder  # noqa: E402
from recoverable.drill.target import LATEST, format_lsn  # noqa: E402
from tests.drill.local_drills import LocalDrill  # noqa: E402
from tests.drill.pgbackrest_program import pgbackrest, reachable_by_all  # noqa: E402
from tests.drill.source_server import Source, running_source  # noqa: E402

PAGE = ROOT / "docs" / "bench-drill.md"
STANZA = "bench"


def main() -> int:
    """Build the source, measure, write the page; 1 where the bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the data, one round: shows that it runs, measures nothing, writes nothing"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--major", type=int, default=15)
    args = parser.parse_args()
    scale, seconds, rounds = (8, 2, 1) if args.quick else (80, 20, args.rounds)
    with bench_folder() as folder:
        pairs = measure(folder, args.major, scale, seconds, rounds)
    table = page(pairs, find_programs(args.major).version, rounds)
    print(table)
    if not args.quick:
        PAGE.write_text(table, encoding="utf-8")
    return 0 if args.quick or all(pair.kept for pair in pairs) else 1


@contextmanager
def bench_folder() -> Iterator[Path]:
    """On a disk, not in memory: a restore is mostly writing."""
    path = Path(tempfile.mkdtemp(prefix="rcv-bench-", dir=os.environ.get("TMPDIR") or "/var/tmp"))  # noqa: S108 - its name is random and its mode chosen
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


def measure(folder: Path, major: int, scale: int, seconds: int, rounds: int) -> list[Pair]:
    """Both pairs over one source."""
    account = server_account()
    program = reachable_by_all(pgbackrest(), folder)
    config = configure(folder, program)
    command = f"cp %p {folder}/archive/%f && {program} --config={config} --stanza={STANZA} archive-push %p"
    with running_source(major, folder, segment_megabytes=16, settings={"archive_command": command, "shared_buffers": "128MB"}) as source:
        build(source, program, config, scale, seconds)
    for name in ("base", "archive", "repository"):
        hand_over(folder / name, account)
    base = LocalDrill(
        folder, {"base_backups": str(folder / "base"), "wal_archive": str(folder / "archive"), "scratch": str(folder / "scratch")}
    )
    backrest = LocalDrill(
        folder, {"pgbackrest": {"stanza": STANZA, "config": str(config), "program": str(program)}, "scratch": str(folder / "scratch")}
    )
    files = size_of(folder / "base")
    return [
        pair("base backup, plain", base, files, folder, rounds, lambda home, lsn: by_hand(home, folder, major, lsn)),
        pair(
            "pgBackRest, zst, AES-256", backrest, files, folder, rounds, lambda home, lsn: by_pgbackrest(home, program, config, major, lsn)
        ),
    ]


def configure(folder: Path, program: Path) -> Path:
    """A repository as many have one: compressed and encrypted."""
    account = server_account()
    for name in ("repository", "log", "lock", "spool"):
        (folder / name).mkdir()
        hand_over(folder / name, account)
    config = folder / "pgbackrest.conf"
    config.write_text(
        f"[global]\nrepo1-path={folder}/repository\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=bench\nrepo1-retention-full=1\n"
        f"log-path={folder}/log\nlock-path={folder}/lock\nspool-path={folder}/spool\ncompress-type=zst\nstart-fast=y\nprocess-max=2\n"
        f"log-level-console=warn\n\n[{STANZA}]\npg1-path={folder}/source/data\npg1-socket-path={folder}/source/s\npg1-user=postgres\npg1-database=postgres\n"
    )
    config.chmod(0o600)
    hand_over(config, account)
    return config


def build(source: Source, program: Path, config: Path, scale: int, seconds: int) -> None:
    """The tables of pgbench, both backups, then load for the log."""
    login = source.server.socket("shop").environment()
    bench = source.server.programs.path("pgbench")
    tool = [program, f"--config={config}", f"--stanza={STANZA}", f"--pg1-port={source.server.port}"]
    run_program([*tool, "stanza-create"], account=source.server.account)
    run_program([bench, "-i", "-q", "-s", str(scale)], extra=login)
    source.base_backup(source.folder / "base")
    run_program([*tool, "--type=full", "backup"], account=source.server.account)
    run_program([bench, "-c", "4", "-j", "2", "-T", str(seconds)], extra=login)
    source.order(1, "last")
    source.switch()


def pair(title: str, drill: LocalDrill, files: int, folder: Path, rounds: int, bare: Callable[[Path, int], float]) -> Pair:
    """Alternately, ours first in every other round."""
    lsn, log = planned(drill)
    found = Pair(title, files, log)
    turns = [lambda: ours(drill, found), lambda: found.bare.append(bare(folder / "bare", lsn))]
    for number in range(rounds):
        for turn in turns if number % 2 == 0 else reversed(turns):
            turn()
            shutil.rmtree(folder / "bare", ignore_errors=True)
            os.sync()
        print(f"{title}, round {number + 1}: drill {found.ours[-1]:.1f} s, bare {found.bare[-1]:.1f} s", file=sys.stderr)
    return found


def planned(drill: LocalDrill) -> tuple[int, int]:
    """The explicit target that the drill chooses, and how much log leads there."""
    with drill.run() as run:
        _, plan = drill.provider._physical._plan(drill.store, LATEST, run)
        return plan.target.lsn or 0, plan.chain.size


class Timed(list[str]):
    """What a drill says, and when."""

    def __init__(self) -> None:
        super().__init__()
        self.when: list[float] = []

    def append(self, line: str) -> None:
        """Remember the moment, too."""
        super().append(line)
        self.when.append(time.monotonic())

    def at(self, text: str) -> float:
        """When a line that holds the text was said."""
        return next(when for line, when in zip(self, self.when, strict=True) if text in line)


def ours(drill: LocalDrill, found: Pair) -> None:
    """One drill's restore: the phases that make it, proof of the log (preflight) apart, and how long files and log took of it."""
    drill.said = said = Timed()
    with drill.run() as run:
        with run.phase(Phase.PREFLIGHT):
            list(drill.provider.preflight(drill.store, LATEST, run))
        os.sync()  # like the bare tool, the restore begins with nothing left to write
        with drill.provider.restored(drill.store, LATEST, run):
            pass
        seconds = {record.phase: record.seconds for record in run.phases}
    found.preflight.append(seconds[Phase.PREFLIGHT])
    found.ours.append(seconds[Phase.PROVISION] + seconds[Phase.RESTORE])
    placed, promoted = said.at("files placed"), said.at("promoted at")
    found.placing.append(placed - said.at("restore    …"))
    found.replaying.append(promoted - placed)


def by_hand(home: Path, folder: Path, major: int, lsn: int) -> float:
    """Copy the backup, name target and restore_command, start, wait until it is promoted."""
    account = server_account()
    since = time.monotonic()
    server = Server(find_programs(major), make_server_folder(home, account), account, recovery(lsn, f"cp {folder}/archive/%f %p"))
    run_program(["/bin/cp", "-a", folder / "base", server.data], account=account)
    return started(server, since)


def by_pgbackrest(home: Path, program: Path, config: Path, major: int, lsn: int) -> float:
    """``pgbackrest restore`` and start, with its own archive-get."""
    account = server_account()
    since = time.monotonic()
    server = Server(find_programs(major), make_server_folder(home, account), account)
    server.data.mkdir(mode=0o700)
    hand_over(server.data, account)
    tool = f"{program} --config={config} --stanza={STANZA} --pg1-path={server.data}"
    run_program([*tool.split(), "--type=none", "--archive-mode=off", "restore"], account=account)
    server.settings = recovery(lsn, f"{tool} archive-get %f %p")
    return started(server, since)


def recovery(lsn: int, command: str) -> dict[str, str]:
    """The same target and settings as the drill's."""
    sizes = {"max_connections": "100", "max_wal_senders": "10", "max_worker_processes": "8"}
    target = {"recovery_target_lsn": format_lsn(lsn), "recovery_target_action": "promote", "recovery_target_timeline": "1"}
    return {**ISOLATED, **sizes, **target, "restore_command": command, "hot_standby": "off"}


def started(server: Server, since: float) -> float:
    """Seconds until it takes connections."""
    signal = server.data / "recovery.signal"
    signal.touch(mode=0o600)
    hand_over(signal, server.account)
    (server.data / "postgresql.auto.conf").write_text("")
    server.start(timeout=3600)
    took = time.monotonic() - since
    server.stop("immediate")
    return took


def size_of(folder: Path) -> int:
    """Bytes of all files."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


if __name__ == "__main__":
    sys.exit(main())
