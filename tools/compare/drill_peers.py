"""Restore drills beside PyPI's firedrill 0.6 on the same damages: writes docs/compare-drills.md.

Both are run on the same whole and damaged dumps; firedrill is put into .cache/ for it. It restores into Docker containers, so where no
Docker daemon answers it says that it could not verify, and why. The rest of its column is what its own documentation and source say, marked so.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
PAGE = ROOT / "docs" / "compare-drills.md"
RECORD = ROOT / "docs" / "drill-catalogue.json"
PEER = "firedrill"
VERSION = "0.6.0"
UNAVAILABLE = "TARGET_UNAVAILABLE"
GLOBALS = "globals.sql"
PLACE = ROOT / ".cache" / "peers" / PEER

# Read in the README and source of 0.6.0. "" is: nothing there asks for it.
DOCUMENTED = {
    1: ("PITR_TARGET_UNREACHED", "its drills to a time set an explicit target; one to the latest state sets none"),
    2: ("PITR_TARGET_UNREACHED", "as row 1"),
    3: ("PITR_FAILED", "PostgreSQL itself refuses"),
    4: ("PITR_TARGET_UNREACHED", "where the target lies behind it; a foreign segment is not looked for"),
    5: (
        "",
        "pgBackRest's own restore checks its files; a base backup's manifest, page checksums and amcheck are not asked (its source says why)",
    ),
    6: ("VOLUME_DRIFT", "where a history or minimum is set: it counts rows"),
    7: ("", "counts of rows may be index-only"),
    8: ("VOLUME_TABLE_MISSING", "for tables that its settings name: counting opens them"),
    9: ("PITR_FAILED", "PostgreSQL itself refuses"),
    10: ("PITR_TARGET_BEFORE_BACKUP", "for pgBackRest and WAL-G"),
    11: ("PITR_TARGET_UNREACHED", ""),
    12: ("PITR_TARGET_UNREACHED", "also where nothing is lost: there are no heartbeats"),
    13: ("PITR_TARGET_INVALID", ""),
    14: ("ARCHIVING_ENABLED", "for its own copy; a polluted archive is not looked for"),
    15: ("PITR_STILL_IN_RECOVERY", ""),
    16: ("BACKUP_STALE", "age of the newest backup"),
    17: ("BACKUP_UNREADABLE", ""),
    19: ("ROLE_ABSENT", "for owners; grants by a structure reference"),
    20: ("ARCHIVE_TRUNCATED", ""),
    21: ("EXTENSION_ABSENT", ""),
    22: ("PITR_FAILED", "PostgreSQL itself refuses"),
    23: ("COLLATION_MISMATCH", "against a reference"),
    24: ("", ""),
    25: ("PITR_FAILED", ""),
    26: ("VOLUME_BELOW_MINIMUM", "where a minimum or history is set"),
    27: ("", "containers have a network; subscriptions are not looked for"),
    30: ("RESTORE_RESOURCE", "after the fact"),
}
MORE = (
    ("MySQL and MariaDB", "–", "yes"),
    ("sequences behind their column's maximum", "–", "SEQUENCE_BEHIND"),
    ("negative control in every drill", "yes", "–"),
    ("heap against index, index against heap", "yes", "–"),
    ("RPO measured from heartbeats", "yes", "–"),
    ("hash-chained ledger of evidence", "yes", "–"),
    ("migrations compared with what was restored", "yes", "–"),
    ("needs Docker", "no", "yes"),
)


def main() -> int:
    """Run both where they can run, and write the page."""
    _install()
    with _dumps() as dumps:
        seen = {name: (_recoverable(path), _firedrill(path)) for name, path in dumps.items()}
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    PAGE.write_text(page(record, seen), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written; recoverable and {PEER} said {seen}")
    return 0


def page(record: dict[str, Any], seen: dict[str, tuple[str, str]]) -> str:
    """The table by rows of the failure catalogue."""
    ours: dict[int, set[str]] = {}
    for each in record["injections"].values():
        ours.setdefault(each["row"], set()).update(name for names in each["caught_by"].values() for name in names)
    lines = [
        "# Restore drills beside firedrill",
        "",
        f"Written by `tools/compare/drill_peers.py` ({PEER} {VERSION} from PyPI). Our column is what our tests found ([catalogue](drill-catalogue.md)).",
        f"Theirs is [D]: read in the documentation and source of {VERSION}, by us, and not run, but for the dumps at the end. It reports what it could not",
        "verify as that, and never as a pass. A dash is: nothing there asks for it.",
        "",
        f"| row | recoverable | {PEER} {VERSION} |",
        "|---|---|---|",
    ]
    for row in sorted(set(ours) | set(DOCUMENTED)):
        rule, note = DOCUMENTED.get(row, ("", ""))
        theirs = f"[D] {f'`{rule}`' if rule else '–'}{f' ({note})' if note else ''}"
        lines.append(f"| {row} | {', '.join(sorted(ours.get(row, set()))) or '–'} | {theirs} |")
    lines += ["", "| beyond the catalogue | recoverable | firedrill [D] |", "|---|---|---|"]
    lines += [f"| {what} | {us} | {them} |" for what, us, them in MORE]
    lines += [
        "",
        "## Run here",
        "",
        "Both on the same files, in one run of this tool. What could not be verified is no verdict on the dump.",
        "",
    ]
    lines += [f"| dump | recoverable said | {PEER} said |", "|---|---|---|"]
    lines += [f"| {name} | {ours} | {theirs} |" for name, (ours, theirs) in seen.items()]
    return "\n".join(lines) + "\n"


def _install() -> None:
    if not (PLACE / "bin" / PEER).exists():
        venv.create(PLACE, with_pip=True)
        subprocess.run([PLACE / "bin" / "pip", "install", "--quiet", f"{PEER}=={VERSION}"], check=True)


def _firedrill(dump: Path) -> str:
    """Exit code and rules of one run."""
    report = dump.with_suffix(".report.json")
    done = subprocess.run(
        [PLACE / "bin" / PEER, "run", dump, "--no-config", "--quiet", "--json", report], capture_output=True, text=True, timeout=600
    )
    try:
        found = json.loads(report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return f"exit {done.returncode}, no report"
    rules = ", ".join(sorted({each["rule"] for each in found["findings"]})) or "no finding"
    verdict = "could not verify" if not found["verified"] else "ok" if found["ok"] else "failed"
    why = " (no Docker daemon answered)" if UNAVAILABLE in rules else ""
    return f"exit {done.returncode}, {verdict}: {rules}{why}"


def _recoverable(dump: Path) -> str:
    """Exit code, verdict and rungs of a whole drill of the same file, with a control."""
    folder = dump.with_suffix(".drill")
    (folder / "scratch").mkdir(parents=True)
    source = f'source = {{ dump = "{dump}", globals = "{dump.parent / GLOBALS}", scratch = "{folder / "scratch"}" }}'
    text = f'[drill.stores.dump]\nprovider = "local"\nenvironment = "dev"\n{source}\nexpect.unlogged.shop = ["public.sessions"]\n'
    (folder / "recoverable.toml").write_text(text, encoding="utf-8")
    order = [sys.executable, "-m", "recoverable", "drill", "run", "dump", "--json", "--state-dir", folder / "state"]
    done = subprocess.run(order, cwd=folder, capture_output=True, text=True, timeout=600)
    try:
        found = json.loads(done.stdout)
    except ValueError:
        return f"exit {done.returncode}, no record"
    failed = ", ".join(each["name"] for each in found["rungs"] if each["verdict"] == "fail")
    passed = f"{sum(each['verdict'] == 'pass' for each in found['rungs'])} rungs passed"
    return f"exit {done.returncode}, {found['verdict']} ({found['colour']}): {failed or passed}"


@contextmanager
def _dumps() -> Iterator[dict[str, Path]]:
    """Whole dumps of a real server, and their copies damaged by our catalogue."""
    from recoverable.drill.damage.marked import MARKER
    from recoverable.drill.damage.registry import injections
    from tests.drill.source_server import open_folder, running_source

    with tempfile.TemporaryDirectory() as scratch, open_folder() as place:
        Path(scratch).chmod(0o755)  # the account of the copy's server must get to its folder
        (Path(scratch) / MARKER).touch()
        with running_source(15, place) as source:
            source.order(300, "some")
            source.dump(place / "plain.sql")
            source.dump(place / "custom.dump", "-Fc")
            source.dump_globals(place / GLOBALS)
        (Path(scratch) / GLOBALS).write_bytes((place / GLOBALS).read_bytes())
        found: dict[str, Path] = {}
        for kind, name in (("plain-dump-cut", "plain.sql"), ("custom-dump-cut", "custom.dump")):
            whole, cut = Path(scratch) / f"whole-{name}", Path(scratch) / f"cut-{name}"
            for each in (whole, cut):
                each.write_bytes((place / name).read_bytes())
            injections()[kind].inject(cut, Random(1))  # noqa: S311 - a place to cut
            found |= {f"{name}, whole": whole, f"{name}, {kind}": cut}
        yield found


if __name__ == "__main__":
    raise SystemExit(main())
