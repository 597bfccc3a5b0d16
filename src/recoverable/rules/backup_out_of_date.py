"""The newest successful backup of a store is older than it may be."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database, Store, Volume
from recoverable.model.finding import Answer, Severity
from recoverable.model.live import LiveStore
from recoverable.rules.registry.answers import failed, passed, unsure_because
from recoverable.rules.registry.backup_samples import kept, plan, rule, selection
from recoverable.rules.registry.live_samples import ONLY, live
from recoverable.rules.registry.plan_questions import DAILY, apart
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, cloudsql, rds, replica
from recoverable.rules.registry.store_samples import docdb, efs, efs_backups, elasticache, redshift

GRACE = 480
"""Minutes: AWS Backup starts a job within 8 hours of its time unless told otherwise."""
REACH = 30 * DAILY
"""Minutes: how far back AWS Backup tells of its jobs."""
DAILY_SNAPSHOTS = (
    "rds-instance",
    "rds-cluster",
    "aurora-cluster",
    "docdb-cluster",
    "neptune-cluster",
    "redshift-cluster",
    "elasticache-cluster",
    "elasticache-replication-group",
    "elasticache-serverless-cache",
    "memorydb-cluster",
    "cloudsql-instance",
)
KEPT = rds("backup_retention_period = 30")
SQL, SQL_ADDRESS = cloudsql("backup_configuration {\n  enabled = true\n}"), "google_sql_database_instance.orders"
FILES = "aws_efs_file_system.files"
WAREHOUSE, WAREHOUSE_ADDRESS = redshift("automated_snapshot_retention_period = 30"), "aws_redshift_cluster.facts"
DOCUMENTS = docdb("backup_retention_period = 30")
CACHE = KEPT + live("backup_minutes = 1920") + elasticache("snapshot_retention_limit = 0")
"""A cache without snapshots holds what is made again from elsewhere."""
CHOSEN = selection(f"resources = [{FILES}.arn]")
WEEKLY = plan(rule(kept(60), schedule='"cron(0 5 ? * 1 *)"')) + CHOSEN
MONTHLY = plan(rule(kept(60), schedule='"cron(0 5 1 * ? *)"')) + CHOSEN
UNREAD = plan(rule(kept(60), schedule='"cron(0 5 ? * ${terraform_data.later.id} *)"')) + CHOSEN
BOTH = (
    plan(
        rule(kept(60), schedule='"cron(0 5 ? * ${terraform_data.later.id} *)"'),
        rule(kept(60), schedule='"cron(0 5 ? * 1 *)"', name="weekly"),
    )
    + CHOSEN
)
NOT_ASKED = (
    replica('identifier = "copy"\nbackup_retention_period = 7')
    + live("backup_minutes = 5000", "aws_db_instance.replica")
    + rds("backup_retention_period = 0", name="scratch")
    + live("backup_minutes = 5000", "aws_db_instance.scratch")
    + efs()
    + live("backup_minutes = 5000", FILES)
)
"""A replica, and stores that are not meant to be backed up: whether they should be is another rule's question."""
LONG = "[environments.prod]\nrpo_minutes = 2880\n"

RULE = Rule(
    id="RCV201",
    name="backup-out-of-date",
    title="The newest successful backup is not older than a day or the RPO",
    severity=Severity.HIGH,
    applies_to=LiveStore,
    why="A schedule says what was meant to happen. Backups that stopped are found out on the day they are needed.",
    facts=(
        (
            "RDS takes a snapshot of every instance once a day, in its backup window.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html",
        ),
        (
            "Redshift takes an automated snapshot about every eight hours.",
            "https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html",
        ),
        (
            "ElastiCache and MemoryDB take one snapshot a day where a number of days to keep them is set.",
            "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html",
        ),
        (
            "Cloud SQL takes a backup every day, in a window of four hours.",
            "https://cloud.google.com/sql/docs/postgres/backup-recovery/backups",
        ),
        (
            "The default start window of a backup rule is 8 hours; ListBackupJobs tells of the last 30 days.",
            "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html",
        ),
    ),
    examples=(
        good(KEPT + live("backup_minutes = 1920"), **ONLY),
        bad(KEPT + live("backup_minutes = 1921"), **ONLY),
        bad(KEPT + live(""), "absent", **ONLY),
        good(KEPT + live("age_minutes = 1920"), "absent", **ONLY),
        bad(KEPT + live("age_minutes = 1921"), "absent", **ONLY),
        unsure(LATER + KEPT + live(f"backup_minutes = {UNKNOWN_NUMBER}"), **ONLY),
        good(KEPT + live("backup_minutes = 3360"), standard=LONG, **ONLY),
        bad(KEPT + live("backup_minutes = 3361"), standard=LONG, **ONLY),
        bad(efs() + efs_backups() + live("backup_minutes = 1921", FILES), **ONLY),
        good(WAREHOUSE + live("backup_minutes = 1920", WAREHOUSE_ADDRESS), subject=WAREHOUSE_ADDRESS, **ONLY),
        bad(WAREHOUSE + live("backup_minutes = 1921", WAREHOUSE_ADDRESS), subject=WAREHOUSE_ADDRESS, **ONLY),
        bad(DOCUMENTS + live("backup_minutes = 1921", "aws_docdb_cluster.orders"), subject="aws_docdb_cluster.orders", **ONLY),
        good(CACHE + live("", "aws_elasticache_replication_group.sessions"), "absent", **ONLY),
        good(KEPT + live("backup_minutes = 1920") + NOT_ASKED, "other", **ONLY),
        bad(efs() + efs_backups() + WEEKLY + live("backup_minutes = 1921", FILES), **ONLY),
        good(efs() + WEEKLY + live("backup_minutes = 10560", FILES), subject=FILES, **ONLY),
        bad(efs() + WEEKLY + live("backup_minutes = 10561", FILES), subject=FILES, **ONLY),
        good(SQL + live("backup_minutes = 1920", SQL_ADDRESS), subject=SQL_ADDRESS, **ONLY),
        bad(SQL + live("backup_minutes = 1921", SQL_ADDRESS), subject=SQL_ADDRESS, **ONLY),
        unsure(efs() + MONTHLY + live("", FILES), "absent", subject=FILES, **ONLY),
        unsure(LATER + efs() + UNREAD + live("backup_minutes = 1921", FILES), "other", subject=FILES, **ONLY),
        unsure(LATER + efs() + UNREAD + live("", FILES), "other", subject=FILES, **ONLY),
        good(LATER + efs() + UNREAD + live("backup_minutes = 1920", FILES), "other", subject=FILES, **ONLY),
        good(LATER + efs() + UNREAD + live("age_minutes = 1920", FILES), "other", subject=FILES, **ONLY),
        unsure(LATER + efs() + BOTH + live("backup_minutes = 10560", FILES), "other", subject=FILES, **ONLY),
        bad(LATER + efs() + BOTH + live("backup_minutes = 10561", FILES), "other", subject=FILES, **ONLY),
        good(LATER + efs() + efs_backups() + UNREAD + live("backup_minutes = 1920", FILES), "other", subject=FILES, **ONLY),
        bad(LATER + efs() + efs_backups() + UNREAD + live("backup_minutes = 1921", FILES), "other", subject=FILES, **ONLY),
    ),
    demand="rpo_minutes",
)


def check(live: LiveStore, context: Context) -> Iterator[Answer]:
    """Asked of stores that are meant to be backed up: whether they should be is another rule's question."""
    every, doubt = _every(live.store)
    if (every is None and not doubt) or not is_original(live.store):
        return
    least = max(DAILY, context.demands.rpo_minutes.value or 0) + GRACE
    limit = max(least, (every or 0) + GRACE)
    value, wanted = live.backup, f"at most {apart(limit)}"
    if value.unknown:
        yield unsure_because("how old its newest backup is cannot be known", value.note, wanted=wanted)
    elif doubt and _hangs_on_it(live, least, None if every is None else limit):
        yield unsure_because("how often it is meant to be backed up cannot be known", doubt, wanted=wanted)
    elif value.known:
        old = apart(value.data or 0)
        if (value.data or 0) <= limit:
            yield passed(f"its newest backup is {old} old", value, f"{old} old", wanted)
        else:
            yield failed(f"its newest successful backup is {old} old", value, found=f"{old} old", wanted=wanted, fix=FIX)
    elif live.age.known and (live.age.data or 0) <= limit:
        yield passed("it is younger than its first backup is due", live.age, "no backup yet", wanted)
    elif limit > REACH:
        yield unsure_because("its backups are too far apart to be seen", "jobs are told of for 30 days", wanted=wanted)
    else:
        yield failed("no successful backup of it is there", value, found="no backup", wanted=wanted, fix=FIX)


FIX = "Look at its newest backup jobs and at the events of its service, and back it up by hand until they succeed."


def _hangs_on_it(live: LiveStore, least: int, most: int | None) -> bool:
    """Whether a schedule that cannot be read decides: it may ask for a backup every ``least`` minutes, and for none within ``most``."""
    age = live.backup if live.backup.known else live.age
    if not age.known:
        return most is None
    return (age.data or 0) > least and (most is None or (age.data or 0) <= most)


def _every(store: Store) -> tuple[int | None, str]:
    """Minutes from one backup to the next as they are meant to be, None where none is known; and why a schedule is not known."""
    own = (isinstance(store, Database) and store.kind in DAILY_SNAPSHOTS and store.backups.is_true) or (
        isinstance(store, Volume) and store.own_backups.is_true
    )
    planned = [rule.every_minutes.data for rule in store.plans if rule.every_minutes.data is not None]
    doubt = next((rule.every_minutes.note for rule in store.plans if rule.every_minutes.unknown), "")
    return min([*([DAILY] if own else []), *planned], default=None), doubt
