"""Quoted strings, heredocs and template files: literals, interpolations and directives."""

from __future__ import annotations

import re
from dataclasses import dataclass

from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.expression_parser import ExpressionParser
from recoverable.readers.hcl.hcl_values import normal_text
from recoverable.readers.hcl.source_text import SourceText

# Possessive, so that a literal of megabytes costs no memory for ways back.
_QUOTED_RUN = re.compile(r"""(?:[^"\\$%\n]++|\\[nrt"\\])++""")
_BARE_RUN = re.compile(r"[^$%\n]++")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_UNICODE = {"u": 4, "U": 8}


@dataclass(slots=True)
class _Text:
    """One literal token: in heredocs one line, in quoted strings all up to the next marker."""

    value: str


@dataclass(slots=True)
class _Marker:
    """``${…}`` (keyword empty) or a directive ``%{ keyword … }``."""

    keyword: str
    node: tree.Node
    position: int
    names: tuple[str, str] = ("", "")


_Part = _Text | _Marker


class _Scanner:
    """Collects the parts of one template; the cursor is the expression parser's."""

    def __init__(self, parser: ExpressionParser, marker: str | None, is_quoted: bool) -> None:
        self.parser = parser
        self.marker = re.compile(rf"[ \t]*{re.escape(marker)}[ \t]*(?=\r?(?:\n|\Z))") if marker else None
        self.is_quoted = is_quoted
        self.parts: list[_Part] = []
        self._buffer: list[str] = []
        self._trim_next = False

    def run(self) -> list[_Part]:
        """Read up to the closing quote, the closing marker, or the end of a template file."""
        parser, text = self.parser, self.parser.text
        run = _QUOTED_RUN if self.is_quoted else _BARE_RUN
        opened = parser.position
        line_start = not self.is_quoted
        while True:
            position = parser.position
            if line_start and self.marker:
                closing = self.marker.match(text, position, parser.end)
                if closing:
                    parser.position = closing.end()
                    break
            line_start = False
            match = run.match(text, position, parser.end)
            if match:
                found = match.group()
                if self.is_quoted and "\\" in found:
                    found = _ESCAPE.sub(_unescape, found)
                self._buffer.append(found)
                position = parser.position = match.end()
            if position >= parser.end:
                if self.is_quoted or self.marker:
                    raise parser.source.error("the string is not closed", opened)
                break
            char = text[position]
            if char == "\n":
                if self.is_quoted:
                    raise parser.source.error("a quoted string must end on its own line", position)
                self._buffer.append(char)
                self._flush()
                parser.position, line_start = position + 1, True
            elif char == '"':
                parser.position = position + 1
                break
            elif char == "\\":
                self._escape(position)
            elif text.startswith("{", position + 1):
                self._flush()
                self._sequence(position)
            elif text.startswith(char + "{", position + 1):
                self._buffer.append(char + "{")
                parser.position = position + 3
            else:
                self._buffer.append(char)
                parser.position = position + 1
        self._flush()
        return self.parts

    def _flush(self) -> None:
        if self._buffer:
            value = "".join(self._buffer)
            self._buffer.clear()
            self.parts.append(_Text(value.lstrip() if self._trim_next else value))
            self._trim_next = False

    def _escape(self, position: int) -> None:
        parser, text = self.parser, self.parser.text
        letter = text[position + 1 : position + 2]
        width = _UNICODE.get(letter)
        digits = text[position + 2 : position + 2 + (width or 0)]
        if width is None or len(digits) != width or not re.fullmatch(r"[0-9a-fA-F]+", digits):
            raise parser.source.error(f'"\\{letter}" is not an escape sequence', position)
        code = int(digits, 16)
        if code > 0x10FFFF:
            raise parser.source.error(f'"\\{letter}{digits}" is no character', position)
        # Lone surrogates cannot be written in UTF-8; Terraform puts the replacement character.
        self._buffer.append("\ufffd" if 0xD800 <= code < 0xE000 else chr(code))
        parser.position = position + 2 + width

    def _sequence(self, position: int) -> None:
        parser = self.parser
        is_directive = parser.text[position] == "%"
        parser.position = position + 2
        if parser.text.startswith("~", parser.position):
            parser.position += 1
            if self.parts and isinstance(self.parts[-1], _Text):
                self.parts[-1].value = self.parts[-1].value.rstrip()
        outer, parser.newlines = parser.newlines, False
        parser.advance()
        part = self._directive(position) if is_directive else _Marker("", parser.expression(), position)
        trim = parser.take("~")
        if not parser.at("}"):
            raise parser.error(f'expected "}}" to close the template sequence, found {parser.found()}')
        # The cursor now stands just behind the brace: what follows is text, not tokens.
        parser.newlines = outer
        self._trim_next = trim
        self.parts.append(part)

    def _directive(self, position: int) -> _Marker:
        parser = self.parser
        keyword = parser.name("of a template directive")
        if keyword == "if":
            return _Marker(keyword, parser.expression(), position)
        if keyword == "for":
            first, second = parser.name("after for"), ""
            if parser.take(","):
                second = parser.name("after the comma")
            if not (parser.kind == "name" and parser.value == "in"):
                raise parser.error(f'expected "in", found {parser.found()}')
            parser.advance()
            names = (first, second) if second else ("", first)
            return _Marker(keyword, parser.expression(), position, names)
        if keyword not in ("else", "endif", "endfor"):
            raise parser.source.error(f'"{keyword}" is not a template directive', position)
        return _Marker(keyword, tree.Literal(None), position)


def _unescape(match: re.Match[str]) -> str:
    return _ESCAPES[match[1]]


def quoted(parser: ExpressionParser) -> tree.Node:
    """A quoted string; the cursor stands on its opening quote."""
    parts = _Scanner(parser, None, is_quoted=True).run()
    node = _assemble(parser.source, parts)
    parser.advance()
    return node


def heredoc(parser: ExpressionParser) -> tree.Node:
    """``<<MARKER`` or ``<<-MARKER``; the cursor stands on the line that opens it."""
    opening = parser.value.strip()
    is_flush = opening.startswith("<<-")
    parts = _Scanner(parser, opening.lstrip("<-"), is_quoted=False).run()
    if is_flush:
        _flush_left(parts)
    node = _assemble(parser.source, parts)
    parser.advance()
    return node


def parse_template(source: SourceText) -> tree.Node:
    """A template file, or a string of the JSON syntax: all of it is template text."""
    parser = ExpressionParser(source, 0, len(source.text))
    return _assemble(source, _Scanner(parser, None, is_quoted=False).run())


def _flush_left(parts: list[_Part]) -> None:
    """Take the smallest indentation of all lines off every line, as ``<<-`` does."""
    smallest: int | None = None
    indented: list[_Text] = []
    line_start = True
    for part in parts:
        if line_start:
            if not isinstance(part, _Text):
                smallest = 0
            elif not (part.value.strip() == "" and part.value.endswith("\n")):
                spaces = len(part.value) - len(part.value.lstrip())
                smallest = spaces if smallest is None else min(smallest, spaces)
                indented.append(part)
        line_start = isinstance(part, _Text) and part.value.endswith("\n")
    for text in indented:
        text.value = text.value[smallest or 0 :]


def _assemble(source: SourceText, parts: list[_Part]) -> tree.Node:
    """Nest the flat parts; a lone interpolation is the value itself, not text."""
    if len(parts) == 1 and isinstance(parts[0], _Marker) and parts[0].keyword == "":
        return parts[0].node
    nodes, position, _ = _nest(source, parts, 0, ())
    if position < len(parts):
        stray = next(part for part in parts[position:] if isinstance(part, _Marker))
        raise source.error(f'"{stray.keyword}" closes nothing', stray.position)
    texts = [node.value for node in nodes if isinstance(node, tree.Literal) and isinstance(node.value, str)]
    if len(texts) == len(nodes):
        return tree.Literal(normal_text("".join(texts)))
    return tree.Template(nodes)


def _nest(source: SourceText, parts: list[_Part], position: int, closers: tuple[str, ...]) -> tuple[list[tree.Node], int, str]:
    """The nodes up to one of ``closers``; where they end, and which one ended them."""
    nodes: list[tree.Node] = []
    while position < len(parts):
        part = parts[position]
        if isinstance(part, _Text):
            nodes.append(tree.Literal(part.value))
            position += 1
        elif part.keyword == "":
            nodes.append(part.node)
            position += 1
        elif part.keyword == "if":
            yes, position, ended = _nest(source, parts, position + 1, ("else", "endif"))
            no: list[tree.Node] = []
            if ended == "else":
                no, position, ended = _nest(source, parts, position, ("endif",))
            if not ended:
                raise source.error('"if" without "endif"', part.position)
            nodes.append(tree.Conditional(part.node, tree.Template(yes), tree.Template(no)))
        elif part.keyword == "for":
            body, position, ended = _nest(source, parts, position + 1, ("endfor",))
            if not ended:
                raise source.error('"for" without "endfor"', part.position)
            nodes.append(tree.TemplateFor(part.names[0], part.names[1], part.node, tree.Template(body)))
        elif part.keyword in closers:
            return nodes, position + 1, part.keyword
        else:
            return nodes, position, ""
    return nodes, position, ""
