"""How long each phase of a drill may take, from the RTO of the store's environment."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from recoverable.drill.contract import Phase

WITHOUT_RTO = datetime.timedelta(hours=8)
"""What stands for the RTO where the standard sets none: the working day of whoever waits for the drill."""

_MINUTE = datetime.timedelta(minutes=1)
FIXED = {Phase.PREFLIGHT: 15 * _MINUTE, Phase.DESTROY: 60 * _MINUTE, Phase.RECORD: 5 * _MINUTE}
SHARES = {Phase.PROVISION: 1.0, Phase.RESTORE: 1.0, Phase.VERIFY: 2.0, Phase.CONTROL: 1.0, Phase.MIGRATE: 0.5, Phase.SMOKE: 0.5}
"""In RTOs. Provision and restore get one each: a drill that misses its RTO by little then still says by how much."""
LEAST = 10 * _MINUTE


def budgets(rto: datetime.timedelta | None, own: Mapping[Phase, datetime.timedelta]) -> dict[Phase, datetime.timedelta]:
    """The budget of each phase; ``own`` ones, of the settings or the command line, win. :attr:`Phase.HOLD` has none."""
    base = rto or WITHOUT_RTO
    shares = {phase: max(LEAST, base * share) for phase, share in SHARES.items()}
    found = {**FIXED, **shares, **own}
    return {phase: found[phase] for phase in Phase if phase in found}
