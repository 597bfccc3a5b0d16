"""``yamldecode``, with PyYAML's parser where that is installed; without it, what is read is unknown.

Only the parser is PyYAML's: which words are numbers, truth or dates is Terraform's own mixture of
YAML 1.1 and 1.2 (``yes`` is true, ``010`` is ten, ``0b11`` and ``1_000`` are text).
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import Any

from recoverable.model.values import Unknown
from recoverable.readers.hcl.functions_signature import FunctionError, Table, not_evaluated
from recoverable.readers.hcl.hcl_numbers import parse_number
from recoverable.readers.hcl.hcl_types import STRING, to_string
from recoverable.readers.hcl.hcl_values import joined, normal_text

TABLE = Table()
MOST_NODES = 500_000
_PLAIN, _STR, _MERGE = "!plain", "tag:yaml.org,2002:str", "<<"
_COLLECTIONS = frozenset({"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})
_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"])
_NULL = frozenset(["", "~", "null", "Null", "NULL"])
_FLOAT = re.compile(r"[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?\Z", re.ASCII)
_BASED = re.compile(r"0x([0-9a-fA-F]+)\Z|0o([0-7]+)\Z", re.ASCII)
_INFINITY = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z")
_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)\Z", re.ASCII)
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)?\Z", re.ASCII)


@TABLE.add("yamldecode", STRING, unknown_aware=True)
def _yamldecode(text: Any) -> Any:
    if isinstance(text, Unknown):
        return joined(text)
    loader = _loader()
    if loader is None:
        return not_evaluated("yamldecode", "PyYAML is not installed")
    import yaml

    try:
        documents = list(yaml.compose_all(text, Loader=loader))
        if len(documents) != 1:
            raise FunctionError("yamldecode: exactly one document is required")
        return _Reader().value(documents[0])
    except _NotEvaluated as reason:
        return not_evaluated("yamldecode", str(reason))
    except RecursionError:
        return not_evaluated("yamldecode", "it is nested too deeply")
    except (yaml.YAMLError, ValueError) as error:
        raise FunctionError(f"yamldecode: {error}") from None


class _NotEvaluated(Exception):  # noqa: N818 - not the document's fault
    """What Terraform reads in a way that is not rebuilt here."""


@lru_cache(maxsize=1)
def _loader() -> Any:
    """PyYAML's bare loader, told to mark the words that stand without quotes and tag."""
    try:
        import yaml
    except ImportError:
        return None
    loader: Any = type("Loader", (getattr(yaml, "CBaseLoader", yaml.BaseLoader),), {})
    loader.add_implicit_resolver(_PLAIN, re.compile(""), None)
    loader.add_implicit_resolver(_PLAIN, re.compile(r"\Z"), [""])
    return loader


class _Reader:
    """Turns PyYAML's nodes into values; counts them, for an alias may unfold without end."""

    def __init__(self) -> None:
        self.count = 0
        self.open: set[int] = set()

    def value(self, node: Any) -> Any:
        self.count += 1
        if self.count > MOST_NODES:
            raise _NotEvaluated("the document is too large")
        if isinstance(node.value, str):
            return _scalar(node.tag, node.value)
        if node.tag not in (_PLAIN, *_COLLECTIONS):
            raise FunctionError(f'yamldecode: unsupported tag "{node.tag}"')
        if id(node) in self.open:
            raise FunctionError("yamldecode: an anchor contains itself")
        self.open.add(id(node))
        found = self.mapping(node) if node.id == "mapping" else [self.value(item) for item in node.value]
        self.open.discard(id(node))
        return found

    def mapping(self, node: Any) -> dict[str, Any]:
        """Later keys win; ``<<`` takes another mapping's keys in."""
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            value = self.value(value_node)
            if key_node.tag == _PLAIN and key_node.value == _MERGE:
                if not isinstance(value, dict):
                    raise FunctionError("yamldecode: only a mapping can be merged into a mapping")
                found.update(value)
                continue
            key = self.value(key_node)
            if key is None or isinstance(key, dict | list):
                raise FunctionError("yamldecode: only strings are allowed as mapping keys")
            found[to_string(key)] = value
        return found


def _scalar(tag: str, text: str) -> Any:
    if tag == _PLAIN:
        return _word(text)
    if tag == _STR:
        return str(normal_text(text))
    if tag.startswith("tag:yaml.org,2002:"):
        raise _NotEvaluated(f"the tag {tag.removeprefix('tag:yaml.org,2002:')}")
    raise FunctionError(f'yamldecode: unsupported tag "{tag}"')


def _word(text: str) -> Any:
    """What a word without quotes stands for."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    based = _BASED.match(text)
    if based is not None:
        return int(based[1], 16) if based[1] else int(based[2], 8)
    if _FLOAT.match(text):
        return parse_number(text)
    if _INFINITY.match(text):
        return float(text.replace(".", ""))
    if text in (".nan", ".NaN", ".NAN"):
        raise FunctionError("yamldecode: floating point NaN is not supported")
    return _date(text)


def _date(text: str) -> str:
    date, stamp = _DATE.match(text), _STAMP.match(text)
    try:
        if date is not None:
            return datetime.date(*map(int, date.groups())).isoformat() + "T00:00:00Z"
        if stamp is not None:
            datetime.datetime.fromisoformat(f"{stamp[1]}T{stamp[2]}")
            return f"{stamp[1]}T{stamp[2]}{stamp[3] or 'Z'}"
    except ValueError:
        pass
    if re.match(r"\d{4}-\d\d?-\d\d?[Tt ]\d", text):
        raise _NotEvaluated(f"the timestamp {text}")
    return str(normal_text(text))
