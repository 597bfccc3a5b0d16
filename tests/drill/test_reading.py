"""The small parts below the rungs, each at its edges."""

from __future__ import annotations

import datetime

import psycopg
import pytest

from recoverable.drill import expectations
from recoverable.drill.ladder import all_rungs
from recoverable.drill.reading.batches import batches
from recoverable.drill.reading.failures import BROKEN, DAMAGE, HINDRANCE, what_happened
from recoverable.drill.reading.index_pointers import runs_of
from recoverable.drill.reading.patterns import names_table
from recoverable.drill.reading.recovery_end import last_line
from recoverable.drill.reading.sessions import quoted
from recoverable.drill.reading.survey import Survey, named, shown
from recoverable.drill.verdict import RungVerdict
from recoverable.standard.problems import Problems
from recoverable.standard.typed import Table


@pytest.mark.parametrize(
    ("line", "parent", "time", "point", "by_lsn"),
    [
        ("1\t0/3000148\tno recovery target specified\n", 1, None, None, False),
        ("2\tA/FF\tafter LSN A/10\n", 2, None, None, True),
        ('1\t0/1\tat restore point "a "b" c"\n', 1, None, 'a "b" c', False),
        ("1\t0/1\tbefore 2026-12-01 14:00:00.5+05:30\n", 1, "2026-12-01T08:30:00.500000+00:00", None, False),
        ("1\t0/1\tbefore transaction 77 at 2026-12-01\n", 1, None, None, False),
        ("# a comment\n\n1\t0/1\tx\n3\t0/2\tafter transaction 8 2026-12-01 14:00:00-07\n", 3, "2026-12-01T21:00:00+00:00", None, False),
    ],
)
def test_the_end_of_recovery_is_read_from_the_history(line: str, parent: int, time: str | None, point: str | None, by_lsn: bool) -> None:
    ending = last_line(line)

    assert ending is not None
    assert (ending.parent, ending.point, ending.by_lsn) == (parent, point, by_lsn)
    assert ending.time == (datetime.datetime.fromisoformat(time) if time else None)
    assert last_line("") is None


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.errors.DataCorrupted("invalid page"), DAMAGE),
        (psycopg.errors.UndefinedFile("x"), DAMAGE),
        (psycopg.errors.NumericValueOutOfRange("secret 4711"), DAMAGE),
        (psycopg.errors.QueryCanceled("x"), HINDRANCE),
        (psycopg.errors.InsufficientPrivilege("x"), HINDRANCE),
        (psycopg.errors.DiskFull("x"), HINDRANCE),
        (psycopg.errors.CrashShutdown("x"), BROKEN),
        (psycopg.OperationalError("consuming input failed: server closed the connection unexpectedly"), BROKEN),
        (psycopg.OperationalError('FATAL:  could not open file "base/1/2601": No such file'), DAMAGE),
        (psycopg.OperationalError('FATAL:  database "x" does not exist\nDETAIL:  The database subdirectory "base/5" is missing.'), DAMAGE),
        (psycopg.OperationalError('FATAL:  database "x" does not exist'), HINDRANCE),
        (psycopg.OperationalError('FATAL:  role "marked" does not exist'), HINDRANCE),
        (psycopg.OperationalError("connection refused"), HINDRANCE),
    ],
)
def test_an_error_is_damage_a_crash_or_a_hindrance(error: Exception, kind: str) -> None:
    found = what_happened(error)

    assert found.kind == kind
    assert "4711" not in found.text


def test_a_failure_outweighs_what_could_not_be_looked_at() -> None:
    survey = Survey(["bad"], ["unseen"])

    assert survey.result("well").verdict is RungVerdict.FAIL
    assert Survey([], ["unseen"]).result("well").verdict is RungVerdict.COULD_NOT_RUN
    assert Survey().result("well").verdict is RungVerdict.PASS


def test_names_are_shown_without_control_characters_and_never_endless() -> None:
    assert shown("a\n\x1b[31mb", "c") == "a\ufffd\ufffd[31mb.c"
    assert len(shown("x" * 1000)) < 200
    assert quoted('a"b') == '"a""b"'
    assert named([str(each) for each in range(9)]) == "0; 1; 2; 3; 4; and 4 more"


def test_batches_are_neither_too_many_nor_too_large() -> None:
    assert [len(each) for each in batches(range(250), lambda _: 1)] == [100, 100, 50]
    assert list(batches([5, 5, 20, 1], lambda size: size, large=10)) == [[5, 5], [20], [1]]
    assert list(batches([], lambda _: 1)) == []


def test_runs_are_consecutive() -> None:
    assert runs_of([]) == []
    assert runs_of([1, 2, 3, 7, 9, 10]) == [(1, 3), (7, 7), (9, 10)]


def test_patterns_mind_capital_letters() -> None:
    assert names_table(["public.*"], "public.orders")
    assert not names_table(["Public.*"], "public.orders")


def test_every_rung_is_named_like_its_file_and_says_why() -> None:
    rungs = [each.rung for each in all_rungs()]

    assert len({each.name for each in rungs}) == len(rungs) > 20
    for rung in rungs:
        assert rung.name == rung.name.lower().replace("_", "-")
        assert rung.title
        assert rung.why.endswith(".")


def expect(**data: object) -> tuple[dict[str, object], Problems]:
    problems = Problems("recoverable.toml", {})
    return expectations.read(Table(dict(data), ("drill", "stores", "shop", "expect"), problems)), problems


def test_expectations_have_defaults_and_every_mistake_is_told() -> None:
    found, problems = expect(rows={"shop": {"public.orders": 5}}, unlogged={"shop": ["public.*"]})
    problems.stop_if_any()
    assert found["rows"] == {"shop": {"public.orders": 5}}
    assert (found["shrink_percent"], found["grow_percent"], found["heartbeat"]) == (50, 0, "")

    for wrong in (
        {"rows": {"shop": {"orders": 5}}},
        {"rows": {"shop": {"a.b": -1}}},
        {"rows": 7},
        {"heartbeats": "x"},
        {"shrink_percent": 101},
        {"unlogged": {"shop": "x"}},
    ):
        _, problems = expect(**wrong)
        with pytest.raises(Exception, match="expect"):
            problems.stop_if_any()
