"""What can be known of an RDS restore before anything is made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from recoverable.drill.aws import rds_source
from recoverable.drill.aws.clients import Json, RefusedError, Service
from recoverable.drill.aws.rds_source import Source
from recoverable.drill.contract import Check, RestoreFailedError
from recoverable.drill.target import RecoveryTarget
from recoverable.drill.verdict import RungVerdict

USABLE_KEY = "Enabled"
LEAST_ZONES = 2
COPIES = 2
"""The copy, and the clone of the negative control beside it."""
QUOTAS = (("DBInstances", "instances", COPIES), ("AllocatedStorage", "GiB of storage", 0))


def checks(rds: Service, kms: Service, source: Source, target: RecoveryTarget, settings: Mapping[str, Any]) -> Iterator[Check]:
    """Target, groups, quotas and key, each with its numbers."""
    yield _target(source, target)
    yield subnet_group(rds, settings["subnet_group"])
    yield parameter_group(rds, settings["parameter_group"], str(source.facts.get("EngineVersion", "")), rds_source.ENGINE)
    yield from quotas(rds, QUOTAS, int(source.facts.get("AllocatedStorage", 0)))
    yield key_of(kms, source.facts)


def _target(source: Source, target: RecoveryTarget) -> Check:
    try:
        reached, _ = rds_source.order(source, target)
    except RestoreFailedError as error:
        return Check("recovery-target-window", RungVerdict.FAIL, str(error))
    return Check("recovery-target-window", RungVerdict.PASS, f"{target} is {reached} of {source.window.backup_id}")


def subnet_group(rds: Service, name: str) -> Check:
    """The group must be there, complete, in two zones."""
    found = one(rds, "DescribeDBSubnetGroups", "DBSubnetGroups", ("DBSubnetGroupNotFoundFault",), DBSubnetGroupName=name)
    if found is None:
        return Check("subnet-group", RungVerdict.FAIL, f"there is no DB subnet group {name} in {rds.region}. Make it of private subnets.")
    zones = {each.get("SubnetAvailabilityZone", {}).get("Name") for each in found.get("Subnets", ())}
    if found.get("SubnetGroupStatus") != "Complete" or len(zones) < LEAST_ZONES:
        return Check("subnet-group", RungVerdict.FAIL, f"{name} is {found.get('SubnetGroupStatus')} and covers {len(zones)} zones")
    return Check("subnet-group", RungVerdict.PASS, f"{name} in {found.get('VpcId')} covers {len(zones)} zones")


def parameter_group(rds: Service, name: str, version: str, engine: str) -> Check:
    """The group must be there, for the source's own version."""
    codes = ("DBParameterGroupNotFound", "DBParameterGroupNotFoundFault")
    found = one(rds, "DescribeDBParameterGroups", "DBParameterGroups", codes, DBParameterGroupName=name)
    return judge_group("parameter-group", name, found, rds.region, version, engine)


def judge_group(check: str, name: str, found: Json | None, region: str, version: str, engine: str) -> Check:
    """Whether a parameter group is there, and of the family of the source's engine and major version."""
    if found is None:
        return Check(check, RungVerdict.FAIL, f"there is no DB {check.replace('-', ' ')} {name} in {region}")
    family, major = str(found.get("DBParameterGroupFamily", "")), version.partition(".")[0]
    if major and family != f"{engine}{major}":
        return Check(check, RungVerdict.FAIL, f"{name} is for {family}, and the source is {engine} {version}")
    return Check(check, RungVerdict.PASS, f"{name} is for {family}")


def one(rds: Service, operation: str, key: str, codes: tuple[str, ...], **words: Any) -> Json | None:
    """The one thing of a name; None where there is none."""
    try:
        found = rds.call(operation, codes, **words).get(key) or [None]
    except RefusedError:
        return None
    thing: Json | None = found[0]
    return thing


def quotas(rds: Service, wanted_of: Iterable[tuple[str, str, int]], storage: int = 0) -> Iterator[Check]:
    """Each quota with what is left of it; ``storage`` is what one copy takes, in GiB."""
    found = {each.get("AccountQuotaName"): each for each in rds.call("DescribeAccountAttributes").get("AccountQuotas", ())}
    for name, unit, wanted in wanted_of:
        quota = found.get(name)
        needed = wanted or storage * COPIES
        if quota is None:
            yield Check(f"quota-{name.lower()}", RungVerdict.COULD_NOT_RUN, f"AWS does not say the quota {name}")
            continue
        left = int(quota["Max"]) - int(quota["Used"])
        verdict = RungVerdict.PASS if left >= needed else RungVerdict.FAIL
        fix = "" if left >= needed else ". Raise the quota, or remove what is not needed"
        yield Check(f"quota-{name.lower()}", verdict, f"{left} {unit} are left, {needed} wanted (the copy and a clone){fix}")


def key_of(kms: Service, facts: Json) -> Check:
    """The state of the backup's key. Whether RDS may use it for this identity, only the restore shows."""
    key = facts.get("KmsKeyId")
    if not facts.get("StorageEncrypted", facts.get("Encrypted", bool(key))) or not key:
        return Check("encryption-key", RungVerdict.PASS, "the backup is not encrypted with a key")
    try:
        state = kms.call("DescribeKey", ("NotFoundException",), KeyId=key)["KeyMetadata"].get("KeyState")
    except RefusedError:
        state = "gone"
    if state != USABLE_KEY:
        return Check(
            "encryption-key", RungVerdict.FAIL, f"the key {key} of the backup is {state}: nothing can be restored until it is enabled"
        )
    return Check("encryption-key", RungVerdict.PASS, f"the key {key} of the backup is enabled")
