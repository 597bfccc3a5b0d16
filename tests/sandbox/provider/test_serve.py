"""The stand-in provider as a process: what the engine starts, stops, and sometimes leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc

from recoverable.sandbox.provider.types_of_sdk import version

SERVE = "from recoverable.sandbox.provider.serve import main; main('aws')"
PARENT = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {SERVE!r}], stdout=sys.stdout)
time.sleep(600)
"""


def started(source: str) -> tuple[subprocess.Popen[str], str]:
    """A process and the port that it (or its child) printed."""
    process = subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_its_port_serves_and_ends_quietly_when_told(how: signal.Signals) -> None:
    process, port = started(SERVE)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty(), timeout=30)
    assert answer.version == version("aws")
    process.send_signal(how)
    assert process.wait(30) == 0


def test_it_ends_when_the_engine_was_killed() -> None:
    """The end of its standard output is the sign: nobody else holds it open."""
    process, port = started(PARENT)
    assert int(port) > 0
    os.kill(process.pid, signal.SIGKILL)
    process.wait(30)
    assert process.stdout is not None
    assert process.stdout.read() == ""
