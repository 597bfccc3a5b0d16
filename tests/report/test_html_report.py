"""The page: closed in itself, escaped, accessible."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from recoverable.report.html_elements import Markup, element
from recoverable.report.html_matrix import MOST_ROWS
from recoverable.report.html_report import MOST_CARDS, render
from recoverable.report.html_style import DARK, LIGHT, TONES
from recoverable.report.result import Result

VOID = {"meta", "input", "br", "hr", "rect"}
KNOWN = {
    *("html", "head", "meta", "title", "style", "body", "a", "header", "main", "section", "footer", "div", "p", "span"),
    *("h1", "h2", "h3", "h4", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td", "svg", "rect"),
    *("ul", "li", "code", "pre", "i", "wbr", "article", "details", "summary", "fieldset", "legend", "label", "input"),
}


class Page(HTMLParser):
    """Every element with its attributes; the tags must be balanced."""

    def __init__(self, drawn: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(drawn)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID | {"wbr"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        if tag not in VOID:
            assert self.open.pop() == tag


@pytest.fixture(name="pages")
def pages_fixture(sample: Result, hostile: Result) -> list[Page]:
    """The sample's page, the hostile one, and an empty one."""
    pages = [Page(render(result)) for result in (sample, hostile, Result(findings=[]))]
    assert all(page.open == [] for page in pages)
    return pages


def test_only_our_own_elements_are_there(pages: list[Page]) -> None:
    """No script, no frame, no image, no handler: also where the input tries."""
    for page in pages:
        assert {tag for tag, _ in page.elements} <= KNOWN
        assert not any(name.startswith("on") or name in ("src", "style") for _, said in page.elements for name in said)


def test_the_page_asks_for_nothing(sample: Result) -> None:
    """Its own policy forbids scripts and requests, and its style sheet imports nothing."""
    drawn = render(sample)

    assert "default-src 'none'" in drawn.replace("&#x27;", "'")
    assert "url(" not in drawn
    assert "@import" not in drawn


def test_links_lead_somewhere(pages: list[Page]) -> None:
    """To an element of the page, or to a reference of a rule."""
    for page in pages:
        names = [str(said["id"]) for _, said in page.elements if "id" in said]
        links = [str(said["href"]) for _, said in page.elements if "href" in said]
        assert len(names) == len(set(names))
        assert {link[1:] for link in links if link.startswith("#")} <= set(names)
        assert all(link.startswith(("#", "https://docs.aws.amazon.com/")) for link in links)


def test_tables_can_be_heard(pages: list[Page]) -> None:
    """Every header has its scope, every table a caption, and boxes that scroll can be focused."""
    for page in pages:
        assert all(said.get("scope") in ("col", "row") for tag, said in page.elements if tag == "th")
        tags = [tag for tag, _ in page.elements]
        assert tags.count("table") == tags.count("caption")
        regions = [said for _, said in page.elements if said.get("role") == "region"]
        assert all(said.get("tabindex") == "0" and said.get("aria-label") for said in regions)


def test_a_cell_says_its_verdict_in_letters(sample: Result) -> None:
    """Colour alone carries nothing."""
    drawn = render(sample)

    assert '>C<span class="hidden"> critical: retention-too-short</span></a>' in drawn
    assert '>?<span class="hidden"> unknown: retention-too-short</span></a>' in drawn
    assert '>S<span class="hidden"> suppressed: point-in-time-recovery-off</span></span>' in drawn


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(palette: dict[str, str]) -> None:
    """Every pair of text and ground that occurs has a contrast of 4.5 or more (WCAG AA)."""
    pairs = [(text, ground) for text in ("text", "muted", "link") for ground in ("page", "surface", "sunken")]
    pairs += [(tone, f"{tone}-tint") for tone in TONES]
    pairs += [(text, f"{tone}-tint") for text in ("text", "muted") for tone in TONES if tone != "pass"]
    pairs += [(tone, "surface") for tone in TONES]
    weak = []
    for text, ground in pairs:
        dark, light = sorted((luminance(palette[text]), luminance(palette[ground])))
        if (light + 0.05) / (dark + 0.05) < 4.5:
            weak.append((text, ground))

    assert weak == []
    assert LIGHT.keys() == DARK.keys()


def test_a_large_run_is_cut_and_says_so(sample: Result) -> None:
    """A page of a million cells opens on no phone."""
    fail = sample.findings[1]
    many = [replace(fail, message=f"number {at}", address=f"a{at}") for at in range(3000)]
    drawn = render(replace(sample, findings=many))

    assert f"{3000 - MOST_CARDS} more findings not shown here" in drawn
    assert f"The worst {MOST_ROWS} of 3000 rows" in drawn
    assert len(drawn) < 3_000_000


def test_an_element_escapes_what_is_no_markup() -> None:
    """Text and attributes are escaped, and so is a hostile class name."""
    drawn = element("p", "<b>", Markup("<i></i>"), ["&"], None, class_='"x', hidden=False, title="\x1b")

    assert drawn == '<p class="&quot;x" title="\\x1b">&lt;b&gt;<i></i>&amp;</p>'
