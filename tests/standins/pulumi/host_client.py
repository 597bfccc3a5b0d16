"""Speak to the language host as the engine does, and print what it answered: `host_client.py HOST WORKFOLDER`.

The test's own environment has no gRPC, so this runs in the one that set-up made for the engine.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped,import-not-found,unused-ignore]
from google.protobuf import struct_pb2  # type: ignore[import-untyped,import-not-found,unused-ignore]
from pulumi.runtime.proto import language_pb2, language_pb2_grpc  # type: ignore[import-untyped,import-not-found,unused-ignore]


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
    try:
        list(host.RunPlugin(language_pb2.RunPluginRequest(kind="analyzer", info=info)))
    except grpc.RpcError as error:
        told["policy pack"] = [error.code().name, error.details()]
    return told


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
