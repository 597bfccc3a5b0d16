"""A drill's reading of secrets: values in memory, and a closed folder with the list of what was read, for the time of the drill."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from recoverable.drill.contract import Phase, Resource, Restored, RestoreFailedError, Run, Scratch, Store
from recoverable.drill.durable import write_new_file
from recoverable.drill.local import resources
from recoverable.drill.secret.control import Clone
from recoverable.drill.secret.held import Facts, Held, Reading, SecretsCopy, SecretSource, Version, to_conceal
from recoverable.drill.target import RecoveryTarget, TargetKind

CLOSED = 0o700
LIST = "versions.json"


@dataclass
class Copy:
    """One reading of a drill."""

    store: Store
    source: SecretSource
    replica: SecretSource | None
    run: Run
    provider: str

    @contextlib.contextmanager
    def standing(self, target: RecoveryTarget) -> Iterator[Restored]:
        """What was read, while it is held."""
        made: Resource | None = None
        try:
            with self.run.phase(Phase.PROVISION):
                said = self.store.settings["scratch"]
                root = self.store.folder / Path(said).expanduser() if said else resources.default_roots()[0]
                if not root.is_dir():
                    raise RestoreFailedError(f"{root} is no folder", "Name another with scratch = …")
                if resources.path_of(self.run, root).exists():
                    raise RestoreFailedError(f"{resources.path_of(self.run, root)} is there already", "One run restores once.")
                made = resources.announce(self.run, self.provider, root)
                folder = resources.make(made, CLOSED)
            with self.run.phase(Phase.RESTORE):
                found = self._read(target.time if target.kind is TargetKind.TIME else None)
                write_new_file(folder / LIST, json.dumps([_listed(each) for each in found.held], indent=2))
            yield self._restored(found, target)
        finally:
            if made:
                with self.run.phase(Phase.DESTROY):
                    self._take_down(made)

    def _read(self, moment: datetime.datetime | None) -> SecretsCopy:
        settings = self.store.settings
        held = []
        for name in names_of(self.source, settings["names"], settings["prefix"]):
            self.run.check_budget()
            held.append(self._one(name, moment))
        self.run.note(f"{sum(each.chosen.readable for each in held)} of {len(held)} secrets were read")
        return SecretsCopy(settings["service"], tuple(held), self.replica is not None)

    def _one(self, name: str, moment: datetime.datetime | None) -> Held:
        facts = self.source.facts(name)
        if facts is None:
            return Held(name, None, Reading(None, None), None, None, "there is no such secret")
        chosen, before = choose(facts, moment)
        if chosen is None:
            return Held(name, facts, Reading(None, None, "it had no version then"), None, None)
        reading = self._reading(self.source, name, chosen)
        earlier = self._reading(self.source, name, before) if before else None
        return Held(name, facts, reading, earlier, self._of_replica(name, chosen))

    def _of_replica(self, name: str, chosen: Version) -> Reading | None:
        """The version of the same id; where the chosen one is the current one, the replica must call it current as well."""
        if self.replica is None:
            return None
        facts = self.replica.facts(name)
        if facts is None:
            return Reading(None, None, "there is no such secret")
        found = next((each for each in facts.versions if (each.current if chosen.current else each.id == chosen.id)), None)
        return Reading(None, None, "it has no such version") if found is None else self._reading(self.replica, name, found)

    def _reading(self, source: SecretSource, name: str, version: Version) -> Reading:
        found = source.read(name, version)
        settings = self.store.settings
        where = (settings["region"], settings["replica_region"], settings["project"], source.region)
        public = "\n".join((self.store.name, self.store.environment, name, *where))
        for each in to_conceal(found.value, public) if found.value is not None else ():
            self.run.conceal(each)
        return found

    def _restored(self, found: SecretsCopy, target: RecoveryTarget) -> Restored:
        restored = Restored(
            target=target,
            server=None,
            backup_id=backup_id(self.store, self.source),
            contents=found,
        )

        def scratch() -> AbstractContextManager[Scratch]:
            return nullcontext(Clone(restored))

        return replace(restored, scratch=scratch)

    def _take_down(self, resource: Resource) -> None:
        """Raises nothing: what could not be removed stays announced, and the engine looks again."""
        try:
            left = resources.remove(resource)
            if left is None:
                self.run.gone(resource)
            else:
                self.run.note(f"{resource.name} is left: {left.reason}")
        except Exception as error:
            self.run.note(f"{resource.name} is left to the engine: {type(error).__name__}")


def names_of(source: SecretSource, names: tuple[str, ...], prefix: str) -> list[str]:
    """Those of the settings, or all that begin so."""
    return list(names) or source.names(prefix)


def choose(facts: Facts, moment: datetime.datetime | None) -> tuple[Version | None, Version | None]:
    """The version that is current, or was at a time, and the one before it. Of latest the one before is what the service calls previous."""
    if moment is None:
        current = next((each for each in facts.versions if each.current), None)
        return current, next((each for each in facts.versions if each.previous), None)
    until = sorted((each for each in facts.versions if each.created <= moment), key=lambda each: each.created, reverse=True)
    return (until[0] if until else None), next((each for each in until[1:] if not each.gone), None)


def backup_id(store: Store, source: SecretSource) -> str:
    """What secrets are read from, by name."""
    settings = store.settings
    which = f"{settings['prefix']}*" if settings["prefix"] else f"{len(settings['names'])} secrets"
    return f"versions of {which} in {settings['service']} of {source.region}"


def _listed(each: Held) -> dict[str, str]:
    version = each.chosen.version
    return {"name": each.name, "version": version.id if version else "", "created": version.created.isoformat() if version else ""}
