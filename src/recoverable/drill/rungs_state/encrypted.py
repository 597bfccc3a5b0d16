"""Whether the versions of the state are encrypted where they lie."""

from __future__ import annotations

from recoverable.drill.answers import failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.state.answers import in_a_folder, looking
from recoverable.drill.state.contents import Piece, StateCopy
from recoverable.drill.state.expectations import ANY, OWN_KEY
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="encrypted",
    title="Each restored version is encrypted where it lies",
    why="A state holds passwords in the clear. The bucket's default holds for what is written from then on, not for older versions.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.STATE,
    catches=(208,),
)
excuse = in_a_folder


@looking
def run(context: LadderContext, copy: StateCopy) -> RungResult:
    """The headers that came with each version."""
    wanted, key = str(context.settings.get("encryption", ANY)), str(context.settings.get("kms_key", ""))
    wrong = [each for each in copy.pieces if not _is_good(each, wanted, key)]
    found = sorted({each.body_encryption or "none" for each in copy.pieces})
    figures = {"encryption": ", ".join(found)}
    if wrong:
        named = ", ".join(each.version.id for each in wrong)
        return failed(f"not encrypted as they must be: version {named} ({', '.join(found)})", **figures)
    return passed(f"{', '.join(found)}{' with the expected key' if key else ''}", **figures)


def _is_good(piece: Piece, wanted: str, key: str) -> bool:
    found = piece.body_encryption
    if not found or (wanted != ANY and not (found == wanted or (wanted == OWN_KEY and found.startswith(OWN_KEY)))):
        return False
    return not key or piece.body_key == key
