"""Files that a command writes: shown first, and written only with consent."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from recoverable.model.errors import InputError

if TYPE_CHECKING:
    from recoverable.init.file_changes import FileChange


def show(files: list[FileChange], by_hand: dict[str, str]) -> None:
    """The difference on stdout; what is as it should be, and what the user has to add, on stderr."""
    from recoverable.init.file_changes import difference
    from recoverable.report.words import clean

    for item in files:
        if not item.changes:
            print(f"{item.name} is as it should be", file=sys.stderr)
        for line in difference(item):
            print(clean(line))
    for name, lines in by_hand.items():
        print(f"\n{name} is left as it is; add this to it:\n\n{lines}\n", file=sys.stderr)
    sys.stdout.flush()


def agreed(files: list[FileChange], *, asks: bool, force: bool, may_ask: bool) -> list[FileChange]:
    """The files that may be written.

    Raises:
        InputError: one is there already, and there is no consent.
    """
    from recoverable.init.questions import yes

    if not files:
        return []
    losing = [] if force else [item for item in files if item.overwrites]
    if losing and not may_ask:
        names = ", ".join(item.name for item in losing)
        raise InputError(
            f"{names}: there already, and different. Nothing was written", "", "Use --force to replace, or leave that part out."
        )
    refused = [item for item in losing if not yes(f"{item.name} is there already. Replace it as shown?", default=False)]
    kept = [item for item in files if item not in refused]
    if kept and asks and not yes(f"Write {', '.join(item.name for item in kept)}?", default=True):
        return []
    return kept
