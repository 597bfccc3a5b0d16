"""What the page about the cost of components says of the samples."""

from __future__ import annotations

import pytest

from tools.bench.stacks_page import Alone, Pair, Sample, growth, page, verdict


def pair(*rounds: tuple[float, float, float, float], count: int = 20, what: str = "up") -> Pair:
    """Rounds of (seconds, CPU) with components, then plain."""
    made = Pair(count, 9 * count, what)
    for seconds, cpu, plain_seconds, plain_cpu in rounds:
        made.add("components", Sample(seconds, cpu))
        made.add("plain", Sample(plain_seconds, plain_cpu))
    return made


def test_a_ratio_is_that_of_the_rounds_and_not_of_the_extremes() -> None:
    """A machine that slows down from round to round slows both programs."""
    made = pair((10, 5, 10, 5), (22, 6, 20, 5), (100, 5, 100, 5))
    assert (made.ratio("seconds"), made.ratio("cpu")) == (1.0, 1.0)
    assert (made.least("components", "seconds"), made.least("plain", "cpu")) == (10, 5)


@pytest.mark.parametrize(
    ("seconds", "cpu", "over"), [(1.4, 1.4, True), (1.4, 1.2, False), (1.2, 1.4, False), (1.3, 1.3, False), (1.31, 1.31, True)]
)
def test_over_the_bound_is_what_clock_and_processors_both_say(seconds: float, cpu: float, over: bool) -> None:
    assert pair((seconds, cpu, 1, 1)).over is over


def test_the_verdict_names_what_is_over_by_either_measure() -> None:
    assert verdict([pair((1.4, 1.5, 1, 1))]) == "Over the bound of 1.3: 20, up (1.40 by the clock, 1.50 by CPU)."
    assert (
        verdict([pair((1.4, 1.2, 1, 1))])
        == "Every row is within the bound of 1.3 by clock or CPU. By one of the two alone over it: 20, up (1.40 by the clock, 1.20 by CPU)."
    )
    assert verdict([pair((1.1, 1.4, 1, 1))]).endswith("alone over it: 20, up (1.10 by the clock, 1.40 by CPU).")
    assert verdict([pair((1.1, 1.2, 1, 1))]) == "Every row is within the bound of 1.3 by clock and CPU."


def test_growth_compares_the_two_largest() -> None:
    said = growth([pair((1, 1, 1, 1), count=1), pair((9, 10, 9, 8), count=50), pair((50, 80, 50, 60), count=200)])
    assert said == ["From 50 to 200 components (x 4.0), up takes x 8.0 the processor seconds; plain x 7.5."]
    assert growth([pair((1, 1, 1, 1))]) == []


def test_the_page_holds_every_row() -> None:
    text = page(
        "facts", [pair((2.0, 1.0, 2.0, 1.0), count=1), pair((2.0, 1.0, 1.0, 1.0))], [Alone("dev, up", 55, [Sample(5, 3), Sample(4, 3.5)])]
    )
    assert "| 1 component, up | 9 | 1 | 2.0 s | 2.0 s | 1.00 | 1.0 s | 1.0 s | 1.00 |" in text
    assert "| dev, up | 55 | 2 | 4.0 s | 3.0 s |" in text
    assert text.startswith("# What components cost\n\n`make bench-stacks`: facts.\n")
