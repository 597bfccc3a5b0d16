"""``audit --facts FILE``: the facts of backups for ``recoverable alerts``, written whole or not at all."""

from __future__ import annotations

import argparse
import datetime
import sys
import tempfile
from collections.abc import Iterable
from functools import partial
from typing import IO

from recoverable.audit.backup_facts import facts_of
from recoverable.drill.durable import replace_file
from recoverable.model.estate import Estate, Store
from recoverable.report.json_rows import encode
from recoverable.standard.environment import find_environment
from recoverable.standard.load import Standard


class FactsFile:
    """Collects lines beside the memory, and puts them into place at the end."""

    def __init__(self, options: argparse.Namespace, standard: Standard, now: datetime.datetime) -> None:
        self.path, self.flag, self.standard, self.now = options.facts, options.environment, standard, now
        self._lines: IO[str] | None = tempfile.TemporaryFile("w+", encoding="utf-8") if self.path else None  # noqa: SIM115 - finish() closes it

    def take(self, estates: Iterable[Estate]) -> None:
        """The facts of some stores."""
        if self._lines is not None:
            for estate in estates:
                for fact in facts_of([estate], partial(self._environment, estate), self.now):
                    self._lines.write(encode(fact) + "\n")

    def finish(self, *, whole: bool) -> None:
        """Write the file; where AWS did not answer it stays as it was, for a store that is left out would seem to be gone."""
        if self._lines is None:
            return
        if whole:
            self._lines.seek(0)
            replace_file(self.path, self._lines.read())
        else:
            print(f"warning: {self.path} stays as it was: not all of it could be asked for", file=sys.stderr)
        self._lines.close()

    def _environment(self, estate: Estate, store: Store) -> str:
        return find_environment(store.tags, estate.environment_hints, self.flag, self.standard)[0]
