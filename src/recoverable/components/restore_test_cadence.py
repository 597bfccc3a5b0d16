"""How often restores are tested: the words of the standard, and each as a schedule that is never rarer than its word says."""

import enum

from recoverable.components.backup_vault_checks import demands_for
from recoverable.components.base import Component
from recoverable.components.bucket_checks import member
from recoverable.standard.demands import Setting
from recoverable.standard.fields import CADENCES

KINDS_AWS = ("restore-testing-plan", "backup-plan", "backup-plan-rule")
KINDS_GCP = ("gcp-backup-plan",)


class Cadence(str, enum.Enum):
    """How often a restore is tested."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half-yearly"
    YEARLY = "yearly"


DAYS = {each: CADENCES[each.value] for each in Cadence}
"""Days between two tests at most."""
AWS = {
    Cadence.DAILY: "cron(0 6 ? * * *)",
    Cadence.WEEKLY: "cron(0 6 ? * MON *)",
    Cadence.MONTHLY: "cron(0 6 1 * ? *)",
    Cadence.QUARTERLY: "cron(0 6 1 1,4,7,10 ? *)",
    Cadence.HALF_YEARLY: "cron(0 6 1 1,7 ? *)",
    Cadence.YEARLY: "cron(0 6 1 1 ? *)",
}
UNIX = {
    Cadence.DAILY: "0 6 * * *",
    Cadence.WEEKLY: "0 6 * * 1",
    Cadence.MONTHLY: "0 6 1 * *",
    Cadence.QUARTERLY: "0 6 1 1,4,7,10 *",
    Cadence.HALF_YEARLY: "0 6 1 1,7 *",
    Cadence.YEARLY: "0 6 1 1 *",
}


def demanded(component: Component) -> Setting[int]:
    """The shortest time between two tests that the standard demands of what is backed up, in days."""
    kinds = KINDS_AWS if component.on_aws else KINDS_GCP
    return min((each.restore_test_days for each in demands_for(component, ("", *kinds))), key=lambda setting: setting.value)


def cadence_of(component: Component, given: Cadence | None) -> Cadence:
    """The cadence that is asked for, by default the rarest that the standard allows."""
    need = demanded(component)
    if given is None:
        return next(each for each in reversed(Cadence) if DAYS[each] <= need.value)
    asked = member(component, "cadence", Cadence, given)
    if DAYS[asked] > need.value:
        component.refuse(
            "cadence",
            asked,
            f"{component.policy.tier} demands a restore test every {need.value} days ({need.source})",
            f"{asked.value} leaves up to {DAYS[asked]} days between two.",
        )
    return asked


def drill_command(component: Component) -> str:
    """The command line of a drill in this environment; it holds no secret."""
    return f"recoverable drill run --environment {component.policy.tier}"
