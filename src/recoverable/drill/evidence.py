"""The evidence of one drill: a record that states what was restored, what was verified, and in what time."""

from __future__ import annotations

import datetime
import getpass
import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from recoverable import __version__
from recoverable.drill.contract import Leftover
from recoverable.drill.ladder import NotCovered, RungRecord
from recoverable.drill.run import PhaseRecord
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict

SCHEMA = 1
GENESIS = "0" * 64
"""The previous hash of a ledger's first record."""
REACHED = ("lsn", "time", "timeline", "system_identifier")
_CI = {"GITHUB_ACTIONS": "github", "GITLAB_CI": "gitlab", "JENKINS_URL": "jenkins", "BUILDKITE": "buildkite", "CI": "ci"}

Record = dict[str, Any]


@dataclass(slots=True)
class ControlRecord:
    """How the negative control went. ``outcome`` is ``red`` (as it must be), ``green`` (the ladder did not notice),
    ``could not run`` or ``off``.
    """

    outcome: str
    kind: str = ""
    row: int | None = None
    caught_by: str = ""
    detail: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class Evidence:
    """All that a drill has found out so far; the engine fills it in. Times are aware and in UTC, durations in seconds.

    ``address`` is the store in code: what Pulumi or Terraform call it; its name where nobody said.
    ``baseline`` is what a verified drill writes down for the next one, and ``complete`` says that everything up to teardown
    was done; neither is part of the record.
    """

    run: str
    store: str
    environment: str
    provider: str
    target: str
    depth: str
    started: datetime.datetime
    ended: datetime.datetime | None = None
    verdict: DrillVerdict = DrillVerdict.COULD_NOT_RUN
    colour: Colour = Colour.RED
    reason: str = ""
    reservations: list[str] = field(default_factory=list)
    backup_id: str = ""
    reached: dict[str, Any] = field(default_factory=dict)
    rpo_seconds: float | None = None
    rpo_demanded_seconds: float | None = None
    rto_first_query_seconds: float | None = None
    rto_demanded_seconds: float | None = None
    verified_seconds: float | None = None
    phases: list[PhaseRecord] = field(default_factory=list)
    rungs: list[RungRecord] = field(default_factory=list)
    not_covered: list[NotCovered] = field(default_factory=list)
    control: ControlRecord = field(default_factory=lambda: ControlRecord("could not run", detail="the drill did not get so far"))
    versions: dict[str, str] = field(default_factory=dict)
    leftovers: list[Leftover] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    baseline: Mapping[str, Any] | None = None
    complete: bool = False
    address: str = ""

    def failed(self) -> list[RungRecord]:
        """The rungs that said FAIL."""
        return [each for each in self.rungs if each.verdict is RungVerdict.FAIL]

    def unproven(self) -> list[RungRecord]:
        """The rungs that were asked for and could not run."""
        return [each for each in self.rungs if each.verdict is RungVerdict.COULD_NOT_RUN]

    def as_record(self) -> Record:
        """The record as JSON data; ``sequence``, ``previous_hash`` and ``hash`` are the ledger's to add."""
        return {
            "schema": SCHEMA,
            "run": self.run,
            "store": self.store,
            "address": self.address or self.store,
            "environment": self.environment,
            "provider": self.provider,
            "target": self.target,
            "depth": self.depth,
            "verdict": self.verdict.value,
            "colour": self.colour.value,
            "reason": self.reason,
            "reservations": list(self.reservations),
            "started": _time(self.started),
            "ended": _time(self.ended),
            "backup_id": self.backup_id,
            "reached": {name: self.reached.get(name) for name in REACHED},
            "rpo_seconds": _seconds(self.rpo_seconds),
            "rpo_demanded_seconds": _seconds(self.rpo_demanded_seconds),
            "rto_first_query_seconds": _seconds(self.rto_first_query_seconds),
            "rto_demanded_seconds": _seconds(self.rto_demanded_seconds),
            "verified_seconds": _seconds(self.verified_seconds),
            "phases": [_phase(each) for each in self.phases],
            "rungs": [_rung(each) for each in self.rungs],
            "not_covered": [{"name": each.name, "reason": each.reason} for each in self.not_covered],
            "negative_control": _control(self.control),
            "versions": {"recoverable": __version__, "python": platform.python_version(), **self.versions},
            "who": who(os.environ),
            "leftovers": [_leftover(each) for each in self.leftovers],
            "crashes": list(self.crashes),
        }


def who(environment: Mapping[str, str]) -> dict[str, str]:
    """Who ran it and where: user, host and, in a pipeline, which kind and which job."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    found = {"user": user, "host": platform.node(), "system": platform.platform()}
    pipeline = next((word for name, word in _CI.items() if environment.get(name)), "")
    if pipeline:
        found["pipeline"] = pipeline
    job = environment.get("GITHUB_RUN_ID") or environment.get("CI_JOB_ID") or environment.get("BUILD_ID") or ""
    return {**found, "job": job} if job else found


def canonical(record: Mapping[str, Any]) -> bytes:
    """The one way to write a record: keys sorted, no spaces, UTF-8, no NaN.

    Raises:
        ValueError: it holds NaN, an infinity or something that JSON has not.
    """
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8")


def hash_of(record: Mapping[str, Any]) -> str:
    """SHA-256, in hexadecimal, over the canonical record without its own ``hash``."""
    return hashlib.sha256(canonical({name: value for name, value in record.items() if name != "hash"})).hexdigest()


def chained(record: Mapping[str, Any], sequence: int, previous: str) -> Record:
    """A record with its place in the chain and its hash."""
    placed = {**record, "sequence": sequence, "previous_hash": previous}
    return {**placed, "hash": hash_of(placed)}


def reached_by(rungs: Iterable[RungRecord], names: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """What the ladder says was reached: for each name the first figure that a rung gave under one of its keys."""
    found: dict[str, Any] = {}
    for name, keys in names.items():
        for key in keys:
            value = next((each.figures[key] for each in rungs if each.figures.get(key) is not None), None)
            if value is not None:
                found[name] = value
                break
    return found


def _time(moment: datetime.datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(datetime.UTC).isoformat(timespec="milliseconds")


def _seconds(value: float | None) -> float | None:
    return None if value is None else round(float(value), 3)


def _phase(each: PhaseRecord) -> Record:
    return {
        "name": each.phase.value,
        "started": _time(each.started),
        "seconds": _seconds(each.seconds),
        "budget_seconds": _seconds(each.budget),
        "outcome": each.outcome,
    }


def _rung(each: RungRecord) -> Record:
    return {
        "name": each.name,
        "verdict": each.verdict.value,
        "detail": each.detail,
        "stage": each.stage,
        "seconds": _seconds(each.seconds),
        "figures": dict(each.figures),
    }


def _control(control: ControlRecord) -> Record:
    return {
        "outcome": control.outcome,
        "kind": control.kind,
        "row": control.row,
        "caught_by": control.caught_by,
        "detail": control.detail,
        "seconds": _seconds(control.seconds),
    }


def _leftover(each: Leftover) -> Record:
    resource = each.resource
    return {
        "provider": resource.provider,
        "kind": resource.kind,
        "name": resource.name,
        "run": resource.run,
        "expires": _time(resource.expires),
        "reason": each.reason,
        "command": each.command,
    }
