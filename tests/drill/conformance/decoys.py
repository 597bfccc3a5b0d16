"""A folder that looks like that of a run and is not: what no drill and no reaper may touch."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from recoverable.drill.local import resources


def decoys(scratch: Path, provider: str) -> Callable[[str], str]:
    """Plants, for a run, a folder whose name begins like that of the run and that holds the run's marker, with a token that nobody announced."""

    def plant(run: str) -> str:
        decoy = scratch / f"{resources.PREFIX}{run}-decoy"
        decoy.mkdir()
        facts = {"run": run, "expires": "2099-01-01T00:00:00+00:00", "provider": provider, "token": "0"}
        (decoy / resources.MARKER).write_text(json.dumps(facts) + "\n")
        (decoy / "precious").write_text("production\n")
        return str(decoy)

    return plant
