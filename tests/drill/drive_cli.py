"""The real command over the fake cloud: ``python -m tests.drill.drive_cli CLOUD ARGUMENT…``. Only the parts around the provider are the test's."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recoverable.cli.entry import main
from recoverable.drill import clocks, order, parts
from recoverable.drill.contract import Resource
from tests.drill.fake_async_provider import FakeAsyncProvider
from tests.drill.harness import MemoryBaselines, NoControl, green
from tests.drill.virtual_clock import VirtualClock
from tests.fakes.fake_async_cloud import CloudError, Schedule


class TalkativeProvider(FakeAsyncProvider):
    """A provider that puts secrets everywhere it can: into notes, errors and names of errors."""

    def restored(self, store: Any, target: Any, run: Any) -> Any:
        for name, value in os.environ.items():
            if name.startswith("MARKED_"):
                run.note(f"connecting with {value}")
        for value in store.settings.values():
            run.note(f"settings say {value}")
        if store.settings.get("trouble") == "raise":
            raise RuntimeError(f"cannot use {store.settings}")
        return super().restored(store, target, run)

    def remove(self, resource: Resource) -> Any:
        return super().remove(resource)


def install(cloud: Path, put: Callable[[Any, str, Any], None] = setattr) -> None:
    clock = VirtualClock()
    schedule = Schedule()
    if os.environ.get("FAKE_FAULT") == "delete":
        schedule.before = lambda operation, number: (_ for _ in ()).throw(CloudError("AccessDenied")) if operation == "delete" else None
    if os.environ.get("FAKE_FAULT") == "busy":
        schedule.before = lambda operation, number: (_ for _ in ()).throw(CloudError("Throttled"))
    put(parts, "provider_names", lambda: ("fake",))
    put(parts, "provider", lambda name: TalkativeProvider(cloud, clock, schedule))
    put(parts, "read_source", lambda name, table: dict(table.data))
    put(parts, "read_expectations", lambda table, subject: {"heartbeat": "heartbeat"})
    put(parts, "read_migrations", lambda table: None)
    put(parts, "read_smoke", lambda table: None)
    put(parts, "baselines", lambda state, subject: MemoryBaselines())
    put(parts, "negative_control", lambda subject: NoControl())
    put(order, "all_rungs", lambda subject: (green(rpo_seconds=3),))
    put(clocks, "SystemClock", lambda: clock)
    put(order, "SystemClock", lambda: clock)
    put(order, "first_query", lambda connection: None)


if __name__ == "__main__":
    install(Path(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
