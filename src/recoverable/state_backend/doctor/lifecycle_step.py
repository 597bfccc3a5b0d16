"""Whether a lifecycle eats state: the current one, versions that the standard still wants, or by an archive that takes hours to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from recoverable.state_backend.calls import CallError
from recoverable.state_backend.doctor.step import CouldNotRunError, FailedError
from recoverable.state_backend.doctor.visit import Visit
from recoverable.state_backend.names import LOCK, WORKSPACES
from recoverable.state_backend.settings import S3Backend

SLOW = frozenset({"GLACIER", "DEEP_ARCHIVE"})
"""Classes from which an object has to be restored for hours before it can be read."""
Rule = Mapping[str, Any]


def lifecycle(visit: Visit) -> str:
    """No rule that holds for state harms it."""
    try:
        said = visit.aws.call("s3", "get_bucket_lifecycle_configuration", Bucket=visit.backend.bucket)
    except CallError as error:
        if error.code == "NoSuchLifecycleConfiguration":
            return "there is none: versions are kept for ever"
        raise visit.unreadable(error, "s3:GetLifecycleConfiguration") from None
    enabled = [rule for rule in said.get("Rules", ()) if rule.get("Status") == "Enabled"]
    rules = [rule for rule in enabled if reaches(rule, visit.backend)]
    freed = [harm for rule in enabled if rule not in rules and not _by_tags(rule) for harm in frees_locks(rule, visit.backend)]
    surely = [harm for rule in rules if not _by_tags(rule) for harm in harms(rule, visit.backend)] + freed
    if surely:
        raise FailedError("; ".join(surely), "Give the rule a prefix outside of state, or the days that the standard demands.")
    perhaps = [harm for rule in rules if _by_tags(rule) for harm in harms(rule, visit.backend)]
    if perhaps:
        why = f"{'; '.join(perhaps)}; it goes by tags, and whether state carries them cannot be told"
        raise CouldNotRunError(why, "Give the rule a prefix outside of state.")
    kept = sorted({int(days) for rule in rules if (days := _noncurrent_days(rule)) is not None})
    return f"replaced versions are kept {kept[0]} days" if kept else "versions of state are kept for ever"


def reaches(rule: Rule, backend: S3Backend) -> bool:
    """Whether the prefix of a rule takes in state of one of the clients."""
    prefix, layout = _prefix(rule), backend.layout
    keys = [*layout.keys, *layout.workspace_keys] if "terraform" in backend.clients else []
    folders = [f"{layout.pulumi_root}stacks/", f"{layout.pulumi_root}meta.yaml"] if "pulumi" in backend.clients else []
    if "terraform" in backend.clients and not prefix.endswith(LOCK):
        folders.append(f"{WORKSPACES}/")  # of workspaces that nobody declared, too
    return any(key.startswith(prefix) for key in keys) or any(folder.startswith(prefix) or prefix.startswith(folder) for folder in folders)


def frees_locks(rule: Rule, backend: S3Backend) -> Iterator[str]:
    """What a rule does to locks: one that somebody holds must not go by its age. A rule that spares state carries no tags of locks either."""
    prefix, layout = _prefix(rule), backend.layout
    locks = [*layout.terraform_locks] if "terraform" in backend.clients else []
    folders = [f"{WORKSPACES}/"] if "terraform" in backend.clients else []
    folders += [f"{layout.pulumi_root}locks/"] if "pulumi" in backend.clients else []
    hit = any(key.startswith(prefix) for key in locks) or any(prefix.startswith(folder) or folder.startswith(prefix) for folder in folders)
    when = _expires(rule)
    if hit and when:
        yield f"rule {rule.get('ID') or '(without id)'} deletes locks that are held, {when}"


def harms(rule: Rule, backend: S3Backend) -> Iterator[str]:
    """What a rule that reaches state does to it."""
    name = f"rule {rule.get('ID') or '(without id)'}"
    if when := _expires(rule):
        yield f"{name} expires the current state {when}"
    days = _noncurrent_days(rule)
    if days is not None and days < backend.kept_days:
        yield (f"{name} deletes replaced versions after {days} days, and the standard keeps them {backend.kept_days} ({backend.kept_by})")
    classes = {
        str(each.get("StorageClass"))
        for kind in ("Transitions", "NoncurrentVersionTransitions")
        for each in rule.get(kind, ())
        if each.get("StorageClass") in SLOW
    }
    if classes:
        yield f"{name} moves state to {', '.join(sorted(classes))}, where reading it takes hours"


def _expires(rule: Rule) -> str:
    """When current objects go; "" where they stay."""
    expiration = rule.get("Expiration", {})
    if "Days" in expiration:
        return f"after {expiration['Days']} days"
    return f"on {expiration['Date']:%Y-%m-%d}" if "Date" in expiration else ""


def _noncurrent_days(rule: Rule) -> int | None:
    found = rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays")
    return None if found is None else int(found)


def _prefix(rule: Rule) -> str:
    """Rules of the first version of the API say it at their top."""
    filtered = rule.get("Filter", {})
    return str(filtered.get("Prefix") or filtered.get("And", {}).get("Prefix") or rule.get("Prefix") or "")


def _by_tags(rule: Rule) -> bool:
    filtered = rule.get("Filter", {})
    return bool(filtered.get("Tag") or filtered.get("And", {}).get("Tags"))
