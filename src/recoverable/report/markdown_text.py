"""Text in Markdown that stays text: no markup, no HTML, no mention, no link of a hostile input."""

from __future__ import annotations

import html
import re

from recoverable.report.words import clean

_GAP = "\u200b"
_SPECIAL = re.compile(r"[\\`*_\[\]<>#|~$&]")
_LEADING = re.compile(r"^(?=[-+=]|::)|(?<=^\d)(?=[.)](?:\s|$))|(?<=^\d\d)(?=[.)](?:\s|$))")
_ENTITIES = {char: f"&#{ord(char)};" for char in "\\`*_[]<>|~&@#:{}!$"}
_PLAIN_CODE = re.compile(r"[\w./:\-\"'\[\]=, ()%+]+")


def escaped(text: str) -> str:
    """Text that stays text: no Markdown, no HTML, no mention, no link, no reference to an issue."""
    said = _SPECIAL.sub(lambda match: {"<": "&lt;", "&": "&amp;"}.get(match[0], f"\\{match[0]}"), clean(text).strip())
    said = _LEADING.sub(r"\\", said)
    # Mentions and references are found after Markdown is rendered: only a gap stops them.
    said = said.replace("@", f"@{_GAP}").replace("\\#", f"\\#{_GAP}").replace("://", f":{_GAP}//")
    return re.sub(r"\b(www|GH)(?=[.\-])", rf"\1{_GAP}", said, flags=re.IGNORECASE)


def code(text: str) -> str:
    """Inline code, also inside a table; within it no mention is found."""
    said = clean(text)
    if not said.strip():
        return ""
    if _PLAIN_CODE.fullmatch(said) and said == said.strip():
        return f"`{said}`"
    return f"<code>{''.join(_ENTITIES.get(char, char) for char in said)}</code>"


def escaped_html(text: str) -> str:
    """The same inside of an HTML element."""
    return html.escape(clean(text)).replace("@", f"@{_GAP}").replace("://", f":{_GAP}//")


def fenced(text: str, language: str = "") -> str:
    """A block of code that its content cannot end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"
