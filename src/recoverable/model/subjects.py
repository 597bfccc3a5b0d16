"""The subjects rules are asked about, in one vocabulary for all clouds.

Rules read these and never a provider's attributes; ``clouds/`` makes them. Every attribute is a
:class:`~recoverable.model.values.Value`, whose ``path`` is the attribute's name in the input.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from recoverable.model.raw import Change, RawResource
from recoverable.model.values import Location, Value, absent


@dataclass(slots=True, kw_only=True)
class Subject:
    """Anything a rule can be asked about.

    ``kind`` is the word used in reports and in per-kind overrides of the standard
    (``rds-instance``, ``s3-bucket`` …). ``tags`` are its known tags or labels.
    ``display`` is the human name. ``fixes`` holds, by topic (``final-snapshot``), the change that
    mends a defect in the input's own words, where naming the attribute is not enough.
    """

    address: str
    kind: str
    where: Location | None = None
    tags: dict[str, str] = field(default_factory=dict)
    tags_unknown: bool = False
    display: str = ""
    raw: RawResource | None = None
    fixes: dict[str, str] = field(default_factory=dict)
    region: Value[str] = field(default_factory=absent)


@dataclass(slots=True, kw_only=True)
class Store(Subject):
    """A thing that holds data and must be restorable.

    ``role`` is ``primary``, ``read-replica``, ``replica-target`` (the bucket another bucket
    replicates into), ``log`` (a log bucket), ``cache`` (ephemeral), ``clone`` (restored from a snapshot).
    ``plans`` are the backup plans that select it; ``plans_unknown`` names a selection that
    may, or may not, select it.
    """

    role: str = "primary"
    role_reason: str = ""
    encrypted: Value[bool] = field(default_factory=absent)
    kms_key: Value[str] = field(default_factory=absent)
    prevent_destroy: Value[bool] = field(default_factory=absent)
    plans: list[PlanRule] = field(default_factory=list)
    plans_unknown: str = ""


@dataclass(slots=True, kw_only=True)
class Database(Store):
    """A database instance, cluster, project or table with backups of its own.

    ``retention_days``: how long automated backups are kept (0: none). ``pitr``: point-in-time
    recovery on; ``pitr_days``: how far back it reaches. ``limit_days``: the longest retention
    the provider's edition allows, and ``limit_note`` names that edition. ``mechanism_rpo`` are
    the minutes of data the mechanism can lose at worst (PITR 5, daily snapshots 1440), with
    ``mechanism`` naming it. A field stays absent where the kind of store has no such thing, and
    ``features`` names those that apply.
    """

    engine: Value[str] = field(default_factory=absent)
    features: frozenset[str] = frozenset()
    retention_days: Value[int] = field(default_factory=absent)
    retention_unit: str = "days"
    backups: Value[bool] = field(default_factory=absent)
    pitr: Value[bool] = field(default_factory=absent)
    pitr_days: Value[int] = field(default_factory=absent)
    limit_days: int | None = None
    limit_note: str = ""
    pitr_limit_days: int | None = None
    pitr_limit_note: str = ""
    mechanism: str = ""
    mechanism_rpo: int | None = None
    deletion_protection: Value[bool] = field(default_factory=absent)
    api_deletion_protection: Value[bool] = field(default_factory=absent)
    backups_die_with_store: Value[bool] = field(default_factory=absent)
    final_snapshot: Value[bool] = field(default_factory=absent)
    final_snapshot_name: Value[str] = field(default_factory=absent)
    copy_tags: Value[bool] = field(default_factory=absent)
    multi_zone: Value[bool] = field(default_factory=absent)
    second_region: Value[bool] = field(default_factory=absent)
    password: Value[str] = field(default_factory=absent)
    password_kind: str = ""
    branch_protected: Value[bool] = field(default_factory=absent)


@dataclass(slots=True, kw_only=True)
class Lock:
    """Object lock or a locked retention policy of a bucket."""

    enabled: Value[bool] = field(default_factory=absent)
    mode: Value[str] = field(default_factory=absent)
    days: Value[int] = field(default_factory=absent)


@dataclass(slots=True, kw_only=True)
class Replica:
    """One replication rule of a bucket."""

    enabled: Value[bool]
    target: str = ""
    target_region: Value[str] = field(default_factory=absent)
    time_control: Value[bool] = field(default_factory=absent)
    kms_selected: Value[bool] = field(default_factory=absent)
    kms_target_key: Value[str] = field(default_factory=absent)
    whole_bucket: bool = True
    where: Location | None = None


@dataclass(slots=True, kw_only=True)
class Noncurrent:
    """What the lifecycle does with noncurrent versions: days kept (of the shortest rule), absent for for ever.

    ``partial`` is set where every rule that deletes is for a part of the bucket only.
    ``lifecycle`` is unknown where a further rule may delete sooner than ``expires_days``.
    """

    expires_days: Value[int] = field(default_factory=absent)
    keep_versions: Value[int] = field(default_factory=absent)
    transition: Value[bool] = field(default_factory=absent)
    lifecycle: Value[bool] = field(default_factory=absent)
    partial: bool = False


@dataclass(slots=True, kw_only=True)
class Bucket(Store):
    """An object-storage bucket with its companions resolved."""

    name: Value[str] = field(default_factory=absent)
    features: frozenset[str] = frozenset()
    versioning: Value[bool] = field(default_factory=absent)
    mfa_delete: Value[bool] = field(default_factory=absent)
    lock: Lock = field(default_factory=Lock)
    replicas: list[Replica] = field(default_factory=list)
    replication: Value[bool] = field(default_factory=absent)
    noncurrent: Noncurrent = field(default_factory=Noncurrent)
    public: Value[bool] = field(default_factory=absent)
    tls_only: Value[bool] = field(default_factory=absent)
    force_destroy: Value[bool] = field(default_factory=absent)
    soft_delete_days: Value[int] = field(default_factory=absent)
    multi_region: Value[bool] = field(default_factory=absent)
    turbo_replication: Value[bool] = field(default_factory=absent)
    holds_state: bool = False


@dataclass(slots=True, kw_only=True)
class Volume(Store):
    """A file system or disk. ``own_backups`` are the automatic backups of its service, kept
    ``retention_days``; both stay absent where only backup plans can protect it (EBS).
    """

    features: frozenset[str] = frozenset()
    own_backups: Value[bool] = field(default_factory=absent)
    retention_days: Value[int] = field(default_factory=absent)
    limit_days: int | None = None
    limit_note: str = ""
    final_snapshot: Value[bool] = field(default_factory=absent)


@dataclass(slots=True, kw_only=True)
class PlanRule(Subject):
    """One rule of a backup plan: how often, how long, where to.

    ``every_minutes`` is the longest gap between two backups by its schedule. ``delete_days``
    absent means kept for ever. ``copies``, ``copy_regions`` and ``copy_days`` belong together: the
    vault a copy goes to, its region, and how long the copy is kept.
    """

    plan: str = ""
    vault: str = ""
    schedule: Value[str] = field(default_factory=absent)
    every_minutes: Value[int] = field(default_factory=absent)
    continuous: Value[bool] = field(default_factory=absent)
    cold_days: Value[int] = field(default_factory=absent)
    delete_days: Value[int] = field(default_factory=absent)
    copies: list[Value[str]] = field(default_factory=list)
    copy_regions: list[Value[str]] = field(default_factory=list)
    copy_days: list[Value[int]] = field(default_factory=list)
    environment_from: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Plan(Subject):
    """A backup plan with its rules and what it selects."""

    rules: list[PlanRule] = field(default_factory=list)
    selects: list[str] = field(default_factory=list)
    selections: int = 0
    selection_unknown: str = ""


@dataclass(slots=True, kw_only=True)
class Vault(Subject):
    """A backup vault with its lock and notifications."""

    name: Value[str] = field(default_factory=absent)
    kms_key: Value[str] = field(default_factory=absent)
    locked: Value[bool] = field(default_factory=absent)
    lock_min_days: Value[int] = field(default_factory=absent)
    lock_max_days: Value[int] = field(default_factory=absent)
    compliance_days: Value[int] = field(default_factory=absent)
    notifies_failures: Value[bool] = field(default_factory=absent)
    force_destroy: Value[bool] = field(default_factory=absent)
    rules: list[PlanRule] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class RestoreTest(Subject):
    """A managed restore-testing plan (AWS Backup)."""

    every_minutes: Value[int] = field(default_factory=absent)
    schedule: Value[str] = field(default_factory=absent)
    selections: int = 0
    selections_unknown: str = ""


@dataclass(slots=True, kw_only=True)
class Key(Subject):
    """A customer-managed encryption key and the stores it protects."""

    rotation: Value[bool] = field(default_factory=absent)
    deletion_days: Value[int] = field(default_factory=absent)
    enabled: Value[bool] = field(default_factory=absent)
    prevent_destroy: Value[bool] = field(default_factory=absent)
    protects: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Secret(Subject):
    """A secret kept by the cloud."""

    recovery_days: Value[int] = field(default_factory=absent)
    rotation: Value[bool] = field(default_factory=absent)


@dataclass(slots=True, kw_only=True)
class StateBackend(Subject):
    """Where Terraform or Pulumi keeps its state, joined with the bucket and table if declared."""

    backend: str = ""
    local: Value[bool] = field(default_factory=absent)
    encrypted: Value[bool] = field(default_factory=absent)
    locked: Value[bool] = field(default_factory=absent)
    lock_note: str = ""
    versioned: Value[bool] = field(default_factory=absent)
    bucket: Bucket | None = None
    table: Database | None = None
    passphrase_only: Value[bool] = field(default_factory=absent)


@dataclass(slots=True, kw_only=True)
class Alarm(Subject):
    """Something that listens: an event subscription, event rule, metric alarm, alert policy or
    vault notification. ``hears`` are the families of stores whose backup failures reach it;
    ``sends`` is false where nothing receives what it says.
    """

    hears: frozenset[str] = frozenset()
    hears_unknown: str = ""
    sources: tuple[str, ...] = ()
    sends: Value[bool] = field(default_factory=absent)


@dataclass(slots=True, kw_only=True)
class RepositoryFile(Subject):
    """A file that does not belong in a repository: state, ``.env``, tfvars with secrets."""

    trouble: str = ""
    detail: str = ""


@dataclass(slots=True, kw_only=True)
class StoreChange(Subject):
    """What a plan does to one protected store: before, after, and the action."""

    change: Change
    before: Subject | None = None
    after: Subject | None = None
