"""One drill in progress: its id, phases with budgets, notes, intents and secrets."""

from __future__ import annotations

import contextlib
import datetime
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from recoverable.drill.connection import Secret
from recoverable.drill.contract import Clock, OverBudgetError, Phase, Resource
from recoverable.drill.durable import write_new_file
from recoverable.drill.durations import say_seconds
from recoverable.drill.interrupts import Interrupts
from recoverable.drill.journal import Journal
from recoverable.drill.redaction import Redactor

GRACE = 5.0
"""Seconds that a phase may hang beyond its budget before the watchdog ends it; a polling provider notices by itself."""


@dataclass(slots=True)
class PhaseRecord:
    """How a phase went. ``outcome`` is ``done``, ``over budget``, ``failed`` or ``interrupted``."""

    phase: Phase
    started: datetime.datetime
    budget: float | None
    seconds: float = 0.0
    outcome: str = "running"


@dataclass(slots=True)
class _Open:
    record: PhaseRecord
    since: float
    deadline: float | None = None


@dataclass(slots=True)
class DrillRun:
    """What a provider and every other part sees of a drill (:class:`recoverable.drill.contract.Run`)."""

    id: str
    expires: datetime.datetime
    clock: Clock
    journal: Journal
    budgets: Mapping[Phase, datetime.timedelta]
    redactor: Redactor
    interrupts: Interrupts
    say: Callable[[str], None]
    phases: list[PhaseRecord] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """A folder of this run alone, removed with it."""
        return self.journal.work

    def intend(self, resource: Resource) -> None:
        """Announce a resource, on the disk on return.

        Raises:
            ValueError: it does not carry this run's id, so that the reaper could not know it again.
        """
        if resource.run != self.id:
            raise ValueError(f"a resource of run {resource.run!r} was announced in run {self.id!r}")
        self.journal.intend(resource, self.clock.now())

    def gone(self, resource: Resource) -> None:
        """A resource does not exist any more, on the disk on return."""
        self.journal.gone(resource, self.clock.now())

    def note(self, text: str) -> None:
        """Say how it goes."""
        self.say(f"    {self.redactor.text(text)}")

    def conceal(self, secret: Secret) -> None:
        """Learn a secret."""
        self.redactor.add(secret)

    def check_budget(self) -> None:
        """Raise where a phase that is open has used up its time; in a teardown, only the teardown's own counts.

        Raises:
            OverBudgetError: it has.
        """
        now = self.clock.monotonic()
        for each in self._binding():
            if each.deadline is not None and now > each.deadline:
                raise OverBudgetError(f"{each.record.phase.value} took longer than its budget of {say_seconds(each.record.budget or 0)}")

    @contextlib.contextmanager
    def phase(self, phase: Phase) -> Iterator[None]:
        """Enter a phase. Teardown is shielded from signals; a phase that ends late has failed, even if nobody asked in between."""
        if phase is Phase.DESTROY:
            self.interrupts.defer()
        opened = self._enter(phase)
        try:
            yield
            if phase is not Phase.DESTROY:
                self.check_budget()
        except BaseException as error:
            opened.record.outcome = _outcome(error)
            raise
        else:
            opened.record.outcome = "done"
        finally:
            self._leave(opened)

    @contextlib.contextmanager
    def limited(self, phase: Phase) -> Iterator[None]:
        """A single call that must not hang for longer than the budget of a phase, without being one."""
        budget = self.budgets.get(phase)
        self.interrupts.watch(budget.total_seconds() + GRACE if budget else 0)
        try:
            yield
        finally:
            self._watch()

    def hand_out(self, path: Path, secret: Secret) -> None:
        """Write a secret into a new file that only its owner can read; it goes with the run, also when the reaper ends it.

        Raises:
            OSError: the file exists, or cannot be written.
        """
        text = secret.reveal() + "\n"
        self.journal.write(self.clock.now(), "file", path=str(path), sha256=hashlib.sha256(text.encode()).hexdigest())
        write_new_file(path, text)

    def close_phases(self) -> None:
        """Leave the phases that an interruption in the very moment of entering left open."""
        for each in reversed(list(self._open)):
            each.record.outcome = "interrupted"
            self._leave(each)

    def _binding(self) -> list[_Open]:
        tearing_down = bool(self._open) and self._open[-1].record.phase is Phase.DESTROY
        return self._open[-1:] if tearing_down else self._open

    def _enter(self, phase: Phase) -> _Open:
        budget = self.budgets.get(phase)
        seconds = budget.total_seconds() if budget else None
        since = self.clock.monotonic()
        opened = _Open(PhaseRecord(phase, self.clock.now(), seconds), since, since + seconds if seconds is not None else None)
        self.journal.write(self.clock.now(), "phase", phase=phase.value)
        self.phases.append(opened.record)
        self._open.append(opened)
        self.say(f"{phase.value:<10} …{f' (budget {say_seconds(seconds)})' if seconds is not None else ''}")
        self._watch()
        return opened

    def _leave(self, opened: _Open) -> None:
        self._open.remove(opened)
        record = opened.record
        record.seconds = max(0.0, self.clock.monotonic() - opened.since)
        budget = f" of {say_seconds(record.budget)}" if record.budget is not None else ""
        self.say(f"{record.phase.value:<10} {record.outcome} after {say_seconds(record.seconds)}{budget}")
        self._watch()

    def _watch(self) -> None:
        """Let the watchdog bite at the nearest deadline."""
        deadlines = [each.deadline for each in self._binding() if each.deadline is not None]
        left = min(deadlines) - self.clock.monotonic() if deadlines else None
        self.interrupts.watch(0 if left is None else max(0.1, left) + GRACE)


def _outcome(error: BaseException) -> str:
    if isinstance(error, OverBudgetError):
        return "over budget"
    return "interrupted" if isinstance(error, (KeyboardInterrupt, SystemExit)) else "failed"
