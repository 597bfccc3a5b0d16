"""Moto's server inside of the test's process, behind our answers for what it lacks: what ``recoverable sandbox up`` runs.

Moto keeps its clouds in the process, so all servers of a process show the same ones: the last that ends empties them.
"""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable
from types import TracebackType
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from recoverable.sandbox.aws import gaps


class MotoServer:
    """Serves on a free port of this machine while it is entered."""

    entered = 0

    def __init__(self, around: Callable[[Any], Any] = lambda app: app) -> None:
        """``around`` wraps the whole of it, for tests of a cloud that misbehaves."""
        app: Any = DomainDispatcherApplication(create_backend_app)
        self.server = make_server("127.0.0.1", 0, around(gaps.wrap(app)), threaded=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        MotoServer.entered += 1
        return self.endpoint

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        MotoServer.entered -= 1
        if not MotoServer.entered:
            urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/moto-api/reset", method="POST"), timeout=60).close()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
