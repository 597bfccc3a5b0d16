"""What the doctor writes into Cloud Storage: below a prefix of this run alone, noted by name and generation, and removed by generation."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field

from recoverable.drill.rest.client import Json
from recoverable.state_backend.calls import CallError
from recoverable.state_backend.doctor.scratch import MARK, NOT_DONE, Leftover
from recoverable.state_backend.gcs_calls import Gcs
from recoverable.state_backend.names import DOCTOR, LOCK
from recoverable.state_backend.settings import GcsBackend


@dataclass
class GcsScratch:
    """The objects of one run of the doctor. Its methods raise what :class:`Gcs` raises."""

    gcs: Gcs
    backend: GcsBackend
    run: str = field(default_factory=lambda: secrets.token_hex(16))
    _written: list[tuple[str, str]] = field(default_factory=list)
    _tried: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def prefix(self) -> str:
        """Everything of this run lies below it."""
        return f"{DOCTOR}{self.run}/"

    def put(self, name: str, body: bytes, *, headers: bool = True, only_if_absent: bool = False) -> str:
        """Write an object as the clients do, and give its generation.

        ``headers``: with the key that the printed backend block makes Terraform name for state; its locks and all of Pulumi's get the bucket's.
        """
        place = self._place(name)
        with self._lock:
            self._tried.add(place)
        key = self.backend.kms_key if headers and not only_if_absent else ""
        generation = self.gcs.insert(place, body, {MARK: self.run}, only_if_absent=only_if_absent, key=key)
        with self._lock:
            self._written.append((place, generation))
        return generation

    def get(self, name: str, version: str = "") -> bytes:
        """An object, or an older generation of it."""
        return self.gcs.body(self._place(name), version)

    def held(self, name: str) -> Json:
        """What is known of an object."""
        return self.gcs.held(self._place(name))

    def delete(self, name: str) -> None:
        """Delete as clients do: Terraform its lock by the generation that it took, Pulumi whatever is there."""
        place = self._place(name)
        if not name.endswith(LOCK):
            self.gcs.delete_live(place)
            return
        with self._lock:
            taken = next(generation for each, generation in reversed(self._written) if each == place)
        try:
            self.gcs.delete_live(place, taken)
        except CallError as error:
            if error.code != "412" or self._is_live(place):
                raise  # else it was deleted, the answer was lost, and asked for again there was nothing to compare

    def names(self, below: str) -> list[str]:
        """What lies below a folder of the scratch, by name."""
        return [str(each["name"]).removeprefix(self.prefix) for each in self.gcs.listed(self._place(below))]

    def clean(self) -> list[Leftover]:
        """Remove every generation that this run wrote, and give what is still there. Does not raise for what cannot be removed."""
        if not self._tried:
            return []
        try:
            listed = self.gcs.listed(self.prefix, every=True)
        except NOT_DONE:
            return self._unlisted()
        left = []
        for each in listed:
            name, generation = str(each["name"]), str(each["generation"])
            if not self._is_ours(each) or not self._removed(name, generation):
                left.append(self._leftover(name, generation))
        return left

    def noted(self) -> list[Leftover]:
        """Everything that was written, whether it is there or not."""
        unknown = self._tried - {name for name, _ in self._written}
        return [self._leftover(*each) for each in self._written] + [self._leftover(name, "") for name in sorted(unknown)]

    @property
    def wrote(self) -> bool:
        """Whether anything was written, or tried to."""
        return bool(self._tried)

    def _unlisted(self) -> list[Leftover]:
        """Where nobody says what is there, the generations that were given to this run are removed; of what had no answer nothing is known."""
        for name, generation in self._written:
            try:
                self.gcs.remove(name, generation)
            except CallError:
                continue  # it is told, as everything is here
            except NOT_DONE:
                break  # nobody answers
        return self.noted()

    def _is_ours(self, found: Json) -> bool:
        """Only what this run tried to write, and what says that it is of this run."""
        name = str(found["name"])
        return name.startswith(self.prefix) and name in self._tried and (found.get("metadata") or {}).get(MARK) == self.run

    def _removed(self, name: str, generation: str) -> bool:
        try:
            self.gcs.remove(name, generation)
        except NOT_DONE:
            return False
        return True

    def _is_live(self, place: str) -> bool:
        try:
            self.gcs.held(place)
        except CallError as error:
            if error.code == "404":
                return False
            raise
        return True

    def _leftover(self, name: str, generation: str) -> Leftover:
        place = f"gs://{self.backend.bucket}/{name}" + (f"#{generation}" if generation else "")
        return Leftover(place, f"gcloud storage rm {'' if generation else '--all-versions '}'{place}'")

    def _place(self, name: str) -> str:
        return f"{self.prefix}{name}"
