"""``make bench``: recoverable and Checkov side by side, in one run, on the same files (docs/bench.md)."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

import checkov  # noqa: E402
from table import BASE, EXPLAINED, OURS, Case, Measured, facts, missed, table  # noqa: E402

from tools.checkov_install import set_up  # noqa: E402

SAME, EVERY = "Checkov, same questions", "Checkov, all"
PARSE = "import json,sys,time;s=open(sys.argv[1],encoding='utf-8');t,c=time.perf_counter(),time.process_time();json.load(s);print(time.perf_counter()-t,time.process_time()-c)"
SLOW = 20.0


class Bench:
    """One run of everything."""

    def __init__(self, options: argparse.Namespace, work: Path) -> None:
        self.options = options
        self.work = work
        self.output = work / "output.txt"
        self.started = time.monotonic()
        self.environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        self.environment |= {"NO_COLOR": "1", "LOG_LEVEL": "ERROR"}

    def say(self, text: str) -> None:
        """One progress line, with the time gone by."""
        print(f"[{time.monotonic() - self.started:5.0f} s] {text}", file=sys.stderr, flush=True)

    def inputs(self) -> list[Case]:
        """All inputs, written anew."""
        self.say("writing the inputs …")
        one = self._folder("one")
        (one / "main.tf").write_text('resource "aws_db_instance" "orders" {\n}\n', encoding="utf-8")
        corpus = Path(os.environ.get("RECOVERABLE_CORPUS", ROOT.parent / "shared" / "corpus")) / "hcl" / "terragoat"
        whole = corpus.is_dir()
        shutil.copytree(corpus if whole else HERE / "terragoat", self.work / "terragoat")
        repository = self._folder("repository")
        self._write("repo_input.py", str(self.options.files), str(repository))
        cases = [
            Case("one file of two lines", one, limits=(0.25, 60)),
            Case(f"terragoat{'' if whole else ' (five files)'}", self.work / "terragoat"),
            Case(f"repository of {self.options.files:,} files", repository, slow=True, limits=(30, 500)),
        ]
        for series, share in (("10 %", "0.1"), ("all", "1.0")):
            for size in (2_000, 20_000):
                target = self.work / f"plan-{size}-{share}.json"
                self._write("plan_input.py", str(size), share, str(target))
                title = f"plan of {size:,} resources, {series} protected"
                large = size > 2_000
                cases.append(Case(title, target, series, size, slow=large, limits=(10, 1024) if large and series == "all" else None))
        return cases

    def _folder(self, name: str) -> Path:
        folder = self.work / name
        folder.mkdir()
        return folder

    def _write(self, script: str, *arguments: str) -> None:
        subprocess.run([sys.executable, str(HERE / script), *arguments], check=True)

    def ours(self, case: Case) -> None:
        """Our own runs, and by turns with them the parsing of a plan, so that both meet the same load."""
        run, base = Measured(OURS), Measured(BASE)
        command = [sys.executable, "-m", "recoverable", "check", case.target.name]
        self.say(f"{case.title}: {OURS}")
        self.once(command, Measured(OURS))
        for _ in range(self.options.runs):
            text = self.once(command, run)
            run.answers = _ours_answered(text)
            if case.target.suffix == ".json" and self.once([sys.executable, "-c", PARSE, str(case.target)], base):
                base.seconds[-1], base.cpu[-1] = map(float, self.output.read_text(encoding="utf-8").split())
        case.runs.append(run)
        if base.seconds:
            base.memory = 0.0
            case.runs.append(base)

    def theirs(self, case: Case, program: Path) -> None:
        """Checkov's runs; all of its checks only where the chosen ones end in time."""
        for tool in (SAME, EVERY):
            run = Measured(tool)
            case.runs.append(run)
            before = case.of(SAME)
            if self.options.quick and case.slow:
                run.note = "left out (--quick)"
            elif tool == EVERY and before and (before.note or max(before.seconds) > self.options.limit / 2):
                run.note = "not tried"
            else:
                self.say(f"{case.title}: {tool} (at most {self.options.limit} s) …")
                command = checkov.command(program, case.target, everything=tool == EVERY)
                for _ in range(self.options.runs):
                    run.answers = checkov.answers(self.once(command, run))
                    if run.note or run.seconds[-1] > SLOW:
                        break

    def once(self, command: list[str], run: Measured) -> str:
        """One run of one command, in a process of its own; its output."""
        small = [sys.executable, "-S", "-E", str(HERE / "measure.py"), str(self.options.limit), str(self.output), *command]
        done = subprocess.run(small, cwd=self.work, env=self.environment, capture_output=True, text=True, check=True)
        took = json.loads(done.stdout)
        text = self.output.read_text(encoding="utf-8", errors="replace")
        run.memory = max(run.memory, took["memory"])
        if took["stopped"]:
            run.note = f"> {self.options.limit} s"
        elif took["code"] not in (0, 1):
            said = Path(f"{self.output}.err").read_text(encoding="utf-8", errors="replace").strip().splitlines()
            run.note = f"failed ({took['code']})"
            self.say(f"exit code {took['code']}: {said[-1] if said else text[-200:]}")
        else:
            run.seconds.append(took["seconds"])
            run.cpu.append(took["cpu"])
        return text


def _ours_answered(text: str) -> int | None:
    found = re.search(r"^([\d,]+) findings?\b.*?([\d,]+) unknown.*?([\d,]+) pass", text, re.M)
    return sum(int(number.replace(",", "")) for number in found.groups()) if found else None


def main() -> int:
    """Measure and print; 1 where a bound of DESIGN §5 is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="leave out the inputs on which Checkov takes minutes, and write no docs/bench.md"
    )
    parser.add_argument("--runs", type=int, default=5, help="runs of each case (default 5)")
    parser.add_argument("--limit", type=int, default=900, help="seconds one run may take (default 900)")
    parser.add_argument("--files", type=int, default=4_000, help="files of the generated repository (default 4000)")
    parser.add_argument("--checkov", default="", metavar="VERSION", help="a version of Checkov (default: the newest)")
    parser.add_argument("--ours-only", action="store_true", help="do not run Checkov at all, and write no docs/bench.md")
    options = parser.parse_args()
    version, program = ("not run", Path()) if options.ours_only else set_up(options.checkov)
    with tempfile.TemporaryDirectory(prefix="recoverable-bench-") as folder:
        bench = Bench(options, Path(folder))
        cases = bench.inputs()
        for case in cases:
            bench.ours(case)
            if not options.ours_only:
                bench.theirs(case, program)
    told = facts(version, _our_version(), options.runs, options.limit, options.quick)
    text = f"{table(cases)}\n\n{told}\n"
    print(text)
    if not options.ours_only and not options.quick:
        page = f"# Speed, side by side with Checkov\n\nWritten by `make bench`; the bounds are those of the design.\n\n{text}\n{EXPLAINED}"
        (ROOT / "docs" / "bench.md").write_text(page, encoding="utf-8")
    for line in missed(cases):
        print(f"missed: {line}", file=sys.stderr)
    return int(bool(missed(cases)))


def _our_version() -> str:
    done = subprocess.run([sys.executable, "-m", "recoverable", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.split()[-1]


if __name__ == "__main__":
    sys.exit(main())
