"""The scanners: each gives, for chosen checks, a verdict for every address."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from tools.checkov_install import set_up

ORDER = ("fail", "unknown", "pass")
Verdicts = dict[str, str]


class ScannerError(RuntimeError):
    """A scanner did not end as it should; the message carries what it printed."""


class Scanner(Protocol):
    """What the comparison needs of a scanner. ``tells_passes``: whether it names what it found right, too."""

    name: str
    title: str
    tells_passes: bool

    def verdicts(self, target: Path, checks: tuple[str, ...]) -> Verdicts:
        """The verdict of the checks for each address they answered."""

    def named(self, address: str, target: Path) -> str:
        """An address as the scanner writes it."""


class Recoverable:
    """This checkout, as a user runs it."""

    name, tells_passes = "recoverable", True

    def __init__(self) -> None:
        """Ask for the version."""
        self.title = f"recoverable {output([sys.executable, '-m', 'recoverable', '--version']).split()[-1]}"

    def verdicts(self, target: Path, checks: tuple[str, ...]) -> Verdicts:
        """From its JSON report; a crashed rule is no verdict."""
        folder, path = (target, ".") if target.is_dir() else (target.parent, target.name)
        text = output([sys.executable, "-m", "recoverable", "check", path, "--format", "json"], folder, good=(0, 1, 2, 3))
        results = json.loads(text)["results"] if text.strip() else []
        return worst((item["address"], item["verdict"]) for item in results if item["rule"] in checks and item["verdict"] in ORDER)

    def named(self, address: str, target: Path) -> str:
        """The address as Terraform writes it."""
        return address


class Checkov:
    """Checkov from the package index, in an environment of its own (tools/checkov_install.py)."""

    name, tells_passes = "checkov", True

    def __init__(self) -> None:
        """Set it up where it is not there yet."""
        version, self.program = set_up()
        self.title = f"Checkov {version}"

    def verdicts(self, target: Path, checks: tuple[str, ...]) -> Verdicts:
        """From its JSON report, which has passes and fails only: what it cannot know, it leaves out."""
        kind = "terraform" if target.is_dir() else "terraform_plan"
        command = [str(self.program), "-d" if target.is_dir() else "-f", str(target), "--framework", kind, "--check", ",".join(checks)]
        text = output([*command, "--skip-download", "--download-external-modules", "False", "--compact", "-o", "json"], good=(0, 1))
        reports = json.loads(text[text.index("{") if text.lstrip().startswith("{") else text.index("[") :])
        pairs = []
        for report in reports if isinstance(reports, list) else [reports]:
            for verdict, records in (("pass", "passed_checks"), ("fail", "failed_checks")):
                pairs += [(item["resource"], verdict) for item in report.get("results", {}).get(records, [])]
        return worst(pairs)

    def named(self, address: str, target: Path) -> str:
        """The address as Terraform writes it."""
        return address


def worst(pairs: Iterable[tuple[str, str]]) -> Verdicts:
    """The worst verdict of several checks for each address."""
    found: Verdicts = {}
    for address, verdict in pairs:
        found[address] = min(found.get(address, verdict), verdict, key=ORDER.index)
    return found


def output(command: list[str], folder: Path | None = None, good: tuple[int, ...] = (0,)) -> str:
    """What a program printed, without the caller's credentials and settings in its environment."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    environment |= {"NO_COLOR": "1", "LOG_LEVEL": "CRITICAL"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in good:
        raise ScannerError(f"{' '.join(command[:6])} … ended with {done.returncode}:\n{(done.stderr or done.stdout)[-2000:]}")
    return done.stdout
