"""Questions about backup plans: for whom a plan is judged, how far apart its backups are, who hears it fail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recoverable.model.estate import Alarm, Bucket, Database, Plan, PlanRule, Store, Subject, Vault, Volume
from recoverable.model.regions import different_regions
from recoverable.model.values import Value, stated
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context
from recoverable.standard.demands import Demands

DAILY = 24 * 60
CONTINUOUS_MINUTES = {"rds-instance": 5, "rds-cluster": 5, "aurora-cluster": 5, "cloudsql-instance": 5, "s3-bucket": 15}
AWS_PLANS = ("backup-plan", "snapshot-policy")


@dataclass(frozen=True, slots=True)
class Judged:
    """A store a plan protects, or the plan itself where it selects none of this input."""

    store: Store | None
    demands: Demands

    @property
    def whom(self) -> str:
        """`` (aws_db_instance.orders, prod)`` for a message."""
        names = [self.store.address if self.store else "", self.demands.environment]
        return f" ({', '.join(name for name in names if name)})" if any(names) else ""


def judged(plan: Plan, context: Context) -> list[Judged]:
    """A plan is judged by its own environment tag, else by what each store it selects demands, else by its surroundings."""
    own = context.demands
    tagged = own.environment_source.startswith(("tag ", "flag "))
    stores = [store for store in stores_of(plan, context) if is_original(store)]
    return [Judged(store, own if tagged else context.demands_of(store)) for store in stores] or [Judged(None, own)]


def stores_of(plan: Plan, context: Context) -> list[Store]:
    """The stores of this input that a plan surely selects."""
    known: dict[str, Store] | None = context.shared.get("stores")
    if known is None:
        known = context.shared["stores"] = {store.address: store for store in context.estate.stores}
    return [known[address] for address in plan.selects if address in known]


def rules_for(item: Judged, plan: Plan) -> list[PlanRule]:
    """Every rule that backs a store up, from all its plans."""
    return item.store.plans if item.store else plan.rules


def gap(rule: PlanRule, store: Store | None) -> Value[int]:
    """Minutes between two restorable points; continuous backup counts only for stores that have it."""
    reach = CONTINUOUS_MINUTES.get(store.kind) if store else min(CONTINUOUS_MINUTES.values())
    if reach is not None and rule.continuous.is_true:
        return stated(reach, rule.continuous.path, rule.continuous.where)
    if reach is not None and rule.continuous.unknown:
        return Value(rule.continuous.kind, None, rule.continuous.path, rule.continuous.where, rule.continuous.note)
    return rule.every_minutes


def covers_itself(store: Store, minutes: int) -> bool | None:
    """Whether a store has restorable points of its own at most ``minutes`` apart; None where it is not known."""
    if isinstance(store, Database):
        if store.pitr.is_true and (store.mechanism_rpo or DAILY) <= minutes:
            return True
        if store.backups.is_true and minutes >= DAILY:
            return True
        return None if store.pitr.unknown or store.backups.unknown else False
    if isinstance(store, Bucket):
        return None if store.versioning.unknown else store.versioning.is_true
    if isinstance(store, Volume) and minutes >= DAILY:
        return None if store.own_backups.unknown else store.own_backups.is_true
    return False


def keeps_itself(store: Store, days: int) -> bool | None:
    """Whether a store's own backups are kept at least ``days``; None where it is not known."""
    if isinstance(store, Bucket):
        return None if store.versioning.unknown else store.versioning.is_true
    if isinstance(store, (Database, Volume)):
        if store.retention_days.unknown:
            return None
        return store.retention_days.known and (store.retention_days.data or 0) >= days
    return False


def copied_elsewhere(store: Store) -> bool | None:
    """Whether a store has a copy in a second region without any plan."""
    answers: list[Value[bool]] = []
    if isinstance(store, Database):
        answers.append(store.second_region)
    if isinstance(store, Bucket):
        answers += [store.multi_region, *(different_regions(store.region, item.target_region) for item in store.replicas if item.enabled.is_true)]
    return True if any(answer.is_true for answer in answers) else (None if any(answer.unknown for answer in answers) else False)


def vault_of(name: str, context: Context) -> Vault | None:
    """The vault with this address."""
    known: dict[str, Vault] | None = context.shared.get("vaults")
    if known is None:
        known = context.shared["vaults"] = {vault.address: vault for vault in context.estate.vaults}
    return known.get(name)


def who_hears(context: Context, family: str, subject: Subject, more: Iterable[str] = ()) -> tuple[Alarm | None, str]:
    """The alarm that hears failures of a family for a subject, or why one may."""
    names = {subject.address, *more, *_identifiers(subject)}
    doubt = ""
    for alarm in context.estate.alarms:
        if alarm.hears_unknown:
            doubt = doubt or f"{alarm.address} may hear it: {alarm.hears_unknown}"
        if family not in alarm.hears or (alarm.sources and not names.intersection(alarm.sources)):
            continue
        if alarm.sends.is_true:
            return alarm, ""
        if alarm.sends.unknown:
            doubt = doubt or f"{alarm.address} hears it, but whether it tells anyone depends on {alarm.sends.note}"
    return None, doubt or context.estate.partial or missing_module(context, "alarm", "alert", "monitor", "notif", "event", "sns", "backup")


def missing_module(context: Context, *words: str) -> str:
    """A module that was not downloaded and, by its name, may hold what is looked for."""
    for problem in context.estate.missing_modules:
        if any(word in f"{problem.address} {problem.message}".lower() for word in words):
            return f"{problem.address or 'a module'} was not read and may hold it"
    return ""


def _identifiers(subject: Subject) -> set[str]:
    keys = ("identifier", "cluster_identifier", "id", "arn", "bucket", "name")
    return {value for key in keys if subject.raw is not None and isinstance(value := subject.raw.attrs.get(key), str)}


def apart(minutes: int) -> str:
    """``7 days``, ``12 hours``, ``30 minutes``."""
    for size, word in ((DAILY, "day"), (60, "hour")):
        if minutes >= size and minutes % size == 0:
            count = minutes // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
