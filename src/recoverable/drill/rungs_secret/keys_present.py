"""Whether each secret's JSON holds the keys that the data needs."""

from __future__ import annotations

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.secret.answers import DENIED, copy_of, looking, told
from recoverable.drill.secret.expectations import ManifestError, expected_of
from recoverable.drill.secret.held import SecretsCopy
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="keys-present",
    title="Each secret holds the keys that the data needs",
    why="A secret that was written anew with one key forgotten reads well until something asks for that key.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.SECRET,
    catches=(305,),
)


def excuse(context: LadderContext) -> str:
    """Nothing is expected. A manifest that cannot be read is no excuse."""
    try:
        wanted = expected_of(context.settings, context.store.folder)
    except ManifestError:
        return ""
    copy_of(context)
    return "" if any(each.keys for each in wanted.values()) else "expect names no keys"


@looking
def run(context: LadderContext, copy: SecretsCopy) -> RungResult:
    """By ``expect`` and the manifest; a key without a value is missing."""
    wanted = expected_of(context.settings, context.store.folder)
    held = {each.name: each for each in copy.held}
    problems: list[str] = []
    denied: list[str] = []
    for name, each in wanted.items():
        if name not in held:
            problems.append(f"{name} is expected, and was not read")
            continue
        if held[name].chosen.why in DENIED:
            denied.append(name)
            continue
        found = held[name].keys()
        if each.keys and found is None:
            problems.append(f"{name} is no JSON object")
        missing = [key for key in each.keys if key not in (found or ())]
        if missing and found is not None:
            problems.append(f"{name} lacks {', '.join(missing)}")
    number = sum(len(each.keys) for each in wanted.values())
    if denied and not problems:
        return could_not_run(f"this identity may not read {told(denied)}")
    return failed(told(problems)) if problems else passed(f"all of {number} keys", keys=number)
