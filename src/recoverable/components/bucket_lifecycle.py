"""When objects move to cheaper storage classes and when their old versions go.

Minimum stays and the order of classes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
and https://cloud.google.com/storage/docs/storage-classes.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recoverable.components.base import Component
from recoverable.components.bucket_checks import LONGEST_LOCK, demands_of, member, whole

UPLOAD_DAYS = 7
"""An upload in parts that is not finished after so many days is abandoned: its parts are paid for and hold nothing."""
CHEAPER_AFTER = 30


class StorageClass(str, enum.Enum):
    """A cheaper class; each cloud has its own."""

    STANDARD_IA = "STANDARD_IA"
    INTELLIGENT_TIERING = "INTELLIGENT_TIERING"
    ONEZONE_IA = "ONEZONE_IA"
    GLACIER_IR = "GLACIER_IR"
    GLACIER = "GLACIER"
    DEEP_ARCHIVE = "DEEP_ARCHIVE"
    NEARLINE = "NEARLINE"
    COLDLINE = "COLDLINE"
    ARCHIVE = "ARCHIVE"


@dataclass
class TransitionArgs:
    """One move to a cheaper class."""

    days: int
    """Days after the object was written, or after the version was replaced or deleted."""
    storage_class: StorageClass
    """Where it goes."""


@dataclass(frozen=True)
class Move:
    """One move that was checked."""

    days: int
    to: StorageClass


S = StorageClass
AWS_STAY = {S.STANDARD_IA: 30, S.INTELLIGENT_TIERING: 0, S.ONEZONE_IA: 30, S.GLACIER_IR: 90, S.GLACIER: 90, S.DEEP_ARCHIVE: 180}
"""Days that are paid for at least, in the order in which S3 lets objects move down."""
GCP_STAY = {S.NEARLINE: 30, S.COLDLINE: 90, S.ARCHIVE: 365}
AWS_BEFORE = {S.STANDARD_IA: 30, S.ONEZONE_IA: 30}
"""Days that an object stays in its first class before S3 lets it move to these."""


def moves(component: Component, field: str, kind: str, given: Sequence[TransitionArgs] | None) -> list[Move] | None:
    """The transitions of a field in the order that the cloud takes; None where none is given."""
    if given is None:
        return None
    stays, cloud = (AWS_STAY, "S3") if component.on_aws else (GCP_STAY, "Cloud Storage")
    order, found = list(stays), list[Move]()
    for number, each in enumerate(given):
        where = f"{field}[{number}]"
        to = member(component, f"{where}.storage_class", StorageClass, each.storage_class)
        if to not in stays:
            known = ", ".join(each.value for each in order)
            component.refuse(f"{where}.storage_class", to, f"{cloud} has {known}", "The other cloud's classes do not exist here.")
        days = whole(component, f"{where}.days", each.days, 0, LONGEST_LOCK, "It is a number of days.")
        _refuse_one_zone(component, f"{where}.storage_class", kind, to)
        least = AWS_BEFORE.get(to, 0)
        if found:
            before = found[-1]
            if order.index(to) <= order.index(before.to):
                component.refuse(f"{where}.storage_class", to, f"colder than {before.to.value}", f"{cloud} moves objects down only.")
            least = max(least, before.days + max(stays[before.to], 1))
        if days < least:
            component.refuse(
                f"{where}.days",
                days,
                f"at least {least} for {to.value}",
                f"{cloud} refuses an earlier move, or charges the stay before it.",
            )
        found.append(Move(days, to))
    return found


def _refuse_one_zone(component: Component, field: str, kind: str, to: StorageClass) -> None:
    zones = demands_of(component, kind).multi_zone
    if to is StorageClass.ONEZONE_IA and zones.value:
        component.refuse(
            field, to, f"{component.policy.tier} demands more than one zone ({zones.source})", "What lies in one zone is lost with it."
        )


def check_stay(component: Component, field: str, found: Sequence[Move], kept: int) -> None:
    """Refuse moves of old versions that are deleted before the minimum stay of their class is over."""
    stays = AWS_STAY if component.on_aws else GCP_STAY
    for number, move in enumerate(found):
        need = move.days + max(stays[move.to], 1)
        if kept < need:
            component.refuse(
                f"{field}[{number}]",
                f"{move.to.value} after {move.days} days",
                f"versions are kept {kept} days, this needs {need}",
                f"{move.to.value} charges {stays[move.to]} days at least: moving them costs more than it saves.",
            )


def default_moves(kept: int) -> tuple[list[Move], list[Move]]:
    """What moves where nothing is asked for on S3: all data to the class that watches its use, old versions where it pays.

    INTELLIGENT_TIERING has no minimum stay, no charge for reading and no delay.
    """
    versions = [Move(CHEAPER_AFTER, S.STANDARD_IA)] if kept >= CHEAPER_AFTER + AWS_STAY[S.STANDARD_IA] else []
    return [Move(CHEAPER_AFTER, S.INTELLIGENT_TIERING)], versions


def s3_rules(kept: int, current: Sequence[Move], noncurrent: Sequence[Move]) -> list[dict[str, Any]]:
    """The lifecycle of an S3 bucket. Rules whose filter is the empty prefix hold for all that it has."""
    everything = {"prefix": ""}
    versions: dict[str, Any] = {"noncurrent_version_expiration": {"noncurrent_days": kept}}
    if noncurrent:
        versions["noncurrent_version_transitions"] = [{"noncurrent_days": each.days, "storage_class": each.to.value} for each in noncurrent]
    rules: list[dict[str, Any]] = [
        {"id": "abandoned-uploads", "abort_incomplete_multipart_upload": {"days_after_initiation": UPLOAD_DAYS}},
        {"id": "old-versions", **versions},
        {"id": "expired-delete-markers", "expiration": {"expired_object_delete_marker": True}},
    ]
    if current:
        rules.append({"id": "cheaper-storage", "transitions": [{"days": each.days, "storage_class": each.to.value} for each in current]})
    return [{**rule, "status": "Enabled", "filter": everything} for rule in rules]
