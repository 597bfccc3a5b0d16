"""The terminal report."""

from __future__ import annotations

import re
from dataclasses import replace

from recoverable.model.finding import Verdict
from recoverable.report.result import Result
from recoverable.report.text_report import render


def test_passes_and_suppressed_are_shown_on_request(sample: Result) -> None:
    """By default they are only counted."""
    assert "pass[" not in render(sample)
    assert "logical dumps" not in render(sample)
    verbose = render(sample, verbose=True)
    assert verbose.count("\npass[") == 3
    assert "suppressed high[point-in-time-recovery-off]" in verbose
    assert "waived: inline: logical dumps every hour, owner data@example.com" in verbose


def test_verbose_lists_every_instance(sample: Result) -> None:
    """Without it the report says how many are left out."""
    assert "and 2 more instances" in render(sample)
    assert "more instances" not in render(sample, verbose=True)


def test_lines_fit_the_terminal(sample: Result) -> None:
    """At 80 columns nothing wraps by itself, when the width is the terminal's."""
    assert [line for line in render(sample, width=80).split("\n") if len(line) > 80] == []


def test_the_footer_is_one_line_where_no_terminal_is(sample: Result) -> None:
    """So that a log can be searched for it."""
    assert render(sample).split("\n")[-2].startswith("12 findings (8 critical, 2 high, 1 medium, 1 advice), 1 unknown")


def test_colour_adds_nothing_but_colour(sample: Result) -> None:
    """Without its colours the coloured report is the plain one."""
    coloured = render(sample, colour=True)

    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render(sample)


def test_an_excerpt_is_not_repeated_for_the_same_line(sample: Result) -> None:
    """Two rules that point at one line share its excerpt."""
    assert render(sample).count('22 | resource "aws_s3_bucket" "uploads"') == 1


def test_every_finding_that_is_no_pass_is_there(sample: Result) -> None:
    """Nothing that was not decided is hidden: unknowns and crashed rules have their frame."""
    drawn = render(sample)
    live = [found for found in sample.findings if found.verdict is not Verdict.PASS and not found.suppressed]

    assert {found.rule for found in live} <= set(re.findall(r"RCV\d+", drawn))
    assert "unknown[retention-too-short]" in drawn
    assert "error[deletion-protection-off]" in drawn
    assert "input[missing-module] module network is not downloaded" in drawn


def test_a_finding_with_nothing_but_a_message_has_a_frame(sample: Result) -> None:
    """No place, no address, no environment: still one line."""
    bare = replace(
        sample.findings[1],
        address="",
        where=None,
        source="",
        environment="",
        environment_source="",
        found="",
        wanted="",
        fix="",
    )
    drawn = render(Result(findings=[bare], exit_code=1))

    assert drawn.startswith("critical[retention-too-short] orders keeps 7 days")
