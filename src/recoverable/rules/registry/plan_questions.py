"""Questions about backup plans: for whom a plan is judged, how far apart its backups are, who hears it fail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from recoverable.model.estate import Alarm, Bucket, Database, Key, Plan, PlanRule, Store, Subject, Vault, Volume
from recoverable.model.finding import Severity
from recoverable.model.regions import different_regions
from recoverable.model.values import Value, stated, unknown
from recoverable.rules.registry.questions import LESSER, is_original
from recoverable.rules.registry.rule import Context
from recoverable.standard.demands import Demands

DAILY = 24 * 60
CONTINUOUS_MINUTES = {"rds-instance": 5, "rds-cluster": 5, "aurora-cluster": 5, "cloudsql-instance": 5, "s3-bucket": 15}
OF_A_REGION = ("event-subscription", "event-rule", "metric-alarm", "vault-notification", "bucket-notification")
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
    known = _by_address(context)
    return [found for address in plan.selects if isinstance(found := known.get(address), Store)]


def severity_for(item: Judged, severity: Severity) -> Severity:
    """The severity in production (or where the environment is not known); ``low`` elsewhere."""
    return Severity.LOW if item.demands.environment in LESSER else severity


def rules_for(item: Judged, plan: Plan) -> list[PlanRule]:
    """Every rule that backs a store up, from all its plans."""
    return item.store.plans if item.store else plan.rules


def gap(rule: PlanRule, store: Store | None) -> Value[int]:
    """Minutes between two restorable points; continuous backup counts only for stores that have it.

    Where it is not known what a plan backs up, its schedule counts: it is for every store, and continuous backup for some alone.
    """
    if store is None:
        return _gap_of_any(rule)
    reach = CONTINUOUS_MINUTES.get(store.kind)
    if reach is not None and rule.continuous.is_true:
        return stated(reach, rule.continuous.path, rule.continuous.where)
    if reach is not None and rule.continuous.unknown:
        return Value(rule.continuous.kind, None, rule.continuous.path, rule.continuous.where, rule.continuous.note)
    return rule.every_minutes


def _gap_of_any(rule: PlanRule) -> Value[int]:
    often = rule.every_minutes
    if often.unknown or (often.data or 0) <= DAILY or not (rule.continuous.is_true or rule.continuous.unknown):
        return often
    note = "continuous backup is for RDS, Aurora and S3 alone, and what is backed up is not known"
    return unknown(note, rule.continuous.path, rule.continuous.where)


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
        answers += [
            store.multi_region,
            *(different_regions(store.region, item.target_region) for item in store.replicas if item.enabled.is_true),
        ]
    return True if any(answer.is_true for answer in answers) else (None if any(answer.unknown for answer in answers) else False)


def vault_of(name: str, context: Context) -> Vault | None:
    """The vault with this address."""
    found = _by_address(context).get(name)
    return found if isinstance(found, Vault) else None


def protected_by(key: Key, context: Context) -> list[Subject]:
    """The stores and vaults a key protects."""
    known = _by_address(context)
    return [known[address] for address in key.protects if address in known]


def _by_address(context: Context) -> dict[str, Subject]:
    known: dict[str, Subject] | None = context.shared.get("subjects")
    if known is None:
        known = context.shared["subjects"] = {item.address: item for item in [*context.estate.stores, *context.estate.vaults]}
    return known


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who hears failures: an alarm that surely does, else why one may, else why one does not."""

    alarm: Alarm | None = None
    doubt: str = ""
    deaf: str = ""


@dataclass(slots=True)
class _Ears:
    """Alarms of one family: those that hear every store, and those that hear named ones."""

    everywhere: list[Alarm] = field(default_factory=list)
    named: dict[str, list[Alarm]] = field(default_factory=dict)


def who_hears(context: Context, family: str, subject: Subject, more: Iterable[str] = (), *, anywhere: bool = False) -> Hearing:
    """The alarm that hears failures of a family for a subject, or why none surely does; in its own region, or ``anywhere``."""
    ears: dict[str, _Ears] | None = context.shared.get("ears")
    if ears is None:
        ears = context.shared["ears"] = _listen(context.estate.alarms)
        context.shared["vague alarms"] = [alarm for alarm in context.estate.alarms if alarm.hears_unknown]
    mine = ears.get(family, _Ears())
    names = dict.fromkeys([subject.address, *more, *_identifiers(subject)])
    alarms = [*mine.everywhere, *(alarm for name in names for alarm in mine.named.get(name, ()))]
    alarms = [alarm for alarm in alarms if anywhere or not _out_of_earshot(alarm, subject)]
    unsure = (alarm for alarm in context.shared["vague alarms"] if anywhere or not _out_of_earshot(alarm, subject))
    heard = next((alarm for alarm in alarms if alarm.sends.is_true), None)
    if heard is not None:
        return Hearing(heard)
    vague = next(
        (f"{alarm.address} hears it, but whether it tells anyone depends on {alarm.sends.note}" for alarm in alarms if alarm.sends.unknown),
        "",
    )
    doubt = (
        vague
        or next((f"{alarm.address} may hear it: {alarm.hears_unknown}" for alarm in unsure), "")
        or context.estate.partial
        or missing_module(context, "alarm", "alert", "monitor", "notif", "event", "sns", "backup")
    )
    return Hearing(
        doubt=doubt, deaf=next((f"{alarm.address} tells nobody: {alarm.sends.note or alarm.sends.path}" for alarm in alarms), "")
    )


def gets_copies_alone(vault: Vault, context: Context) -> bool:
    """Whether what fills it are copies, whose jobs run, and are told of, in the region that they come from."""
    if "copy targets" not in context.shared:
        rules = (rule for plan in context.estate.plans for rule in plan.rules)
        context.shared["copy targets"] = {copy.data for rule in rules for copy in rule.copies if copy.known}
    return not vault.rules and vault.address in context.shared["copy targets"]


def _out_of_earshot(alarm: Alarm, subject: Subject) -> bool:
    """AWS tells what happens in a region to what listens in that region alone."""
    return alarm.kind in OF_A_REGION and elsewhere(alarm, subject)


def elsewhere(one: Subject, other: Subject) -> bool:
    """Whether two things surely lie in different regions."""
    return one.region.known and other.region.known and one.region.data != other.region.data


def _listen(alarms: Iterable[Alarm]) -> dict[str, _Ears]:
    ears: dict[str, _Ears] = {}
    for alarm in alarms:
        for family in sorted(alarm.hears):
            mine = ears.setdefault(family, _Ears())
            if not alarm.sources:
                mine.everywhere.append(alarm)
            for name in alarm.sources:
                mine.named.setdefault(name, []).append(alarm)
    return ears


def missing_module(context: Context, *words: str) -> str:
    """A module that was not downloaded and, by its name, may hold what is looked for."""
    for problem in context.estate.missing_modules:
        if any(word in f"{problem.address} {problem.message}".lower() for word in words):
            return f"{problem.address or 'a module'} was not read and may hold it"
    return ""


def _identifiers(subject: Subject) -> list[str]:
    keys = ("identifier", "cluster_identifier", "id", "arn", "bucket", "name")
    return [value for key in keys if subject.raw is not None and isinstance(value := subject.raw.attrs.get(key), str)]


def apart(minutes: int) -> str:
    """``7 days``, ``12 hours``, ``30 minutes``."""
    for size, word in ((DAILY, "day"), (60, "hour")):
        if minutes >= size and minutes % size == 0:
            count = minutes // size
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
