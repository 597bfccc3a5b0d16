"""The real Checkov, in its own environment, with our checks."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from tools.checkov_install import ROOT, TESTED, set_up

CHECKS = ROOT / "checks"
TODAY = "2026-11-23"
DOWNLOADS = "--download-external-modules"
ORDER = ("error", "fail", "unknown", "suppressed", "pass")
Record = dict[str, Any]
Verdicts = dict[tuple[str, str], str]


@dataclass(slots=True)
class Outcome:
    """What one run of Checkov's command ended with; ``records`` are those of its JSON report."""

    code: int
    stdout: str
    stderr: str
    records: list[Record] = field(default_factory=list)

    def of(self, rule: str, address: str = "") -> list[str]:
        """The results for a rule, and an address."""
        return [item["result"] for item in self.records if item["check_id"] == rule and address in ("", item["resource"])]


def environment(**more: str) -> dict[str, str]:
    """An environment without the caller's settings and credentials."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    # RECOVERABLE_AS_OF makes waivers and reviews those of a fixed day.
    return kept | {"NO_COLOR": "1", "ANSI_COLORS_DISABLED": "1", "LOG_LEVEL": "WARNING", "RECOVERABLE_AS_OF": TODAY} | more


def checkov(
    *arguments: str | Path,
    cwd: Path,
    program: Path | None = None,
    checks: Path | None = CHECKS,
    only: str = "RCV*",
    **variables: str,
) -> Outcome:
    """``checkov ARGUMENTS`` with our checks; the report as JSON unless the arguments say another output.

    Without a ``program`` it runs in a process forked from one that has loaded Checkov, which spares seconds.
    """
    words = [*map(str, arguments), "--skip-download", *([] if DOWNLOADS in arguments else [DOWNLOADS, "False"])]
    words += ["--external-checks-dir", str(checks)] if checks else []
    words += ["--check", only] if only else []
    words += [] if {"-o", "--output"} & set(words) else ["-o", "json"]
    if program is None:
        outcome = server("commands").command(words, cwd, environment(**variables))
    else:
        done = subprocess.run([str(program), *words], cwd=cwd, env=environment(**variables), capture_output=True, text=True, check=False)
        outcome = Outcome(done.returncode, done.stdout, done.stderr)
    outcome.records = _records(outcome.stdout) if "json" in words else []
    return outcome


def _records(text: str) -> list[Record]:
    start = min((text.index(mark) for mark in "{[" if mark in text), default=-1)
    if start < 0:
        return []
    reports = json.JSONDecoder().raw_decode(text[start:])[0]
    found = []
    for report in reports if isinstance(reports, list) else [reports]:
        for result, name in (("passed", "passed_checks"), ("failed", "failed_checks"), ("skipped", "skipped_checks")):
            found += [{**item, "result": result} for item in report.get("results", {}).get(name, [])]
    return found


class CheckovServer:
    """Checkov's own runners in one process of Checkov's Python, for many small scans; strict, so that unknowns are told."""

    def __init__(self) -> None:
        """Start it; its messages go to a file, so that they cannot fill a pipe."""
        python = set_up(TESTED)[1].parent / "python"
        self._messages = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed with the server
        self._process = subprocess.Popen(
            [str(python), str(ROOT / "tests" / "support" / "checkov_server.py"), str(CHECKS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._messages,
            env=environment(RECOVERABLE_STRICT="1"),
            text=True,
        )

    def scan(self, folder: Path, *, root: str = ".", files: Sequence[str] = (), only: str = "RCV*", **environ: str) -> list[Record]:
        """The records of one scan of a folder, or of the plans in ``files``.

        Raises:
            RuntimeError: Checkov ended; with what it printed.
        """
        framework = "terraform_plan" if files else "terraform"
        job = {"folder": str(folder), "root": root, "framework": framework, "files": list(files), "patterns": [only], "environ": environ}
        records: list[Record] = self._ask(job)
        return records

    def command(self, words: Sequence[str], folder: Path, environ: dict[str, str]) -> Outcome:
        """Checkov's whole command."""
        with tempfile.TemporaryDirectory() as scratch:
            out, err = Path(scratch, "out"), Path(scratch, "err")
            job = {"argv": list(words), "folder": str(folder), "environ": environ, "stdout": str(out), "stderr": str(err)}
            code = self._ask(job)
            return Outcome(code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))

    def _ask(self, job: dict[str, Any]) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        try:
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except OSError:
            answer = ""
        if not answer:
            self._messages.seek(0)
            raise RuntimeError(self._messages.read()[-4000:])
        return json.loads(answer)

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()
        self._messages.close()


@lru_cache(maxsize=2)
def server(task: str) -> CheckovServer:
    """The server of this test process for ``scans`` or ``commands``; it ends with it.

    Two, for a command has to find what a fresh process would: a Checkov that has not loaded our core yet.
    """
    server = CheckovServer()
    atexit.register(server.close)
    return server


def verdict_of(record: Record) -> str:
    """Our verdict that a record of a strict run stands for."""
    if record["result"] == "passed":
        return "pass"
    if record["result"] == "skipped":
        return "suppressed"
    name = record["check_name"]
    return "unknown" if name.startswith("[unknown]") else "error" if name.startswith("[error]") else "fail"


def verdicts(records: list[Record]) -> Verdicts:
    """The worst verdict by rule and address."""
    found: Verdicts = {}
    for record in records:
        key = (record["check_id"], record["resource"])
        verdict = verdict_of(record)
        found[key] = min(found.get(key, verdict), verdict, key=ORDER.index)
    return found
