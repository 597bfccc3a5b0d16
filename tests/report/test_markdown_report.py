"""The comment on a pull request."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from recoverable.report.markdown_report import MARKER, render
from recoverable.report.markdown_text import code, escaped, fenced
from recoverable.report.result import Result


def test_the_comment_can_be_found_again(sample: Result) -> None:
    """A job replaces the comment that starts with the marker."""
    assert render(sample).startswith(f"{MARKER}\n")


@pytest.mark.parametrize("size", [400, 5000])
def test_a_comment_stays_under_the_limit_and_says_what_it_cut(sample: Result, size: int) -> None:
    """The worst come first; the number of the missing is right."""
    fail = sample.findings[1]
    many = [replace(fail, message=f"number {at} " + "ü" * 300, address=f"a{at}") for at in range(size)]
    drawn = render(replace(sample, findings=many))
    shown = drawn.count("<b>critical</b>")

    assert len(drawn.encode()) < 65_536
    assert shown > 50
    assert f"**{size - shown} more findings" in drawn


def test_hostile_everything_stays_under_the_limit(hostile: Result) -> None:
    """Also where names, environments, waivers and problems are endless."""
    endless = [
        replace(found, address=found.address + "|" * 9000, environment=f"{found.environment}{at}" * 50)
        for at, found in enumerate(list(hostile.findings) * 40)
    ]
    drawn = render(replace(hostile, findings=endless, problems=list(hostile.problems) * 500))

    assert len(drawn.encode()) < 65_536


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b`c", r"a\|b\`c"),
        ("<script> & </b>", r"&lt;script\> &amp; &lt;/b\>"),
        ("@octocat", "@\u200boctocat"),
        ("fixes #12", "fixes \\#\u200b12"),
        ("https://evil", "https:\u200b//evil"),
        ("[l](x) ![i](y)", r"\[l\](x) !\[i\](y)"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("0.1.0", "0.1.0"),
        ("::error::x", r"\::error::x"),
        ("a_b", r"a\_b"),
        ("x\ny", r"x\\ny"),
    ],
)
def test_text_stays_text(text: str, shown: str) -> None:
    """No Markdown, HTML, mention, reference, link or list."""
    assert shown == escaped(text)


def test_code_is_plain_where_it_can_be() -> None:
    """An ordinary address is readable in the source; a hostile one is spelled in entities."""
    assert code('aws_s3_bucket.a["x"]') == '`aws_s3_bucket.a["x"]`'
    assert code("a|`@b") == "<code>a&#124;&#96;&#64;b</code>"
    assert code(" ") == ""


def test_a_fence_is_longer_than_what_it_holds() -> None:
    """Code cannot close its own fence."""
    assert fenced("a\n````\nb").startswith("`````\n")


def test_a_table_row_has_as_many_cells_as_its_head(hostile: Result) -> None:
    """No name adds a column."""
    rows = [line for line in render(hostile).split("\n") if line.startswith("|")]

    assert len(rows) == 3
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1


def test_details_are_balanced(sample: Result, hostile: Result) -> None:
    """Every fold is closed, and blank lines let the Markdown inside be read."""
    for result in (sample, hostile):
        drawn = render(result)
        assert drawn.count("<details>") == drawn.count("</details>") > 0
        assert "</summary>\n\n" in drawn
