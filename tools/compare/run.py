"""``make compare``: recoverable and other scanners on the same small cases, judged against what is true (docs/compare.md)."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tools" / "bench")]

from case_file import Case, load  # noqa: E402
from page import page, summary  # noqa: E402
from peers import peers  # noqa: E402
from scanners import Checkov, Recoverable, Scanner, ScannerError, worst  # noqa: E402
from scoring import RIGHT, Row  # noqa: E402

from tests.standins.terraform.terraform_runner import TerraformRunner  # noqa: E402

STARTED = time.monotonic()


def compare(cases: Sequence[Case], scanners: Sequence[Scanner], work: Path) -> list[Row]:
    """Every case through every scanner, two at a time."""
    terraform = TerraformRunner()
    rows: list[Row] = []
    jobs = []
    for number, case in enumerate(cases):
        for through in case.through:
            say(f"{number + 1} of {len(cases)}: {case.title} ({through})")
            folder = work / f"{number}-{through}"
            folder.mkdir()
            target = case.write(folder, through, terraform)
            own = [Row(case, through, truth) for truth in case.truths]
            rows += own
            jobs += [(scanner, case, target, own) for scanner in scanners if scanner.name in case.asks]
    with ThreadPoolExecutor(max_workers=2) as pool:
        for number, _ in enumerate(pool.map(lambda job: _answer(*job), jobs), 1):
            if number % 20 == 0 or number == len(jobs):
                say(f"{number} of {len(jobs)} runs")
    return rows


def _answer(scanner: Scanner, case: Case, target: Path, rows: Sequence[Row]) -> None:
    for _ in range(case.runs):
        verdicts = scanner.verdicts(target, case.asks[scanner.name])
        for row in rows:
            places = [row.truth.address, *(part for part, whole in case.parts if whole == row.truth.address)]
            said = worst(("", verdicts[named]) for place in places if (named := scanner.named(place, target)) in verdicts)
            silent = "" if scanner.tells_passes or row.truth.verdict == "unknown" else "pass"
            row.answers.setdefault(scanner.name, []).append(said.get("", silent))


def say(text: str) -> None:
    """One progress line, with the time gone by."""
    print(f"[{time.monotonic() - STARTED:5.0f} s] {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Compare, print the totals, write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", action="store_true", help="Trivy and KICS, too (built from their Go modules: ten minutes, once)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only the cases whose path has this text; writes no page")
    options = parser.parse_args()
    cases = [case for case in load(HERE / "cases") if options.only in str(case.path)]
    try:
        scanners: list[Scanner] = [Recoverable(), Checkov(), *(peers(ROOT / ".cache", say) if options.peers else [])]
        with tempfile.TemporaryDirectory(prefix="recoverable-compare-") as folder:
            rows = compare(cases, scanners, Path(folder))
    except ScannerError as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    print(summary(rows, scanners))
    if not options.only:
        command = "make compare COMPARE=--peers" if options.peers else "make compare"
        (ROOT / "docs" / "compare.md").write_text(page(rows, scanners, command), encoding="utf-8")
    for row in rows if options.only else []:
        print(
            f"{row.case.path.name} {row.through} {row.truth.verdict} {row.truth.address}: "
            + "; ".join(f"{s.name} {row.said(s.name)}" for s in scanners)
        )
    for row in rows:
        if "recoverable" in row.case.asks and row.outcome("recoverable") != RIGHT:
            print(f"recoverable is wrong: {row.case.title}, {row.through}: {row.truth.address} {row.said('recoverable')}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
