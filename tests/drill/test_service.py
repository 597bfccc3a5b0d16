"""The service that needs all stores: what it has lost, and when it answers again."""

from __future__ import annotations

from typing import Any

from recoverable.drill.service import StoreResult, as_text, in_order, summary


def result(store: str, rpo: float | None = 10.0, rto: float | None = 60.0, code: int = 0, **more: Any) -> StoreResult:
    """A store's drill."""
    record = {
        "verdict": "failed" if code else "verified",
        "colour": "red" if code else "green",
        "rpo_seconds": rpo,
        "rto_first_query_seconds": rto,
        "verified_seconds": rto,
        "rpo_demanded_seconds": 900.0,
        "rto_demanded_seconds": 7200.0,
        "reason": "rows are missing" if code else "",
        **more,
    }
    return StoreResult(store, code, record)


def test_it_loses_what_the_worst_store_loses_and_answers_when_the_slowest_does() -> None:
    found = summary([result("orders", 10, 60), result("users", 30, 600, rto_demanded_seconds=3600.0)])

    assert (found["verified"], found["rpo_seconds"], found["rto_at_once_seconds"], found["rto_one_by_one_seconds"]) == (True, 30, 600, 660)
    assert (found["rpo_demanded_seconds"], found["rto_demanded_seconds"]) == (900, 3600)


def test_what_one_store_does_not_know_nobody_knows_of_the_service() -> None:
    found = summary([result("orders"), result("users", None, None), StoreResult("files", 5, None, "nobody answers")])

    assert (found["verified"], found["rpo_seconds"], found["rto_at_once_seconds"], found["rto_one_by_one_seconds"]) == (
        False,
        None,
        None,
        None,
    )
    assert found["stores_verified"] == 2


def test_a_record_that_says_verified_does_not_outweigh_the_exit_code() -> None:
    left_over = StoreResult("orders", 6, {"verdict": "verified", "colour": "green"})

    assert summary([left_over])["stores_verified"] == 0
    assert summary([StoreResult("orders", 0, None)])["verified"] is False
    assert summary([])["verified"] is False


def test_what_is_left_over_is_shown_though_the_restore_was_proven() -> None:
    left_over = StoreResult(
        "orders", 6, {"verdict": "verified", "colour": "green", "reason": "every rung passed"}, "left over instance i-1"
    )
    lines = list(as_text([left_over]))

    assert "exit 6" in lines[1]
    assert "orders: left over instance i-1" in lines


def test_the_text_names_each_store_that_is_not_proven_with_its_reason() -> None:
    lines = list(as_text([result("orders"), result("users", code=1), StoreResult("files", 5, None, "nobody answers")]))

    assert lines[1].split() == ["orders", "verified", "(green)", "10", "s", "60", "s", "60", "s"]
    assert "users: rows are missing" in lines
    assert "files: nobody answers" in lines
    assert "service: 1 of 3 stores are proven" in lines
    assert all(len(line) <= 80 for line in lines)


def test_what_opens_the_rest_comes_first_and_buckets_last() -> None:
    assert in_order({"files": "bucket", "orders": "rds", "keys": "secret", "users": "local", "terraform": "state"}) == [
        "keys",
        "terraform",
        "orders",
        "users",
        "files",
    ]
