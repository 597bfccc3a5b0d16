"""Waivers of the standard file, read but not judged: rules report a missing reason, owner or expiry."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from recoverable.model.values import Location
from recoverable.standard.globs import glob_matches


@dataclass(frozen=True, slots=True)
class Waiver:
    """One written permission to break a rule.

    ``rule`` is a rule's name or id as written. ``address`` and ``file`` are globs; "" stands
    for any. ``reason`` and ``owner`` may be "" and ``until`` None where the file says nothing.
    """

    rule: str
    address: str = ""
    file: str = ""
    reason: str = ""
    owner: str = ""
    until: datetime.date | None = None
    where: Location | None = None

    def covers(self, rule_id: str, rule_name: str, address: str, file: str) -> bool:
        """Whether it speaks of this rule at this place; reason and expiry are not looked at."""
        return (
            self.rule.lower() in (rule_id.lower(), rule_name.lower())
            and (not self.address or glob_matches(self.address, address))
            and (not self.file or glob_matches(self.file, file))
        )
