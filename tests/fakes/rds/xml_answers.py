"""Reads and changes the XML of RDS's answers."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from tests.fakes.rds.query_protocol import NAMESPACE

TAG = f"{{{NAMESPACE}}}"
ElementTree.register_namespace("", NAMESPACE)


def read(body: bytes) -> Element:
    """An answer."""
    return ElementTree.fromstring(body)


def write(root: Element) -> bytes:
    """The same as bytes."""
    return ElementTree.tostring(root, encoding="utf-8")


def every(root: Element, name: str) -> Iterator[Element]:
    """Elements of a name, moto's with or without a namespace."""
    yield from (each for each in root.iter() if each.tag.rpartition("}")[2] == name)


def child(parent: Element, name: str) -> Element | None:
    """A direct child."""
    return next((each for each in parent if each.tag.rpartition("}")[2] == name), None)


def text(parent: Element, name: str) -> str:
    """The text of a direct child."""
    found = child(parent, name)
    return (found.text or "") if found is not None else ""


def put(parent: Element, values: Mapping[str, Any]) -> None:
    """Set direct children; None takes one away, a mapping makes a structure."""
    for name, value in values.items():
        there = child(parent, name)
        if there is not None:
            parent.remove(there)
        if value is not None:
            add(parent, name, value)


def add(parent: Element, name: str, value: Any) -> Element:
    """Add a child."""
    made = SubElement(parent, TAG + name)
    if isinstance(value, Mapping):
        for key, inner in value.items():
            add(made, key, inner)
    elif isinstance(value, list):
        for key, inner in value:
            add(made, key, inner)
    else:
        made.text = as_text(value)
    return made


def as_text(value: Any) -> str:
    """A value as RDS writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)


def answer(action: str, result: Mapping[str, Any]) -> bytes:
    """A whole answer of our own."""
    root = Element(f"{TAG}{action}Response")
    add(root, f"{action}Result", result)
    add(root, "ResponseMetadata", {"RequestId": "fake"})
    return write(root)


def wrapped(action: str, element: Element) -> Element:
    """An answer that holds one element."""
    root = read(answer(action, {}))
    next(every(root, f"{action}Result")).append(element)
    return root
