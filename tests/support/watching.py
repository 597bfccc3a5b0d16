"""What other processes can see of a command: its argument lists while it runs, its files, its output. For tests with marked secrets."""

from __future__ import annotations

import base64
import json
import os
import stat
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

PAUSE = 0.02
"""Seconds between two looks at /proc: a program that PostgreSQL's or our own code starts lives longer than that."""


@dataclass
class Ended:
    """How a watched command ended."""

    code: int
    out: str
    err: str


@dataclass
class Watcher:
    """Runs commands and remembers every argument list of every process of the machine meanwhile, and all they printed."""

    folder: Path
    environment: Mapping[str, str]
    lines: set[str] = field(default_factory=set)
    said: list[str] = field(default_factory=list)

    def start(self, *words: str | Path, **more: str) -> subprocess.Popen[str]:
        """A command in the folder, watched until it ends."""
        environment = {**os.environ, **self.environment, **more}
        process = subprocess.Popen(
            [str(word) for word in words], cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()
        return process

    def end(self, process: subprocess.Popen[str], timeout: float = 300) -> Ended:
        """Its end."""
        out, err = process.communicate(timeout=timeout)
        self.said += [out, err]
        return Ended(process.returncode, out, err)

    def run(self, *words: str | Path, **more: str) -> Ended:
        """From its start to its end."""
        return self.end(self.start(*words, **more))

    def _watch(self, process: subprocess.Popen[str]) -> None:
        while process.poll() is None:
            self.lines |= set(argument_lists())
            time.sleep(PAUSE)

    def spilled(self, secrets: Iterable[str], folders: Sequence[Path], *, inputs: Sequence[Path] = ()) -> list[str]:
        """Where a secret stands that must not stand there: argument lists, output, and files but for the stated inputs."""
        known = list(secrets)
        found = [f"{place}: {each}" for place, texts in (("arguments", self.lines), ("output", self.said)) for each in around(texts, known)]
        return found + [str(path) for path in files_with(known, folders) if path not in inputs]


def argument_lists() -> Iterator[str]:
    """Of every process of the machine."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue  # it has ended meanwhile


def forms(secret: str) -> set[str]:
    """The forms in which a secret turns up in text."""
    encoded = secret.encode()
    return {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1], base64.b64encode(encoded).decode(), encoded.hex()}


def holds(text: str, secrets: Iterable[str]) -> bool:
    """Whether a secret is in it."""
    return any(form in text for secret in secrets for form in forms(secret))


def around(texts: Iterable[str], secrets: Iterable[str], width: int = 60) -> Iterator[str]:
    """Where a secret stands in texts, with what is before and behind it."""
    every = {form for secret in secrets for form in forms(secret)}
    for text in texts:
        for form in every:
            at = text.find(form)
            if at >= 0:
                yield text[max(0, at - width) : at + len(form) + width]


def files_with(secrets: Iterable[str], folders: Sequence[Path]) -> list[Path]:
    """Files that hold a secret, below these folders, and files whose name does."""
    known = list(secrets)
    paths = [path for folder in folders for path in folder.rglob("*")]
    found = [path for path in paths if holds(str(path), known)]
    for path in paths:
        if path.is_file() and not path.is_symlink():
            try:
                text = path.read_bytes().decode("latin-1")
            except OSError:
                continue  # it has gone meanwhile
            if holds(text, known):
                found.append(path)
    return found


def closed(path: Path) -> bool:
    """Only its owner can read it."""
    return stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
