"""What the backups of each store came to: jobs of AWS Backup, snapshots that RDS made by itself, and snapshots shared with everybody."""

from __future__ import annotations

import datetime

from recoverable.audit.asking import Region
from recoverable.audit.databases import minutes
from recoverable.audit.resources import Found, Json, made
from recoverable.model.values import Unknown

REACH_DAYS = 30
"""ListBackupJobs tells of the last 30 days (API_ListBackupJobs)."""
GOOD = ("COMPLETED",)
ENDED = (*GOOD, "FAILED", "EXPIRED", "ABORTED", "PARTIAL")
FAMILIES = ("rds", "dynamodb", "elasticfilesystem", "ec2", "fsx", "redshift")
"""Services whose stores AWS Backup protects, as ARNs name them."""


def read_jobs(region: Region, found: Found, now: datetime.datetime) -> None:
    """The newest successful job of each resource, and how its newest one ended."""
    newest: dict[str, tuple[datetime.datetime, str, str]] = {}
    good: dict[str, datetime.datetime] = {}

    def take(item: Json) -> None:
        state, arn = item.get("State", ""), item.get("ResourceArn", "")
        if state not in ENDED or not arn:
            return
        time = item.get("CompletionDate") or item["CreationDate"]
        if state in GOOD:
            good[arn] = max(time, good.get(arn, time))
        if arn not in newest or time >= newest[arn][0]:
            newest[arn] = (time, state, str(item.get("BackupJobId", "")))

    gap = region.each("backup", "ListBackupJobs", "BackupJobs", take, ByCreatedAfter=now - datetime.timedelta(days=REACH_DAYS))
    if gap is not None:  # of half a list nobody knows what is newest
        doubt_stores(region, found, job=gap, job_backup_minutes=gap)
        return
    for arn, (time, state, job) in newest.items():
        found.tell(arn, job=state, job_id=job, job_minutes=minutes(now - time))
    for arn, time in good.items():
        found.tell(arn, job_backup_minutes=minutes(now - time))


def doubt_stores(region: Region, found: Found, **facts: Unknown) -> None:
    """Facts of every store that AWS Backup may protect from this region could not be read. A bucket's ARN does not say its region."""
    for beginning in (f"arn:{region.partition}:s3:::", *(region.arn(family, "") for family in FAMILIES)):
        found.doubt(beginning, **facts)


def read_snapshots(region: Region, found: Found, now: datetime.datetime) -> None:
    """The newest snapshot that RDS made by itself of each database."""
    for operation, key, owner, kind, made_of in (
        ("DescribeDBSnapshots", "DBSnapshots", "DBInstanceIdentifier", "db", "SnapshotCreateTime"),
        ("DescribeDBClusterSnapshots", "DBClusterSnapshots", "DBClusterIdentifier", "cluster", "SnapshotCreateTime"),
    ):
        newest: dict[str, datetime.datetime] = {}

        def take(item: Json, newest: dict[str, datetime.datetime] = newest, owner: str = owner, made_of: str = made_of) -> None:
            if item.get("Status") == "available" and item.get(made_of):
                name = item[owner]
                newest[name] = max(item[made_of], newest.get(name, item[made_of]))

        gap = region.each("rds", operation, key, take, SnapshotType="automated")
        if gap is not None:
            found.doubt(region.arn("rds", f"{kind}:"), snapshot_minutes=gap)
            continue
        for name, time in newest.items():
            found.tell(region.arn("rds", f"{kind}:{name}"), snapshot_minutes=minutes(now - time))


def read_shared(region: Region, found: Found) -> None:
    """Snapshots that everybody may restore: of databases one by one, of disks by asking for just those."""
    for operation, key, name, attributes, answer, kind in (
        ("DescribeDBSnapshots", "DBSnapshots", "DBSnapshotIdentifier", "DescribeDBSnapshotAttributes", "DBSnapshotAttributes", "snapshot"),
        (
            "DescribeDBClusterSnapshots",
            "DBClusterSnapshots",
            "DBClusterSnapshotIdentifier",
            "DescribeDBClusterSnapshotAttributes",
            "DBClusterSnapshotAttributes",
            "cluster-snapshot",
        ),
    ):
        open_ones: list[str] = []
        doubts: list[Unknown] = []
        count = [0]

        def take(
            item: Json,
            open_ones: list[str] = open_ones,
            doubts: list[Unknown] = doubts,
            count: list[int] = count,
            words: tuple[str, str, str] = (name, attributes, answer),
        ) -> None:
            word, call, list_of = words
            count[0] += 1
            said = region.one("rds", call, item[word], **{word: item[word]})
            if isinstance(said, Unknown):
                doubts.append(said)
                return
            entries = ((said or {}).get(f"{list_of}Result") or {}).get(list_of, ())
            if any(each.get("AttributeName") == "restore" and "all" in each.get("AttributeValues", ()) for each in entries):
                open_ones.append(item[word])

        gap = region.each("rds", operation, key, take, SnapshotType="manual")
        _tell(region, found, region.arn("rds", f"{kind}s"), count[0], open_ones, gap or next(iter(doubts), None))
    shared: list[str] = []
    gap = region.each(
        "ec2",
        "DescribeSnapshots",
        "Snapshots",
        lambda item: shared.append(item["SnapshotId"]),
        OwnerIds=["self"],
        RestorableByUserIds=["all"],
    )
    _tell(region, found, region.arn("ec2", "snapshots"), len(shared), shared, gap)


def _tell(region: Region, found: Found, holder: str, total: int, shared: list[str], gap: Unknown | None) -> None:
    count = gap if gap is not None and not shared else len(shared)
    some = ", ".join(sorted(shared)[:3])
    found.add(made(region.name, "audit_copies", f"{holder}#shared", holder=holder, total=total, public=count, example=some or None))
