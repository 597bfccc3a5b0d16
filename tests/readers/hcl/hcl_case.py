"""Writes a case to disk and reads it: what most tests of the reader need."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

from recoverable.model.raw import RawResource, Reading
from recoverable.readers.hcl.hcl_reader import HclOptions, read_hcl


def write(folder: Path, **files: str | bytes) -> Path:
    """Write files; a keyword's double underscore is a slash and its last single one the dot."""
    for name, content in files.items():
        put(folder, name.replace("__", "/").rsplit("_", 1)[0] + "." + name.rsplit("_", 1)[1], content)
    return folder


def put(folder: Path, name: str, content: str | bytes) -> None:
    """Write one file by its real name."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else dedent(content).encode())


def read_all(folder: Path, wanted: Callable[[str], bool] = lambda _: True, path: str = "", **options: Any) -> list[Reading]:
    """Every root module of a folder written by a test."""
    return read_hcl(folder / path, options=HclOptions(base=folder, **options), wanted=wanted)


def read_one(folder: Path, path: str = "", **options: Any) -> Reading:
    """The only root module."""
    (reading,) = read_all(folder, path=path, **options)
    return reading


def by_address(reading: Reading) -> dict[str, RawResource]:
    """Its resources by address."""
    return {resource.address: resource for resource in reading.resources}


def value_of(folder: Path, expression: str, preamble: str = "", **options: Any) -> Any:
    """What an expression comes to as the attribute of a resource."""
    put(folder, "main.tf", dedent(preamble) + f'\nresource "x_y" "probe" {{\n  v = {expression}\n}}\n')
    return by_address(read_one(folder, **options))["x_y.probe"].attrs.get("v")


def errors(reading: Reading) -> list[tuple[str, str]]:
    """The error problems: message and place."""
    return [(problem.message, str(problem.where)) for problem in reading.problems if problem.kind == "error"]
