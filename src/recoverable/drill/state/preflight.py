"""What can be known of a restore of a state before anything is made."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.drill.contract import Check, RestoreFailedError
from recoverable.drill.state.history import Source, choose
from recoverable.drill.state.programs import CouldNotReadError, Reader
from recoverable.drill.target import RecoveryTarget
from recoverable.drill.verdict import RungVerdict


def checks(source: Source, target: RecoveryTarget, reader: Reader) -> Iterator[Check]:
    """Whether the version of the target is there, and whether there is a program to read it with."""
    try:
        chosen = choose(source.versions(), target, source.label)
    except RestoreFailedError as error:
        yield Check("state-version", RungVerdict.FAIL, str(error))
        return
    when = chosen.wanted.modified.isoformat(timespec="seconds")
    figures = {"version": chosen.wanted.id, "versions": chosen.kept, "bytes": chosen.wanted.size}
    yield Check("state-version", RungVerdict.PASS, f"version {chosen.wanted.id} of {chosen.kept}, written at {when}", figures)
    try:
        reader.find()
    except CouldNotReadError as error:
        yield Check("program", RungVerdict.COULD_NOT_RUN, str(error))
        return
    if reader.module is not None and not reader.module.is_dir():
        yield Check("program", RungVerdict.FAIL, f"{reader.module} is no folder: name an initialised root module")
        return
    yield Check("program", RungVerdict.PASS, f"{reader.kind} is there")
