"""Whether the key that guards each secret can be used."""

from __future__ import annotations

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.secret.answers import looking, there, told
from recoverable.drill.secret.held import SecretsCopy
from recoverable.drill.secret.key_state import ENABLED, OWN, UNTOLD
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="key-enabled",
    title="The key of each secret is enabled",
    why="A key that waits for its deletion takes every secret with it that it encrypts.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.SECRET,
    catches=(303,),
)


@looking
def run(context: LadderContext, copy: SecretsCopy) -> RungResult:
    """The state that the cloud's key service tells of it."""
    states = {each.name: each.facts.key_state for each in there(copy) if each.facts}
    bad = [f"{name}: its key is {state}" for name, state in states.items() if state not in (ENABLED, UNTOLD, *OWN)]
    if bad:
        return failed(told(bad))
    untold = [name for name, state in states.items() if state == UNTOLD]
    if untold:
        return could_not_run(f"this identity may not look at the keys of {told(untold)}")
    own = sum(state == ENABLED for state in states.values())
    return passed(f"{own} enabled keys, {len(states) - own} of the cloud's own", keys=own)
