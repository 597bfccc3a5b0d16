"""Errors a user can act on: what is wrong, where it came from, and how to fix it."""

from __future__ import annotations


class InputError(Exception):
    """A bad option, standard or input (exit 2). ``fix`` is a sentence or a command to paste."""

    def __init__(self, what: str, where: str = "", fix: str = "") -> None:
        super().__init__(what, where, fix)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        remedy = f" {self.fix}" if self.fix else ""
        return f"{self.what}{place}.{remedy}" if not self.what.endswith(".") else f"{self.what}{place}{remedy}"
