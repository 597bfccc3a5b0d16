"""Faults on demand: a call is throttled, fails, or is slow, so that retries and messages can be tried out. Off by default.

``POST /_recoverable/faults`` takes ``{"service": "backup", "operation": "CreateBackupPlan", "kind": "throttle", "count": 2}``;
``operation`` may be ``*``; ``kind`` is ``throttle`` (the service's own throttling error), ``error`` (500, an internal failure) or
``slow`` (answers after ``seconds``, at most 60); ``count`` calls meet it (1 by default), then it is over. ``GET`` lists what is left,
``DELETE`` ends all.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from recoverable.sandbox.aws.gaps_wire import Answer, ApiError, Environ, Start, body_of, serialized

PATH = "/_recoverable/faults"
KINDS = ("throttle", "error", "slow")
LONGEST = 60.0  # seconds; botocore's own read timeout
THROTTLED = {"query": ("Throttling", 400), "ec2": ("RequestLimitExceeded", 503), "rest-xml": ("SlowDown", 503)}
FAILED = {"query": "InternalFailure", "ec2": "InternalError", "rest-xml": "InternalError"}


@dataclass
class Fault:
    """What the next ``count`` calls of an operation meet."""

    service: str
    operation: str
    kind: str
    count: int = 1
    seconds: float = 0.0

    def means(self, service: str, operation: str) -> bool:
        """Whether it is for this call."""
        return self.service == service and self.operation in ("*", operation)


class Faults:
    """The faults that are set; safe to be used by many threads."""

    def __init__(self) -> None:
        """None is set."""
        self._lock = threading.Lock()
        self._set: list[Fault] = []

    def services(self) -> set[str]:
        """The services that a fault is set for."""
        with self._lock:
            return {fault.service for fault in self._set}

    def take(self, service: str, operation: str) -> Fault | None:
        """The fault that this call meets, if any; it counts as met."""
        with self._lock:
            for fault in self._set:
                if fault.means(service, operation):
                    fault.count -= 1
                    if fault.count <= 0:
                        self._set.remove(fault)
                    return fault
        return None

    def serve(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """The page itself."""
        method = environ.get("REQUEST_METHOD", "GET")
        if method == "POST":
            try:
                fault = _read(json.loads(body_of(environ) or b"null"))
            except (ValueError, TypeError) as error:
                return _page("400 BAD REQUEST", {"error": str(error)}).give(start_response)
            with self._lock:
                self._set.append(fault)
        elif method == "DELETE":
            with self._lock:
                self._set.clear()
        elif method != "GET":
            return _page("405 METHOD NOT ALLOWED", {"error": f"{method} is not GET, POST or DELETE"}).give(start_response)
        with self._lock:
            found = [asdict(fault) for fault in self._set]
        return _page("200 OK", {"faults": found}).give(start_response)


def struck(fault: Fault, operation: Any, protocol: str) -> Answer | None:
    """What the caller gets; None where it only had to wait."""
    if fault.kind == "slow":
        time.sleep(fault.seconds)
        return None
    if fault.kind == "throttle":
        code, status = THROTTLED.get(protocol, ("ThrottlingException", 400))
        return serialized(operation, protocol, ApiError(code, "Rate exceeded (a fault set on purpose)"), status)
    return serialized(operation, protocol, ApiError(FAILED.get(protocol, "InternalServerException"), "A fault set on purpose"), 500)


def _read(given: Any) -> Fault:
    """Raises ValueError or TypeError where it is no fault."""
    if not isinstance(given, dict):
        raise ValueError("a fault is an object with service, operation and kind")
    fault = Fault(**given)
    if not all(isinstance(text, str) and text for text in (fault.service, fault.operation)):
        raise ValueError("service and operation must be text, and stated")
    if fault.kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    if isinstance(fault.count, bool) or not isinstance(fault.count, int) or fault.count < 1:
        raise ValueError("count must be a whole number of at least 1")
    if isinstance(fault.seconds, bool) or not isinstance(fault.seconds, int | float) or not 0 <= fault.seconds <= LONGEST:
        raise ValueError(f"seconds must be a number from 0 to {LONGEST:g}")
    return fault


def _page(status: str, content: Any) -> Answer:
    text = json.dumps(content).encode()
    return Answer(status, [("Content-Type", "application/json"), ("Content-Length", str(len(text)))], text)
