"""Encodings: base64, URL, CSV and character sets. JSON and YAML have modules of their own."""

from __future__ import annotations

import base64
import codecs
import re
import urllib.parse
from typing import Any

from recoverable.readers.hcl.functions_signature import FunctionError, Table, not_evaluated
from recoverable.readers.hcl.hcl_types import STRING, HclList, object_of
from recoverable.readers.hcl.hcl_values import normal_text

TABLE = Table()
# Go's names for character sets are the IANA registry's; these are the ones both sides agree on.
_CHARSETS = {
    "utf-8": "utf-8",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "shift_jis": "shift_jis",
    "euc-jp": "euc_jp",
    "euc-kr": "euc_kr",
    "gbk": "gbk",
    "gb18030": "gb18030",
    "big5": "big5",
    "koi8-r": "koi8-r",
}


@TABLE.add("base64encode", STRING)
def _base64encode(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@TABLE.add("base64decode", STRING)
def _base64decode(text: str) -> str:
    try:
        return decoded(text).decode()
    except UnicodeDecodeError:
        raise FunctionError("base64decode: the result of decoding the provided string is not valid UTF-8") from None


def decoded(text: str) -> bytes:
    """Strict base64; line breaks are the one thing skipped."""
    plain = text.replace("\n", "").replace("\r", "")
    if not _BASE64.fullmatch(plain):
        raise FunctionError("failed to decode base64 data")
    return base64.b64decode(plain)


@TABLE.add("urlencode", STRING)
def _urlencode(text: str) -> str:
    return urllib.parse.quote_plus(text)


@TABLE.add("textencodebase64", STRING, STRING)
def _textencodebase64(text: str, encoding: str) -> Any:
    charset = _CHARSETS.get(encoding.lower())
    if charset is None:
        return not_evaluated("textencodebase64", f"the character set {encoding}")
    try:
        return base64.b64encode(codecs.encode(text, charset)).decode()
    except UnicodeEncodeError:
        raise FunctionError(f"textencodebase64: a character cannot be represented in {encoding}") from None


@TABLE.add("textdecodebase64", STRING, STRING)
def _textdecodebase64(source: str, encoding: str) -> Any:
    charset = _CHARSETS.get(encoding.lower())
    if charset is None:
        return not_evaluated("textdecodebase64", f"the character set {encoding}")
    try:
        return codecs.decode(decoded(source), charset)
    except UnicodeDecodeError:
        return not_evaluated("textdecodebase64", f"bytes that {encoding} does not define")


_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_FIELD = re.compile(r'"((?:[^"]|"")*)"|([^",\r\n]*)')


@TABLE.add("csvdecode", STRING)
def _csvdecode(text: str) -> HclList:
    """Rows as objects named by the first row; rows of another length are refused, blank lines skipped."""
    rows = _rows(text.replace("\r\n", "\n"))
    if not rows:
        raise FunctionError("csvdecode: missing header line")
    header = rows[0]
    if len(set(header)) != len(header):
        raise FunctionError("csvdecode: duplicate column name")
    if any(len(row) != len(header) for row in rows):
        raise FunctionError("csvdecode: wrong number of fields")
    found = [dict(zip(header, row, strict=True)) for row in rows[1:]]
    return HclList(found, object_of(dict.fromkeys(header, STRING)))


def _rows(text: str) -> list[list[str]]:
    rows: list[list[str]] = []
    row: list[str] = []
    place = 0
    while place < len(text):
        if not row and text[place] == "\n":
            place += 1
            continue
        match = _FIELD.match(text, place)
        if match is None or text[match.end() : match.end() + 1] not in ("", ",", "\n"):
            raise FunctionError('csvdecode: a quote (") in a field that is not quoted, or one that is not closed')
        quoted, plain = match.groups()
        row.append(normal_text(plain if quoted is None else quoted.replace('""', '"')))
        place = match.end()
        if text[place : place + 1] == ",":
            place += 1
            if place < len(text):
                continue
            row.append("")
        rows.append(row)
        row = []
        place += 1
    return rows
