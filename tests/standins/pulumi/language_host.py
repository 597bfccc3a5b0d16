"""A small Python language host for the Pulumi engine, for machines where only the CLI can be built.

The Go module that holds today's own host is not served as one, and the old one ignores `runtime.options`. The engine
talks gRPC to a process that it starts as `pulumi-language-python ENGINE_ADDRESS` and that prints its port. This one
runs programs; policy packs and component packages are refused by name, so nothing is skipped in silence.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc  # type: ignore[import-untyped,import-not-found,unused-ignore]
from google.protobuf import empty_pb2  # type: ignore[import-untyped,import-not-found,unused-ignore]
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2  # type: ignore[import-untyped,import-not-found,unused-ignore]

EXEC = Path(__file__).resolve().with_name("pulumi-language-python-exec")
BAIL = 32  # the exit code by which the SDK says: the error was already shown
LARGEST_MESSAGE = 400 * 1024 * 1024
OPTIONS = [("grpc.max_receive_message_length", LARGEST_MESSAGE), ("grpc.max_send_message_length", LARGEST_MESSAGE)]
LIST_PACKAGES = """
import importlib.metadata
for found in importlib.metadata.distributions():
    print(found.metadata["Name"], found.version)
"""


def interpreter(info: Any) -> tuple[str, dict[str, str]]:
    """The interpreter that a program asks for in `runtime.options.virtualenv`, and the environment to start it in."""
    options = dict(info.options) if info.HasField("options") else {}
    environment = dict(os.environ)
    named = options.get("virtualenv")
    if not named:
        return shutil.which("python3") or sys.executable, environment
    folder = Path(info.root_directory, named)
    python = folder / "bin" / "python"
    if not python.exists():
        raise FileNotFoundError(f"virtualenv {named!r} of Pulumi.yaml has no interpreter at {python}")
    environment.pop("PYTHONHOME", None)
    environment["VIRTUAL_ENV"] = str(folder)
    environment["PATH"] = os.pathsep.join([str(python.parent), environment.get("PATH", "")])
    return str(python), environment


def command(request: Any, engine: str, python: str) -> list[str]:
    """The command line of Pulumi's own exec script for one run; empty values are left out, as its host does."""
    flags = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel),
        "organization": request.organization,
    }
    stated = [part for name, value in flags.items() if value for part in (f"--{name}", value)]
    return [python, "-u", str(EXEC), *stated, request.info.entry_point or ".", *request.args]


class Host(language_pb2_grpc.LanguageRuntimeServicer):  # type: ignore[misc,unused-ignore]
    """The calls that the engine makes to run one program. Method names are the protocol's."""

    def __init__(self, engine: str) -> None:
        """Remember the engine's address; a later Handshake may replace it."""
        self.engine = engine
        self.children: set[subprocess.Popen[bytes]] = set()

    def Handshake(self, request: Any, context: Any) -> Any:
        """Newer engines give their address here instead of on the command line."""
        self.engine = request.engine_address or self.engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        """Shown by `pulumi about`."""
        return plugin_pb2.PluginInfo(version="0.0.1")

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:
        """Nothing: see GetRequiredPackages."""
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        """Nothing: what is named here the engine tries to download, and the tests bring their providers themselves."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:
        """The packages of the program's environment, for `pulumi about`."""
        python, environment = interpreter(request.info)
        lines = subprocess.run([python, "-c", LIST_PACKAGES], capture_output=True, text=True, env=environment).stdout
        pairs = [line.split(" ", 1) for line in lines.splitlines() if " " in line]
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=version) for name, version in pairs]
        )

    def About(self, request: Any, context: Any) -> Any:
        """The interpreter, for `pulumi about`."""
        python, environment = interpreter(request.info)
        shown = subprocess.run([python, "--version"], capture_output=True, text=True, env=environment).stdout
        return language_pb2.AboutResponse(executable=python, version=shown.strip().removeprefix("Python "))

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:
        """No questions: the project file states its options."""
        return language_pb2.RuntimeOptionsResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        """Nothing to install; the engine wants at least one message."""
        yield language_pb2.InstallDependenciesResponse(stdout=b"dependencies are installed by set-up\n")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        """Refused by name: a policy pack that is not run must never look like one that found nothing."""
        what = f"the test language host runs programs only, no {request.kind or 'plugin'} packages"
        context.abort(grpc.StatusCode.UNIMPLEMENTED, what)
        yield language_pb2.RunPluginResponse()

    def Run(self, request: Any, context: Any) -> Any:
        """Run the program to its end. Its output goes straight to the engine, which inherited us."""
        try:
            python, environment = interpreter(request.info)
        except FileNotFoundError as error:
            return language_pb2.RunResponse(error=str(error))
        environment["PULUMI_CONFIG"] = json.dumps(dict(request.config))
        environment["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
        child = subprocess.Popen(command(request, self.engine, python), env=environment, cwd=request.pwd or None)
        self.children.add(child)
        context.add_callback(lambda: stop(child))
        code = child.wait()
        self.children.discard(child)
        if code == BAIL:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {code}" if code else "")

    def Cancel(self, request: Any, context: Any) -> Any:
        """Stop what runs: the user pressed Ctrl-C or the engine is going away."""
        for child in list(self.children):
            stop(child)
        return empty_pb2.Empty()


def stop(child: subprocess.Popen[bytes]) -> None:
    """End one program; it may have ended by itself in between."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()


def main() -> None:
    """Serve until the engine stops us, or dies without saying so."""
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    host = Host(addresses[-1] if addresses else "")
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=OPTIONS)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()

    def leave(*_: object) -> None:
        host.Cancel(None, None)
        os._exit(0)

    for each in (signal.SIGINT, signal.SIGTERM):  # the engine stops plugins with SIGINT
        signal.signal(each, leave)
    parent = os.getppid()
    print(port, flush=True)
    while os.getppid() == parent:
        time.sleep(1)
    leave()


if __name__ == "__main__":
    main()
