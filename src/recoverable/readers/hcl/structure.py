"""Blocks and attributes of a file in Terraform's native syntax, with their lines.

Expressions are only delimited here; each is parsed when it is first asked for, so that a
repository of thousands of files costs what is evaluated and not what is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.expression_parser import DEEPEST, parse_expression
from recoverable.readers.hcl.source_text import HclSyntaxError, SourceText

_COMMENTS = r"#[^\n]*+|//[^\n]*+|/\*[\s\S]*?\*/"
_GAP = re.compile(rf"(?:[ \t\r\n]++|{_COMMENTS})*+")
_BLANK = re.compile(rf"(?:[ \t\r]++|{_COMMENTS})*+")
_NAME = re.compile(r"[^\W\d][\w-]*")
_ASSIGN = re.compile(r"(?:[ \t]+|/\*[\s\S]*?\*/)*=(?!=)")
_LABEL = re.compile(r'(?:[ \t]+|/\*[\s\S]*?\*/)*(?:"((?:[^"\\\n]|\\.)*)"|([^\W\d][\w-]*))')
_OPEN = re.compile(r"(?:[ \t]+|/\*[\s\S]*?\*/)*\{")
# The many attributes that are one word, number, reference or plain string on one line.
_PLAIN_LINE = re.compile(r'[ \t]*((?:[^"\n\r{}()\[\]#/<]|"[^"\\\n$%]*")+)(?=\r?\n)')
_RUN = re.compile(r'[^"\n{}()\[\]#/<]+')
_STRING_RUN = re.compile(r"""(?:[^"\\$%\n]++|\\[^\n])++""")
_HEREDOC = re.compile(r"<<-?([^\W\d][\w-]*)[ \t]*\r?\n")


@dataclass(slots=True)
class Argument:
    """``name = expression``; the expression is parsed on first use."""

    name: str
    source: SourceText
    start: int
    end: int
    line: int
    _node: tree.Node | None = None
    references: tuple[str, ...] | None = None

    @property
    def node(self) -> tree.Node:
        """The parsed expression."""
        if self._node is None:
            self._node = parse_expression(self.source, self.start, self.end)
        return self._node

    @property
    def text(self) -> str:
        """The expression as written."""
        return self.source.text[self.start : self.end].strip()

    def forget(self) -> None:
        """Drop the parsed expression; it is parsed anew when needed."""
        self._node = None


@dataclass(slots=True)
class Body:
    """Attributes and nested blocks between braces, or of a whole file."""

    arguments: dict[str, Argument] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def of_type(self, kind: str) -> list[Block]:
        """The nested blocks of one type."""
        return [block for block in self.blocks if block.type == kind]

    def all_arguments(self) -> Iterator[Argument]:
        """Every attribute, those of nested blocks included."""
        yield from self.arguments.values()
        for block in self.blocks:
            yield from block.body.all_arguments()


@dataclass(slots=True)
class Block:
    """``type "label" … { body }``."""

    type: str
    labels: tuple[str, ...]
    body: Body
    line: int
    source: SourceText


class _Scanner:
    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.text = source.text
        self.position = 0

    def error(self, message: str, position: int | None = None) -> HclSyntaxError:
        return self.source.error(message, self.position if position is None else position)

    def body(self, depth: int, opened: int) -> Body:
        """Items up to the closing brace, or the end of the file at depth 0."""
        if depth > DEEPEST:
            raise self.error(f"blocks nested deeper than {DEEPEST} levels")
        found = Body()
        text = self.text
        while True:
            start = _skip(_GAP, text, self.position)
            self.position = start
            if start >= len(text):
                if depth:
                    raise self.error("this block is not closed", opened)
                return found
            if text[start] == "}" and depth:
                self.position = start + 1
                return found
            self._item(found, depth)
            self._line_end(depth)

    def _item(self, found: Body, depth: int) -> None:
        name = _NAME.match(self.text, self.position)
        if name is None:
            raise self.error(f"expected an argument or a block, found {self.text[self.position]!r}")
        start = self.position
        self.position = name.end()
        assign = _ASSIGN.match(self.text, self.position)
        if assign is None:
            found.blocks.append(self._block(name.group(), start, depth))
            return
        if name.group() in found.arguments:
            first = found.arguments[name.group()].line
            raise self.error(f'the argument "{name.group()}" is already set on line {first}', start)
        self.position = assign.end()
        found.arguments[name.group()] = self._argument(name.group(), start)

    def _argument(self, name: str, start: int) -> Argument:
        begin = self.position
        plain = _PLAIN_LINE.match(self.text, begin)
        if plain:
            self.position = plain.end()
        else:
            self.position = begin
            self._skip_expression()
        if not self.text[begin : self.position].strip():
            raise self.error(f'the argument "{name}" has no value', start)
        return Argument(name, self.source, begin, self.position, self.source.line(start))

    def _block(self, kind: str, start: int, depth: int) -> Block:
        labels: list[str] = []
        while label := _LABEL.match(self.text, self.position):
            labels.append(label[2] or self._quoted_label(label))
            self.position = label.end()
        opening = _OPEN.match(self.text, self.position)
        if opening is None:
            raise self.error(f'expected "=" or "{{" after "{kind}"', start)
        self.position = opening.end()
        inside = _skip(_BLANK, self.text, self.position)
        is_one_line = not self.text.startswith("\n", inside)
        body = self.body(depth + 1, start) if not is_one_line else self._one_line_body(start)
        return Block(kind, tuple(labels), body, self.source.line(start), self.source)

    def _quoted_label(self, label: re.Match[str]) -> str:
        """The text of a quoted label, in which escapes count but nothing may be interpolated."""
        if not set(label[1]) & set("\\$%"):
            return label[1]
        node = parse_expression(self.source, label.start(1) - 1, label.end())
        if not isinstance(node, tree.Literal):
            raise self.error("a label must be plain text", label.start(1))
        return str(node.value)

    def _one_line_body(self, start: int) -> Body:
        """``{ }`` or ``{ name = value }``: Terraform allows no more on one line."""
        found = Body()
        self.position = _skip(_BLANK, self.text, self.position)
        if not self.text.startswith("}", self.position):
            name = _NAME.match(self.text, self.position)
            assign = name and _ASSIGN.match(self.text, name.end())
            if not name or not assign:
                raise self.error("a block on one line may hold one argument and nothing else")
            begin = self.position
            self.position = assign.end()
            found.arguments[name.group()] = self._argument(name.group(), begin)
            self.position = _skip(_BLANK, self.text, self.position)
        if not self.text.startswith("}", self.position):
            if self.position >= len(self.text):
                raise self.error("this block is not closed", start)
            raise self.error("a block on one line may hold one argument and nothing else")
        self.position += 1
        return found

    def _line_end(self, depth: int) -> None:
        """An item ends with its line; only a closing brace of a block may follow on it."""
        position = _skip(_BLANK, self.text, self.position)
        following = self.text[position : position + 1]
        if following not in ("", "\n"):
            self.position = position
            raise self.error(f"expected a new line, found {following!r}")
        self.position = position

    def _skip_expression(self) -> None:
        """Step to the end of an expression: the first newline, or closing brace, outside brackets."""
        text, position, opened = self.text, self.position, []
        size = len(text)
        while True:
            position = _skip(_RUN, text, position)
            if position >= size:
                break
            char = text[position]
            if char == '"':
                position = self._skip_string(position)
            elif char in "{([":
                opened.append(position)
                position += 1
            elif char in "})]":
                if not opened:
                    break
                opened.pop()
                position += 1
            elif char == "\n":
                if not opened:
                    break
                position += 1
            elif char == "#" or text.startswith("//", position):
                end = text.find("\n", position)
                position = size if end < 0 else end
            elif text.startswith("/*", position):
                position = self._after(text.find("*/", position), 2, "the comment", position)
            elif char == "<" and (heredoc := _HEREDOC.match(text, position)):
                position = self._skip_heredoc(heredoc)
            else:
                position += 1
        if opened:
            raise self.error(f'"{text[opened[-1]]}" is not closed', opened[-1])
        self.position = position

    def _after(self, found: int, width: int, what: str, opened: int) -> int:
        if found < 0:
            raise self.error(f"{what} is not closed", opened)
        return found + width

    def _skip_heredoc(self, heredoc: re.Match[str]) -> int:
        closing = re.compile(rf"^[ \t]*{re.escape(heredoc[1])}[ \t]*(?=\r?$)", re.M)
        found = closing.search(self.text, heredoc.end())
        return self._after(found.end() if found else -1, 0, "the heredoc", heredoc.start())

    def _skip_string(self, opened: int) -> int:
        """The position behind a quoted string; interpolations may hold strings and newlines."""
        text, position = self.text, opened + 1
        size = len(text)
        # True: inside a string; False: inside an interpolation or its braces.
        levels = [True]
        while levels:
            position = _skip(_STRING_RUN if levels[-1] else _RUN, text, position)
            if position >= size:
                raise self.error("the string is not closed", opened)
            char = text[position]
            if levels[-1]:
                position, opens = self._in_string(position, char)
                if opens is None:
                    levels.pop()
                elif opens:
                    levels.append(False)
            elif char == '"':
                levels.append(True)
                position += 1
            elif char in "{}":
                levels.append(False) if char == "{" else levels.pop()
                position += 1
            elif char == "#" or text.startswith("//", position):
                position = self._after(text.find("\n", position), 0, "the string", opened)
            else:
                position += 1
            if len(levels) > 2 * DEEPEST:
                raise self.error(f"nested deeper than {DEEPEST} levels", opened)
        return position

    def _in_string(self, position: int, char: str) -> tuple[int, bool | None]:
        """Step over one special character; True opens an interpolation, None closes the string."""
        if char == '"':
            return position + 1, None
        if char == "\n":
            raise self.error("a quoted string must end on its own line", position)
        if char == "\\":
            return position + 2, False
        if self.text.startswith("{", position + 1):
            return position + 2, True
        escaped = self.text.startswith(char + "{", position + 1)
        return position + (3 if escaped else 1), False


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def parse_structure(source: SourceText) -> Body:
    """The blocks and attributes of a file; HclSyntaxError at the first thing out of place."""
    return _Scanner(source).body(0, 0)
