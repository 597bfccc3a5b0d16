"""A file system keeps its automatic backups for less time than its environment demands."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Volume
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed, say_origin, set_to, unsure_because
from recoverable.rules.registry.backup_samples import kept, plan, rule, selection
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER
from recoverable.rules.registry.store_samples import efs, efs_backups, fsx_windows

LONGER = "[environments.prod]\nbackup_retention_days = 60\n"
CHOSEN = selection("resources = [aws_fsx_windows_file_system.files.arn]")

RULE = Rule(
    id="RCV021",
    name="volume-retention-too-short",
    title="Automatic backups of a file system are kept as long as the environment demands",
    severity=Severity.HIGH,
    applies_to=Volume,
    why="A file that is missed after the oldest backup was deleted cannot be brought back.",
    facts=(
        (
            "automatic_backup_retention_days of FSx is 7 for Windows and 0 (no automatic backups) for Lustre, ONTAP and OpenZFS unless it is set, and 90 at most.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/fsx_windows_file_system",
        ),
        (
            "The automatic backups of EFS are taken daily and kept 35 days.",
            "https://docs.aws.amazon.com/efs/latest/ug/automatic-backups.html",
        ),
    ),
    examples=(
        good(fsx_windows("automatic_backup_retention_days = 30")),
        bad(fsx_windows("automatic_backup_retention_days = 29")),
        bad(fsx_windows(), "default"),
        bad(fsx_windows("automatic_backup_retention_days = null"), "absent"),
        unsure(LATER + fsx_windows(f"automatic_backup_retention_days = {UNKNOWN_NUMBER}"), subject="aws_fsx_windows_file_system.files"),
        good(efs() + efs_backups(), subject="aws_efs_file_system.files"),
        bad(efs() + efs_backups(), subject="aws_efs_file_system.files", standard=LONGER),
        good(fsx_windows("automatic_backup_retention_days = 30") + efs()),
        good(
            fsx_windows("automatic_backup_retention_days = 7") + plan(rule(kept(30))) + CHOSEN, subject="aws_fsx_windows_file_system.files"
        ),
        bad(
            fsx_windows("automatic_backup_retention_days = 7") + plan(rule(kept(29))) + CHOSEN, subject="aws_fsx_windows_file_system.files"
        ),
    ),
    demand="backup_retention_days",
)


def check(volume: Volume, context: Context) -> Iterator[Answer]:
    """Asked of volumes with automatic backups of their own; those without need a plan (``store-not-in-backup-plan``)."""
    value = volume.retention_days
    if volume.own_backups.is_false or value.absent or not is_original(volume):
        return
    need = context.demands.backup_retention_days.value
    wanted = f"at least {need} days"
    covered = next(
        (rule for rule in volume.plans if rule.delete_days.absent or (rule.delete_days.known and (rule.delete_days.data or 0) >= need)),
        None,
    )
    if value.known and (value.data or 0) >= need:
        yield passed(f"automatic backups are kept {days(value)}", value, days(value), wanted)
    elif covered is not None:
        kept = days(covered.delete_days) if covered.delete_days.known else "without end"
        yield passed(f"backup plan {covered.plan} keeps its backups {kept}", covered.delete_days, kept, wanted)
    elif value.unknown:
        yield cannot_tell("How long automatic backups are kept", value, wanted)
    elif open_ended := next((rule.delete_days for rule in volume.plans if rule.delete_days.unknown), None):
        yield cannot_tell("Whether a backup plan keeps backups long enough", open_ended, wanted)
    elif volume.plans_unknown:
        yield unsure_because(
            "whether a backup plan keeps backups long enough cannot be known before apply", volume.plans_unknown, value, wanted
        )
    else:
        yield failed(f"{_message(volume)}, the standard demands {need}", value, found=days(value), wanted=wanted, fix=_fix(volume, need))


def _message(volume: Volume) -> str:
    return f"automatic backups are kept {days(volume.retention_days)}{say_origin(volume.retention_days)}"


def _fix(volume: Volume, need: int) -> str:
    if volume.limit_days is not None and volume.limit_days < need:
        return f"Add a backup plan that keeps backups {need} days ({volume.limit_note})."
    return volume.fixes.get("retention", "").format(need=need) or set_to(volume.retention_days, str(need))
