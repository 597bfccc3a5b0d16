"""``make bench``: what our checks add to a run of Checkov, by turns with Checkov alone on the same files (docs/bench-checks.md)."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from tools.checkov_install import set_up  # noqa: E402

SHARE, SECONDS = 0.25, 1.0
"""The bound: our checks may add a quarter of Checkov's own time, or this many seconds."""
ALONE, BESIDE = "Checkov alone", "Checkov with our checks"


class Run:
    """The runs of one command."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.command = command
        self.folder = folder
        self.seconds: list[float] = []
        self.cpu: list[float] = []
        self.memory = 0.0
        self.answers = ""

    def once(self, *, counts: bool) -> None:
        """One run, in a process of its own; the first of all is only there to compile."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        output = self.folder.parent / "output.txt"
        small = [sys.executable, "-S", "-E", str(HERE / "measure.py"), "600", str(output), *self.command]
        done = subprocess.run(small, cwd=self.folder, env=kept | {"LOG_LEVEL": "ERROR"}, capture_output=True, text=True, check=True)
        took = json.loads(done.stdout)
        if took["code"] not in (0, 1) or took["stopped"]:
            raise SystemExit(f"error: {' '.join(self.command[:3])} … ended with {took['code']}: {output.read_text()[-500:]}")
        if counts:
            self.seconds.append(took["seconds"])
            self.cpu.append(took["cpu"])
        self.memory = max(self.memory, took["memory"])
        lines = output.read_text(encoding="utf-8", errors="replace").splitlines()
        self.answers = next((line for line in lines if line.startswith("Passed checks")), "none")


def measure(program: Path, runs: int, work: Path) -> tuple[str, Run, Run]:
    """Both commands by turns over terragoat: all of it where the corpus is there, else five files of it."""
    corpus = Path(os.environ.get("RECOVERABLE_CORPUS", ROOT.parent / "shared" / "corpus")) / "hcl" / "terragoat"
    folder = work / "terragoat"
    shutil.copytree(corpus if corpus.is_dir() else HERE / "terragoat", folder)
    command = [
        str(program),
        "-d",
        ".",
        "--framework",
        "terraform",
        "--skip-download",
        "--download-external-modules",
        "False",
        "--quiet",
        "--compact",
    ]
    alone, beside = Run(command, folder), Run([*command, "--external-checks-dir", str(ROOT / "checks")], folder)
    for number in range(runs + 1):
        for run in (alone, beside):
            run.once(counts=number > 0)
        print(f"run {number} of {runs}", file=sys.stderr, flush=True)
    return f"terragoat{'' if corpus.is_dir() else ' (five files)'}", alone, beside


def page(title: str, version: str, alone: Run, beside: Run) -> str:
    """The result in Markdown."""
    rows = [
        f"| {name} | {min(run.seconds):.2f} s | {statistics.median(run.seconds):.2f} s | {min(run.cpu):.2f} s | {statistics.median(run.cpu):.2f} s "
        f"| {run.memory:,.0f} MB | {run.answers} |"
        for name, run in ((ALONE, alone), (BESIDE, beside))
    ]
    added, limit = extra(alone, beside)
    return "\n".join(
        [
            "# What our checks add to a run of Checkov",
            "",
            "Written by `make bench` (`tools/bench/checks.py`).",
            "",
            f"| {title} | time, least | time, median | CPU, least | CPU, median | peak memory | answers |",
            "|---|--:|--:|--:|--:|--:|---|",
            *rows,
            "",
            f"Added: {added:.2f} s of processor time, the least of each (bound: {SHARE:.0%} or {SECONDS:g} s, here {limit:.2f} s): "
            f"{'kept' if added <= limit else '**missed**'}.",
            "",
            f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}, Checkov {version}, "
            f"{len(alone.seconds)} runs of each by turns. The bound is held against processor time: unlike the clock it does not hang on "
            "what else the machine does, and it counts all processes.",
            "",
        ]
    )


def extra(alone: Run, beside: Run) -> tuple[float, float]:
    """Seconds that our checks add, and how many they may."""
    return min(beside.cpu) - min(alone.cpu), max(SHARE * min(alone.cpu), SECONDS)


def main() -> int:
    """Measure and print; 1 where the bound is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="two runs, and write no docs/bench-checks.md")
    parser.add_argument("--runs", type=int, default=7, help="runs of each (default 7)")
    parser.add_argument("--checkov", default="", metavar="VERSION", help="a version of Checkov (default: the newest)")
    options = parser.parse_args()
    version, program = set_up(options.checkov)
    with tempfile.TemporaryDirectory(prefix="recoverable-bench-") as work:
        title, alone, beside = measure(program, 2 if options.quick else options.runs, Path(work))
    text = page(title, version, alone, beside)
    print(text)
    if not options.quick:
        (ROOT / "docs" / "bench-checks.md").write_text(text, encoding="utf-8")
    added, limit = extra(alone, beside)
    return int(added > limit)


if __name__ == "__main__":
    sys.exit(main())
