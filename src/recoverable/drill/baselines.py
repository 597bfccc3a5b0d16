"""Baselines: what a store looked like at the source, or in the last copy that was verified. JSON files in the state folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.drill.baseline_reading import SCHEMA_NAME, of_copy
from recoverable.drill.contract import Store
from recoverable.drill.durable import make_folder, replace_file
from recoverable.drill.rung import LadderContext
from recoverable.model.errors import InputError

FOLDER = "baselines"
KEPT = ("preload_libraries", "hashes")
"""What only the source can say; the baseline of a verified copy keeps it until the source is asked again."""


def make(state: Path) -> BaselineFolder:
    """The baselines below the folder of notes and ledger."""
    return BaselineFolder(state / FOLDER)


@dataclass(frozen=True, slots=True)
class BaselineFolder:
    """One file per store. ``schema`` is what its files say that they are."""

    folder: Path
    schema: str = SCHEMA_NAME

    def path(self, store: Store) -> Path:
        """Where the baseline of a store is kept."""
        return self.folder / f"{store.name}.json"

    def load(self, store: Store) -> Mapping[str, Any] | None:
        """The baseline to compare with; None where none was ever written.

        Raises:
            InputError: the file is there and is none.
        """
        path = self.path(store)
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise InputError(
                f"the baseline cannot be read ({type(error).__name__})", str(path), "Take it anew with recoverable drill baseline."
            ) from None
        if not isinstance(found, dict) or found.get("schema") != self.schema:
            raise InputError(f"this is no {self.schema}", str(path), "Take it anew with recoverable drill baseline.")
        return found

    def capture(self, context: LadderContext) -> Mapping[str, Any]:
        """Read a baseline from the restored copy; what only the source knows is carried over."""
        former = context.baseline or {}
        return {**of_copy(context), **{key: former[key] for key in KEPT if key in former}}

    def save(self, store: Store, baseline: Mapping[str, Any]) -> None:
        """Keep it; an interrupted save leaves the former one."""
        make_folder(self.folder)
        replace_file(self.path(store), json.dumps(baseline, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
