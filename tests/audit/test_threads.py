"""Threads of an audit that is interrupted begin nothing more."""

from __future__ import annotations

import threading

import pytest

from recoverable.audit.threads import threads


def test_what_waits_is_not_begun_once_the_audit_is_interrupted() -> None:
    begun: list[int] = []
    started, go_on = threading.Event(), threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        started.set()
        go_on.wait(60)

    def interrupted() -> None:
        with threads(1) as pool:
            for number in range(20):
                pool.submit(work, number)
            started.wait(60)
            threading.Timer(0.2, go_on.set).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert begun == [0]


def test_what_was_begun_ends_with_the_block() -> None:
    done: list[int] = []
    with threads(2) as pool:
        futures = [pool.submit(done.append, number) for number in range(20)]
        for future in futures:
            future.result()

    assert sorted(done) == list(range(20))
