"""Where a plan's resources are written, if the code lies beside the plan."""

from __future__ import annotations

from pathlib import Path

from recoverable.model.raw import Reading
from recoverable.readers.plan.plan_config import split_reference


def place_in_code(reading: Reading, folder: Path, *, explicit: bool) -> None:
    """Set file and line of every resource of a plan whose block is found in the folder.

    Modules below the folder are searched too where ``explicit`` says that the code is there;
    a resource that two files could hold keeps the plan as its place.
    """
    if not explicit and not any(folder.glob("*.tf")) and not any(folder.glob("*.tofu")):
        return
    from recoverable.readers.hcl.hcl_reader import scan_positions

    places = scan_positions(folder)
    for raw in [*reading.resources, *(reading.before or ())]:
        if raw.module:
            continue
        parts = split_reference(raw.address)
        found = places.get(f"{parts[-2][0]}.{parts[-1][0]}") if len(parts) >= 2 else None
        if found is not None:
            raw.where, raw.lines = found
