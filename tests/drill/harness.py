"""A drill with everything around the provider in the test's hand: rungs, baselines, negative control, ledger, time."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from recoverable.drill.contract import Provider, Restored, Store
from recoverable.drill.engine import Outcome, drill
from recoverable.drill.hooks import Damage
from recoverable.drill.ladder import LadderRung
from recoverable.drill.ledger_file import FileLedger
from recoverable.drill.order import DrillParts, Order
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.settings import DrillStore
from recoverable.drill.target import LATEST
from recoverable.drill.verdict import RungVerdict
from recoverable.standard.load import built_in

DEMANDS = built_in().demands(environment="prod", environment_source="test", kind="", address="orders", tags={"criticality": "critical"})
UNHURRIED = dataclasses.replace(DEMANDS, rpo_minutes=dataclasses.replace(DEMANDS.rpo_minutes, value=1440))
"""For a source that the tests make once: it may be older than the 15 minutes of "prod" when it is drilled."""


class MemoryBaselines:
    """Baselines that last as long as the test."""

    def __init__(self) -> None:
        self.kept: dict[str, Mapping[str, Any]] = {}

    def load(self, store: Store) -> Mapping[str, Any] | None:
        return self.kept.get(store.name)

    def capture(self, context: LadderContext) -> Mapping[str, Any]:
        return {"captured": True}

    def save(self, store: Store, baseline: Mapping[str, Any]) -> None:
        self.kept[store.name] = baseline


class NoControl:
    """No kind of damage can be done."""

    def kinds(self, context: LadderContext) -> tuple[Damage, ...]:
        return ()

    def damaged(self, kind: Damage, context: LadderContext, scratch: Any) -> Any:
        raise AssertionError("there is no kind")


class Cloning(NoControl):
    """A control that only asks for a clone, and damages nothing."""

    def kinds(self, context: LadderContext) -> tuple[Damage, ...]:
        return (Damage("anything", 1),)

    @contextlib.contextmanager
    def damaged(self, kind: Damage, context: LadderContext, scratch: Any) -> Iterator[Any]:
        with scratch.started() as found:
            yield found


def rung(name: str, say: Callable[[LadderContext], RungResult], **more: Any) -> LadderRung:
    """A rung of the running copy."""
    fields = {"stage": Stage.RUNNING, "depth": Depth.QUICK, **more}
    return LadderRung(Rung(name=name, title=name, why="a test", **fields), say)


def says(verdict: RungVerdict, detail: str = "said so", **figures: Any) -> Callable[[LadderContext], RungResult]:
    """A rung's function that always says the same."""
    return lambda context: RungResult(verdict, detail, figures)


def green(name: str = "rows-are-there", **figures: Any) -> LadderRung:
    """A rung that passes."""
    return rung(name, says(RungVerdict.PASS, **figures))


@dataclasses.dataclass
class Harness:
    """One drill after the other over one provider."""

    provider: Provider
    clock: Any
    state: Path
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    rungs: tuple[LadderRung, ...] = (green(rpo_seconds=12.5),)
    control: Any = dataclasses.field(default_factory=NoControl)
    baselines: MemoryBaselines = dataclasses.field(default_factory=MemoryBaselines)
    first_query: Callable[[Any], None] = lambda connection: None
    store: dict[str, Any] = dataclasses.field(default_factory=dict)
    said: list[str] = dataclasses.field(default_factory=list)

    @property
    def ledger(self) -> FileLedger:
        return FileLedger(self.state / "ledger.jsonl")

    def order(self, **more: Any) -> Order:
        store = DrillStore(
            **{
                "store": Store("orders", "prod", self.provider.name, self.settings, self.state),
                "demands": DEMANDS,
                "depth": Depth.STANDARD,
                "budgets": {},
                "expectations": {"heartbeat": "heartbeat"},
                "migrations": None,
                "smoke": None,
                "where": "test",
                **self.store,
            }
        )
        fields = {
            "store": store,
            "target": LATEST,
            "depth": Depth.STANDARD,
            "state": self.state,
            "say": self.said.append,
            "with_control": False,
        }
        return Order(**{**fields, **more})

    def parts(self) -> DrillParts:
        return DrillParts(self.provider, self.ledger, self.rungs, self.baselines, self.control, self.clock, self.first_query)

    def drill(self, **more: Any) -> Outcome:
        return drill(self.order(**more), self.parts())


@contextlib.contextmanager
def stopping(events: list[str]) -> Iterator[None]:
    """What a provider that can stop its copy would give."""
    events.append("stopped")
    try:
        yield
    finally:
        events.append("started")


def with_parts(provider: Provider, **parts: Any) -> Provider:
    """A provider whose restored copy has more to it (``stopped``, ``scratch``)."""
    inner = provider.restored

    @contextlib.contextmanager
    def restored(store: Store, target: Any, run: Any) -> Iterator[Restored]:
        with inner(store, target, run) as found:
            yield dataclasses.replace(found, **parts)

    provider.restored = restored  # type: ignore[method-assign]
    return provider


def hours(number: float) -> datetime.timedelta:
    return datetime.timedelta(hours=number)
