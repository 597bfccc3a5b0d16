"""What a drill would do, from the settings and the provider's window alone; makes nothing."""

from __future__ import annotations

from typing import Any

from recoverable.drill.budgets import budgets
from recoverable.drill.contract import Provider
from recoverable.drill.engine_work import check_window, refuse_unknown_target
from recoverable.drill.ladder import all_rungs, choose
from recoverable.drill.rung import Depth
from recoverable.drill.settings import DrillStore
from recoverable.drill.target import LATEST, RecoveryTarget


def plan(store: DrillStore, provider: Provider, depth: Depth, size_gb: float, target: RecoveryTarget = LATEST) -> dict[str, Any]:
    """The plan as JSON data. ``window`` is None where there is no backup; ``seconds`` are estimates from measured rates.

    ``target`` says whether that moment lies in the window; whether the log leads there is proven by a drill's preflight.

    Raises:
        InputError: the store's settings or this kind of target cannot be used.
        TransientError: nobody answered.
    """
    refuse_unknown_target(provider, target)
    window = provider.window(store.store)
    asked = check_window(window, target, provider.capabilities.granularity)
    ladder = choose(all_rungs(provider.capabilities.subject), depth, provider.capabilities, {})
    rungs = [
        {
            "name": each.rung.name,
            "title": each.rung.title,
            "stage": each.rung.stage.value,
            "seconds": round(each.rung.seconds_per_gb * size_gb, 3),
        }
        for each in ladder.rungs
    ]
    return {
        "schema": 1,
        "store": store.store.name,
        "provider": store.store.provider,
        "environment": store.store.environment,
        "depth": depth.value,
        "size_gb": size_gb,
        "window": None
        if window.earliest is None or window.latest is None
        else {"earliest": window.earliest.isoformat(), "latest": window.latest.isoformat(), "backup_id": window.backup_id},
        "target": {"to": str(target), "verdict": asked.verdict.value, "detail": asked.detail},
        "targets": sorted(kind.value for kind in provider.capabilities.targets),
        "rpo_seconds": store.rpo.total_seconds() if store.rpo else None,
        "rto_seconds": store.rto.total_seconds() if store.rto else None,
        "phases": [
            {"name": phase.value, "budget_seconds": budget.total_seconds()} for phase, budget in budgets(store.rto, store.budgets).items()
        ],
        "rungs": rungs,
        "ladder_seconds": round(sum(each.rung.seconds_per_gb for each in ladder.rungs) * size_gb, 3),
        "not_covered": [{"name": each.name, "reason": each.reason} for each in ladder.not_covered],
    }
