"""What GitHub's runner says about the run: which event, which pull request, which commits."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.model.errors import InputError

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
WITH_PULL_REQUEST = frozenset({"pull_request", "pull_request_target"})


@dataclass(frozen=True, slots=True)
class Event:
    """One run. ``pull_request`` is 0 where the run is for none; ``base`` and ``head`` are commits, or empty.

    ``fork`` is true where the head lies in another repository: its runs get a token that may only read.
    """

    name: str
    pull_request: int = 0
    base: str = ""
    head: str = ""
    fork: bool = False

    @property
    def proposes(self) -> bool:
        """Whether the run is about a change that is proposed (and not about what is already in a branch)."""
        return bool(self.base)


def read_event(environment: Mapping[str, str]) -> Event:
    """The event as ``GITHUB_EVENT_NAME`` and the file in ``GITHUB_EVENT_PATH`` tell it.

    Raises:
        InputError: the file is missing, is no JSON object, or a pull request in it has no number or commits.
    """
    name = environment.get("GITHUB_EVENT_NAME", "")
    path = environment.get("GITHUB_EVENT_PATH", "")
    if not path:
        raise InputError("GITHUB_EVENT_PATH is not set", "", "This part runs inside of a GitHub workflow.")
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"the event cannot be read: {error.strerror}", path) from None
    except (ValueError, RecursionError):
        raise InputError("the event is no JSON", path) from None
    if not isinstance(data, dict):
        raise InputError("the event is no JSON object", path)
    if name in WITH_PULL_REQUEST:
        return _pull_request(name, data, path)
    if name == "merge_group":
        group = _table(data, "merge_group")
        return Event(name, base=_commit(group.get("base_sha"), path), head=_commit(group.get("head_sha"), path))
    return Event(name)


def repository(environment: Mapping[str, str]) -> str:
    """OWNER/NAME of the repository the run belongs to.

    Raises:
        InputError: it is not set, or is no such name.
    """
    name = environment.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.fullmatch(name):
        raise InputError("GITHUB_REPOSITORY is no OWNER/NAME", "", "This part runs inside of a GitHub workflow.")
    return name


def _pull_request(name: str, data: dict[str, Any], path: str) -> Event:
    pull = _table(data, "pull_request")
    base, head = _table(pull, "base"), _table(pull, "head")
    number = pull.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise InputError("the event's pull request has no number", path)
    here, there = _table(base, "repo").get("full_name"), _table(head, "repo").get("full_name")
    # A head repository that is gone (null) was a fork.
    return Event(name, number, _commit(base.get("sha"), path), _commit(head.get("sha"), path), fork=here != there)


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    found = data.get(name)
    return found if isinstance(found, dict) else {}


def _commit(value: object, path: str) -> str:
    if not isinstance(value, str) or not _COMMIT.fullmatch(value):
        raise InputError("the event names no commit to compare with", path)
    return value
