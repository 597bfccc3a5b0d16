"""Serves the policy pack to the Pulumi engine, which started us: prints the port, then answers until it is stopped."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterable
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import analyzer_pb2_grpc

from recoverable.hosts.pulumi.analyzer import Analyzer

LARGEST_MESSAGE = 400 * 1024 * 1024
"""As the engine's own limit: a stack's resources come in one message."""
OPTIONS = [("grpc.max_receive_message_length", LARGEST_MESSAGE), ("grpc.max_send_message_length", LARGEST_MESSAGE)]
WORKERS = 4


def folders(pack: Path) -> tuple[Path, ...]:
    """Where a ``recoverable.toml`` is looked for: from the program's folder upwards, then from the pack's.

    The engine starts a pack in the folder of the program; older language hosts start it in its own.
    """
    return (Path.cwd(), pack.resolve())


class Calls(grpc.GenericRpcHandler):  # type: ignore[misc,unused-ignore] # the stubs have no type information
    """The calls of the protocol, without that for remediations while none is asked for.

    The engine offers each resource for remediation before it has it judged, and takes "not implemented" for "nothing to change"
    (``analyzer_plugin.go``: packs older than remediations say so). Half of all calls are thus refused before they are read.
    """

    REMEDIATE = "/pulumirpc.Analyzer/Remediate"

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._handlers: list[Any] = []
        analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, self)

    def add_generic_rpc_handlers(self, handlers: Iterable[Any]) -> None:
        """What the generated code does to a server."""
        self._handlers.extend(handlers)

    def add_registered_method_handlers(self, service: str, handlers: Any) -> None:
        """The same handlers once more, for a shorter way to them."""

    def service(self, details: Any) -> Any:
        """The handler of a call; None: not implemented."""
        if details.method == self.REMEDIATE and not self._analyzer.mends:
            return None
        return next((found for handler in self._handlers if (found := handler.service(details))), None)


def server(where: Iterable[Path]) -> tuple[grpc.Server, int]:
    """The analyzer on a free port of this machine; the caller starts it."""
    made = grpc.server(futures.ThreadPoolExecutor(max_workers=WORKERS), options=OPTIONS)
    made.add_generic_rpc_handlers((Calls(Analyzer(tuple(where))),))
    return made, made.add_insecure_port("127.0.0.1:0")


class PolicyPack:
    """The pack: one policy for every rule. Making one serves it and returns when the engine is done, as Pulumi's own does."""

    def __init__(self, file: str) -> None:
        """``file`` is the ``__main__.py`` of the pack."""
        made, port = server(folders(Path(file).parent))
        made.start()
        gc.freeze()  # nothing that was loaded is ever thrown away, and the collector need not go over it again and again
        for each in (signal.SIGINT, signal.SIGTERM):  # the engine stops a plugin by SIGINT: no traceback of ours in its output
            signal.signal(each, lambda *_: os._exit(0))
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        parent = os.getppid()
        while made.wait_for_termination(timeout=1) and os.getppid() == parent:  # True is a timeout; an engine that was killed says nothing
            continue
