"""The states of a backend on S3: those that are declared, and workspaces and stacks that are found."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from recoverable.model.errors import InputError
from recoverable.state_backend.calls import Aws
from recoverable.state_backend.copies.source import State, label_of
from recoverable.state_backend.names import WORKSPACES
from recoverable.state_backend.settings import S3Backend

STACK_ENDINGS = (".json", ".json.gz")
ZSTD = ".json.zst"


class S3Source:
    """A backend on S3."""

    def __init__(self, backend: S3Backend) -> None:
        self.backend = backend
        self.aws = Aws.of(backend)
        self.name = backend.name
        self.label = label_of(backend)
        self.empty: list[str] = []

    def states(self) -> Iterator[State]:
        """Every state that is there.

        Raises:
            InputError: a declared state is not there, or one is compressed in a way that is not read here.
            CallError: S3 refuses.
            UnreachableError: nobody answered.
        """
        for client, key in self._keys_of_clients():
            body, head = self.aws.object(Bucket=self.backend.bucket, Key=key)
            modified = head["LastModified"].astimezone(datetime.UTC).isoformat(timespec="seconds")
            yield State(client, key, str(head.get("VersionId") or ""), modified, body)

    def _keys_of_clients(self) -> Iterator[tuple[str, str]]:
        backend, layout = self.backend, self.backend.layout
        if "terraform" in backend.clients:
            named = self._of_workspaces()
            for key in layout.keys:
                if key in set(self._keys(key)):
                    yield "terraform", key
                elif any(each.split("/", 2)[2] == key for each in named):
                    self.empty.append(key)  # who works in workspaces alone has no state of the default one
                else:
                    fix = 'Take it out of "keys", or find out why.'
                    raise InputError(f"there is no state {key} in {self.label}", backend.name, fix)
            yield from (("terraform", key) for key in named)
        if "pulumi" in backend.clients:
            stacks = f"{layout.pulumi_root}stacks/"
            self.empty.append(stacks)
            for key in self._keys(stacks):
                if key.endswith(ZSTD):
                    fix = "Unset PULUMI_DIY_BACKEND_ZSTD."
                    raise InputError(f"{key} is compressed by zstd, which is not read here", backend.name, fix)
                if key.endswith(STACK_ENDINGS):
                    self.empty = [each for each in self.empty if each != stacks]
                    yield "pulumi", key

    def _of_workspaces(self) -> list[str]:
        """States of named workspaces, also of those that nobody declared."""
        layout = self.backend.layout
        found = sorted(self._keys(f"{WORKSPACES}/"))
        named = [key for key in found if any(key.split("/", 2)[2:] == [each] for each in layout.keys)]
        for workspace in layout.workspaces:
            if not any(key.split("/", 2)[1] == workspace for key in named):
                fix = 'Take it out of "workspaces", or find out why.'
                raise InputError(f"there is no state of the workspace {workspace} in {self.label}", self.backend.name, fix)
        return named

    def _keys(self, prefix: str) -> Iterator[str]:
        more: dict[str, Any] = {}
        while True:
            page = self.aws.call("s3", "list_objects_v2", Bucket=self.backend.bucket, Prefix=prefix, **more)
            yield from (str(each["Key"]) for each in page.get("Contents", ()))
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": str(page["NextContinuationToken"])}
