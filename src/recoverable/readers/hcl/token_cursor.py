"""A cursor over the tokens of HCL expressions, with one token of look-ahead."""

from __future__ import annotations

import re

from recoverable.readers.hcl.source_text import HclSyntaxError, SourceText

_SYMBOLS = r"""(?:
  (?P<name>[^\W\d][\w-]*)
| (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
| (?P<string>"[^"\\$%\n]*+")
| (?P<heredoc><<-?[^\W\d][\w-]*[ \t]*\r?\n)
| (?P<op>==|!=|<=|>=|&&|\|\||=>|\.\.\.|::|[-+*/%!<>?:,.=(){}\[\]~"])
| (?P<newline>\n)
)"""
# Possessive throughout: a comment given back in part would be read as code.
_COMMENTS = r"\#[^\n]*+|//[^\n]*+|/\*[\s\S]*?\*/"
_ON_LINE = re.compile(rf"(?:[ \t]++|\r(?=\n)|{_COMMENTS})*+{_SYMBOLS}", re.X)
_ACROSS_LINES = re.compile(rf"(?:[ \t\r\n]++|{_COMMENTS})*+{_SYMBOLS}", re.X)
_REST = re.compile(rf"(?:[ \t\r\n]++|{_COMMENTS})*+", re.X)


class TokenCursor:
    """Stands on one token of ``source.text[start:end]``; where newlines end something they are tokens."""

    __slots__ = ("end", "kind", "newlines", "position", "source", "start", "text", "value")

    def __init__(self, source: SourceText, start: int, end: int, newlines: bool = True) -> None:
        self.source = source
        self.text = source.text
        self.position = start
        self.start = start
        self.end = end
        self.newlines = newlines
        self.kind = ""
        self.value = ""

    def advance(self) -> None:
        """Read the next token; newlines are tokens only where they end something."""
        pattern = _ON_LINE if self.newlines else _ACROSS_LINES
        match = pattern.match(self.text, self.position, self.end)
        if match is None:
            rest = _REST.match(self.text, self.position, self.end)
            self.start = self.position = rest.end() if rest else self.position
            if self.position < self.end:
                raise self.error(f"unexpected character {self.text[self.position]!r}")
            self.kind, self.value = "end", ""
            return
        self.kind = match.lastgroup or ""
        self.value = match.group(self.kind)
        self.start = match.start(self.kind)
        self.position = match.end()

    def error(self, message: str) -> HclSyntaxError:
        """A syntax error at the current token."""
        return self.source.error(message, self.start)

    def at(self, symbol: str) -> bool:
        """Whether the current token is this operator or bracket."""
        return self.kind == "op" and self.value == symbol

    def take(self, symbol: str) -> bool:
        """Step over the operator if it is there."""
        if self.kind == "op" and self.value == symbol:
            self.advance()
            return True
        return False

    def expect(self, symbol: str, context: str) -> None:
        """Step over an operator that must be there."""
        if not self.take(symbol):
            raise self.error(f'expected "{symbol}" {context}, found {self.found()}')

    def found(self) -> str:
        """The current token in words."""
        return {"end": "the end of the expression", "newline": "a new line"}.get(self.kind, f'"{self.value.strip()}"')

    def name(self, context: str) -> str:
        """Step over a word that must be there."""
        if self.kind != "name":
            raise self.error(f"expected a name {context}, found {self.found()}")
        word = self.value
        self.advance()
        return word
