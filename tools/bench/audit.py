"""Measures ``recoverable audit aws`` on an account of 10,000 buckets and 2,000 databases, and on a tenth of it: time, calls, memory.

``make bench-audit`` writes docs/bench-audit.md; ``--quick`` takes a tenth and a hundredth and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
LIMIT = 3600
LINES = "JSON lines"
MODES = {"report": ["--format", "json"], LINES: ["--json-lines"], f"{LINES}, --resume": ["--json-lines", "--resume", "{folder}/answers"]}
LOGIN = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_EC2_METADATA_DISABLED": "true"}


@dataclass(frozen=True)
class Run:
    """One audit: how much there was, how it reported, and what it took."""

    buckets: int
    databases: int
    mode: str
    seconds: float
    cpu: float
    memory: float
    calls: int
    findings: int


@contextmanager
def account(buckets: int, databases: int) -> Iterator[str]:
    """The address of a served account."""
    command = [sys.executable, str(HERE / "audit_stub.py"), str(buckets), str(databases)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as served:
        try:
            yield f"http://127.0.0.1:{served.stdout.readline().strip() if served.stdout else ''}"
        finally:
            served.terminate()


def measured(buckets: int, databases: int, mode: str, folder: Path) -> Run:
    """One audit in a process of its own.

    Raises:
        SystemExit: it did not end with findings, or did not find the defects that were put there.
    """
    with account(buckets, databases) as address:
        out = folder / "out"
        words = [sys.executable, "-m", "recoverable", "audit", "aws", "--region", "eu-west-1"]
        words += [word.format(folder=folder) for word in MODES[mode]]
        environment = {**os.environ, **LOGIN, "AWS_ENDPOINT_URL": address, "PYTHONPATH": str(ROOT / "src")}
        done = subprocess.run(
            [sys.executable, str(HERE / "measure.py"), str(LIMIT), str(out), *words],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        took = json.loads(done.stdout)
        with urllib.request.urlopen(f"{address}/-/calls", timeout=60) as answer:  # noqa: S310 - the stub's own address
            calls = int(answer.read())
    found = _fails(out, mode)
    expected = (buckets + 9) // 10
    if took["code"] != 1 or found.get("RCV040") != expected:
        raise SystemExit(f"the audit of {buckets} buckets ended with {took['code']}, RCV040: {found.get('RCV040')} for {expected}")
    return Run(buckets, databases, mode, took["seconds"], took["cpu"], took["memory"], calls, sum(found.values()))


def _fails(out: Path, mode: str) -> dict[str, int]:
    with out.open(encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines) if mode.startswith(LINES) else iter(json.load(lines)["results"])
        found: dict[str, int] = {}
        for row in rows:
            if row.get("verdict") == "fail":
                found[row["rule"]] = found.get(row["rule"], 0) + 1
    return found


def page(runs: list[Run]) -> str:
    """The numbers as Markdown."""
    rows = "\n".join(
        f"| {run.buckets:,} | {run.databases:,} | {run.mode} | {run.seconds:.0f} s | {run.cpu:.0f} s | {run.calls:,} | {run.memory:.0f} MB | {run.findings:,} |"
        for run in runs
    )
    growths = []
    for mode in MODES:
        small, large = [run for run in runs if run.mode == mode]
        growths.append(
            f"- {mode}: {large.cpu / small.cpu:.1f} times the processor time, {large.memory / small.memory:.1f} times the memory."
        )
    return (
        "# Bench of the audit\n\nWritten by `make bench-audit`. The account is served by `tools/bench/audit_stub.py` on the same machine, which\n"
        f"answers at once: what is measured is the audit itself, on {os.cpu_count()} cores, Python {platform.python_version()}. Real AWS adds its own time for each\n"
        "call, divided by `--parallel` (8 here). One bucket and one database in ten has a defect, and the run fails unless all are found.\n\n"
        "| buckets | databases | report | time | processor | calls | peak memory | findings |\n|---:|---:|---|---:|---:|---:|---:|---:|\n"
        f"{rows}\n\nTen times as much takes\n\n" + "\n".join(growths) + "\n"
    )


def main() -> int:
    """Run every size and mode, small first."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    sizes = [(100, 20), (1000, 200)] if quick else [(1000, 200), (10_000, 2000)]
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for mode in MODES:
            for buckets, databases in sizes:
                runs.append(measured(buckets, databases, mode, Path(folder)))
                print(runs[-1], file=sys.stderr)
    text = page(runs)
    if not quick:
        (ROOT / "docs" / "bench-audit.md").write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
