"""How a component says no: before anything is created, with the field, the value, the bound and the reason."""

from typing import Any

import pulumi

LONGEST = 256
"""Characters of a value in a message."""


class RefusedError(pulumi.RunError):
    """A combination that would not protect, or that the provider would reject later.

    The engine shows the message alone, without a traceback. ``component`` is the kind and name, ``field`` the argument as the
    caller writes it, ``bound`` what would be accepted, ``reason`` why.
    """

    def __init__(self, component: str, field: str, value: Any, bound: str, reason: str) -> None:
        self.component, self.field, self.value, self.bound, self.reason = component, field, value, bound, reason
        super().__init__(f"{component}: {field} = {shown(value)} is refused: {bound}. {reason}")


def shown(value: Any) -> str:
    """A value as a Python user writes it; an enumeration's member by its text. Always one line, and no longer than a reader can hold."""
    if isinstance(value, pulumi.Output):  # it would answer to every name, and fail later
        return '"an output"'
    plain = getattr(value, "value", value)
    return cut(repr(plain)) if not isinstance(plain, str) else f'"{cut(plain)}"'


def cut(text: str) -> str:
    """Control characters as Python writes them, and the middle of what is too long left out."""
    line = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
    return line if len(line) <= LONGEST else f"{line[: LONGEST // 2]}…{line[-LONGEST // 4 :]}"
