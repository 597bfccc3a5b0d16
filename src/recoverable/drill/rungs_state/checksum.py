"""Whether the restored bytes are those of the source, and whether Terraform itself would accept them."""

from __future__ import annotations

import hashlib

from recoverable.drill.answers import failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.state.answers import looking
from recoverable.drill.state.contents import StateCopy
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="checksum",
    title="The restored bytes are those of the source, and those that Terraform wrote down",
    why="Terraform refuses a state whose MD5 is not the one in its table: after a restore of the bucket alone nobody can plan.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.STATE,
    catches=(207,),
)
TRIES, PAUSE = 3, 5.0
"""Terraform writes the state first and its digest afterwards: an apply in that moment is given these seconds."""


@looking
def run(context: LadderContext, copy: StateCopy) -> RungResult:
    """Each version is read at the source once more. Neither content nor hash is told."""
    for piece in copy.pieces:
        if piece.content() != copy.source.read(piece.version).content:
            return failed(f"the restored bytes of version {piece.version.id} are not those of the source", version=piece.version.id)
    same = f"{len(copy.pieces)} versions are byte for byte those of the source" if copy.older else "the bytes are those of the source"
    ours = hashlib.md5(copy.newest.content(), usedforsecurity=False).hexdigest()
    for attempt in range(TRIES):
        said = copy.source.digest()
        if said is None:
            return passed(same)
        if said == ours:
            return passed(f"{same}, and the MD5 is the one in the table", digest="same")
        newest = copy.source.versions()[0]
        if newest.id != copy.newest.version.id:
            return passed(f"{same}; the digest in the table is of a newer version and was not compared", digest="not compared")
        if attempt + 1 < TRIES:
            copy.pause(PAUSE)
    return failed("the MD5 in the table is that of another state: Terraform refuses this one", digest="other")
