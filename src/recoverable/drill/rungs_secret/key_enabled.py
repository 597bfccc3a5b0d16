"""Whether the key that guards each secret can be used."""

from __future__ import annotations

from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.secret.answers import failed, looking, passed, there, told
from recoverable.drill.secret.held import SecretsCopy
from recoverable.drill.secret.key_state import ENABLED, OWN_OF_AWS
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
    """The state that KMS tells of it."""
    states = {each.name: each.facts.key_state for each in there(copy) if each.facts}
    bad = [f"{name}: its key is {state}" for name, state in states.items() if state not in (ENABLED, OWN_OF_AWS)]
    own = sum(state == ENABLED for state in states.values())
    return failed(told(bad)) if bad else passed(f"{own} enabled keys, {len(states) - own} of AWS's own", keys=own)
