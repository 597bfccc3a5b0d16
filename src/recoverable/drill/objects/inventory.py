"""One pass over a bucket and its replica: what there was at the target's time, a sample of it, and where the two differ."""

from __future__ import annotations

import datetime
import hashlib
import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from recoverable.drill.objects.buckets import ReadableBucket, Removed
from recoverable.drill.objects.versions import NULL, AtTime, Version, at_time, kept_since

ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""Storage classes whose objects cannot be read before they were brought back, which takes hours."""
LONGEST_KEY = 1000
"""Bytes: keys may have 1024, and the scratch bucket puts a few before them."""
NAMED = 20
"""So many versions that differ are kept to be named; all are counted."""
SLACK = datetime.timedelta(days=2)
"""S3 removes what has expired at the next midnight, and takes its time: what the replica has longer by this is no loss of the source."""
SAME, WAITING, MISSING = "same", "waiting", "missing"

History = tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Picked:
    """A version of the sample. ``replica`` says how it stands there: same, waiting (younger than the lag that is allowed) or missing; ``twin`` is its copy there."""

    version: Version
    replica: str = ""
    twin: Version | None = None


@dataclass(slots=True)
class Differences:
    """Where the replica is not what the source is. Counts are of all, the lists hold the first few. ``long_gone`` counts versions that only the replica
    has, and that may have expired in the source though nothing says so.
    """

    missing: int = 0
    waiting: int = 0
    lost: list[Version] = field(default_factory=list)
    lost_count: int = 0
    back: int = 0
    examples: list[Version] = field(default_factory=list)
    older_missing: int = 0
    long_gone: int = 0
    heartbeat: Version | None = None


@dataclass(slots=True)
class Inventory:
    """What there was. ``moment`` is the target's time, None for now. ``deleted`` counts keys that were deleted then.

    ``sample`` are objects as they were then, ``older`` the newest noncurrent versions of keys that have any, ``gone`` keys that were deleted.
    ``left_out`` counts what could not be chosen, by reason. ``removed`` are the first versions that went for good before a rule could remove them;
    ``removed_before`` counts those that went before anything proves that the bucket kept versions.
    """

    moment: datetime.datetime | None
    live: int = 0
    size: int = 0
    deleted: int = 0
    unclear: int = 0
    noncurrent: int = 0
    sample: list[Picked] = field(default_factory=list)
    older: list[Picked] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    heartbeat: Version | None = None
    replica: Differences | None = None
    removed: list[Removed] = field(default_factory=list)
    removed_count: int = 0
    removed_before: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to look. ``seed`` makes the choice repeatable, ``settled`` is when a version must have been written to be in the replica by
    now, ``kept_since`` from when on noncurrent versions are kept (None: for ever). Objects written before ``expires_before`` may have been
    ended by a lifecycle rule of the source, which S3 tells no replica. ``replica_kept_since`` is ``kept_since`` of the replica.
    ``written_since`` is when a noncurrent version must have been written not to have been removed by a rule that counts from there.
    """

    count: int
    largest: int
    heartbeat: str
    seed: str
    settled: datetime.datetime
    kept_since: datetime.datetime | None
    expires_before: datetime.datetime | None = None
    replica_kept_since: datetime.datetime | None = None
    written_since: datetime.datetime | None = None


class _Lowest:
    """Keeps the few things with the lowest hashes: a sample by chance in one pass, and the same one for the same seed and keys."""

    def __init__(self, count: int, seed: str) -> None:
        self.count, self.seed = count, seed
        self._heap: list[tuple[int, str, Picked]] = []

    def offer(self, key: str, picked: Picked) -> None:
        text = f"{self.seed}\0{key}".encode("utf-8", "surrogatepass")
        entry = (-int.from_bytes(hashlib.sha256(text).digest(), "big"), key, picked)
        if len(self._heap) < self.count:
            heapq.heappush(self._heap, entry)
        elif entry[0] > self._heap[0][0]:
            heapq.heapreplace(self._heap, entry)

    def chosen(self) -> list[Picked]:
        return [each for _, _, each in sorted(self._heap, key=lambda entry: entry[1])]


def take(
    source: ReadableBucket, replica: ReadableBucket | None, moment: datetime.datetime | None, wanted: Wanted, check: Callable[[], None]
) -> Inventory:
    """Read both lists side by side. ``check`` is called now and then, and raises where the time is over."""
    found = Inventory(moment, replica=None if replica is None else Differences())
    live, older, gone = (_Lowest(wanted.count, f"{wanted.seed} {what}") for what in ("live", "older", "gone"))
    proven: datetime.datetime | None = None
    pairs = side_by_side(source.histories(), iter(()) if replica is None else replica.histories())
    for number, (key, mine, theirs) in enumerate(pairs):
        if number % 1000 == 0:
            check()
        then = at_time(mine, moment)
        picked = Picked(then.version, *_stands(then.version, theirs, wanted)) if then.version is not None else None
        if found.replica is not None:
            _compare(found.replica, wanted, mine, theirs, picked)
        if key == wanted.heartbeat:
            _hearts(found, then, theirs, moment)
        _count(found, mine, then)
        proof = kept_since(mine)
        proven = proof if proven is None or (proof is not None and proof < proven) else proven
        if picked is not None and _can_be_chosen(found, wanted, picked.version):
            live.offer(key, picked)
        if then.deleted and len(key.encode("utf-8", "surrogatepass")) <= LONGEST_KEY:
            gone.offer(key, Picked(mine[0]))
        former = _former(wanted, mine, then)
        if former is not None and _can_be_chosen(found, wanted, former, count=False):
            older.offer(key, Picked(former))
    _count_removed(found, source, wanted, proven)
    found.sample, found.older, found.gone = live.chosen(), older.chosen(), [each.version.key for each in gone.chosen()]
    return found


def side_by_side(one: Iterator[tuple[str, History]], other: Iterator[tuple[str, History]]) -> Iterator[tuple[str, History, History]]:
    """Two lists in which keys ascend, as one: each key with what either has of it."""
    ends = (None, ())
    left: tuple[str | None, History] = next(one, ends)
    right: tuple[str | None, History] = next(other, ends)
    while left[0] is not None or right[0] is not None:
        keys = [_order(each) for each in (left[0], right[0]) if each is not None]
        first = min(keys)
        mine = left[1] if left[0] is not None and _order(left[0]) == first else ()
        theirs = right[1] if right[0] is not None and _order(right[0]) == first else ()
        yield (mine or theirs)[0].key, mine, theirs
        left = next(one, ends) if mine else left
        right = next(other, ends) if theirs else right


def _order(key: str) -> bytes:
    return key.encode("utf-8", "surrogatepass")


def _count(found: Inventory, mine: Sequence[Version], then: AtTime) -> None:
    found.noncurrent += sum(1 for each in mine if not each.latest and not each.marker)
    found.deleted += then.deleted
    found.unclear += then.unclear
    if then.version is not None:
        found.live += 1
        found.size += then.version.size


def _can_be_chosen(found: Inventory, wanted: Wanted, version: Version, *, count: bool = True) -> bool:
    reason = ""
    if version.storage in ARCHIVED:
        reason = "in an archive, which takes hours to be read"
    elif version.size > wanted.largest:
        reason = f"larger than {wanted.largest // 10**6} MB"
    elif len(_order(version.key)) > LONGEST_KEY:
        reason = f"with keys longer than {LONGEST_KEY} bytes"
    if reason and count:
        found.left_out[reason] += 1
    return not reason


def _former(wanted: Wanted, mine: Sequence[Version], then: AtTime) -> Version | None:
    """The newest noncurrent version that is not the object of the target's time, which is restored anyway, and that S3 will not remove
    as expired while the drill looks at it.
    """
    for newer, each in itertools.pairwise(mine):
        if wanted.kept_since is not None and newer.modified < wanted.kept_since + SLACK:
            return None
        expires = wanted.written_since is not None and each.modified < wanted.written_since + SLACK
        if not each.marker and not expires and (then.version is None or each.id != then.version.id):
            return each
    return None


def _stands(version: Version, theirs: Sequence[Version], wanted: Wanted) -> tuple[str, Version | None]:
    """A copy of what is the object now must be the replica's object now, where a copy is known by its content alone: an older version there may have
    the same content by chance.
    """
    now = bool(version.content) and version.latest
    twin = next((each for each in theirs if each.same_as == version.same_as and not each.marker and (each.latest or not now)), None)
    if twin is not None:
        return SAME, twin
    return WAITING if version.modified > wanted.settled else MISSING, None


def _compare(differences: Differences, wanted: Wanted, mine: Sequence[Version], theirs: Sequence[Version], then: Picked | None) -> None:
    """By version ids where the cloud keeps them in a replica, else by contents; times are not needed, and which ones it keeps is not relied on."""
    if then is not None and then.replica == MISSING:
        differences.missing += 1
        differences.examples += [then.version] if len(differences.examples) < NAMED else []
    differences.waiting += then is not None and then.replica == WAITING
    differences.older_missing += _older_missing(wanted, mine, theirs)
    if mine and mine[0].marker and mine[0].modified <= wanted.settled and theirs and not theirs[0].marker and not _ended(theirs[0], wanted):
        differences.back += 1
    _losses(differences, wanted, {each.same_as for each in mine}, theirs)


def _older_missing(wanted: Wanted, mine: Sequence[Version], theirs: Sequence[Version]) -> int:
    """Noncurrent versions that the replica should still have: it cannot go back to their time."""
    known = {each.same_as for each in theirs}
    found = 0
    for newer, each in itertools.pairwise(mine):
        expired = wanted.replica_kept_since is not None and newer.modified < wanted.replica_kept_since + SLACK
        found += not each.marker and each.id != NULL and each.same_as not in known and each.modified <= wanted.settled and not expired
    return found


def _losses(differences: Differences, wanted: Wanted, known: set[str], theirs: Sequence[Version]) -> None:
    """Versions that only the replica has: removed from the source for good, unless they have expired there."""
    newer: Version | None = None
    for each in theirs:
        since = newer.modified if newer is not None else None  # when it became noncurrent
        expired = _ended(each, wanted) or (since is not None and wanted.kept_since is not None and since < wanted.kept_since + SLACK)
        unknown = not each.marker and each.id != NULL and each.same_as not in known and not expired
        if unknown and each.content and wanted.kept_since is not None and each.modified < wanted.kept_since + SLACK:
            differences.long_gone += 1  # a deletion leaves no marker there that would outlive what was deleted
        elif unknown:
            differences.lost_count += 1
            differences.lost += [each] if len(differences.lost) < NAMED else []
        newer = each


def _ended(version: Version, wanted: Wanted) -> bool:
    return wanted.expires_before is not None and version.modified < wanted.expires_before + SLACK


def _hearts(found: Inventory, then: AtTime, theirs: Sequence[Version], moment: datetime.datetime | None) -> None:
    found.heartbeat = then.version
    if found.replica is not None:
        found.replica.heartbeat = at_time(theirs, moment).version


def _count_removed(found: Inventory, source: ReadableBucket, wanted: Wanted, proven: datetime.datetime | None) -> None:
    """Versions that went for good though no rule can have removed them yet. ``proven`` is since when the bucket is known to keep versions: before it
    did, every write took away the one before it.
    """
    for each in source.removed():
        version = each.version
        ended = wanted.expires_before is not None and version.modified < wanted.expires_before + SLACK
        by_age = wanted.written_since is not None and version.modified < wanted.written_since + SLACK
        by_days = each.noncurrent is not None and wanted.kept_since is not None and each.noncurrent < wanted.kept_since + SLACK
        if ended or by_age or by_days:
            continue
        if each.noncurrent is None and (proven is None or each.when < proven):
            found.removed_before += 1
        else:
            found.removed_count += 1
            found.removed += [each] if len(found.removed) < NAMED else []
