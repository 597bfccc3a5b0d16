"""Speak to the language host as the engine does, and print what it answered: `host_client.py HOST WORKFOLDER`.

A process of its own, as gRPC's threads and a test runner that forks do not go together.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc


def program(folder: Path, virtualenv: str) -> Any:
    """A program's description, as the engine reads it from Pulumi.yaml."""
    options = struct_pb2.Struct()
    options.update({"virtualenv": virtualenv})
    place = str(folder)
    return language_pb2.ProgramInfo(root_directory=place, program_directory=place, entry_point=".", options=options)


def converse(host: Any, folder: Path) -> dict[str, Any]:
    """One of each call, and what came back."""
    python = Path(sys.executable)
    info = program(folder, str(python.parent.parent))
    told: dict[str, Any] = {
        "handshake": host.Handshake(language_pb2.LanguageHandshakeRequest(engine_address="127.0.0.1:2")).ByteSize(),
        "packages": len(host.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=info)).packages),
        "about": host.About(language_pb2.AboutRequest(info=info)).executable == str(python),
    }
    wanted = language_pb2.GetProgramDependenciesRequest(info=info)
    told["dependencies"] = sorted(each.name for each in host.GetProgramDependencies(wanted).dependencies)
    missing = language_pb2.RunRequest(info=program(folder, "nowhere"), project="p", stack="s", pwd=str(folder))
    told["no virtualenv"] = host.Run(missing).error
    (folder / "__main__.py").write_text("raise SystemExit(3)\n")
    told["failing"] = host.Run(language_pb2.RunRequest(info=info, project="p", stack="s", pwd=str(folder), dryRun=True)).error
    told["converter"] = refusal(lambda: list(host.RunPlugin(language_pb2.RunPluginRequest(kind="converter", info=info))))
    told["SDK"] = refusal(lambda: host.GeneratePackage(language_pb2.GeneratePackageRequest()))
    (folder / "__main__.py").unlink()
    told["nothing to run"] = refusal(lambda: list(host.RunPlugin(language_pb2.RunPluginRequest(kind="resource", info=info))))
    (folder / "__main__.py").write_text(
        "import os, sys\nprint('a port')\nprint(os.environ['WORD'], file=sys.stderr)\nraise SystemExit(4)\n"
    )
    request = language_pb2.RunPluginRequest(kind="resource", info=info, env=["WORD=heard", "PATH=nowhere"])
    told["package"] = said(host.RunPlugin(request))
    told["cancelled"] = cancelled(host, folder, info)
    return told


def said(messages: Iterable[Any]) -> dict[str, Any]:
    """What a plugin printed, and how it ended."""
    found: dict[str, Any] = {"stdout": "", "stderr": "", "exit": None}
    for message in messages:
        found["stdout"] += message.stdout.decode()
        found["stderr"] += message.stderr.decode()
        found["exit"] = message.exitcode if message.WhichOneof("output") == "exitcode" else None
    return found


def refusal(call: Callable[[], Any]) -> list[str]:
    """How a call is refused."""
    try:
        call()
    except grpc.RpcError as error:
        return [error.code().name, error.details()]
    return []


def cancelled(host: Any, folder: Path, info: Any) -> bool:
    """Whether a package's process is gone after the engine hung up on it."""
    (folder / "__main__.py").write_text("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)\n")
    stream = host.RunPlugin(language_pb2.RunPluginRequest(kind="resource", info=info))
    pid = int(next(stream).stdout)
    stream.cancel()
    for _ in range(6000):  # a minute: the machine may be busy with an engine or two
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


def main() -> None:
    """Start the host, talk, stop it the way the engine does."""
    script, folder = sys.argv[1], Path(sys.argv[2])
    process = subprocess.Popen([script, "127.0.0.1:1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline())
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        told = converse(language_pb2_grpc.LanguageRuntimeStub(channel), folder)
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=10)
    print(json.dumps({**told, "exit": process.returncode, "traceback after stop": "KeyboardInterrupt" in complaints}))


if __name__ == "__main__":
    main()
