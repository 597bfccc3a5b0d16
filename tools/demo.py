"""``make demo``: judges bundled input, a good case and rejected ones, and shows every exit code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CASES = (
    ("A production database that could be restored", ["examples/accepted"], 0),
    ("The same with the usual mistakes", ["examples/rejected"], 1),
    ("A real plan of a real module (Cloud SQL for MySQL, terraform-google-modules)", ["examples/plans/mysql-public.json"], 1),
    (
        "A plan with one good and one bad instance under for_each, as a pull-request comment",
        ["examples/plans/cloudsql.json", "--format", "markdown"],
        1,
    ),
    ("A folder with nothing to judge is no success", ["docs/adr"], 3),
    ("A path that does not exist", ["examples/nowhere"], 2),
)


def main() -> int:
    """Run every case; 0 when each gave the exit code it should."""
    wrong = 0
    for title, arguments, expected in CASES:
        print(f"\n━━ {title}\n$ recoverable check {' '.join(arguments)}\n", flush=True)
        done = subprocess.run([sys.executable, "-m", "recoverable", "check", *arguments], cwd=ROOT, check=False)
        print(f"exit code {done.returncode}" + ("" if done.returncode == expected else f", but {expected} was expected"), flush=True)
        wrong += done.returncode != expected
    print(f"\n{len(CASES) - wrong} of {len(CASES)} cases gave the exit code they should")
    return int(wrong > 0)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
