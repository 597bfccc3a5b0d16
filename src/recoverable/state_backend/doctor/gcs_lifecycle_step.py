"""Whether a lifecycle of Cloud Storage eats state: the live one, or generations that the standard still wants.

All conditions of a rule must hold (https://cloud.google.com/storage/docs/lifecycle). Classes of storage do no harm: ARCHIVE is read at once.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from recoverable.state_backend.doctor.gcs_visit import GcsVisit
from recoverable.state_backend.doctor.step import CouldNotRunError, FailedError
from recoverable.state_backend.names import LOCK
from recoverable.state_backend.settings import GcsBackend

DECIDED = frozenset({"age", "daysSinceNoncurrentTime", "isLive", "matchesPrefix", "matchesSuffix", "numNewerVersions"})
"""Conditions of which it can be told whether state meets them. Of storage classes, custom times and what comes later it cannot."""
DATES = frozenset({"createdBefore", "noncurrentTimeBefore"})
"""Whatever is written before a day that is still to come is met by it; of a day that is past nothing can be told."""
TERRAFORM, PULUMI = (".tfstate",), (".json", ".json.gz", "meta.yaml")
"""How names of state end."""
FIX = "Give the rule a matchesPrefix outside of state, or only a daysSinceNoncurrentTime of the days that the standard demands."
Condition = Mapping[str, Any]


def lifecycle(visit: GcsVisit) -> str:
    """No rule that holds for state harms it."""
    deleting = [
        (number, rule.get("condition") or {})
        for number, rule in enumerate((visit.about.get("lifecycle") or {}).get("rule") or [], 1)
        if (rule.get("action") or {}).get("type") == "Delete"
    ]
    rules = [each for each in deleting if reaches(each[1], visit.backend)]
    found = [(harm, surely(condition)) for number, condition in rules for harm in harms(number, condition, visit.backend)]
    others = [each for each in deleting if each not in rules]
    found += [(harm, surely(condition)) for number, condition in others for harm in frees_locks(number, condition, visit.backend)]
    if certain := [harm for harm, sure in found if sure]:
        raise FailedError("; ".join(certain), FIX)
    if found:
        why = "; ".join(harm for harm, _ in found)
        raise CouldNotRunError(f"{why}, where conditions hold of which it cannot be told whether state meets them", FIX)
    kept = [int(each["daysSinceNoncurrentTime"]) for _, each in rules if "daysSinceNoncurrentTime" in each]
    return f"replaced generations are kept {min(kept)} days" if kept else "generations of state are kept for ever"


def reaches(condition: Condition, backend: GcsBackend) -> bool:
    """Whether a rule takes in the name of a state of one of the clients."""
    layout = backend.layout
    terraform = [f"{key.rstrip('/')}/" for key in layout.keys] if "terraform" in backend.clients else []
    pulumi = [f"{layout.pulumi_root}stacks/", f"{layout.pulumi_root}meta.yaml"] if "pulumi" in backend.clients else []
    return _takes(condition, terraform, TERRAFORM) or _takes(condition, pulumi, PULUMI)


def _takes(condition: Condition, places: list[str], endings: tuple[str, ...]) -> bool:
    named = [str(each) for each in condition.get("matchesPrefix") or [""]]
    prefixes = [each for each in named if LOCK in endings or not each.endswith(LOCK)]
    suffixes = [str(each) for each in condition.get("matchesSuffix") or [""]]
    return any(one.startswith(other) or other.startswith(one) for one in prefixes for other in places) and any(
        one.endswith(other) or other.endswith(one) for one in suffixes for other in endings
    )


def frees_locks(number: int, condition: Condition, backend: GcsBackend) -> Iterator[str]:
    """What a deleting rule does to locks: one that somebody holds must not go by its age."""
    layout = backend.layout
    terraform = [f"{key.rstrip('/')}/" for key in layout.keys] if "terraform" in backend.clients else []
    pulumi = [f"{layout.pulumi_root}locks/"] if "pulumi" in backend.clients else []
    if _deletes_live(condition) and (_takes(condition, terraform, (LOCK,)) or _takes(condition, pulumi, PULUMI)):
        yield f"rule {number} ({', '.join(sorted(condition))}) deletes locks that are held"


def _deletes_live(condition: Condition) -> bool:
    noncurrent_alone = condition.get("isLive") is False or bool({"daysSinceNoncurrentTime", "noncurrentTimeBefore"} & condition.keys())
    return not noncurrent_alone and not int(condition.get("numNewerVersions") or 0)


def harms(number: int, condition: Condition, backend: GcsBackend) -> Iterator[str]:
    """What a deleting rule that reaches state does to it."""
    name = f"rule {number} ({', '.join(sorted(condition)) or 'without a condition'})"
    if _deletes_live(condition):
        yield f"{name} deletes the live state"
        return
    days = int(condition.get("daysSinceNoncurrentTime") or 0)  # an age counts from the writing, newer versions may come at once
    if condition.get("isLive") is not True and days < backend.kept_days:
        kept = f"the standard keeps them {backend.kept_days} ({backend.kept_by})"
        yield f"{name} can delete replaced generations {f'after {days} days' if days else 'as soon as they are replaced'}, and {kept}"


def surely(condition: Condition) -> bool:
    """Whether state meets the conditions in time."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return all(key in DECIDED or (key in DATES and str(condition[key])[:10] > today) for key in condition)
