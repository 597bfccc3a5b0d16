"""The server process of the laptop cloud: moto's AWS on this machine alone, with our answers in front for the calls that moto lacks.

It prints its port, serves, and waits for the word that it may stay: whoever started it and died before saying so leaves nothing behind.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from typing import Any

HOST = "127.0.0.1"
STAY = "stay"
TAKEN = 3
"""The exit code by which the server says that the port is taken."""


def application() -> Any:
    """The WSGI application of moto, wrapped by ours."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from recoverable.sandbox.aws.gaps import wrap

    return wrap(DomainDispatcherApplication(create_backend_app))


def listen(port: int) -> socket.socket:
    """A socket that only this machine can reach. Raises OSError where the port is taken."""
    return socket.create_server((HOST, port))


def main() -> None:
    """Serve FOLDER PORT until told to stop; the folder only shows in the list of processes whose server this is."""
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    class Quiet(MotoRequestHandler):
        def log_request(self, *_: object) -> None:
            """Nothing: a log of every call would grow for days."""

    try:
        door = listen(int(sys.argv[2]))
    except OSError as error:
        print(f"port {sys.argv[2]} cannot be used: {os.strerror(error.errno or 0)}", file=sys.stderr)
        raise SystemExit(TAKEN) from None
    port = door.getsockname()[1]
    os.environ["MOTO_PORT"] = str(port)  # moto calls itself there, for SNS to HTTP
    server = make_server(HOST, port, application(), threaded=True, request_handler=Quiet, fd=door.fileno())
    over = threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: over.set())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(port, flush=True)
    if sys.stdin.readline().strip() == STAY:
        over.wait()
    os._exit(0)  # requests that still run must not keep us
