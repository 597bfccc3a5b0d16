"""Where the resources of a folder are written: for plans that have their code beside them."""

from __future__ import annotations

from pathlib import Path

from recoverable.model.values import Location
from recoverable.readers.hcl.configuration import place
from recoverable.readers.hcl.resource_values import META
from recoverable.readers.hcl.session import Library
from recoverable.readers.hcl.written_lines import lines_of

Positions = dict[str, tuple[Location, dict[str, int]]]


def scan_positions(folder: Path, base: Path | None = None) -> Positions:
    """The place of each resource block of one folder by ``type.name``, and the lines inside it.

    Nothing is evaluated: a dynamic block counts as one block. What cannot be read is left out.
    """
    return {
        f"{kind}.{name}" if mode == "managed" else f"{mode}.{kind}.{name}": (place(block), lines_of(block, {}, META))
        for (mode, kind, name), block in Library(base).configuration(folder).resources.items()
    }
