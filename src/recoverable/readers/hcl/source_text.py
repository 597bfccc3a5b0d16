"""The text of one configuration file, and the error that names a line in it."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field


class HclSyntaxError(Exception):
    """Terraform would refuse this text; ``line`` is 1-based."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(slots=True)
class SourceText:
    """Decoded text with its name for messages and a lazily built table of line starts."""

    text: str
    file: str
    first_line: int = 1
    _newlines: list[int] | None = field(default=None, repr=False)

    def line(self, position: int) -> int:
        """The line a character offset stands on."""
        if self._newlines is None:
            self._newlines = [match.start() for match in re.finditer("\n", self.text)]
        return self.first_line + bisect_left(self._newlines, position)

    def error(self, message: str, position: int) -> HclSyntaxError:
        """The error for something wrong at a character offset."""
        return HclSyntaxError(message, self.line(position))
