"""``make bench-stacks``: what components cost on the real engine, beside the same resources without them (docs/bench-stacks.md).

One run, one laptop cloud, one machine. Each measured command runs alternately for the two programs, so that both see the same
noise; the table gives the median.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import plain_program

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import recoverable as rc  # noqa: E402 - the path is set above
from recoverable.sandbox.laptop import Laptop  # noqa: E402
from tests.support.stacks import Stack  # noqa: E402

REGION = "eu-west-1"
LIMIT = 1.3  # issue 4: overhead over plain resources
PAGE = ROOT / "docs" / "bench-stacks.md"


@dataclass
class Row:
    """One line of the table: seconds."""

    title: str
    resources: int
    components: float
    plain: float | None = None

    def text(self) -> str:
        """As a row of a Markdown table."""
        beside = f"{self.plain:.2f} s | {self.components / self.plain:.2f}" if self.plain else "– | –"
        return f"| {self.title} | {self.resources} | {self.components:.2f} s | {beside} |"


def buckets(count: int) -> Callable[[], None]:
    """A program of so many buckets, for the mocks."""

    def program() -> None:
        policy = rc.ProtectionPolicy("dev", owner="bench", region=REGION)
        for number in range(count):
            rc.Bucket(f"b{number:03}", rc.BucketArgs(policy))

    return program


def bucket_source(count: int) -> str:
    """The same program as text."""
    return f"""
import recoverable as rc

policy = rc.ProtectionPolicy("dev", owner="bench", region="{REGION}")
for number in range({count}):
    rc.Bucket(f"b{{number:03}}", rc.BucketArgs(policy))
"""


class Bench:
    """One run of everything."""

    def __init__(self, options: argparse.Namespace, work: Path, laptop: Laptop) -> None:
        self.options, self.work, self.laptop = options, work, laptop
        self.started = time.monotonic()
        self.rows: list[Row] = []

    def say(self, text: str) -> None:
        """One progress line, with the time gone by."""
        print(f"[{time.monotonic() - self.started:5.0f} s] {text}", file=sys.stderr, flush=True)

    def timed(self, stack: Stack, *arguments: str) -> float:
        """Seconds of one command."""
        before = time.monotonic()
        stack.run(*arguments)
        return time.monotonic() - before

    def reference(self) -> None:
        """Preview and up of the reference stack, as the README's reader runs it."""
        folder = self.work / "reference"
        folder.mkdir()
        shutil.copytree(ROOT / "infra", folder / "infra")
        for name in ("Pulumi.yaml", "recoverable.toml"):
            shutil.copy(ROOT / name, folder / name)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        for name in ("dev", "prod"):
            self.say(f"reference stack {name}")
            stack = Stack(self.laptop, folder, None, name="recoverable", stack=name)
            previews = [self.timed(stack, "preview") for _ in range(self.options.rounds)]
            up = self.timed(stack, "up", "--yes", "--skip-preview")
            made = len(stack.resources())
            self.rows.append(Row(f"reference stack `{name}`, preview", made, statistics.median(previews)))
            self.rows.append(Row(f"reference stack `{name}`, up", made, up))
            self.rows.append(
                Row(f"reference stack `{name}`, preview without changes", made, self.timed(stack, "preview", "--expect-no-changes"))
            )

    def side_by_side(self, count: int) -> None:
        """So many buckets as components and as plain resources: preview, up, preview again."""
        text, made = plain_program.plain(buckets(count), count, "bench", REGION)
        pair = {}
        for name, source in (("components", bucket_source(count)), ("plain", text)):
            config = {"aws:region": REGION}
            pair[name] = Stack(self.laptop, self.work / f"{name}-{count}", source, name=f"{name}{count}", stack="bench", config=config)
        self.say(f"{count} components, {made} resources: preview")
        taken: dict[str, list[float]] = {"components": [], "plain": []}
        for _ in range(self.options.rounds):
            for name, stack in pair.items():
                taken[name].append(self.timed(stack, "preview"))
        self.add(f"{count} components, preview", made, taken)
        self.say(f"{count} components: up")
        self.add(f"{count} components, up", made, self.up(pair))

    def up(self, pair: dict[str, Stack]) -> dict[str, list[float]]:
        """Up and away again in turn, so that names are free for the other."""
        taken: dict[str, list[float]] = {"components": [], "plain": []}
        for _ in range(max(1, self.options.rounds // 2)):
            for name, stack in pair.items():
                taken[name].append(self.timed(stack, "up", "--yes", "--skip-preview"))
                stack.run("destroy", "--yes", "--skip-preview")
        return taken

    def add(self, title: str, made: int, taken: dict[str, list[float]]) -> None:
        """One row of two medians."""
        self.rows.append(Row(title, made, statistics.median(taken["components"]), statistics.median(taken["plain"])))

    def page(self, facts: str) -> str:
        """The page, with what was over its bound."""
        rows = "\n".join(row.text() for row in self.rows)
        over = [row.title for row in self.rows if row.plain and row.components > LIMIT * row.plain]
        verdict = f"Over the bound of {LIMIT}: {', '.join(over)}." if over else f"Every ratio is within the bound of {LIMIT}."
        head = "| what | resources | with components | plain | ratio |\n|---|---|---|---|---|"
        return f"# What components cost\n\n`make bench-stacks`: {facts}\n\n{head}\n{rows}\n\n{verdict}\n{EXPLAINED}"


EXPLAINED = """
*Plain* is the same set of resources, made by the SDK's own classes, with the same names, inputs, references and options, generated
by `tools/bench/plain_program.py`. Both programs run in turn on the same engine and the same laptop cloud. Ratios of one bucket or
the reference stack say little, since the engine's start (about 0.7 s) and the import of the SDKs weigh most. `up` on a laptop cloud
measures the engine, the stand-in provider and moto, not AWS: there each resource takes seconds, and the ratio nears 1.
"""


def machine_facts(laptop: Laptop) -> str:
    """What ran, for the page."""
    version = subprocess.run(["pulumi", "version"], env=laptop.environment(), capture_output=True, text=True, check=True).stdout.strip()
    return f"Pulumi {version}, Python {sys.version.split()[0]}, 2 cores or more; see the row titles for sizes."


def main() -> int:
    """Run, print, and write the page; 1 when a ratio is over its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer components and rounds; writes no page")
    options = parser.parse_args()
    options.rounds = 2 if options.quick else 5
    sizes = (1, 20) if options.quick else (1, 20, 50, 200)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        laptop = Laptop(work / "cloud")
        laptop.up()
        try:
            bench = Bench(options, work, laptop)
            bench.reference()
            for size in sizes:
                bench.side_by_side(size)
            page = bench.page(machine_facts(laptop))
        finally:
            laptop.down()
    print(page)
    if not options.quick:
        PAGE.write_text(page, encoding="utf-8")
    return int("Over the bound" in page)


if __name__ == "__main__":
    sys.exit(main())
