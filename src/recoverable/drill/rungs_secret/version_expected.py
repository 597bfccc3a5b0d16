"""Whether each secret's version is the one that the restored data expects."""

from __future__ import annotations

from recoverable.drill.answers import failed, passed
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.secret.answers import copy_of, looking, told
from recoverable.drill.secret.expectations import Expected, ManifestError, expected_of
from recoverable.drill.secret.held import SecretsCopy, Version
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="version-expected",
    title="Each secret is neither older nor newer than the data expects",
    why="Data that was encrypted or written with one version cannot be read with another.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.SECRET,
    catches=(306,),
)


def excuse(context: LadderContext) -> str:
    """Nothing is expected. A manifest that cannot be read is no excuse."""
    try:
        wanted = expected_of(context.settings, context.store.folder)
    except ManifestError:
        return ""
    copy_of(context)
    return "" if any(each.version or each.after or each.before for each in wanted.values()) else "expect says nothing of versions"


@looking
def run(context: LadderContext, copy: SecretsCopy) -> RungResult:
    """By ``expect`` and the manifest: the version's id, and when it was made."""
    wanted = expected_of(context.settings, context.store.folder)
    held = {each.name: each.chosen.version for each in copy.held}
    problems = [problem for name, each in wanted.items() for problem in _wrong(name, held.get(name), each)]
    return failed(told(problems)) if problems else passed(f"{len(wanted)} secrets are as expected", expected=len(wanted))


def _wrong(name: str, version: Version | None, wanted: Expected) -> list[str]:
    if version is None:
        return [f"{name} is expected, and has no version"]
    found = []
    if wanted.version and version.id != wanted.version:
        found.append(f"{name} is version {version.id}, and {wanted.version} is expected")
    if wanted.after and version.created < wanted.after:
        found.append(f"{name} is of {version.created.isoformat()}, older than {wanted.after.isoformat()}")
    if wanted.before and version.created > wanted.before:
        found.append(f"{name} is of {version.created.isoformat()}, newer than {wanted.before.isoformat()}")
    return found
