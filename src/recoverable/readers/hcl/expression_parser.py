"""Recursive descent over HCL expressions: exact where Terraform is exact.

Written by hand because the syntax depends on where newlines are, which the tree-sitter grammar
ignores and python-hcl2 does not report; it is also as fast as the former, at 6 MB/s.
"""

from __future__ import annotations

import re

from recoverable.readers.hcl import syntax_tree as tree
from recoverable.readers.hcl.hcl_numbers import NumberError, parse_number
from recoverable.readers.hcl.hcl_types import to_string
from recoverable.readers.hcl.hcl_values import normal_text
from recoverable.readers.hcl.source_text import SourceText
from recoverable.readers.hcl.token_cursor import TokenCursor

# Terraform's own limit is its stack; nothing a person writes comes near this.
DEEPEST = 200

_DIGITS = re.compile(r"[ \t]*+(\d+)")
_SECOND_INDEX = re.compile(r"\.\d")
_PLAIN_ITEM = re.compile(r"""("[^"\\$%\n]*+"|\d{1,18}+)\s*+,""")
_PRECEDENCE = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, ">": 4, "<=": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None}


class ExpressionParser(TokenCursor):
    """The grammar of expressions over a cursor."""

    __slots__ = ("_depth",)

    def __init__(self, source: SourceText, start: int, end: int, newlines: bool = True) -> None:
        super().__init__(source, start, end, newlines)
        self._depth = 0

    def whole(self) -> tree.Node:
        """The expression that fills the whole range."""
        self.advance()
        node = self.expression()
        if self.kind != "end":
            raise self.error(f"expected a new line after the expression, found {self.found()}")
        return node

    def expression(self) -> tree.Node:
        """Any expression, conditionals included."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.error(f"nested deeper than {DEEPEST} levels")
        node = self._binary(1)
        if self.take("?"):
            yes = self.expression()
            self.expect(":", "in the conditional")
            node = tree.Conditional(node, yes, self.expression())
        self._depth -= 1
        return node

    def _binary(self, weakest: int) -> tree.Node:
        left = self._unary()
        while self.kind == "op":
            operator = self.value
            strength = _PRECEDENCE.get(operator, 0)
            if strength < weakest:
                break
            self.advance()
            left = tree.Binary(operator, left, self._binary(strength + 1))
        return left

    def _unary(self) -> tree.Node:
        operators = []
        while self.kind == "op" and self.value in ("-", "!"):
            operators.append(self.value)
            self.advance()
        node = self._with_traversals()
        for operator in reversed(operators):
            node = tree.Unary(operator, node)
        return node

    def _with_traversals(self) -> tree.Node:
        node = self._term()
        while self.kind == "op":
            if self.value == "[":
                node = self._bracket(node)
            elif self.value == ".":
                node = self._dotted(node)
            else:
                break
        return node

    def _bracket(self, target: tree.Node) -> tree.Node:
        outer, self.newlines = self.newlines, False
        self.advance()
        if self.at("*"):
            self.advance()
            self.newlines = outer
            self.expect("]", "after the splat")
            each: tree.Node = tree.SplatItem()
            while self.kind == "op" and self.value in ("[", "."):
                each = self._bracket(each) if self.value == "[" else self._dotted(each)
            return tree.Splat(target, each)
        key = self.expression()
        self.newlines = outer
        self.expect("]", "after the index")
        return tree.Index(target, key)

    def _dotted(self, target: tree.Node) -> tree.Node:
        digits = _DIGITS.match(self.text, self.position, self.end)
        if digits:
            # Read by hand: the tokenizer would take `a.0.1` for the number 0.1.
            self.position = digits.end()
            if _SECOND_INDEX.match(self.text, self.position, self.end):
                raise self.error("two old-style indexes in a row must be written in brackets, like a[0][1]")
            self.advance()
            return tree.Index(target, tree.Literal(int(digits[1])))
        self.advance()
        if self.at("*"):
            self.advance()
            each: tree.Node = tree.SplatItem()
            while self.at("."):
                each = self._dotted(each)
            return tree.Splat(target, each)
        return tree.Attribute(target, self.name("after the dot"))

    def _term(self) -> tree.Node:
        kind, value = self.kind, self.value
        if kind == "name":
            self.advance()
            if self.kind == "op" and self.value in ("(", "::"):
                return self._call(value)
            return tree.Literal(_WORDS[value]) if value in _WORDS else tree.Variable(value)
        if kind == "number":
            try:
                literal = tree.Literal(parse_number(value))
            except NumberError as error:
                raise self.error(str(error)) from None
            self.advance()
            return literal
        if kind == "string":
            self.advance()
            return tree.Literal(normal_text(value[1:-1]))
        if kind == "heredoc" or (kind == "op" and value == '"'):
            from recoverable.readers.hcl.template_parser import heredoc, quoted

            return heredoc(self) if kind == "heredoc" else quoted(self)
        if kind == "op" and value == "(":
            outer, self.newlines = self.newlines, False
            self.advance()
            node = self.expression()
            self.newlines = outer
            self.expect(")", "to close the parenthesis")
            return node
        if kind == "op" and value == "[":
            return self._tuple()
        if kind == "op" and value == "{":
            return self._object()
        raise self.error(f"expected an expression, found {self.found()}")

    def _call(self, name: str) -> tree.Node:
        while self.take("::"):
            name = f"{name}::{self.name('of a function')}"
        if not self.at("("):
            raise self.error(f'expected "(" after {name}')
        outer, self.newlines = self.newlines, False
        self.advance()
        arguments: list[tree.Node] = []
        expand = False
        while not self.at(")"):
            arguments.append(self.expression())
            if self.take("..."):
                expand = True
                break
            if not self.take(","):
                break
        self.newlines = outer
        self.expect(")", f"to close the arguments of {name}")
        return tree.Call(name, arguments, expand)

    def _tuple(self) -> tree.Node:
        outer, self.newlines = self.newlines, False
        self.advance()
        if self.kind == "name" and self.value == "for":
            return self._for("]", outer)
        items: list[tree.Node] = []
        while not self.at("]"):
            # Lists of plain values can be megabytes long, and then every call counts.
            plain = _PLAIN_ITEM.match(self.text, self.start, self.end)
            if plain:
                items.append(tree.Literal(plain[1][1:-1] if plain[1][0] == '"' else int(plain[1])))
                self.position = plain.end()
                self.advance()
                continue
            items.append(self.expression())
            if not self.take(","):
                break
        self.newlines = outer
        self.expect("]", "to close the list")
        return tree.Tuple(items)

    def _object(self) -> tree.Node:
        outer, self.newlines = self.newlines, False
        self.advance()
        if self.kind == "name" and self.value == "for":
            return self._for("}", outer)
        items: list[tuple[tree.Node, tree.Node]] = []
        while not self.at("}"):
            # A newline ends an item, but not the opening brace, a key or a comma.
            self.newlines = True
            computed = self.at("(")
            key = self.expression()
            if not computed:
                key = _literal_key(key)
            if not (self.take("=") or self.take(":")):
                raise self.error(f'expected "=" after the key of an object, found {self.found()}')
            items.append((key, self.expression()))
            self.newlines = False
            if self.kind == "newline" or self.at(","):
                self.advance()
                if self.at(","):
                    raise self.error('expected a key, found ","')
            elif not self.at("}"):
                raise self.error(f'expected "," or a new line in the object, found {self.found()}')
        self.newlines = outer
        self.expect("}", "to close the object")
        return tree.Object(items)

    def _for(self, closing: str, outer: bool) -> tree.Node:
        self.advance()
        key_name, value_name = "", self.name("after for")
        if self.take(","):
            key_name, value_name = value_name, self.name("after the comma")
        if not (self.kind == "name" and self.value == "in"):
            raise self.error(f'expected "in", found {self.found()}')
        self.advance()
        collection = self.expression()
        self.expect(":", "in the for expression")
        value = self.expression()
        key: tree.Node | None = None
        group = False
        if closing == "}":
            self.expect("=>", "in the for expression")
            key, value = value, self.expression()
            group = self.take("...")
        condition: tree.Node | None = None
        if self.kind == "name" and self.value == "if":
            self.advance()
            condition = self.expression()
        self.newlines = outer
        self.expect(closing, "to close the for expression")
        return tree.For(key_name, value_name, collection, key, value, condition, group)


def parse_expression(source: SourceText, start: int, end: int) -> tree.Node:
    """The expression that fills ``source.text[start:end]``."""
    return ExpressionParser(source, start, end).whole()


def _literal_key(key: tree.Node) -> tree.Node:
    """A bare word or number before ``=`` is text; in brackets it would be evaluated."""
    if isinstance(key, tree.Variable):
        return tree.Literal(key.name)
    if isinstance(key, tree.Literal) and not isinstance(key.value, str):
        return tree.Literal("null" if key.value is None else to_string(key.value))
    return key
