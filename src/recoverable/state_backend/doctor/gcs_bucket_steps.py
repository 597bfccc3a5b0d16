"""How a bucket of Cloud Storage is set up: what is asked of it is read, and nothing is written."""

from __future__ import annotations

from recoverable.state_backend.calls import CallError
from recoverable.state_backend.doctor.gcs_visit import GcsVisit
from recoverable.state_backend.doctor.step import CouldNotRunError, FailedError

PUBLIC = frozenset({"allUsers", "allAuthenticatedUsers"})
DAY = 86_400


def bucket(visit: GcsVisit) -> str:
    """It is there, in the location that the settings name."""
    backend = visit.backend
    try:
        visit.about = visit.gcs.about()
    except CallError as error:
        if error.code == "404":
            raise FailedError(f"there is no bucket {backend.bucket}", "Make it, or mend the name in the settings.") from None
        if error.denied:
            fix = f"It is another's, or this account lacks storage.buckets.get. {visit.fix_policy()}"
            raise FailedError("this account may not look at the bucket", fix) from None
        raise visit.refused(error, "looking at it") from None
    _note_soft_delete(visit)
    location = str(visit.about["location"])
    if backend.location and location.upper() != backend.location.upper():
        fix = f'Write location = "{location.lower()}", or move the bucket: a location cannot be changed.'
        raise FailedError(f"it lies in {location}, and the settings say {backend.location}", fix)
    return f"it is there, in {location}" + ("" if backend.location else "; the settings name no location")


def _note_soft_delete(visit: GcsVisit) -> None:
    seconds = int((visit.about.get("softDeletePolicy") or {}).get("retentionDurationSeconds") or 0)
    if seconds:
        kept = f"{_days(seconds)} after its removal by the bucket's soft delete policy"
        visit.notes.append(f"what the doctor wrote is removed for clients, and stays restorable {kept}; that is no leftover")


def versioning(visit: GcsVisit) -> str:
    """Every generation of state is kept."""
    if (visit.about.get("versioning") or {}).get("enabled") is not True:
        fix = f"gcloud storage buckets update gs://{visit.backend.bucket} --versioning"
        raise FailedError(
            "versioning is off: a new state overwrites the last", f"Without it the state before the last write is gone: {fix}"
        )
    return "it is enabled"


def public_access(visit: GcsVisit) -> str:
    """Nothing in it can be opened to everyone."""
    access = visit.about.get("iamConfiguration") or {}
    if access.get("publicAccessPrevention") == "enforced":
        return "public access prevention is enforced"
    fix = f"gcloud storage buckets update gs://{visit.backend.bucket} --public-access-prevention"
    try:
        bindings = visit.gcs.bindings()
    except CallError as error:
        raise visit.unreadable(error, "storage.buckets.getIamPolicy") from None
    for each in bindings:
        if opened := sorted(PUBLIC & set(each.get("members") or ())):
            raise FailedError(f"its policy gives {each.get('role')} to {' and '.join(opened)}", f"Enforce prevention: {fix}")
    why = "public access prevention is not enforced on the bucket; its policy names nobody public, and whether the organisation enforces it cannot be seen"
    raise CouldNotRunError(why, f"Enforce it on the bucket: {fix}")


def retention(visit: GcsVisit) -> str:
    """Nothing keeps Terraform from replacing state and deleting locks, nor the doctor from removing what it writes."""
    name = visit.backend.bucket
    seconds = int((visit.about.get("retentionPolicy") or {}).get("retentionPeriod") or 0)
    if seconds:
        locked = visit.about["retentionPolicy"].get("isLocked") is True
        fix = f"gcloud storage buckets update gs://{name} --clear-retention-period"
        how = "It is locked, and nobody can lift it: move state to another bucket." if locked else f"Versioning keeps state: {fix}"
        what = f"a retention policy of {_days(seconds)} keeps state from being replaced and locks from being deleted; nothing was written"
        raise FailedError(what, how)
    if visit.about.get("defaultEventBasedHold") is True:
        fix = f"gcloud storage buckets update gs://{name} --no-default-event-based-hold"
        raise FailedError("every new object is put on hold: state cannot be replaced, nor a lock deleted; nothing was written", fix)
    return "there is no retention policy, and no default hold"


def _days(seconds: int) -> str:
    return f"{seconds // DAY} days" if seconds % DAY == 0 else f"{seconds} seconds"
