"""Comments that address this tool, each with the lines of the block or statement it speaks of.

A comment speaks of the block it stands in, or of the one directly below it. Text in strings and
heredocs is no comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

WORD = "recoverable:"
# Everything in Terraform that could hide a comment's start or a brace, or is one.
_TOKENS = re.compile(
    r"""(?P<comment>\#[^\n]*|//[^\n]*|/\*[\s\S]*?(?:\*/|\Z))
    |<<-?(?P<tag>[A-Za-z_][\w-]*)[ \t]*\r?\n
    |(?P<mark>["{}\n])""",
    re.VERBOSE,
)
_BRACES = re.compile(r'["{}]')
_INSIDE = re.compile(r'\\.|\$\$\{|%%\{|(?P<open>[$%]\{)|(?P<quote>")|(?P<end>\n)', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Comment:
    """One line of a comment, and the lines it speaks of."""

    line: int
    text: str
    speaks_of: range


def comments_of(file: str, text: str) -> list[Comment]:
    """Every line of a comment that holds the word, in order."""
    if file.endswith((".tf", ".tofu")):
        return _terraform(text)
    return _python(text) if file.endswith(".py") else _plain(text)


def _terraform(text: str) -> list[Comment]:
    found: list[tuple[int, int, str]] = []  # first line, last line, text
    blocks: list[range] = []
    depth, opened, position, line = 0, 0, 0, 1
    while match := _TOKENS.search(text, position):
        line += text.count("\n", position, match.start())
        start, position = line, match.end()
        line += match[0].count("\n")
        if match["comment"]:
            found.append((start, line, match["comment"]))
        elif match["tag"]:
            end = re.compile(rf"^[ \t]*{re.escape(match['tag'])}[ \t]*\r?$", re.MULTILINE).search(text, position)
            finish = end.end() if end else len(text)
            line += text.count("\n", position, finish)
            position = finish
        elif match["mark"] == '"':
            finish = _string_end(text, position)
            line += text.count("\n", position, finish)
            position = finish
        elif match["mark"] == "{":
            opened = start if depth == 0 else opened
            depth += 1
        elif match["mark"] == "}" and depth:
            depth -= 1
            if depth == 0:
                blocks.append(range(opened, start + 1))
    if depth:
        blocks.append(range(opened, line + 1))
    return list(_attached(found, blocks))


def _string_end(text: str, position: int) -> int:
    """Behind the closing quote of a string, whose templates may hold strings of their own."""
    while match := _INSIDE.search(text, position):
        position = match.end()
        if match["quote"] or match["end"]:
            return position if match["quote"] else match.start()
        if match["open"]:
            position = _template_end(text, position)
    return len(text)


def _template_end(text: str, position: int) -> int:
    depth = 1
    while match := _BRACES.search(text, position):
        position = match.end()
        if match[0] == '"':
            position = _string_end(text, position)
            continue
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return position
    return len(text)


def _attached(found: list[tuple[int, int, str]], blocks: list[range]) -> Iterator[Comment]:
    own_line = {number for first, last, _ in found for number in range(first, last + 1)}
    starts = {block.start: block for block in blocks}
    for first, last, text in found:
        if WORD not in text:
            continue
        around = next((block for block in blocks if first in block), None)
        below = last + 1
        while below in own_line and below not in starts:
            below += 1
        speaks_of = around or starts.get(below) or range(first, last + 1)
        for number, line in enumerate(text.split("\n"), first):
            if WORD in line:
                yield Comment(number, line, speaks_of)


def _python(text: str) -> list[Comment]:
    """Comments of a Python program: each speaks of the simple statement it stands in or above."""
    import ast
    import io
    import tokenize

    try:
        tree = ast.parse(text)
        words = [item for item in tokenize.generate_tokens(io.StringIO(text).readline) if item.type == tokenize.COMMENT]
    except (SyntaxError, ValueError, RecursionError, tokenize.TokenError):
        return _plain(text)
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    simple = [range(node.lineno, (node.end_lineno or node.lineno) + 1) for node in statements if not hasattr(node, "body")]
    own_line = {item.start[0] for item in words if not item.line[: item.start[1]].strip()}
    found = []
    for item in words:
        if WORD not in item.string:
            continue
        line = item.start[0]
        below = line + 1
        while below in own_line:
            below += 1
        around = next((place for place in simple if line in place), None)
        under = next((place for place in simple if place.start == below), None) if line in own_line else None
        found.append(Comment(line, item.string, around or under or range(line, line + 1)))
    return found


def _plain(text: str) -> list[Comment]:
    """Comments of other languages: a line that holds a mark speaks of itself and of the line below all comments."""
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        match = re.search(r"(?:^|\s)(?:#|//|/\*)", line)
        if not match or WORD not in line[match.start() :]:
            continue
        below = number
        if not line[: match.start()].strip():
            while below < len(lines) and re.match(r"\s*(#|//|/\*|\*)", lines[below]):
                below += 1
            below += 1
        found.append(Comment(number, line[match.start() :].strip(), range(number, below + 1)))
    return found
