"""``make bench-stacks``: what components cost on the real engine, beside the same resources without them (docs/bench-stacks.md).

A busy machine makes everything slower, and not evenly. So the two programs take turns within a round, who begins changes from round to
round, and each round gives one ratio of its own; the table holds the median of them. Beside the seconds stand processor seconds: what the
engine, the program and the provider themselves used. Each measured program has a laptop cloud to itself, which holds nothing yet.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import plain_program

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import recoverable as rc  # noqa: E402 - the path is set above
from recoverable.sandbox.laptop import Laptop  # noqa: E402
from tests.support.stacks import Stack  # noqa: E402
from tools.bench.stacks_page import Alone, Pair, Sample, page  # noqa: E402

REGION = "eu-west-1"
PAGE = ROOT / "docs" / "bench-stacks.md"
MEASURE = ROOT / "tools" / "bench" / "measure.py"
LONGEST = 3600.0  # seconds for one command; the longest took 10 minutes on a machine with six other users
ROUNDS = {1: 3, 20: 3, 50: 2, 200: 1}
"""Rounds by the number of components: the more there are, the less a round's noise weighs."""
QUICK = {1: 2, 20: 1}
PROGRAMS = ("components", "plain")


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

    def __init__(self, work: Path) -> None:
        self.work, self.started, self.clouds = work, time.monotonic(), 0
        self.pairs: list[Pair] = []
        self.alone: list[Alone] = []
        self.facts = ""

    def say(self, text: str) -> None:
        """One progress line, with the time gone by."""
        print(f"[{time.monotonic() - self.started:5.0f} s] {text}", file=sys.stderr, flush=True)

    @contextmanager
    def laptop(self) -> Iterator[Laptop]:
        """A laptop cloud that holds nothing yet, and is away afterwards."""
        self.clouds += 1
        made = Laptop(self.work / f"cloud-{self.clouds}")
        made.up(say=lambda _: None)
        try:
            self.facts = self.facts or machine_facts(made)
            yield made
        finally:
            made.down(say=lambda _: None)

    def timed(self, stack: Stack, *arguments: str) -> Sample:
        """What one command took."""
        said = self.work / "said"
        command = [sys.executable, str(MEASURE), str(LONGEST), str(said), *stack.command(*arguments)]
        done = subprocess.run(command, cwd=stack.folder, env=stack.environment, capture_output=True, text=True, check=True)
        took = json.loads(done.stdout)
        if took["code"]:
            complaint = said.read_text()[-2000:] + Path(f"{said}.err").read_text()[-2000:]
            raise SystemExit(f"pulumi {' '.join(arguments)} ended with {took['code']}:\n{complaint}")
        return Sample(took["seconds"], took["cpu"])

    def reference(self, rounds: int) -> None:
        """Preview and up of the reference stack, as the README's reader runs it."""
        folder = self.work / "reference"
        folder.mkdir()
        shutil.copytree(ROOT / "infra", folder / "infra")
        for name in ("Pulumi.yaml", "recoverable.toml"):
            shutil.copy(ROOT / name, folder / name)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        for name in ("dev", "prod"):
            self.say(f"reference stack {name}")
            with self.laptop() as laptop:
                stack = Stack(laptop, folder, None, name="recoverable", stack=name)
                previews = [self.timed(stack, "preview") for _ in range(rounds)]
                ups = [self.timed(stack, "up", "--yes", "--skip-preview")]
                made = len(stack.resources())
                again = [self.timed(stack, "preview", "--expect-no-changes") for _ in range(rounds)]
            for what, samples in (("preview", previews), ("up", ups), ("preview without changes", again)):
                self.alone.append(Alone(f"reference stack `{name}`, {what}", made, samples))

    def side_by_side(self, count: int, rounds: int) -> None:
        """So many buckets as components and as plain resources."""
        text, made = plain_program.plain(buckets(count), count, "bench", REGION)
        sources = {"components": bucket_source(count), "plain": text}
        preview, up = Pair(count, made, "preview"), Pair(count, made, "up")
        for number in range(rounds):
            for name in PROGRAMS if number % 2 == 0 else PROGRAMS[::-1]:
                self.say(f"{count} components, {made} resources, round {number + 1} of {rounds}: {name}")
                with self.laptop() as laptop:
                    folder = self.work / f"{name}-{count}-{number}"
                    stack = Stack(laptop, folder, sources[name], name=f"bench{count}", stack="bench", config={"aws:region": REGION})
                    preview.add(name, self.timed(stack, "preview"))
                    up.add(name, self.timed(stack, "up", "--yes", "--skip-preview"))
                    held = [each for each in stack.resources().values() if not each["type"].startswith("recoverable:")]
                    if len(held) != made:
                        raise SystemExit(f"{name} made {len(held)} resources, not {made}: the programs are not the same")
        self.pairs += [preview, up]
        self.say(f"{preview.row()}\n{up.row()}")


def machine_facts(laptop: Laptop) -> str:
    """What ran, for the page."""
    version = subprocess.run(["pulumi", "version"], env=laptop.environment(), capture_output=True, text=True, check=True).stdout.strip()
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    return f"Pulumi {version}, Python {sys.version.split()[0]}, {os.cpu_count()} cores, {busy:.1f} waiting programs per core at its begin"


def main() -> int:
    """Run, print, and write the page; 1 when a ratio is over its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer components and rounds; writes no page")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        for count, rounds in (QUICK if options.quick else ROUNDS).items():
            bench.side_by_side(count, rounds)
        bench.reference(1 if options.quick else 3)
    text = page(bench.facts, bench.pairs, bench.alone)
    print(text)
    if not options.quick:
        PAGE.write_text(text, encoding="utf-8")
    return int(any(pair.over for pair in bench.pairs))


if __name__ == "__main__":
    sys.exit(main())
