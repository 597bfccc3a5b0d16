"""Subjects that only a running account has: what the backups of a store came to, copies that lie somewhere, and what could be read.

They stand beside the store or vault they speak of and have its address, kind and tags, so that the same standard, environment and waivers
hold. Times are whole minutes before the moment of the audit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from recoverable.model.subjects import Store, Subject
from recoverable.model.values import Value, absent


@dataclass(frozen=True, slots=True)
class CopyState:
    """How replication to one target stands: the provider's own word, and whether it is a good one."""

    target: str
    status: str
    fine: Value[bool]


@dataclass(slots=True, kw_only=True)
class LiveStore(Subject):
    """What the account knows of one store's backups.

    ``age``: since the store was made. ``backup``: since its newest successful backup. ``lag``: how far its latest restorable time is behind.
    ``window``: how far back it can be restored. ``job``: how its newest backup job ended, ``job_age`` ago. A field is absent
    where the account says nothing.
    """

    store: Store
    age: Value[int] = field(default_factory=absent)
    backup: Value[int] = field(default_factory=absent)
    lag: Value[int] = field(default_factory=absent)
    window: Value[int] = field(default_factory=absent)
    job: Value[str] = field(default_factory=absent)
    job_age: Value[int] = field(default_factory=absent)
    replication: list[CopyState] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class LiveCopies(Subject):
    """Recovery points of a vault, or snapshots of one kind in one region: how many, and how many are bare or open to everybody."""

    total: Value[int] = field(default_factory=absent)
    unencrypted: Value[int] = field(default_factory=absent)
    public: Value[int] = field(default_factory=absent)
    example: str = ""


@dataclass(slots=True, kw_only=True)
class LiveReading(Subject):
    """What came of the calls of one action in one region. ``why`` is "" where all were answered; ``times`` counts those that were not;
    ``cloud`` is the word of ``recoverable audit``.
    """

    action: str
    why: str = ""
    code: str = ""
    about: str = ""
    times: int = 0
    cloud: str = "aws"


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute of a store as code declares it, ``at`` a place, and as it is; ``weaker``: what is there protects less."""

    name: str
    declared: str
    live: str
    at: str
    same: Value[bool]
    weaker: bool = False


@dataclass(slots=True, kw_only=True)
class LiveDeclared(Subject):
    """A store of code beside the account: whether it is ``declared``, whether it is ``there``, and every attribute that code writes.

    ``at`` is where it is declared.
    """

    at: str = ""
    declared: Value[bool]
    there: Value[bool]
    attributes: list[Difference] = field(default_factory=list)


LIVE_SUBJECTS = (LiveStore, LiveCopies, LiveReading, LiveDeclared)
"""What no code, plan or preview has."""
