"""The units that ``recoverable schedule --systemd`` writes: a timer and a service each for drills, alerts and check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recoverable.model.errors import InputError
from recoverable.schedules.cadence import DAILY, Cadence, Moment
from recoverable.schedules.tasks import CHECK_HEARTBEAT, DRILL_HEARTBEAT, FACTS, Tasks, facts_of, ping

FOLDER = "systemd"
CLEANING = 65
"""Minutes between the polite signal and the last one: a drill is given time to destroy what it made (an hour is its budget)."""
AUDIT_MINUTES = 180
LATE_MINUTES = 30
"""By which a timer is late at most."""
STATE = "%S/recoverable"
"""The state folder of the units, in systemd's words."""
_SERVICE = """\
# Written by `recoverable schedule`; docs/schedules.md in recoverable's repository says more.
[Unit]
Description={about}
Wants=network-online.target
After={after}

[Service]
# Never twice at once: a unit that runs is not started again.
Type=oneshot
User={user}
WorkingDirectory={folder}
# Secrets, as NAME=value: root's, mode 0600.
EnvironmentFile=-/etc/recoverable/environment
Environment=RECOVERABLE_STATE_DIR=%S/recoverable
{commands}
TimeoutStartSec={minutes}min
TimeoutStopSec={stop}min
StateDirectory=recoverable
StateDirectoryMode=0700
UMask=0077
# It may write its state, its temporary files and nothing else, and gets no right that its user has not.
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
PrivateDevices=yes
"""
_TIMER = """\
# Written by `recoverable schedule`; docs/schedules.md in recoverable's repository says more.
[Unit]
Description={about}

[Timer]
OnCalendar={calendar}
# The same delay every time, another on every machine.
RandomizedDelaySec=30min
FixedRandomDelay=yes
# What was missed while the machine was off is made up for.
Persistent=yes

[Install]
WantedBy=timers.target
"""


def units(tasks: Tasks, program: str, user: str) -> Iterator[tuple[str, str]]:
    """Name and text of each file.

    Raises:
        InputError: a path or the user cannot stand in a unit.
    """
    for text, what in ((program, "--program"), (user, "--user"), (str(tasks.project.top), "PATH")):
        _refuse(text, what)
    for cadence in tasks.cadences:
        yield from _drill(tasks, cadence, program, user)
    audits = [f"recoverable-audit-{each}.service" for each in tasks.audits]
    if tasks.alerts:
        yield from _pair(
            "recoverable-alerts",
            "Who has to know of backups and drills is told",
            tasks.moment("daily").calendar(DAILY),
            _service(tasks, "Who has to know of backups and drills is told", user, list(_alert_commands(tasks, program)), 30, 2, audits),
        )
    for cloud in tasks.audits:
        about = f"What runs on {cloud} is judged by the backup standard"
        command = f"ExecStart={program} audit {cloud}{tasks.flags} --facts {STATE}/{facts_of(cloud)}"
        service = _service(tasks, about, user, [command], AUDIT_MINUTES, 2)
        yield from _pair(f"recoverable-audit-{cloud}", about, _audit_moment(tasks, cloud).calendar(DAILY), service)
    check = tasks.check.removeprefix("recoverable ")
    commands = [f"ExecStart={program} {check}", _heartbeat(CHECK_HEARTBEAT)]
    about = "What is declared is judged by the backup standard"
    yield from _pair("recoverable-check", about, tasks.moment("check").calendar(DAILY), _service(tasks, about, user, commands, 20, 2))


def _audit_moment(tasks: Tasks, cloud: str) -> Moment:
    """Early enough to end before alerts read its facts, also when both timers are late."""
    return tasks.moment("daily").before(AUDIT_MINUTES + LATE_MINUTES + tasks.moment(f"audit {cloud}").minute)


def timers(tasks: Tasks) -> Iterator[str]:
    """The names of the timers to enable."""
    yield from (f"recoverable-drill-{each.store}.timer" for each in tasks.drills)
    if tasks.alerts:
        yield "recoverable-alerts.timer"
    yield from (f"recoverable-audit-{each}.timer" for each in tasks.audits)
    yield "recoverable-check.timer"


def _drill(tasks: Tasks, cadence: Cadence, program: str, user: str) -> Iterator[tuple[str, str]]:
    """A pair for each store: its time limit and its moment are its own."""
    for each in tasks.of(cadence):
        about = f"A restore of {each.store} is drilled"
        commands = [f"ExecStart={program} drill run {each.store}{tasks.flags}", _heartbeat(DRILL_HEARTBEAT)]
        service = _service(tasks, about, user, commands, each.minutes, CLEANING)
        yield from _pair(f"recoverable-drill-{each.store}", about, tasks.moment(f"drill {each.store}").calendar(cadence), service)


def _alert_commands(tasks: Tasks, program: str) -> Iterator[str]:
    """What drills left behind is removed first; whatever comes of that, alerts are told."""
    if tasks.drills:
        yield f"# In time for what follows: a unit that takes too long is ended, and nobody told.\nExecStartPre=-/usr/bin/timeout -k 60 15m {program} drill reap{tasks.flags}"
    if tasks.publish:
        yield f"ExecStartPre=-{program} drill status{tasks.flags} --publish {tasks.publish}"
    facts = ""
    if tasks.audits:
        found = " ".join(f"{STATE}/{facts_of(each)}" for each in tasks.audits)
        yield f'# The newest facts of each audit; their age is judged.\nExecStartPre=-/bin/sh -c "cat {found} > {STATE}/{FACTS}"'
        facts = f" --facts {STATE}/{FACTS}"
    yield f"ExecStart={program} alerts{tasks.flags}{facts}"


def _pair(name: str, about: str, calendar: str, service: str) -> Iterator[tuple[str, str]]:
    yield f"{FOLDER}/{name}.service", service
    yield f"{FOLDER}/{name}.timer", _TIMER.format(about=about, calendar=calendar)


def _service(tasks: Tasks, about: str, user: str, commands: list[str], minutes: int, stop: int, after: Sequence[str] = ()) -> str:
    return _SERVICE.format(
        about=about,
        after=" ".join(["network-online.target", *after]),
        user=user,
        folder=tasks.project.top,
        commands="\n".join(commands),
        minutes=minutes,
        stop=stop,
    )


def _heartbeat(name: str) -> str:
    """After a run that was clean. systemd itself must not fill in the address, or it would stand in the list of processes."""
    command = ping(name).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'# The dead man\'s switch: {name} in the file above, an address that rings when it is not asked.\nExecStartPost=/bin/sh -c "{command}"'


def _refuse(text: str, what: str) -> None:
    if not text.isprintable() or any(mark in text for mark in (" ", "%", "$", "\\", '"', "'")) or not text:
        raise InputError(f"{text!r} cannot stand in a unit of systemd", what, "Use a path without blanks and quotes.")
