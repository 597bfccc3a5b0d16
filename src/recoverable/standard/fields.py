"""The settings of the standard: one table that validation, ordering, schema and reports share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NONE_WORD = "none"
"""What a file writes for "no number": TOML has no null."""

STRICTEST = "strictest"
"""The name a store's demands carry when its environment was not found."""


@dataclass(frozen=True, slots=True)
class Field:
    """One setting: its type, its bounds, and which way is stricter.

    ``type`` is ``number``, ``switch``, ``choice`` or ``text``. ``stricter`` is ``more`` or
    ``less``; "" means that two values cannot be compared. ``ordered`` fields must not be weaker
    in prod than in staging, nor in staging than in dev. ``optional`` ones may be ``"none"``.
    """

    name: str
    type: str
    doc: str
    stricter: str = ""
    low: int = 0
    high: int = 0
    choices: tuple[str, ...] = ()
    optional: bool = False
    ordered: bool = True

    @property
    def comparable(self) -> bool:
        """True where one value can be weaker than another."""
        return bool(self.stricter)

    def rank(self, value: Any) -> float:
        """The larger, the stricter; only for comparable fields."""
        if value is None:
            return float("-inf")
        number = self.choices.index(value) if self.choices else int(value)
        return -number if self.stricter == "less" else number

    @property
    def nature(self) -> str:
        """What a value must be, as the end of "not …"."""
        words = {"switch": "true or false", "text": "text", "number": "a whole number"}
        return words.get(self.type) or f"one of {', '.join(self.choices)}"

    @property
    def expected(self) -> str:
        """What the file may hold, as the end of "Write …"."""
        if self.type == "switch":
            return "true or false, without quotes"
        if self.type == "choice":
            return " or ".join(f'"{choice}"' for choice in self.choices)
        if self.type == "text":
            return "text in quotes"
        return f"a whole number from {self.low} to {self.high}" + (f' or "{NONE_WORD}"' if self.optional else "")


def _number(name: str, low: int, high: int, stricter: str, doc: str, *, optional: bool = False, ordered: bool = True) -> Field:
    return Field(name, "number", doc, stricter, low, high, optional=optional, ordered=ordered)


def _switch(name: str, doc: str) -> Field:
    return Field(name, "switch", doc, "more")


ALL_FIELDS: tuple[Field, ...] = (
    _number("backup_retention_days", 1, 3650, "more", "Backups are kept at least this many days."),
    _number("backup_retention_days_max", 1, 3650, "", "Backups are kept at most this many days.", optional=True, ordered=False),
    _number("pitr_window_days", 1, 365, "more", "Point-in-time recovery reaches back at least this many days."),
    _number("rpo_minutes", 1, 10080, "less", "A failure may lose at most this many minutes of data.", optional=True),
    _number(
        "rto_minutes",
        1,
        10080,
        "less",
        "A restore may take at most this many minutes. Set for an environment or kind it binds stores of criticality critical.",
        optional=True,
    ),
    _number("restore_test_days", 1, 366, "less", "A restore is tested at least every so many days."),
    _number("restore_test_grace_days", 0, 90, "less", "A restore test is overdue this many days after it was due.", ordered=False),
    _switch("encryption", "Stores and their backups are encrypted. It cannot be turned off."),
    _switch("customer_managed_key", "Encryption uses a key the customer manages."),
    _switch("object_lock", "Backups and buckets are locked against deletion."),
    _switch("second_region", "A copy is kept in a second region."),
    _switch("multi_zone", "Databases run in more than one zone."),
    Field("mfa_delete", "choice", "MFA delete of versioned buckets.", "more", choices=("off", "advice", "required")),
    Field(
        "criticality",
        "choice",
        "How much depends on the store.",
        "more",
        choices=("low", "standard", "critical"),
        ordered=False,
    ),
    Field("owner", "text", "Who answers for the store.", ordered=False),
)

FIELDS: dict[str, Field] = {field.name: field for field in ALL_FIELDS}

CADENCES: dict[str, int] = {
    "daily": 1,
    "weekly": 7,
    "fortnightly": 14,
    "monthly": 31,
    "quarterly": 92,
    "half-yearly": 184,
    "yearly": 366,
}
"""The words ``restore_test`` takes, in days."""

ENVIRONMENT_ORDER: tuple[str, ...] = ("prod", "staging", "dev")
"""Strictest first: an environment must not be weaker than the next."""

ALIASES: dict[str, tuple[str, ...]] = {
    "prod": ("production", "prd", "live"),
    "staging": ("stage", "stg", "uat", "preprod", "pre-prod", "preproduction", "pre-production", "qa"),
    "dev": ("development", "test", "sandbox", "local"),
}

_EVERYWHERE: dict[str, Any] = {
    "backup_retention_days_max": None,
    "pitr_window_days": 7,
    "rpo_minutes": None,
    "rto_minutes": None,
    "restore_test_days": 31,
    "restore_test_grace_days": 7,
    "encryption": True,
    "customer_managed_key": False,
    "object_lock": False,
    "second_region": False,
    "multi_zone": False,
    "mfa_delete": "advice",
    "criticality": "standard",
    "owner": "",
}

BUILT_IN: dict[str, dict[str, Any]] = {
    "prod": {
        **_EVERYWHERE,
        "backup_retention_days": 30,
        "rpo_minutes": 15,
        "rto_minutes": 120,
        "second_region": True,
        "multi_zone": True,
    },
    "staging": {**_EVERYWHERE, "backup_retention_days": 21},
    "dev": {**_EVERYWHERE, "backup_retention_days": 14},
}


def say(value: Any) -> str:
    """A value in the words of the file: ``none``, ``true``, ``30``."""
    if value is None:
        return NONE_WORD
    return str(value).lower() if isinstance(value, bool) else str(value)


def shorten(text: str, most: int = 40) -> str:
    """Text of the input in one line and no longer than ``most``, for messages."""
    text = "".join(char if char.isprintable() else "?" for char in " ".join(text[: most + 200].split()))
    return text if len(text) <= most else text[: most - 1] + "…"
