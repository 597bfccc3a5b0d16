"""The order of a whole recovery, from what code declares: which stores, in which order, from which copy, how long, with which right.

What is not known before apply is said to be so. Restoring is planned for what is primary; read replicas, replica buckets, caches
and logs are made anew or are copies themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from recoverable.drill.copies_declared import copies_of
from recoverable.model.estate import Database, Estate, Key, Secret, StateBackend, Store, Subject
from recoverable.standard.demands import Demands
from recoverable.standard.environment import find_environment
from recoverable.standard.load import Standard

GROUPS = ("keys", "secrets", "state", "databases", "buckets", "volumes")
"""Each needs what is before it: nothing opens without its key, and no program starts without its secrets."""
PROVIDERS = {
    "rds-instance": "rds",
    "aurora-cluster": "aurora",
    "cloudsql-instance": "cloudsql",
    "neon-project": "neon",
    "s3-bucket": "bucket",
    "gcs-bucket": "bucket",
    "terraform-state": "state",
    "pulumi-state": "state",
    "secret": "secret",
}
MAKE_SECONDS, GB_PER_SECOND = 900.0, 0.1
"""An assumption, and told as one, until a drill has measured it: a managed instance is there in a quarter of an hour, and its data come
at what a pgBackRest repository on S3 gave here (0.14 GB/s, docs/bench-drill.md), rounded down."""
BY_HAND = "no drill of ours: AWS Backup restore testing (the component RestoreTest), or by hand"


@dataclass(frozen=True, slots=True)
class Step:
    """One store of the recovery. Seconds are None where nothing is to be restored or nothing is known; ``drill`` is its [drill.stores] name."""

    order: int
    group: str
    address: str
    kind: str
    environment: str
    where: str
    copies: tuple[str, ...]
    provider: str
    drill: str
    note: str
    restore_seconds: float | None = None
    measured: bool = False
    check_seconds: float | None = None
    rto_seconds: float | None = None
    cost: str = ""
    after: tuple[str, ...] = ()

    @property
    def restorable(self) -> bool:
        """Whether anything is declared that it could be restored from; a key has no copy."""
        return bool(self.copies) or self.group == "keys"

    @property
    def late(self) -> bool:
        """Whether it would take longer than the standard allows."""
        return self.restore_seconds is not None and self.rto_seconds is not None and self.restore_seconds > self.rto_seconds


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the code: drills set up (address to name), RTOs that drills measured (by name), providers of this version,
    seconds that the ladder takes per GB, and the size to plan for.
    """

    drills: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[str, float] = field(default_factory=dict)
    providers: frozenset[str] = frozenset()
    ladder_seconds_per_gb: float = 0.0
    size_gb: float = 10.0


@dataclass(frozen=True, slots=True)
class RecoveryPlan:
    """All steps in their order, and how many declared things need no restore, by why."""

    steps: tuple[Step, ...]
    left_out: Mapping[str, int]

    @property
    def one_by_one_seconds(self) -> float | None:
        """One restore after the other; None where one is unknown."""
        found = [each.restore_seconds for each in self.steps if each.group != "keys"]
        return None if None in found or not found else float(sum(each for each in found if each is not None))

    def as_json(self) -> dict[str, Any]:
        """The plan for machines."""
        return {
            "schema": 1,
            "one_by_one_seconds": self.one_by_one_seconds,
            "left_out": dict(self.left_out),
            "steps": [{**asdict(each), "restorable": each.restorable, "late": each.late} for each in self.steps],
        }


def recovery_plan(estates: Iterable[Estate], standard: Standard, known: Known, environment: str | None = None) -> RecoveryPlan:
    """The plan for everything that some estates hold.

    Raises:
        InputError: ``environment`` names none of the standard's.
    """
    found: list[tuple[int, Estate, Subject]] = []
    left_out: dict[str, int] = {}
    for estate in estates:
        for group, subject in _subjects(estate):
            why = _needs_none(subject)
            if why:
                left_out[why] = left_out.get(why, 0) + 1
            else:
                found.append((GROUPS.index(group), estate, subject))
    found.sort(key=lambda each: each[0])  # stable: else as declared
    demands = _demands_by(standard, environment)
    steps = (_step(number, GROUPS[rank], estate, subject, demands, known) for number, (rank, estate, subject) in enumerate(found, 1))
    return RecoveryPlan(tuple(steps), left_out)


def _subjects(estate: Estate) -> Iterator[tuple[str, Subject]]:
    pools: tuple[tuple[str, Sequence[Subject]], ...] = (
        ("keys", estate.keys),
        ("secrets", estate.secrets),
        ("state", estate.backends),
        ("databases", estate.databases),
        ("buckets", estate.buckets),
        ("volumes", estate.volumes),
    )
    return ((group, subject) for group, pool in pools for subject in pool)


def _needs_none(subject: Subject) -> str:
    """Why a declared thing is not restored; "" where it is."""
    if isinstance(subject, Store) and subject.role not in ("primary", "clone"):
        return subject.role
    if getattr(subject, "holds_state", False):
        return "bucket of the state, restored with it"
    if isinstance(subject, StateBackend) and subject.local.is_true:
        return "state on a disk, which no cloud keeps"
    return ""


def _demands_by(standard: Standard, flag: str | None) -> Callable[[Estate, Subject], Demands]:
    def demands(estate: Estate, subject: Subject) -> Demands:
        name, source = find_environment(subject.tags, estate.environment_hints, flag, standard)
        tags = {**subject.tags, "recoverable:criticality": "critical"}  # what a recovery is planned for, its RTO binds
        return standard.demands(environment=name, environment_source=source, kind=subject.kind, address=subject.address, tags=tags)

    return demands


def _step(number: int, group: str, estate: Estate, subject: Subject, demands: Callable[[Estate, Subject], Demands], known: Known) -> Step:
    wanted = demands(estate, subject)
    provider = "" if _other_engine(subject) else PROVIDERS.get(subject.kind, "")
    drill = known.drills.get(subject.address, "")
    measured = known.measured.get(drill)
    rto = wanted.rto_minutes.value
    return Step(
        number,
        group,
        subject.address,
        subject.kind,
        wanted.environment,
        str(subject.where or estate.source),
        tuple(copies_of(subject)),
        provider if provider in known.providers else "",
        drill,
        _note(subject, provider, known),
        *_times(group, measured, known),
        rto_seconds=rto * 60.0 if rto is not None and group in ("databases", "buckets", "volumes") else None,
        cost=_cost(subject, known),
        after=tuple(key.address for key in estate.keys if subject.address in key.protects),
    )


def _times(group: str, measured: float | None, known: Known) -> tuple[float | None, bool, float | None]:
    """Seconds to restore, whether a drill measured them, and seconds of the ladder."""
    if group in ("keys", "secrets", "state"):
        return (0.0, False, None) if measured is None else (measured, True, None)
    checks = known.ladder_seconds_per_gb * known.size_gb if group == "databases" else None
    if measured is not None and group != "buckets":  # a drill of a bucket restores a sample
        return measured, True, checks
    return (MAKE_SECONDS if group == "databases" else 0.0) + known.size_gb / GB_PER_SECOND, False, checks


def _note(subject: Subject, provider: str, known: Known) -> str:
    if isinstance(subject, Key):
        days = subject.deletion_days
        wait = f"; a deletion can be cancelled for {days.data} days" if days.known else ""
        return f"no copy: it must be enabled{wait}; the preflight of each drill asks it"
    if _other_engine(subject):
        return f"its engine is {_other_engine(subject)}, and drills verify PostgreSQL: AWS Backup restore testing, or by hand"
    if not provider:
        return BY_HAND
    return "" if provider in known.providers else f"this version has no provider {provider}"


def _other_engine(subject: Subject) -> str:
    """The engine of a database that is known not to be PostgreSQL; "" else."""
    if not isinstance(subject, Database) or subject.kind not in PROVIDERS or not subject.engine.known:
        return ""
    engine = str(subject.engine.data)
    return "" if "postgres" in engine.lower() else engine


def _cost(subject: Subject, known: Known) -> str:
    if isinstance(subject, (Key, Secret, StateBackend)):
        return "next to nothing"
    if isinstance(subject, Database):
        return f"two instances like it while the drill runs (the copy, and a clone for the negative control), {known.size_gb:g} GB each"
    return f"storage and requests for {known.size_gb:g} GB; a drill takes a sample"
