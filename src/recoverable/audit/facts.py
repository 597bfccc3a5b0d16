"""Puts what was learnt of each store together, from what several calls said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from recoverable.audit.asking import WORDS, Gap
from recoverable.audit.resources import Found, Json, made
from recoverable.clouds.aws_instances import INSTANCE
from recoverable.clouds.aws_volumes import FSX
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

STORES = frozenset(
    {
        "aws_db_instance",
        "aws_rds_cluster",
        "aws_docdb_cluster",
        "aws_neptune_cluster",
        "aws_redshift_cluster",
        "aws_elasticache_replication_group",
        "aws_elasticache_cluster",
        "aws_elasticache_serverless_cache",
        "aws_memorydb_cluster",
        "aws_dynamodb_table",
        "aws_efs_file_system",
        "aws_ebs_volume",
        *FSX,
        "aws_s3_bucket",
    }
)
NEWEST_JOB = ("job", "job_id", "job_minutes")
BACKUPS = ("job_backup_minutes", "point_minutes")


def store_facts(found: Found, resources: Iterable[RawResource]) -> Iterator[RawResource]:
    """For every store, one resource with what the account knows of its backups."""
    resources = list(resources)
    instances: dict[str, list[str]] = {}
    for raw in resources:
        for volume in raw.attrs["volumes"] if raw.type == INSTANCE else ():
            instances.setdefault(str(volume), []).append(str(raw.attrs["arn"]))
    for raw in resources:
        if raw.type in STORES:
            arn = str(raw.attrs["arn"])
            region = str(raw.provider.attrs["region"]) if raw.provider else ""
            yield made(region, "audit_store", f"{arn}#audit", store=arn, **_of(found, arn, instances.get(arn, ())))


def _of(found: Found, arn: str, instances: Iterable[str] = ()) -> Json:
    known: Json = {}
    for beginning, doubts in found.doubts.items():
        if arn.startswith(beginning):
            known |= doubts
    known |= found.facts.get(arn, {})
    for instance in instances:
        _take_of_instance(known, found.facts.get(instance, {}))
    ways = [known.pop(name, None) for name in ("snapshot_minutes", "job_backup_minutes", "point_minutes")]
    known["backup_minutes"] = _newest(ways)
    return {name: value for name, value in known.items() if value is not None}


def _take_of_instance(known: Json, theirs: Json) -> None:
    """What AWS Backup tells of an instance holds for its volumes: the newer job of the two counts, and the younger backup."""
    if _is_younger(theirs.get("job_minutes"), known.get("job_minutes")):
        known |= {name: theirs[name] for name in NEWEST_JOB if name in theirs}
    for name in BACKUPS:
        if _is_younger(theirs.get(name), known.get(name)):
            known[name] = theirs[name]


def _is_younger(age: Any, other: Any) -> bool:
    return isinstance(age, int) and not (isinstance(other, int) and other <= age)


def _newest(ways: list[Any]) -> int | Unknown | None:
    """The youngest of the backups that are known; one that could not be read counts only where no other is there."""
    ages = [way for way in ways if isinstance(way, int)]
    return min(ages) if ages else next((way for way in ways if isinstance(way, Unknown)), None)


def readings_of(account: str, region: str, gaps: Iterable[Gap]) -> Iterator[RawResource]:
    """What came of asking a region: each action that was not answered once, with how often; or that all was."""
    gaps = list(gaps)
    times = Counter((gap.action, gap.why, gap.code) for gap in gaps)
    if not gaps:
        yield made(region, "audit_reading", f"aws:{account}:{region}", action=f"every call in {region}")
    for action, why, code in sorted(times):
        first = next(gap for gap in gaps if (gap.action, gap.why, gap.code) == (action, why, code))
        yield made(
            region,
            "audit_reading",
            f"aws:{account}:{region}:{action}",
            action=action,
            why=WORDS[why] if why != "denied" else why,
            code=code,
            about=first.about or None,
            times=times[action, why, code],
        )
