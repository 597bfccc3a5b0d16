"""What is to run by itself: the drills of each store, the daily alerts, the daily check."""

from __future__ import annotations

from dataclasses import dataclass

from recoverable.init.origin import Origin
from recoverable.init.project import Project
from recoverable.model.errors import InputError
from recoverable.schedules.cadence import Cadence, Moment, moment_of
from recoverable.schedules.logins import AWS, CLOUD_OF_AUDIT, GOOGLE

FIX = "Write --source OWNER/NAME@TAG for GitHub, or --source https://HOST/PATH@TAG."
DRILL, ALERTS, AUDIT = "DRILL", "ALERTS", "AUDIT"
"""What logs in to clouds, each with rights of its own: one may write evidence (and restore), one read it and publish, one look at everything."""
FACTS = "recoverable-facts.jsonl"
"""What the audits found of backups, for the alerts that run after them."""
DRILL_HEARTBEAT, CHECK_HEARTBEAT = "RECOVERABLE_DRILL_HEARTBEAT_URL", "RECOVERABLE_CHECK_HEARTBEAT_URL"
"""Variables with the addresses that are asked after a drill that was verified, and after a check that was clean. Alerts ask their own."""
PING = 'test -z "${name}" || printf \'url = "%s"\\n\' "${name}" | curl --config - --fail --silent --show-error --output /dev/null --max-time 20 --retry 3'


@dataclass(frozen=True, slots=True)
class DrillTask:
    """The drill of one store.

    ``minutes`` is what all its phases together may take, ``secrets`` the variables that its settings name, ``clouds`` where it logs in.
    """

    store: str
    cadence: Cadence
    minutes: int
    secrets: tuple[str, ...] = ()
    clouds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Tasks:
    """Everything that is scheduled for one project.

    ``secrets`` are the variables that [alerts] reads. ``aws`` is true where ledger or topic ask for credentials. ``publish`` is a place
    for the age of proofs, or "". ``config`` and ``baseline`` are names as the jobs use them, from the top of the repository. ``audits`` are
    the clouds whose running accounts are looked at every day, by their names in ``recoverable audit``.
    """

    project: Project
    origin: Origin | None
    drills: tuple[DrillTask, ...]
    alerts: bool
    secrets: tuple[str, ...] = ()
    aws: bool = False
    publish: str = ""
    config: str = ""
    baseline: str = ""
    audits: tuple[str, ...] = ()

    @property
    def requirement(self) -> str:
        """What pip installs, with what drills and alerts need.

        Raises:
            InputError: recoverable's origin is not known.
        """
        if self.origin is None:
            raise InputError("it is not known where the jobs get recoverable from", "--source", FIX)
        extras = "drill,gcp" if GOOGLE in {each for clouds in self.logins.values() for each in clouds} else "drill"
        return f"recoverable[{extras}] @ {self.origin.requirement}"

    @property
    def logins(self) -> dict[str, frozenset[str]]:
        """The clouds in which each purpose logs in."""
        ledger = frozenset({AWS}) if self.aws else frozenset()
        published = {"cloudwatch": frozenset({AWS}), "gcp": frozenset({GOOGLE})}.get(self.publish, frozenset())
        drilled = ledger.union(*(each.clouds for each in self.drills)) if self.drills else frozenset()
        return {DRILL: drilled, ALERTS: ledger | published, AUDIT: frozenset(CLOUD_OF_AUDIT[each] for each in self.audits)}

    def clouds(self, of: tuple[DrillTask, ...]) -> frozenset[str]:
        """The clouds in which some drills log in: the ledger's, and their own."""
        return frozenset({AWS} if self.aws else ()).union(*(each.clouds for each in of))

    @property
    def alerts_command(self) -> str:
        """The command of alerts, with the facts of the audits that ran before it."""
        return f"recoverable alerts{self.flags}" + (f" --facts {FACTS}" if self.audits else "")

    def audit_command(self, cloud: str) -> str:
        """The command of one audit; its facts go to a file of its own."""
        return f"recoverable audit {cloud}{self.flags} --facts {facts_of(cloud)}"

    @property
    def cadences(self) -> tuple[Cadence, ...]:
        """Those of the drills, rarest first."""
        return tuple(sorted({each.cadence for each in self.drills}, key=lambda each: -each.days))

    def of(self, cadence: Cadence) -> tuple[DrillTask, ...]:
        """The drills of one cadence."""
        return tuple(each for each in self.drills if each.cadence == cadence)

    def moment(self, what: str) -> Moment:
        """When a task begins."""
        return moment_of(self.project.top.name, self.project.path, what)

    @property
    def flags(self) -> str:
        """``--config`` for a standard that is not at the top, with a blank in front."""
        return f" --config {shell_quoted(self.config)}" if self.config else ""

    @property
    def check(self) -> str:
        """The command of the daily check."""
        baseline = f" --baseline {shell_quoted(self.baseline)}" if self.baseline else ""
        return f"recoverable check {shell_quoted(self.project.path)}{self.flags}{baseline}"


def facts_of(cloud: str) -> str:
    """The file of facts of one audit."""
    return f"facts-{cloud}.jsonl"


def ping(name: str) -> str:
    """A command of the shell that asks the address in a variable, if there is one. The address is no argument of any program."""
    return PING.replace("{name}", name)


def shell_quoted(text: str) -> str:
    """A word of the shell.

    Raises:
        InputError: a CI system or systemd would carry a part of it out.
    """
    import shlex

    if not text.isprintable() or any(mark in text for mark in ("${{", "$[[", "%", "$", "`", '"', "\\")):
        raise InputError(f"{text!r} cannot stand in a command", "", "Rename it.")
    return shlex.quote(text)
