"""The DB instances that a drill makes: named, marked, looked at, and taken away again after their own mark was read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from recoverable.drill import marks
from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.aws.rds_source import MISSING
from recoverable.drill.contract import Resource, RestoreFailedError, Run, TransientError
from recoverable.model.errors import InputError

KIND = "db-instance"
PREFIX = "rcv-"
REGION = "region"
POLL = 15.0
"""Seconds between two looks. Far below what RDS throttles, and small beside the minutes that a restore takes."""
POLL_SECONDS = "RECOVERABLE_DRILL_POLL_SECONDS"
"""Other seconds, 1 to 60: more in an account that throttles, fewer in a laptop cloud, where a restore takes seconds."""
STATES_OF_REFUSAL = ("InvalidDBInstanceState", "InvalidDBInstanceStateFault")
PROTECTED = ("InvalidParameterCombination",)


def resource_of(provider: str, region: str, run: Run, suffix: str = "") -> Resource:
    """The instance that a run makes. Its exact name is chosen here, so that it is known before it exists."""
    return Resource(provider, KIND, f"{PREFIX}{run.id}{suffix}", run.id, run.expires, {REGION: region})


def poll() -> float:
    """Seconds between two looks at a copy.

    Raises:
        InputError: the environment says something else than a number from 1 to 60.
    """
    said = os.environ.get(POLL_SECONDS, "").strip()
    if not said:
        return POLL
    if not said.isdecimal() or not 1 <= int(said) <= 60:
        raise InputError(f"{said!r} is no number of seconds from 1 to 60", POLL_SECONDS, "Leave it out for 15.")
    return float(said)


def tags_for(resource: Resource) -> list[Json]:
    """The mark. It holds for this name in this region alone."""
    found = marks.tags(resource.kind, _place(resource.details[REGION], resource.name), resource.run, resource.expires)
    return [{"Key": key, "Value": value} for key, value in found.items()]


def described(rds: Service, name: str) -> Json | None:
    """One instance, None where none of this name is shown.

    Raises:
        TransientError: the answer is not whole, and so is none.
    """
    try:
        found = rds.call("DescribeDBInstances", MISSING, DBInstanceIdentifier=name).get("DBInstances")
    except RefusedError:
        return None
    if not found or found[0].get("DBInstanceIdentifier") != name:
        raise TransientError(f"{name} was asked for, and something else was answered")
    return _whole(found[0])


def marked(rds: Service, provider: str, instance: Json, kind: str = KIND) -> Resource | None:
    """The resource that an instance is by its own tags; None where it carries no mark for its own name."""
    name = instance["DBInstanceIdentifier"]
    tags = {each["Key"]: each["Value"] for each in _whole(instance)["TagList"]}
    mark = marks.read(kind, _place(rds.region, name), tags)
    return Resource(provider, kind, name, *mark, {REGION: rds.region}) if mark else None


def shown(rds: Service, provider: str, names: set[str], kind: str = KIND) -> Iterator[Resource]:
    """Every marked instance of a region: those of the list, and those of these names, each asked for by itself."""
    found: dict[str, Json] = {}
    for each in rds.pages("DescribeDBInstances", "DBInstances"):
        if each.get("DBInstanceIdentifier", "").startswith(PREFIX):
            found[each["DBInstanceIdentifier"]] = each
    for name in sorted(names):
        instance = described(rds, name)
        if instance is not None:
            found[name] = instance
    for instance in found.values():
        resource = marked(rds, provider, instance, kind)
        if resource is not None:
            yield resource


def delete(rds: Service, resource: Resource) -> tuple[bool, str]:
    """Order the deletion of a copy, if it is there and if it is the one: whether it is still shown, and what stands in the way.

    The tags are those of this very answer, and the call names this exact instance. Its automated backups go with it; those of the
    source are another resource's. No final snapshot is made.
    """
    instance = described(rds, resource.name)
    if instance is None:
        return False, ""
    found = marked(rds, resource.provider, instance, resource.kind)
    if found is None or found.run != resource.run:
        return True, "it does not carry the mark of this run"
    if instance.get("DBInstanceStatus") == "deleting":
        return True, ""
    try:
        rds.call(
            "DeleteDBInstance",
            (*MISSING, *STATES_OF_REFUSAL, *PROTECTED),
            DBInstanceIdentifier=resource.name,
            SkipFinalSnapshot=True,
            **({"DeleteAutomatedBackups": True} if resource.kind == KIND else {}),  # those of a member are its cluster's
        )
    except RefusedError as error:
        if error.code in PROTECTED:
            return True, "somebody protected it from deletion"
    return True, ""


def command(resource: Resource, reason: str = "") -> str:
    """How a person removes it."""
    where = f"--db-instance-identifier {resource.name} --region {resource.details.get(REGION, '$AWS_REGION')}"
    unprotect = f"aws rds modify-db-instance {where} --no-deletion-protection --apply-immediately && " if "protected" in reason else ""
    backups = " --delete-automated-backups" if resource.kind == KIND else ""
    return f"{unprotect}aws rds delete-db-instance {where} --skip-final-snapshot{backups}"


def events(rds: Service, name: str) -> str:
    """The last things that RDS wrote about an instance; empty where it does not say."""
    try:
        found = rds.call("DescribeEvents", SourceIdentifier=name, SourceType="db-instance", Duration=1440).get("Events", [])
    except (RestoreFailedError, TransientError):
        return ""  # it would only have explained a failure that is told already
    return "; ".join(str(each.get("Message", "")) for each in found[-2:])


def _whole(instance: Mapping[str, object]) -> Json:
    if "TagList" not in instance:
        raise TransientError(f"{instance.get('DBInstanceIdentifier')} was described without its tags")
    return dict(instance)


def _place(region: str, name: str) -> str:
    return f"{region}/{name}"
