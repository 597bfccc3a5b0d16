"""``[alerts]`` of ``recoverable.toml``: who is told, how often, and what is held against which number."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recoverable.alerts.judge_facts import FactLimits
from recoverable.alerts.secret_source import SecretSource, read_address, read_source, secret_keys
from recoverable.alerts.sending import Destination
from recoverable.alerts.to_email import PORTS, TLS, Mailbox
from recoverable.alerts.to_pushgateway import JOB_PATTERN, Pushgateway
from recoverable.alerts.to_sns import ARN, Topic
from recoverable.alerts.to_webhook import Webhook
from recoverable.drill.durations import EXAMPLES, parse_duration
from recoverable.standard.load import Standard
from recoverable.standard.problems import show
from recoverable.standard.typed import Table

KEYS = ("facts", "metrics", "repeat", "waiver_warning_days", "backup_age", "facts_age", "heartbeat", "push", "destinations")
REPEAT = datetime.timedelta(days=1)
WARNING_DAYS = 14
BACKUP_AGE = datetime.timedelta(hours=26)
"""A day, and two hours: daily backups begin within a window, and take a while."""
FACTS_AGE = datetime.timedelta(days=2)
NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,40}$"
JOB = "recoverable"
PUSH_KEYS = ("url", *secret_keys("url"), "job", "user", "password", *secret_keys("password"), "ca_file")
EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?$"
COMMON = ("kind",)
KIND_KEYS = {
    "email": ("host", "port", "tls", "from", "to", "user", "password", *secret_keys("password"), "ca_file"),
    "sns": ("topic_arn",),
    "webhook": ("url", *secret_keys("url"), "secret", *secret_keys("secret"), "ca_file"),
}


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The address that is asked after every run that was whole; whoever answers there rings when it stays quiet."""

    url: SecretSource
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """All of ``[alerts]``. Paths are absolute or "". ``repeat`` is how long an alert that goes on is not told again."""

    destinations: tuple[Destination, ...]
    heartbeat: Heartbeat | None
    push: Pushgateway | None
    facts: str
    metrics: str
    repeat: datetime.timedelta
    waiver_warning_days: int
    limits: FactLimits


def read_settings(standard: Standard) -> AlertSettings:
    """The typed settings.

    Raises:
        StandardError: every mistake in the table, each with its line and what to write instead.
    """
    table = standard.alerts
    table.only(KEYS)
    folder = standard.path.resolve().parent if standard.path else Path.cwd()
    found = AlertSettings(
        destinations=tuple(
            each for name, inner in table.named_tables("destinations").items() for each in _destinations(name, inner, folder)
        ),
        heartbeat=_heartbeat(table, folder),
        push=_push(table, folder),
        facts=_path(table, "facts", folder),
        metrics=_path(table, "metrics", folder),
        repeat=_duration(table, "repeat", REPEAT),
        waiver_warning_days=table.whole("waiver_warning_days", 0, 365, WARNING_DAYS),
        limits=FactLimits(_duration(table, "backup_age", BACKUP_AGE), _duration(table, "facts_age", FACTS_AGE)),
    )
    table.problems.stop_if_any()
    return found


def _path(table: Table, key: str, folder: Path) -> str:
    said = table.text(key)
    return str(folder / Path(said).expanduser()) if said else ""


def _duration(table: Table, key: str, default: datetime.timedelta) -> datetime.timedelta:
    if key not in table.data:
        return default
    length = parse_duration(table.text(key))
    if length is None:
        table.wrong(key, f"is {show(table.data[key])}, not a length of time", f'Write {key} = "1d"; {EXAMPLES} are understood.')
    return length or default


def _heartbeat(top: Table, folder: Path) -> Heartbeat | None:
    if "heartbeat" not in top.data:
        return None
    table = top.table("heartbeat")
    table.only(("url", *secret_keys("url"), "ca_file"))
    url = read_address(table, folder)
    return Heartbeat(url, _path(table, "ca_file", folder)) if url else None


def _push(top: Table, folder: Path) -> Pushgateway | None:
    if "push" not in top.data:
        return None
    table = top.table("push")
    table.only(PUSH_KEYS)
    job = table.text("job") if "job" in table.data else JOB
    if not re.match(JOB_PATTERN, job):
        table.wrong("job", f"is {show(job)}, no name of a job", "Use letters, digits, _, . and -, at most 100.")
    url, (user, password) = read_address(table, folder), _login(table, folder)
    return Pushgateway(url, job, user, password, _path(table, "ca_file", folder)) if url else None


def _login(table: Table, folder: Path) -> tuple[str, SecretSource | None]:
    """A user and the password that belongs to it: both or neither."""
    user = table.text("user")
    named = "password" in table.data or any(key in table.data for key in secret_keys("password"))
    password = read_source(table, "password", folder, required=True) if user or named else None
    if named and not user:
        table.wrong("user", "is missing beside a password", 'Write user = "alerts", or remove the password.')
    return user, password


def _destinations(name: str, table: Table, folder: Path) -> Iterator[Destination]:
    if not re.match(NAME_PATTERN, name):
        fix = "Use small letters, digits, - and _, at most 41, beginning with a letter or digit."
        table.problems.add(table.path, "is no name for a destination", fix)
    if "kind" not in table.data:
        table.problems.add(table.path, "does not say of which kind it is", f'Add kind = "email". Known here: {", ".join(KIND_KEYS)}.')
        return
    kind = table.choice("kind", tuple(KIND_KEYS), "")
    if kind:
        table.only((*COMMON, *KIND_KEYS[kind]))
        yield from _READERS[kind](name, table, folder)


def _email(name: str, table: Table, folder: Path) -> Iterator[Destination]:
    tls = table.choice("tls", TLS, TLS[0])
    host, sender = table.text("host"), table.text("from")
    if not re.fullmatch(r"[A-Za-z0-9.:_-]+", host):
        table.wrong("host", f"is {show(host)}, no name of a host", 'Write host = "smtp.example.com".')
    port = table.whole("port", 1, 65535, PORTS[tls])
    user, password = _login(table, folder)
    recipients = table.texts("to")
    if not recipients:
        table.wrong("to", "names nobody", 'Write to = ["oncall@example.com"].')
    for key, address in (("from", sender), *(("to", each) for each in recipients)):
        if not re.match(EMAIL, address):
            table.wrong(key, f"holds {show(address)}, no e-mail address", 'Write "name@example.com", in letters of ASCII.')
    for each in dict.fromkeys(recipients):
        yield Mailbox(name, host, port, tls, sender, each, user, password, _path(table, "ca_file", folder))


def _sns(name: str, table: Table, _: Path) -> Iterator[Destination]:
    arn = table.text("topic_arn")
    if not ARN.fullmatch(arn):
        fix = 'Write topic_arn = "arn:aws:sns:eu-central-1:123456789012:backup-alerts".'
        table.wrong("topic_arn", f"is {show(arn)}, no ARN of a topic", fix)
        return
    yield Topic(name, arn)


def _webhook(name: str, table: Table, folder: Path) -> Iterator[Destination]:
    url, secret = read_address(table, folder), read_source(table, "secret", folder, required=True)
    if url and secret:
        yield Webhook(name, url, secret, _path(table, "ca_file", folder))


_READERS: dict[str, Callable[[str, Table, Path], Iterator[Destination]]] = {"email": _email, "sns": _sns, "webhook": _webhook}
