"""Moto's server inside of the test's process, behind our answers for what it lacks: what ``recoverable sandbox up`` runs."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

from recoverable.sandbox.aws import gaps


class MotoServer:
    """Serves on a free port of this machine while it is entered."""

    def __init__(self) -> None:
        app: Any = DomainDispatcherApplication(create_backend_app)
        self.server = make_server("127.0.0.1", 0, gaps.wrap(app), threaded=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.server.shutdown()
        self.thread.join()
