"""Kills a drill, as ``kill -9`` does, before or after the n-th call of a cloud's API: after it, the call had its effect and nobody knows."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from recoverable.drill.rest.client import RestClient


def killed_at_call(drill: Callable[[], Any], at: int, when: str) -> bool:
    """Whether a drill in a process of its own was killed there; False where it came to its end before."""
    child = os.fork()
    if child == 0:
        try:
            _arm(at, when)
            drill()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def _arm(at: int, when: str) -> None:
    once = RestClient._once
    count = 0

    def counted(self: RestClient, *words: Any) -> Any:
        nonlocal count
        count += 1
        if count == at and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = once(self, *words)
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    RestClient._once = counted  # type: ignore[method-assign]
