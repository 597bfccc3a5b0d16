"""The most forgiving stacks a single resource can find itself in.

A resource policy is asked about one resource before the rest of the stack is known: a companion that mends what is wrong may
be declared later. So a fail counts there only if it stays a fail in each of these surroundings: under a backup plan that
leaves nothing to wish for, as a bucket that only takes logs (of which nothing is asked that is not asked of a copy, too), beside
what the cloud has kept of it. They are resources in Terraform's words and are read by the same mapping as any other; tests/hosts/pulumi holds that no
example of any rule is refused alone and accepted in its stack, and that each of these is needed for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from recoverable.model.raw import RawResource
from recoverable.model.values import Ref, Unknown

ELSEWHERE = ("eu-north-1", "us-west-2")
ACCOUNT = "123456789012"
LONGEST_CONTINUOUS, LONG = 35, 36500
# What the cloud has where a program says nothing, and keeps (Optional and Computed in the provider's schema): a resource that
# exists may have any value there, and an analyzer is not told. A test derives the same list from the schemas and the examples.
KEPT: dict[str, tuple[str, ...]] = {
    "aws_backup_vault": ("kms_key_arn",),
    "aws_db_instance": ("kms_key_id", "multi_az"),
    "aws_dynamodb_table": ("point_in_time_recovery",),
    "aws_efs_file_system": ("encrypted",),
    "aws_elasticache_replication_group": ("at_rest_encryption_enabled", "global_replication_group_id"),
    "aws_rds_cluster": ("storage_encrypted",),
    "google_spanner_database": ("version_retention_period",),
    "google_sql_database_instance": ("encryption_key_name", "settings.backup_configuration"),
}
Surroundings = tuple[RawResource, list[RawResource]]


def surroundings(raw: RawResource) -> Iterator[Surroundings]:
    """The resource itself, or a variant of it, with companions; each is a stack of its own."""
    kept = KEPT.get(raw.type)
    if kept:
        yield _kept(raw, kept), []
    for prefix, makers in _MAKERS.items():
        if raw.type.startswith(prefix):
            for make in makers:
                yield raw, make(raw)


def _kept(raw: RawResource, paths: tuple[str, ...]) -> RawResource:
    """The resource with what the cloud may have kept unknown."""
    attrs = dict(raw.attrs)
    for path in paths:
        _forget(attrs, path.split("."))
    return replace(raw, attrs=attrs)


def _forget(attrs: dict[str, Any], parts: list[str]) -> None:
    name, rest = parts[0], parts[1:]
    found = attrs.get(name)
    if found is None:
        attrs[name] = Unknown(f"what the cloud keeps for {name}")
    elif rest and isinstance(found, (dict, list)):
        blocks = [dict(item) if isinstance(item, dict) else item for item in (found if isinstance(found, list) else [found])]
        for block in blocks:
            if isinstance(block, dict):
                _forget(block, rest)
        attrs[name] = blocks if isinstance(found, list) else blocks[0]


def _made(kind: str, label: str = "companion", /, **attrs: Any) -> RawResource:
    return RawResource(address=f"companion.{kind}.{label}", type=kind, name=label, attrs=attrs, engine="pulumi")


def _to(raw: RawResource, attribute: str) -> Unknown:
    """A reference to a resource."""
    return Unknown(f"{raw.address}.{attribute}", "", (Ref(raw.address, attribute),), not_null=True)


def _best_plan() -> RawResource:
    copies = [
        {"destination_vault_arn": f"arn:aws:backup:{region}:{ACCOUNT}:backup-vault:companion", "lifecycle": {"delete_after": LONG}}
        for region in ELSEWHERE
    ]
    rule = {"target_vault_name": "companion", "schedule": "cron(0 * * * ? *)", "copy_action": copies}
    return _made(
        "aws_backup_plan",
        name="companion",
        rule=[
            {"rule_name": "points", "enable_continuous_backup": True, "lifecycle": {"delete_after": LONGEST_CONTINUOUS}, **rule},
            {"rule_name": "snapshots", "lifecycle": {"delete_after": LONG}, **rule},
        ],
    )


def _selection(plan: RawResource, name: str = "companion") -> RawResource:
    return _made("aws_backup_selection", name, plan_id=_to(plan, "id"), resources=["*"])


def _under_a_plan(_: RawResource) -> list[RawResource]:
    plan = _best_plan()
    return [plan, _selection(plan)]


def _beside_a_better_plan(raw: RawResource) -> list[RawResource]:
    """A plan is judged by the stores it selects: here by one of the least demanding environment, with backups and a copy of its own."""
    better = _best_plan()
    home, away = ELSEWHERE
    store = _made(
        "aws_db_instance", engine="postgres", region=home, backup_retention_period=LONGEST_CONTINUOUS, tags={"environment": "dev"}
    )
    copy = _made("aws_db_instance_automated_backups_replication", region=away, source_db_instance_arn=_to(store, "arn"))
    return [better, store, copy, _selection(raw, "this"), _selection(better)]


def _takes_logs(raw: RawResource) -> list[RawResource]:
    return [_made("aws_s3_bucket_logging", bucket="companion", target_bucket=_to(raw, "id"), target_prefix="log/")]


def _encrypted_by_the_account(raw: RawResource) -> list[RawResource]:
    home = {"region": raw.attrs["region"]} if "region" in raw.attrs else {}
    return [replace(_made("aws_ebs_encryption_by_default", enabled=True, **home), provider=raw.provider)]


def _google_takes_logs(raw: RawResource) -> list[RawResource]:
    return [_made("google_storage_bucket", name="companion", location="EU", logging={"log_bucket": _to(raw, "name")})]


Maker = Callable[[RawResource], list[RawResource]]
_MAKERS: dict[str, tuple[Maker, ...]] = {
    "aws_": (_under_a_plan,),
    "aws_backup_plan": (_beside_a_better_plan,),
    "aws_s3_bucket": (_takes_logs,),
    "aws_ebs_volume": (_encrypted_by_the_account,),
    "google_storage_bucket": (_google_takes_logs,),
}
