"""Pulumi's lock: list, write, list again; whoever sees another's lock withdraws. Both may be refused, never both let in.

``pkg/backend/diy/lock.go`` of pulumi/pulumi.
"""

from __future__ import annotations

from recoverable.state_backend.calls import CallError
from recoverable.state_backend.doctor.lock_steps import ROUNDS
from recoverable.state_backend.doctor.racing import winners
from recoverable.state_backend.doctor.step import FailedError
from recoverable.state_backend.doctor.visit import CommonVisit

LOCKS = ".pulumi/locks/organization/doctor"
WRITERS = 2
LATE = "What was written does not show at once when it is listed, so Pulumi's locks do not hold there. Use another server."


def lock(visit: CommonVisit) -> str:
    """A lock shows when it is listed; a second writer sees it and is refused; released, it shows no more."""
    try:
        if not _taken(visit, "one", "first"):
            raise FailedError("the first writer saw a lock where there was none", LATE)
        if _taken(visit, "one", "second"):
            raise FailedError("a second writer did not see the lock of the first", LATE)
        if _held(visit, "one") != {"first"}:
            raise FailedError("the lock is not the first's alone", LATE)
        visit.scratch.delete(_name("one", "first"))
        if _held(visit, "one"):
            raise FailedError("a lock that was released is still listed", LATE)
    except CallError as error:
        if error.denied and error.call == visit.deletion:
            fix = f"A lock that stays blocks everyone until `pulumi cancel`: allow {visit.deletion} below .pulumi/. {visit.fix_policy()}"
            raise FailedError(f"the lock cannot be released: {error}", fix) from None
        raise visit.refused(error, "Pulumi's lock") from None
    return "it shows at once, a second writer is refused, and it is released"


def race(visit: CommonVisit) -> str:
    """Of two at the same moment never both go on."""
    for number in range(ROUNDS):
        stack = f"race-{number}"

        def compete(who: int, stack: str = stack) -> bool:
            try:
                return _taken(visit, stack, str(who))
            except CallError as error:
                raise visit.refused(error, "Pulumi's lock") from None

        if winners(WRITERS, compete) > 1:
            raise FailedError(f"both of two writers at once went on (round {number + 1})", LATE)
    return f"of two writers at once never both go on, in {ROUNDS} rounds"


def _taken(visit: CommonVisit, stack: str, who: str) -> bool:
    """Whether a writer may go on; whoever may not takes its own lock back."""
    if _held(visit, stack) - {who}:
        return False
    visit.scratch.put(_name(stack, who), b"{}")
    seen = _held(visit, stack)
    if who not in seen:
        raise FailedError("a lock that was written is not listed", LATE)
    if seen == {who}:
        return True
    visit.scratch.delete(_name(stack, who))
    return False


def _held(visit: CommonVisit, stack: str) -> set[str]:
    return {name.rpartition("/")[2].removesuffix(".json") for name in visit.scratch.names(f"{LOCKS}/{stack}/")}


def _name(stack: str, who: str) -> str:
    return f"{LOCKS}/{stack}/{who}.json"
