"""The verification ladder: finds the rungs, says which of them are asked for, and climbs them. Nothing here knows a rung by name."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from recoverable.drill.contract import Capabilities, Check, OverBudgetError
from recoverable.drill.rung import Depth, LadderContext, Need, Rung, RungFunction, RungResult, Stage
from recoverable.drill.subject import Subject
from recoverable.drill.verdict import RungVerdict

FOLDER = Path(__file__).parent
PACKAGE = "recoverable.drill"
DEPTHS = tuple(Depth)


@dataclass(frozen=True, slots=True)
class LadderRung:
    """A rung and its function. ``excuse`` says why a copy of this kind cannot be asked ("" where it can): a dump has no log, say."""

    rung: Rung
    run: RungFunction
    excuse: Callable[[LadderContext], str] = lambda _: ""


@dataclass(frozen=True, slots=True)
class RungRecord:
    """What one rung, preflight answer, migration check or smoke test said, for the evidence. ``crashed`` is the place of a bug."""

    name: str
    verdict: RungVerdict
    detail: str
    stage: str
    seconds: float = 0.0
    figures: Mapping[str, Any] = field(default_factory=dict)
    crashed: str = ""


@dataclass(frozen=True, slots=True)
class NotCovered:
    """A rung that was not asked for, and why. ``reserved`` where a reader of the evidence must know."""

    name: str
    reason: str
    reserved: bool = False


@lru_cache(maxsize=len(Subject))
def all_rungs(subject: Subject = Subject.POSTGRES) -> tuple[LadderRung, ...]:
    """Every module of the subject's folder that holds ``RUNG`` and ``run``, the cheap ones first."""
    paths = sorted((FOLDER / subject.rungs).glob("*.py"))
    modules = [importlib.import_module(f"{PACKAGE}.{subject.rungs}.{path.stem}") for path in paths]
    found = [LadderRung(module.RUNG, module.run, getattr(module, "excuse", lambda _: "")) for module in modules if hasattr(module, "RUNG")]
    return tuple(sorted(found, key=lambda each: (DEPTHS.index(each.rung.depth), each.rung.seconds_per_gb, each.rung.name)))


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs that one drill asks for, and those it does not."""

    rungs: tuple[LadderRung, ...]
    not_covered: tuple[NotCovered, ...]

    def at(self, stage: Stage) -> tuple[LadderRung, ...]:
        """The rungs of one stage."""
        return tuple(each for each in self.rungs if each.rung.stage is stage)


def excused(ladder: Ladder, context: LadderContext) -> Ladder:
    """The ladder without the rungs that this copy cannot be asked, and those that the settings leave out; a reader must know of each."""
    asked: list[LadderRung] = []
    left = list(ladder.not_covered)
    out = set(context.settings.get("rungs_left_out") or ())
    for each in ladder.rungs:
        reason = f"left out by the settings of {context.store.name}" if each.rung.name in out else each.excuse(context)
        if reason:
            left.append(NotCovered(each.rung.name, reason, reserved=True))
        else:
            asked.append(each)
    return Ladder(tuple(asked), tuple(left))


def choose(rungs: Iterable[LadderRung], depth: Depth, capabilities: Capabilities, have: Mapping[Need, str]) -> Ladder:
    """The ladder of a drill.

    ``have`` says of :attr:`Need.BASELINE` and :attr:`Need.HEARTBEAT` why they are lacking; "" or absent means present.
    A rung whose need a provider can never meet is not covered; one that lacks a baseline or heartbeat is not covered
    with a reservation, for the store could have one. Rungs for another kind of store are no rungs of this ladder.
    """
    asked: list[LadderRung] = []
    left: list[NotCovered] = []
    for each in (each for each in rungs if each.rung.subject is capabilities.subject):
        reason = _excluded(each.rung, depth, capabilities, have)
        if reason is None:
            asked.append(each)
        else:
            left.append(reason)
    return Ladder(tuple(asked), tuple(left))


def _excluded(rung: Rung, depth: Depth, capabilities: Capabilities, have: Mapping[Need, str]) -> NotCovered | None:
    if DEPTHS.index(rung.depth) > DEPTHS.index(depth):
        return NotCovered(rung.name, f"not asked for at depth {depth.value}; it belongs to {rung.depth.value}")
    needs_files = Need.FILES in rung.needs or rung.stage is not Stage.RUNNING
    if needs_files and not capabilities.files:
        return NotCovered(rung.name, "the provider gives no access to the files of the restored copy")
    for need in (Need.BASELINE, Need.HEARTBEAT):
        if need in rung.needs and have.get(need):
            return NotCovered(rung.name, have[need], reserved=True)
    return None


def one(each: LadderRung, context: LadderContext) -> RungRecord:
    """Run one rung. A rung that crashes could not run; its exception's text may hold rows, so only type and place are kept."""
    rung = each.rung
    since = context.clock.monotonic()
    crashed = ""
    try:
        result = each.run(context)
        if not isinstance(result, RungResult) or not isinstance(result.verdict, RungVerdict):
            crashed = "it gave no verdict"
    except OverBudgetError:
        raise
    except Exception as error:
        crashed = place_of(error)
    if crashed:
        result = RungResult(RungVerdict.COULD_NOT_RUN, f"the rung crashed ({crashed}); this is a bug")
    seconds = max(0.0, context.clock.monotonic() - since)
    return RungRecord(rung.name, result.verdict, result.detail, rung.stage.value, seconds, dict(result.figures), crashed)


def of_check(check: Check, stage: str, seconds: float = 0.0) -> RungRecord:
    """An answer of preflight, migrations or smoke tests as a record beside the rungs."""
    return RungRecord(check.name, check.verdict, check.detail, stage, seconds, dict(check.figures))


def place_of(error: BaseException) -> str:
    """Type and place of an exception, without its text; with PostgreSQL's code of the error where there is one."""
    trace = error.__traceback__
    place = ""
    while trace:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    code = getattr(error, "sqlstate", None)
    return f"{type(error).__name__}{f' {code}' if isinstance(code, str) else ''} at {place or 'an unknown place'}"
