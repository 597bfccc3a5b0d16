"""Neon projects and branches (providers ``kislerdm/neon`` and ``neondatabase/neon``).

Defaults: documentation and schema of ``neon_project`` (``history_retention_seconds`` 86400).
Limits: https://neon.com/docs/introduction/history-window. Neon has no deletion protection of its
own, but a project with a protected branch cannot be deleted
(https://neon.com/docs/guides/protected-branches).
"""

from __future__ import annotations

from recoverable.clouds.common import lifecycle_meta, subject_fields
from recoverable.clouds.gcp_common import target_of, whole_days
from recoverable.clouds.index import Index
from recoverable.model.estate import Database, Estate, PlanRule
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown, Value, absent, default, stated, unknown

PROJECT, BRANCH, SCHEDULE = "neon_project", "neon_branch", "neon_branch_backup_schedule"
TYPES = frozenset({PROJECT, BRANCH, SCHEDULE})
FEATURES = frozenset({"retention", "pitr", "encryption", "branch-protection"})
BRANCH_FEATURES = frozenset({"retention", "pitr", "encryption"})
HISTORY = f"{PROJECT}: history_retention_seconds is 86400 (1 day) by default"
LIMIT_NOTE = "Neon keeps history 30 days at most on the Scale plan, 7 on Launch and 6 hours on Free"
LIMIT = 30
LIMIT_OF_PLAN = {
    "free": (0, "Neon keeps history 6 hours at most on the Free plan"),
    "launch": (7, "Neon keeps history 7 days at most on the Launch plan"),
}
"""What a live project says of its plan (``subscription_type``); code does not know it."""
ENCRYPTED = "Neon encrypts storage with AES-256 (https://neon.com/docs/security/security-overview)"
MINUTES = {"hourly": 60, "daily": 1440, "weekly": 7 * 1440, "monthly": 31 * 1440, "yearly": 366 * 1440}


def add_databases(index: Index, estate: Estate) -> None:
    """Map every Neon project, and its branches as what they are."""
    projects: dict[str, Database] = {}
    for raw in index.of_type(PROJECT):
        projects[raw.address] = _project(index, raw)
    estate.databases.extend(projects.values())
    for raw in index.of_type(BRANCH):
        owner = target_of(index, raw, "project_id", PROJECT)
        estate.databases.append(_branch(raw, projects.get(owner.address) if owner else None))


def yes(value: Value[object]) -> Value[bool]:
    """``"yes"`` and ``"no"`` of the community provider, true and false of the official one."""
    if not value.known:
        return Value(value.kind, None, value.path, value.where, value.note)
    word = str(value.data).lower()
    if word in ("yes", "true", "1"):
        return value.map(lambda _: True)
    if word in ("no", "false", "0", ""):
        return Value(value.kind, False, value.path, value.where, value.note)
    return unknown(f"{value.path} is neither yes nor no", value.path, value.where)


def _project(index: Index, raw: RawResource) -> Database:
    database = Database(
        kind="neon-project",
        engine=stated("postgres", "pg_version", raw.where),
        features=FEATURES,
        display=str(raw.attrs["name"]) if isinstance(raw.attrs.get("name"), str) else "",
        encrypted=default(True, "", raw.where, ENCRYPTED),
        branch_protected=_protected(raw),
        password_kind="stored" if not yes(raw.value("store_password", "yes")).is_false else "not-stored",
        prevent_destroy=lifecycle_meta(raw),
        **subject_fields(raw, "tags") | {"region": raw.text("region_id")},
    )
    _history(database, raw.value("history_retention_seconds", 86400, HISTORY))
    plan = raw.text("subscription_type")
    if plan.known and (limit := next((limit for name, limit in LIMIT_OF_PLAN.items() if str(plan.data).startswith(name)), None)):
        database.limit_days, database.limit_note = database.pitr_limit_days, database.pitr_limit_note = limit
    database.plans = _schedules(index, raw)
    return database


def _protected(raw: RawResource) -> Value[bool]:
    for path in ("default_branch_protected", "branch.protected"):
        value = raw.value(path)
        if not value.absent:
            return yes(value)
    return default(False, "default_branch_protected", raw.where, f"{PROJECT}: default false")


def _history(database: Database, seconds: Value[object]) -> None:
    """History is backup and recovery window in one; 0 turns both off."""
    days = whole_days(seconds)
    kept = _some(seconds)
    database.retention_days = database.pitr_days = days
    database.backups = database.pitr = kept
    database.limit_days = database.pitr_limit_days = LIMIT
    database.limit_note = database.pitr_limit_note = LIMIT_NOTE
    database.mechanism, database.mechanism_rpo = "history", 0
    database.fixes = {
        "backups": "Set history_retention_seconds above 0.",
        "retention": "Set history_retention_seconds to {need} days in seconds (30 days at most, on the Scale plan), or add a backup schedule or a logical dump.",
        "pitr": "Set history_retention_seconds = 604800 (7 days).",
        "pitr-window": "Set history_retention_seconds to {need} days in seconds.",
    }


def _some(seconds: Value[object]) -> Value[bool]:
    if not seconds.known:
        return Value(seconds.kind, None, seconds.path, seconds.where, seconds.note)
    try:
        count = float(str(seconds.data))
    except ValueError:
        return unknown(f"{seconds.path} is not a number", seconds.path, seconds.where)
    return Value(seconds.kind, count > 0, seconds.path, seconds.where, seconds.note)


def _branch(raw: RawResource, project: Database | None) -> Database:
    """A branch shares its project's history. Only a protected one counts as a store of its own."""
    protected = yes(raw.value("protected", "no", f"{BRANCH}: default no"))
    own = protected.is_true
    database = Database(
        kind="neon-branch",
        role="primary" if own else "clone",
        role_reason="" if own else "a branch is a copy of its parent",
        engine=stated("postgres", "", raw.where),
        features=BRANCH_FEATURES if own else frozenset(),
        encrypted=default(True, "", raw.where, ENCRYPTED),
        branch_protected=protected,
        prevent_destroy=lifecycle_meta(raw),
        **subject_fields(raw, "tags") | {"region": project.region if project else absent("project_id", raw.where)},
    )
    if project is None:
        _history(database, unknown("its project is not in this input", "project_id", raw.where))
    else:
        _history(database, default(0, "project_id", raw.where))
        database.retention_days, database.pitr_days = project.retention_days, project.pitr_days
        database.backups, database.pitr = project.backups, project.pitr
    return database


def _schedules(index: Index, raw: RawResource) -> list[PlanRule]:
    """Scheduled snapshots of the default branch: the second mechanism beside history."""
    rules: list[PlanRule] = []
    for schedule in index.companions(raw, SCHEDULE, "project_id", ("name",)).found:
        branch = schedule.raw("branch_id")
        if isinstance(branch, Unknown) and any(ref.address != raw.address for ref in branch.refs):
            continue
        items = schedule.blocks("schedule")
        rules.extend(_snapshot(schedule, f"schedule.{number}") for number in range(0 if isinstance(items, Unknown) else len(items)))
    return rules


def _snapshot(raw: RawResource, path: str) -> PlanRule:
    often = raw.text(f"{path}.frequency")
    every: Value[int] = often.map(lambda word: MINUTES.get(word.lower()))
    if often.known and every.data is None:
        every = unknown(f"frequency {often.data}", often.path, often.where)
    keep = raw.value(f"{path}.retention_seconds")
    return PlanRule(
        kind="neon-backup-schedule",
        plan=raw.address,
        schedule=often,
        every_minutes=every,
        delete_days=unknown("retention_seconds is not stated", keep.path, raw.where) if keep.absent else whole_days(keep),
        **subject_fields(raw, "tags"),
    )
