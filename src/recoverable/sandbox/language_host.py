"""A small Python language host for the Pulumi engine, for machines where only the CLI can be built.

The Go module that holds today's own host is not served as one, and the old one ignores ``runtime.options``. The engine
talks gRPC to a process that it starts as ``pulumi-language-python ENGINE_ADDRESS`` and that prints its port. This one runs programs,
component packages and policy packs; what it cannot do (generate SDKs) is refused by name, so nothing is skipped in silence.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from recoverable.sandbox.host_plugins import component_command, is_told_by_the_protocol, pack_command, streamed
from recoverable.sandbox.host_programs import interpreter, program_command, stop
from recoverable.sandbox.policy_proxy import PolicyProxy

BAIL = 32  # the exit code by which the SDK says: the error was already shown
LARGEST_MESSAGE = 400 * 1024 * 1024  # as Pulumi's own hosts
OPTIONS = [("grpc.max_receive_message_length", LARGEST_MESSAGE), ("grpc.max_send_message_length", LARGEST_MESSAGE)]
WORKERS = 32
LIST_PACKAGES = """
import importlib.metadata
for found in importlib.metadata.distributions():
    print(found.metadata["Name"], found.version)
"""


class Host(language_pb2_grpc.LanguageRuntimeServicer):
    """The calls that the engine makes. Method names are the protocol's."""

    def __init__(self, engine: str, exec_script: str) -> None:
        """The engine's address (a later Handshake may replace it), and Pulumi's own script that runs a program."""
        self.engine = engine
        self.exec_script = exec_script
        self.children: set[subprocess.Popen[bytes]] = set()

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name, as all below
        """Newer engines give their address here instead of on the command line."""
        self.engine = request.engine_address or self.engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Shown by `pulumi about`."""
        return plugin_pb2.PluginInfo(version="0.0.1")

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing: see GetRequiredPackages."""
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing: what is named here the engine tries to download, and the sandbox brings its providers itself."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The packages of the program's environment, for `pulumi about`."""
        python, environment = interpreter(request.info)
        lines = subprocess.run([python, "-c", LIST_PACKAGES], capture_output=True, text=True, env=environment).stdout  # noqa: S603 - the interpreter that Pulumi.yaml names
        pairs = [line.split(" ", 1) for line in lines.splitlines() if " " in line]
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=version) for name, version in pairs]
        )

    def About(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The interpreter, for `pulumi about`."""
        python, environment = interpreter(request.info)
        shown = subprocess.run([python, "--version"], capture_output=True, text=True, env=environment).stdout  # noqa: S603 - the same
        return language_pb2.AboutResponse(executable=python, version=shown.strip().removeprefix("Python "))

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:  # noqa: N802
        """No questions: the project file states its options."""
        return language_pb2.RuntimeOptionsResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """Nothing to install; the engine wants at least one message."""
        yield language_pb2.InstallDependenciesResponse(stdout=b"dependencies are installed outside of pulumi\n")

    def GeneratePackage(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Refused by name: an SDK that was not written must never look like one that was."""
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "the sandbox's language host generates no SDKs: use the official Pulumi CLI for that")

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Run the program to its end. Its output goes straight to the engine, which inherited us."""
        try:
            python, environment = interpreter(request.info)
        except FileNotFoundError as error:
            return language_pb2.RunResponse(error=str(error))
        environment["PULUMI_CONFIG"] = json.dumps(dict(request.config))
        environment["PULUMI_CONFIG_SECRET_KEYS"] = json.dumps(list(request.configSecretKeys))
        command = program_command(request, self.engine, python, self.exec_script)
        child = subprocess.Popen(command, env=environment, cwd=request.pwd or None)  # noqa: S603 - the user's own program
        self._tie(child, context)
        code = child.wait()
        self.children.discard(child)
        if code == BAIL:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {code}" if code else "")

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """Run a component package or a policy pack and pass on what it prints; its port is its first line."""
        try:
            if request.kind == "analyzer":
                yield from self._policy_pack(request, context)
            elif request.kind == "resource":
                command, environment = component_command(request)
                yield from self._watched(command, environment, request.pwd or None, context)
            else:
                context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the sandbox's language host runs no {request.kind or 'nameless'} plugins")
        except FileNotFoundError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))

    def _tie(self, child: subprocess.Popen[bytes], context: Any) -> None:
        """Let a process end with the engine's call, which may be over already."""
        self.children.add(child)
        # The engine may hang up between two messages; then nobody comes back to ask how the process ended, and it stays a zombie.
        threading.Thread(target=child.wait, daemon=True).start()
        if not context.add_callback(lambda: stop(child)):
            stop(child)

    def _watched(self, command: list[str], environment: dict[str, str], folder: str | None, context: Any) -> Iterator[Any]:
        child = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603 - the user's own package
        self._tie(child, context)
        try:
            yield from streamed(child)
        finally:
            stop(child)
            self.children.discard(child)

    def _policy_pack(self, request: Any, context: Any) -> Iterator[Any]:
        """A pack is started only when the engine has told the stack's name and configuration, which it wants in its environment.

        One that says it takes them from the protocol is started at once, and the engine talks to it without a proxy in between.
        """
        command, environment = pack_command(request)
        if is_told_by_the_protocol(request):
            yield from self._watched(command, environment, request.pwd or request.info.program_directory, context)
            return
        proxy = PolicyProxy(OPTIONS)
        context.add_callback(proxy.close)
        yield language_pb2.RunPluginResponse(stdout=b"%d\n" % proxy.port)
        environment.update(proxy.awaited_configuration())
        for message in self._watched(command, environment, request.pwd or request.info.program_directory, context):
            port, message = _port_in(message) if proxy.waiting else (0, message)
            if port:
                proxy.attach(port)
            if message.WhichOneof("output") == "exitcode":
                proxy.fail(f"the policy pack ended with {message.exitcode}")
            yield message

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Stop what runs: the user pressed Ctrl-C or the engine is going away."""
        for child in list(self.children):
            stop(child)
        return empty_pb2.Empty()


def _port_in(message: Any) -> tuple[int, Any]:
    """The port that a pack prints on a line of its own, and the message without it; 0 where it is not in there."""
    lines = message.stdout.splitlines(keepends=True)
    found = next((line for line in lines if line.strip().isdigit()), None)
    if found is None:
        return 0, message
    lines.remove(found)
    return int(found), language_pb2.RunPluginResponse(stdout=b"".join(lines))


def main(exec_script: str) -> None:
    """Serve until the engine stops us, or dies without saying so."""
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    host = Host(addresses[-1] if addresses else "", str(Path(exec_script)))
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=WORKERS), options=OPTIONS)
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
