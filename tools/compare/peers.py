"""Trivy and KICS, built from their Go modules with the checks that these carry; nothing else is fetched.

Both report only what fails, so silence about a resource counts as a pass, but for what cannot be known.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from scanners import Scanner, ScannerError, Verdicts, output

TRIVY = ("trivy", "github.com/aquasecurity/trivy", "cmd/trivy", "v0.74.0")
KICS = ("kics", "github.com/Checkmarx/kics/v2", "cmd/console", "v2.2.0")
# Trivy uses encoding/json/v2, which Go 1.26 has as an experiment.
GO = {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GOEXPERIMENT": "jsonv2"}


class Trivy:
    """``trivy config`` with the checks in its executable."""

    name, tells_passes = "trivy", False

    def __init__(self, cache: Path, say: Callable[[str], None]) -> None:
        """Build it where it is not there yet."""
        self.title = f"Trivy {TRIVY[3]}"
        self.program = _built(cache, TRIVY, say)
        self.folder = cache / "peers" / "trivy" / "data"

    def verdicts(self, target: Path, checks: tuple[str, ...]) -> Verdicts:
        """The resources that its JSON report names as failing."""
        command = [str(self.program), "config", "--skip-check-update", "--skip-version-check", "--disable-telemetry", "--quiet"]
        text = output([*command, "--cache-dir", str(self.folder), "--format", "json", str(target)])
        found = [item for result in json.loads(text).get("Results") or [] for item in result.get("Misconfigurations") or []]
        return {item["CauseMetadata"].get("Resource", ""): "fail" for item in found if item["ID"] in checks and item["Status"] == "FAIL"}

    def named(self, address: str, target: Path) -> str:
        """In code, Trivy names the module call; in a plan, the block with a hash of its module."""
        found = re.fullmatch(r"((?:module\.[\w-]+(?:\[[^\]]*\])?\.)*)(\w+\.\w+)(\[[^\]]*\])?", address)
        if not found or (target.is_dir() and not found[1]):
            return address
        modules = found[1].rstrip(".")
        if target.is_dir():
            return modules.split(".module.")[0]
        return f"{found[2]}_{hashlib.md5(modules.encode()).hexdigest()}" if modules else found[2]  # noqa: S324


class Kics:
    """``kics scan`` with the queries of its module."""

    name, tells_passes = "kics", False

    def __init__(self, cache: Path, say: Callable[[str], None]) -> None:
        """Build it where it is not there yet."""
        self.title = f"KICS {KICS[3]}"
        self.program = _built(cache, KICS, say)
        home = cache / "peers" / "kics"
        self.assets = Path(_go(["go", "list", "-m", "-f", "{{.Dir}}", KICS[1]], home).strip()) / "assets"

    def verdicts(self, target: Path, checks: tuple[str, ...]) -> Verdicts:
        """The resources that its JSON report names as failing; the checks are the beginnings of query ids."""
        folder = target if target.is_dir() else target.parent
        queries = ["-q", str(self.assets / "queries" / "terraform"), "-b", str(self.assets / "libraries"), "-t", "Terraform"]
        # All queries together take half a minute for a file.
        wanted = ["--include-queries", ",".join(self._full(check) for check in checks)]
        quiet = [*wanted, "--disable-secrets", "--no-progress", "--silent", "--ignore-on-exit", "results"]
        with tempfile.TemporaryDirectory() as report:
            log = str(Path(report, "log"))
            output(
                [
                    str(self.program),
                    "scan",
                    "-p",
                    str(folder),
                    *queries,
                    *quiet,
                    "--log-path",
                    log,
                    "--report-formats",
                    "json",
                    "-o",
                    report,
                ]
            )
            read = json.loads(Path(report, "results.json").read_text("utf-8"))
        found = [item for query in read.get("queries") or [] for item in query["files"]]
        return {_address(item["search_key"]): "fail" for item in found}

    def _full(self, check: str) -> str:
        for file in self.assets.glob("queries/terraform/*/*/metadata.json"):
            found = str(json.loads(file.read_text("utf-8"))["id"])
            if found.startswith(check):
                return found
        raise ScannerError(f"KICS {KICS[3]} has no query {check}")

    def named(self, address: str, target: Path) -> str:
        """In code, KICS knows a block by its labels only, not by its module or instance."""
        return re.sub(r"\[[^\]]*\]", "", re.sub(r"module\.[\w-]+(\[[^\]]*\])?\.", "", address)) if target.is_dir() else address


def peers(cache: Path, say: Callable[[str], None]) -> list[Scanner]:
    """The scanners beyond Checkov."""
    return [Trivy(cache, say), Kics(cache, say)]


def _address(key: str) -> str:
    """``aws_s3_bucket[c].versioning`` as ``aws_s3_bucket.c``; in plans the whole address stands in the brackets."""
    kind, _, rest = key.partition("[")
    depth = 1
    for position, letter in enumerate(rest):
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if not depth:
            name = rest[:position].strip("{}")
            return name if "." in name else f"{kind}.{name}"
    return key


def _built(cache: Path, peer: tuple[str, str, str, str], say: Callable[[str], None]) -> Path:
    name, module, package, version = peer
    home = cache / "peers" / name
    program = home / "bin" / f"{name}-{version}"
    if not program.exists():
        if not shutil.which("go"):
            raise ScannerError(f"{name} is built from its Go module, and there is no go on PATH")
        say(f"building {name} {version} in .cache/peers/ (five minutes or more, once) …")
        home.mkdir(parents=True, exist_ok=True)
        (home / "go.mod").write_text("module peer\n\ngo 1.26.2\n", "utf-8")
        _go(["go", "get", "-tool", f"{module}/{package}@{version}"], home)
        _go(["go", "build", "-o", str(program), f"{module}/{package}"], home)
    return program


def _go(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, env=os.environ | GO, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ScannerError(f"{' '.join(command[:4])} failed:\n{done.stderr[-2000:]}")
    return done.stdout
