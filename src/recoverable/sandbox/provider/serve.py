"""The stand-in provider as a program: ``main("aws")`` is what the engine starts as ``pulumi-resource-aws``.

``python -m recoverable.sandbox.provider.serve --list aws`` prints every type and function that it has, and who answers: ``moto``,
or ``fake`` where the answer is our own.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from concurrent import futures
from typing import Any

WORKERS = 16  # the engine makes up to 16 resources at a time unless told otherwise
LOOK = 1.0  # seconds between two looks at whether the engine that started us is still there


def main(family: str) -> None:
    """Serve a family until the engine stops us or is gone. The port goes to standard output: that is the protocol."""
    import grpc
    from pulumi.runtime.proto import provider_pb2_grpc

    from recoverable.sandbox.provider.family import family as found
    from recoverable.sandbox.provider.servicer import Provider

    parent, over = os.getppid(), threading.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: over.set())
    server: Any = grpc.server(futures.ThreadPoolExecutor(max_workers=WORKERS))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(found(family)), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    while not over.wait(LOOK):
        if os.getppid() != parent:  # the engine was killed and could not tell us
            break
    server.stop(grace=None)
    sys.stdout.flush()
    os._exit(0)  # a call that still waits for an answer must not keep us


def listed(family: str) -> list[str]:
    """``TOKEN moto`` or ``TOKEN fake`` for every type and function."""
    from recoverable.sandbox.provider.family import family as found

    known = found(family)
    return [f"{token} {'fake' if each.fake else 'moto'}" for table in (known.handlers, known.functions) for token, each in table.items()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The stand-in providers of the laptop cloud.")
    parser.add_argument("family", choices=("aws", "gcp"))
    parser.add_argument("--list", action="store_true", help="print what it has instead of serving it")
    given = parser.parse_args()
    if given.list:
        print("\n".join(listed(given.family)))
    else:
        main(given.family)
