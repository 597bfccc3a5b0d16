"""How a component says no: before anything is created, with the field, the value, the bound and the reason."""

from typing import Any

import pulumi


class RefusedError(pulumi.RunError):
    """A combination that would not protect, or that the provider would reject later.

    The engine shows the message alone, without a traceback. ``component`` is the kind and name, ``field`` the argument as the
    caller writes it, ``bound`` what would be accepted, ``reason`` why.
    """

    def __init__(self, component: str, field: str, value: Any, bound: str, reason: str) -> None:
        self.component, self.field, self.value, self.bound, self.reason = component, field, value, bound, reason
        super().__init__(f"{component}: {field} = {shown(value)} is refused: {bound}. {reason}")


def shown(value: Any) -> str:
    """A value as a Python user writes it; an enumeration's member by its text."""
    plain = getattr(value, "value", value)
    return repr(plain) if not isinstance(plain, str) else f'"{plain}"'
