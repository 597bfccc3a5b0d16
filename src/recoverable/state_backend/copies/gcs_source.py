"""The states of a backend in Cloud Storage: every workspace below a declared prefix, and the stacks that are found."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from recoverable.drill.rest.client import Json
from recoverable.model.errors import InputError
from recoverable.state_backend.copies.s3_source import STACK_ENDINGS, ZSTD
from recoverable.state_backend.copies.source import State, label_of
from recoverable.state_backend.gcs_calls import Gcs
from recoverable.state_backend.settings import GcsBackend

STATE = ".tfstate"
"""Terraform keeps ``PREFIX/WORKSPACE.tfstate``: https://developer.hashicorp.com/terraform/language/backend/gcs."""


class GcsSource:
    """A backend in Cloud Storage."""

    def __init__(self, backend: GcsBackend) -> None:
        self.backend = backend
        self.gcs = Gcs(backend.bucket)
        self.name = backend.name
        self.label = label_of(backend)
        self.empty: list[str] = []

    def states(self) -> Iterator[State]:
        """Every state that is there, each by the generation that was listed.

        Raises:
            InputError: below a declared prefix there is no state, or one is compressed in a way that is not read here.
            CallError: Cloud Storage refuses.
            UnreachableError: nobody answered.
        """
        for client, found in self._objects_of_clients():
            name, generation = str(found["name"]), str(found["generation"])
            written = datetime.datetime.fromisoformat(str(found["timeCreated"])).astimezone(datetime.UTC)
            yield State(client, name, generation, written.isoformat(timespec="seconds"), self.gcs.body(name, generation))

    def _objects_of_clients(self) -> Iterator[tuple[str, Json]]:
        if "terraform" in self.backend.clients:
            for key in self.backend.layout.keys:
                yield from (("terraform", each) for each in self._workspaces(key))
        if "pulumi" in self.backend.clients:
            yield from (("pulumi", each) for each in self._stacks())

    def _workspaces(self, key: str) -> list[Json]:
        """What lies directly below a prefix: what is deeper belongs to another one."""
        folder = f"{key}/"
        found = [
            each
            for each in self.gcs.listed(folder)
            if str(each["name"]).endswith(STATE) and "/" not in str(each["name"]).removeprefix(folder)
        ]
        if not found:
            fix = 'Take it out of "keys", or find out why.'
            raise InputError(f"there is no state below {folder} in {self.label}", self.backend.name, fix)
        return found

    def _stacks(self) -> Iterator[Json]:
        stacks = f"{self.backend.layout.pulumi_root}stacks/"
        self.empty.append(stacks)
        for each in self.gcs.listed(stacks):
            name = str(each["name"])
            if name.endswith(ZSTD):
                fix = "Unset PULUMI_DIY_BACKEND_ZSTD."
                raise InputError(f"{name} is compressed by zstd, which is not read here", self.backend.name, fix)
            if name.endswith(STACK_ENDINGS):
                self.empty = [place for place in self.empty if place != stacks]
                yield each
