"""One run: judge, note, tell, and say to the dead man's switch that this was done."""

from __future__ import annotations

import datetime
import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from recoverable.alerts import metrics
from recoverable.alerts.changes import Change, apply, compare
from recoverable.alerts.facts import read_facts
from recoverable.alerts.judge_facts import judge_facts
from recoverable.alerts.judge_proofs import judge_proofs
from recoverable.alerts.judge_waivers import judge_waivers
from recoverable.alerts.judgement import FACTS, Judgement
from recoverable.alerts.message import MOST_ALERTS, in_order, message
from recoverable.alerts.notes import Notes, NotesFile, UnusableNotesError
from recoverable.alerts.post import Posted, drop_unknown, post
from recoverable.alerts.sending import SendError
from recoverable.alerts.settings import AlertSettings
from recoverable.alerts.to_webhook import call
from recoverable.drill.ledger import Ledger
from recoverable.drill.redaction import Redactor, secrets_of
from recoverable.drill.settings import DrillSettings
from recoverable.model.errors import InputError
from recoverable.standard.load import Standard


@dataclass(frozen=True, slots=True)
class Watch:
    """What is looked at. ``facts`` is None where there is no such file."""

    standard: Standard
    drills: DrillSettings
    ledger: Ledger
    facts: Path | None


@dataclass(slots=True)
class Outcome:
    """What one run did. ``remarks`` are for people; ``heartbeat`` and ``push`` say why they failed, "" where they did not or there is none."""

    found: Judgement
    changes: list[Change]
    notes: Notes
    posted: Posted = field(default_factory=Posted)
    remarks: list[str] = field(default_factory=list)
    heartbeat: str = ""
    push: str = ""
    whole: bool = False


def redactor_of(settings: AlertSettings) -> Redactor:
    """Knows the secrets of the environment and of every destination."""
    redactor = Redactor()
    for secret in secrets_of(os.environ):
        redactor.add(secret)
    for destination in settings.destinations:
        for secret in destination.secrets():
            redactor.add(secret)
    for secret in settings.push.secrets() if settings.push else ():
        redactor.add(secret)
    if settings.heartbeat:
        try:
            redactor.add(settings.heartbeat.url.read())
        except SendError:
            return redactor  # it is told when the heartbeat is to be sent
    return redactor


def judge(watch: Watch, settings: AlertSettings, notes: Notes, now: datetime.datetime) -> Judgement:
    """Everything that can be known now, with secrets struck out."""
    found = Judgement()
    judge_proofs(watch.drills, watch.ledger, now, found)
    judge_waivers(watch.standard.waivers, now.astimezone().date(), settings.waiver_warning_days, found)
    if watch.facts:
        judge_facts(read_facts(watch.facts, now), watch.standard, settings.limits, notes.stores, now, found)
    elif notes.stores:
        found.cannot_tell_of([FACTS])
        found.problems.append(
            f"earlier runs read facts of {len(notes.stores)} stores, and this one names no file: --facts, or --forget '*'"
        )
    return _redacted(found, redactor_of(settings))


def _redacted(found: Judgement, redactor: Redactor) -> Judgement:
    found.firing = {key: replace(each, summary=redactor.text(each.summary)) for key, each in found.firing.items()}
    found.problems = [redactor.text(each) for each in found.problems]
    found.unreachable = [redactor.text(each) for each in found.unreachable]
    return found


def look(watch: Watch, settings: AlertSettings, file: NotesFile, now: datetime.datetime) -> Outcome:
    """What a run would find and tell; nothing is written or sent."""
    notes = file.load(only_look=True)
    found = judge(watch, settings, notes, now)
    return Outcome(found, compare(notes, found, settings.repeat, now), notes, remarks=[file.trouble] if file.trouble else [])


def run(watch: Watch, settings: AlertSettings, file: NotesFile, now: datetime.datetime) -> Outcome:
    """A whole run, alone.

    Raises:
        TransientError: another run does not end.
        InputError: the notes are of a newer version.
    """
    try:
        with file.locked():
            notes = file.load()
            return _run(watch, settings, notes, now, functools.partial(_saved, file), file.trouble)
    except UnusableNotesError as error:
        # Whoever has to know is told all the same, and again by the next run.
        return _run(watch, settings, Notes(), now, lambda _: None, "", f"{error.what}: what is told now is told again by the next run")


def _run(
    watch: Watch,
    settings: AlertSettings,
    notes: Notes,
    now: datetime.datetime,
    keep: Callable[[Outcome], None],
    trouble: str,
    problem: str = "",
) -> Outcome:
    """Judge, tell, and keep what was told."""
    found = judge(watch, settings, notes, now)
    found.problems += [problem] if problem else []
    outcome = Outcome(found, compare(notes, found, settings.repeat, now), notes, remarks=[trouble] if trouble else [])
    save = functools.partial(keep, outcome)
    _decide(outcome, settings, now)
    save()
    outcome.posted = post(notes, settings.destinations, save)
    outcome.whole = found.whole and not notes.waiting
    if outcome.whole:
        outcome.heartbeat = _beat(settings)
        notes.last_whole_run = now.timestamp()
    save()
    outcome.push = _push(outcome, settings, now)
    return outcome


def _saved(file: NotesFile, outcome: Outcome) -> None:
    """Save. A disk that is full must not keep anybody from being told: it is one more problem, and the next run tells again."""
    try:
        file.save(outcome.notes)
    except OSError as error:
        what = f"the notes of alerts cannot be written ({error.strerror}): what is told now is told again by the next run"
        if what not in outcome.found.problems:
            outcome.found.problems.append(what)


def _decide(outcome: Outcome, settings: AlertSettings, now: datetime.datetime) -> None:
    """Note what became of each alert together with the message about it."""
    notes, found = outcome.notes, outcome.found
    keys = [each.key for each in settings.destinations]
    for name in drop_unknown(notes, settings.destinations):
        outcome.remarks.append(f"messages that waited for {name} are dropped: it is no destination any more")
    told = [each for each in outcome.changes if each.told]
    if keys and (told or outcome.remarks):
        lost = notes.add(message(outcome.changes, now, remarks=outcome.remarks), keys)
        if lost:
            outcome.remarks.append(f"{lost} old messages that nobody took are given up: too many wait")
    # What a message has no room for is news to the next run.
    named = {each.key for each in in_order(outcome.changes)[:MOST_ALERTS]} if keys else set()
    apply(notes, outcome.changes, now, told=named)
    notes.stores = sorted((set(notes.stores) - found.moved) | found.reported)


def _beat(settings: AlertSettings) -> str:
    """Ask the heartbeat's address; gives what went wrong."""
    if settings.heartbeat is None:
        return ""
    try:
        call("GET", settings.heartbeat.url.read().reveal(), None, {}, settings.heartbeat.ca_file)
    except SendError as error:
        return f"the heartbeat: {error}"
    return ""


def _push(outcome: Outcome, settings: AlertSettings, now: datetime.datetime) -> str:
    """Hand the metrics to the Pushgateway; gives what went wrong. The next run pushes its own, so nothing has to wait."""
    if settings.push is None:
        return ""
    try:
        text = metrics.render(outcome.found, outcome.notes, [each.key for each in settings.destinations], now, classic=True)
        settings.push.push(text)
    except InputError as error:
        outcome.found.problems.append(f"metrics cannot be pushed: {error}")
    except SendError as error:
        return f"the Pushgateway: {error}"
    return ""
