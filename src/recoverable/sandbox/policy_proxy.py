"""What stands between the engine and a policy pack until the pack can be started.

A pack wants the stack's project, name and configuration in its environment, as Pulumi's own host gives them; the engine tells
them only in a call to the pack itself. So the engine talks to this proxy, which takes that call first and then passes all on.
"""

from __future__ import annotations

import json
import queue
import threading
from concurrent import futures
from typing import Any

import grpc
from pulumi.runtime.proto import analyzer_pb2

WORKERS = 16


class PolicyProxy(grpc.GenericRpcHandler):  # type: ignore[misc] # grpc has no type information
    """Passes each call on untouched. Without it a pack sees placeholders for project and stack, and an empty configuration."""

    def __init__(self, options: list[tuple[str, int]]) -> None:
        """Listens on a free port at once; the pack is attached later."""
        self._options = options
        self._configuration: queue.Queue[dict[str, str]] = queue.Queue()
        self._settled = threading.Event()
        self._channel: Any = None
        self._failure = ""
        self._server = grpc.server(futures.ThreadPoolExecutor(max_workers=WORKERS), options=options)
        self._server.add_generic_rpc_handlers((self,))
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()

    @property
    def waiting(self) -> bool:
        """Whether the pack's port is not known yet."""
        return not self._settled.is_set()

    def awaited_configuration(self) -> dict[str, str]:
        """The environment variables that the pack is to be started with; waits for the engine's first call."""
        return self._configuration.get()

    def attach(self, port: int) -> None:
        """Pass all calls on to the pack at this port."""
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=self._options)
        self._settled.set()

    def fail(self, reason: str) -> None:
        """Refuse the calls that wait for a pack which will not come."""
        if self.waiting:
            self._failure = reason
            self._settled.set()

    def close(self) -> None:
        """The engine is done."""
        self._configuration.put({})
        self.fail("the engine stopped the policy pack")
        self._server.stop(0)

    def service(self, handler_call_details: Any) -> Any:
        """The handler of one call, as bytes in and bytes out."""
        method = handler_call_details.method
        return grpc.unary_unary_rpc_method_handler(lambda request, context: self._pass_on(method, request, context))

    def _pass_on(self, method: str, request: bytes, context: Any) -> Any:
        if method.endswith("/Handshake"):
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "the pack is not started yet")
        if self.waiting:
            self._configuration.put(_environment(request) if method.endswith("/ConfigureStack") else {})
        self._settled.wait()
        if self._failure:
            context.abort(grpc.StatusCode.UNAVAILABLE, self._failure)
        try:
            return self._channel.unary_unary(method, None, None)(request, wait_for_ready=True)
        except grpc.RpcError as error:
            context.abort(error.code(), error.details())


def _environment(request: bytes) -> dict[str, str]:
    """What Pulumi's own host puts into the environment of a pack."""
    told = analyzer_pb2.AnalyzerStackConfigureRequest.FromString(request)
    named = {
        "PULUMI_ORGANIZATION": told.organization,
        "PULUMI_PROJECT": told.project,
        "PULUMI_STACK": told.stack,
        "PULUMI_DRY_RUN": "true" if told.dry_run else "false",
        "PULUMI_CONFIG": json.dumps(dict(told.config)),
    }
    return {name: value for name, value in named.items() if value}
