"""The negative control of secrets: what was read is copied in memory, damaged in one way, and must go red. It knows no rung but by its row."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from recoverable.drill.connection import Secret
from recoverable.drill.contract import Files, Restored, RestoreFailedError, Scratch
from recoverable.drill.hooks import Damage
from recoverable.drill.rung import LadderContext
from recoverable.drill.secret.expectations import Expected, ManifestError, expected_of
from recoverable.drill.secret.held import Held, Reading, SecretsCopy, Version

Change = Callable[[Held, Expected], Held]
YEARS = datetime.timedelta(days=3650)


def empty(held: Held, expected: Expected) -> Held:
    """The current version has no value."""
    return replace(held, chosen=Reading(held.chosen.version, Secret(""), "it is empty"))


def drop_key(held: Held, expected: Expected) -> Held:
    """The JSON lacks one of the keys that the data needs."""
    if held.chosen.value is None or not expected.keys:
        raise RestoreFailedError("no keys are expected of it")
    try:
        data = json.loads(held.chosen.value.reveal())
        del data[expected.keys[0]]
    except (ValueError, KeyError, TypeError):
        raise RestoreFailedError("it lacks the key already") from None
    return replace(held, chosen=replace(held.chosen, value=Secret(json.dumps(data))))


def set_back(held: Held, expected: Expected) -> Held:
    """The version is another one, years older."""
    version = held.chosen.version
    if version is None or not (expected.version or expected.after):
        raise RestoreFailedError("no version is expected of it")
    older = Version(f"{version.id}-older", version.created - YEARS, version.current, version.previous)
    return replace(held, chosen=replace(held.chosen, version=older))


def alter_replica(held: Held, expected: Expected) -> Held:
    """The replica has another value under the same version id."""
    if held.replica is None or held.replica.value is None:
        raise RestoreFailedError("there is no replica")
    return replace(held, replica=replace(held.replica, value=Secret(held.replica.value.reveal() + " ")))


@dataclass(frozen=True, slots=True)
class SecretDamage:
    """One kind. ``row`` is that of the catalogue in docs/drill-secret.md; ``fits`` says whether a secret can be given it."""

    name: str
    row: int
    title: str
    change: Change
    fits: Callable[[Held, Expected], bool]


KINDS = (
    SecretDamage("secret-emptied", 301, "the current version is empty", empty, lambda held, expected: True),
    SecretDamage("key-missing", 305, "the JSON lacks a key", drop_key, lambda held, expected: bool(expected.keys)),
    SecretDamage("older-version", 306, "the version is older", set_back, lambda held, expected: bool(expected.version or expected.after)),
    SecretDamage("replica-altered", 307, "the replica has another value", alter_replica, lambda held, expected: held.replica is not None),
)


class SecretControl:
    """The kinds of damage that what was read can be given."""

    def kinds(self, context: LadderContext) -> tuple[Damage, ...]:
        """Always in the same order."""
        copy = context.restored.contents
        if not isinstance(copy, SecretsCopy):
            return ()
        return tuple(Damage(each.name, each.row, each.title) for each in KINDS if self._victims(each, copy, context))

    @contextlib.contextmanager
    def damaged(self, kind: Damage, context: LadderContext, scratch: Scratch) -> Iterator[Restored]:
        """Damage one secret of the clone, which the drill's moment chooses.

        Raises:
            RestoreFailedError: this kind cannot be done here.
        """
        with scratch.started() as found:
            copy = found.contents
            if not isinstance(copy, SecretsCopy) or not copy.is_clone:
                raise RestoreFailedError("only a clone is damaged")
            damage = next(each for each in KINDS if each.name == kind.name)
            victims = self._victims(damage, copy, context)
            if not victims:
                raise RestoreFailedError("there is no secret for it")
            random = Random(f"{kind.name} {context.disaster.isoformat()}")  # noqa: S311 - a place to damage, no secret
            victim = random.choice(victims)
            changed = damage.change(victim, _expected(context).get(victim.name, Expected()))
            held = tuple(changed if each is victim else each for each in copy.held)
            yield replace(found, contents=replace(copy, held=held))

    def _victims(self, damage: SecretDamage, copy: SecretsCopy, context: LadderContext) -> list[Held]:
        expected = _expected(context)
        return [each for each in copy.held if each.chosen.readable and damage.fits(each, expected.get(each.name, Expected()))]


def _expected(context: LadderContext) -> dict[str, Expected]:
    try:
        return expected_of(context.settings, context.store.folder)
    except ManifestError:
        return {}


@dataclass(frozen=True)
class Clone:
    """What was read, once more in memory."""

    restored: Restored

    @property
    def files(self) -> Files | None:
        """There are none."""
        return None

    @contextlib.contextmanager
    def started(self) -> Iterator[Restored]:
        """The same, marked as a clone."""
        contents = self.restored.contents
        if not isinstance(contents, SecretsCopy):
            raise RestoreFailedError("nothing was read that could be cloned")
        yield replace(self.restored, contents=replace(contents, is_clone=True), scratch=None)


CONTROL = SecretControl()
