"""Writes a generated plan: ``plan_input.py COUNT SHARE FILE``; the same arguments give the same bytes.

``SHARE`` is the part of the resources that are protected stores; at 1.0 every resource is a store or one that
protects a store, with the references between them. At less, stores have a part of their companions only, as in
a grown stack, and the rest is what stacks are full of. A third of the stores stands in modules under for_each.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from plan_noise import noise
from plan_parts import Declared, PlanWriter
from plan_stores import backup_plan, bucket, database, store

SEED = 20261101
MODULE_SIZE = 40
SELECTION_SIZE = 25


def write_plan(count: int, share: float, target: Path) -> None:
    """Write a plan of ``count`` resources."""
    plan = PlanWriter(SEED)
    stores, made = [], 0
    protected = count if share >= 1 else int(count * share)
    while (plan.count if share >= 1 else made) < protected:
        made += 1
        label = f"store-{made:05}"
        if made % (3 * MODULE_SIZE) == 1 and plan.count + 6 * MODULE_SIZE < count:
            made += _modules(plan, made, share >= 1)
            continue
        group = store(label.replace("-", "_"), label, plan.random, share >= 1 or plan.random.random() < 0.3)
        action = _write(plan, group)
        stores += [item for item in group if action != "delete" and item.type in ("aws_db_instance", "aws_dynamodb_table")]
        if len(stores) >= SELECTION_SIZE:
            _write(plan, backup_plan(f"plan_{made}", f"plan-{made}", stores), "create")
            stores = []
    while plan.count < count:
        _write(plan, [noise(f"part_{plan.count:05}", plan.random)])
    target.write_text(json.dumps(plan.document(), separators=(",", ":")), encoding="utf-8")


def _write(plan: PlanWriter, group: list[Declared], action: str = "") -> str:
    action = action or plan.action()
    for item in group:
        if action != "delete":
            plan.declare(item)
        plan.instance(item, action)
    return action


def _modules(plan: PlanWriter, number: int, companions: bool) -> int:
    """A module call with as many stores as keys; how many there are."""
    name = f"stores_{number:05}"
    kind = bucket if number // (3 * MODULE_SIZE) % 2 else database
    plan.call(name, f"./modules/{kind.__name__}", "local.stores")
    for item in kind("this", "", plan.random, companions):
        plan.declare(item, name)
    for index in range(MODULE_SIZE):
        key = f"{kind.__name__}-{number}-{index}"
        action = plan.action()
        for item in kind("this", key, plan.random, companions):
            plan.instance(item, action, name, key)
    return MODULE_SIZE - 1


if __name__ == "__main__":
    write_plan(int(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]))
