"""Whether versions are encrypted, before and after."""

from __future__ import annotations

from recoverable.drill.answers import could_not_run, failed, passed
from recoverable.drill.objects.answers import looking, named, several
from recoverable.drill.objects.buckets import About
from recoverable.drill.objects.contents import Group, Item, ObjectsCopy
from recoverable.drill.objects.expectations import ANY_ENCRYPTION, CUSTOMER_KEY, OWN_KEY, S3_KEY
from recoverable.drill.objects.together import together
from recoverable.drill.rung import Depth, LadderContext, Rung, RungResult, Stage
from recoverable.drill.subject import Subject

RUNG = Rung(
    name="encryption",
    title="Versions and what is restored of them are encrypted",
    why="A bucket's default holds for what is written from then on. Versions from before, and copies of a restore, are encrypted by what held for them.",
    stage=Stage.RUNNING,
    depth=Depth.QUICK,
    subject=Subject.OBJECTS,
    catches=(109,),
)


@looking
def run(context: LadderContext, copy: ObjectsCopy) -> RungResult:
    """Headers of each version at the source and in the replica, of each restored object, and the buckets' defaults."""
    wanted, key = str(context.settings.get("encryption", ANY_ENCRYPTION)), str(context.settings.get("kms_key", ""))
    items = list(copy.of(Group.TARGET, Group.OLDER, Group.REPLICA))
    plain: list[Item] = []
    unknown = 0
    for item, heads in together(items, lambda each: _heads(copy, each), copy.check):
        if any(isinstance(each, str) or each is None for each in heads):
            unknown += 1
        elif not all(_encrypted(each, wanted, "" if item.from_replica or number else key) for number, each in enumerate(heads)):
            plain.append(item)
    defaults = {each.role: each.default_encryption()[0] for each in (copy.source, copy.replica) if each is not None}
    figures = {
        "versions": len(items),
        "plain": len(plain),
        "unknown": unknown,
        **{f"default_{role}": found for role, found in defaults.items()},
    }
    without = [role for role, found in defaults.items() if not found]
    if plain or without:
        said = (
            [
                f"{len(plain)} of {several(len(items), 'version')} are not encrypted as they must be ({named(each.version for each in plain)})"
            ]
            if plain
            else []
        )
        said += [f"the {role} has no default encryption" for role in without]
        return failed("; ".join(said), **figures)
    if unknown or not items:
        return could_not_run(
            f"of {unknown} of {several(len(items), 'version')} {copy.source.cloud} does not tell the encryption", **figures
        )
    return passed(f"all {several(len(items), 'version')} are encrypted, where they came from and where they were restored to", **figures)


def _heads(copy: ObjectsCopy, item: Item) -> tuple[About | str | None, ...]:
    """Of the version, and of what was restored of it."""
    return copy.came_from(item).head(item.version), copy.scratch.head(copy.place(item))


def _encrypted(head: About | str | None, wanted: str, key: str) -> bool:
    found = head.encryption if isinstance(head, About) else ""
    if not found or (wanted == OWN_KEY and not found.startswith(OWN_KEY)) or (wanted in (S3_KEY, CUSTOMER_KEY) and found != wanted):
        return False
    return not key or (isinstance(head, About) and head.key == key)
