"""The real promtool and Pushgateway: those of the machine, or of Debian's packages, unpacked into the user's cache."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import platformdirs
import pytest

PUSHGATEWAY = "prometheus-pushgateway"
STARTS_WITHIN = 30  # seconds


def promtool() -> Path:
    """The program that checks rules."""
    return _program("prometheus", "promtool")


@contextmanager
def pushgateway(*options: str) -> Iterator[str]:
    """A Pushgateway on loopback; gives its address, without what ``options`` put before or behind it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"127.0.0.1:{port}"
    command = [_program(PUSHGATEWAY, PUSHGATEWAY), f"--web.listen-address={address}", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(address)
            yield f"http://{address}"
        finally:
            server.terminate()


def scrape(address: str) -> str:
    """What Prometheus would be told there."""
    with urllib.request.urlopen(f"{address}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def _wait(address: str) -> None:
    host, port = address.split(":")
    end = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def _program(package: str, name: str) -> Path:
    """Only machines that have no apt, or no such package, skip the tests that need it, and say so."""
    installed = shutil.which(name)
    if installed:
        return Path(installed)
    place = Path(platformdirs.user_cache_dir("recoverable")) / "debian"
    place.mkdir(parents=True, exist_ok=True)
    program = place / package / "usr" / "bin" / name
    with filelock.FileLock(place / f"{package}.lock"):
        if not program.exists():
            _unpack(place, package)
    return program


def _unpack(place: Path, package: str) -> None:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        pytest.skip(f"{package} is not installed, and this machine has no apt to fetch it with")
    if _download(place, package).returncode != 0:
        subprocess.run(["apt-get", "update"], capture_output=True)  # a new machine knows no packages yet
        if (done := _download(place, package)).returncode != 0:
            pytest.skip(f"{package} is not installed, and apt cannot fetch it: {done.stderr.decode()[-200:]}")
    (archive,) = place.glob(f"{package}_*.deb")
    part = place / f"{package}.part"
    shutil.rmtree(part, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-x", archive, part], check=True)
    archive.unlink()  # what is unpacked is enough
    part.rename(place / package)


def _download(place: Path, package: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["apt-get", "download", package], cwd=place, capture_output=True)
