"""What names a store, in code and in an account, so that the two can be told to be the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from recoverable.clouds.aws_volumes import FSX
from recoverable.model.raw import RawResource
from recoverable.model.sketches import HOLE
from recoverable.model.values import Unknown

NAMED: dict[str, tuple[str, ...]] = {
    "aws_s3_bucket": ("bucket",),
    "aws_db_instance": ("identifier",),
    "aws_rds_cluster": ("cluster_identifier",),
    "aws_dynamodb_table": ("name",),
    "aws_efs_file_system": ("creation_token",),
    "aws_docdb_cluster": ("cluster_identifier",),
    "aws_neptune_cluster": ("cluster_identifier",),
    "aws_redshift_cluster": ("cluster_identifier",),
    "aws_elasticache_replication_group": ("replication_group_id",),
    "aws_elasticache_cluster": ("cluster_id",),
    "aws_elasticache_serverless_cache": ("name",),
    "aws_memorydb_cluster": ("name",),
}
"""The attributes that name a store of each type that the audit reads, beside its id and ARN, which only a plan or a state knows."""
BEGUN = ("bucket_prefix", "identifier_prefix", "cluster_identifier_prefix", "name_prefix")
"""Beginnings of names that the provider makes."""
ANY_CASE = (
    "aws_db_instance",
    "aws_rds_cluster",
    "aws_docdb_cluster",
    "aws_neptune_cluster",
    "aws_redshift_cluster",
    "aws_elasticache_",
    "aws_memorydb_cluster",
)
"""Services that keep names in small letters, however they are written."""
LISTED: dict[str, tuple[str, ...]] = {
    "aws_s3_bucket": ("s3:ListAllMyBuckets", "s3:GetBucketLocation"),
    "aws_db_instance": ("rds:DescribeDBInstances",),
    "aws_rds_cluster": ("rds:DescribeDBClusters",),
    "aws_dynamodb_table": ("dynamodb:ListTables", "dynamodb:DescribeTable"),
    "aws_efs_file_system": ("elasticfilesystem:DescribeFileSystems",),
    "aws_docdb_cluster": ("rds:DescribeDBClusters",),
    "aws_neptune_cluster": ("rds:DescribeDBClusters",),
    "aws_redshift_cluster": ("redshift:DescribeClusters",),
    "aws_elasticache_replication_group": ("elasticache:DescribeReplicationGroups",),
    "aws_elasticache_cluster": ("elasticache:DescribeCacheClusters",),
    "aws_elasticache_serverless_cache": ("elasticache:DescribeServerlessCaches",),
    "aws_memorydb_cluster": ("memorydb:DescribeClusters",),
    "aws_ebs_volume": ("ec2:DescribeVolumes",),
    **dict.fromkeys(FSX, ("fsx:DescribeFileSystems",)),
}
"""The actions without which a store of a type is not seen; a type that is not here is not read, so that nothing is told of it."""


@dataclass(frozen=True, slots=True)
class Naming:
    """``texts``: any of them is its name. Where there is none, ``doubt`` says why, and ``like`` what the name may look like."""

    texts: frozenset[str]
    doubt: str = ""
    like: re.Pattern[str] | None = None

    def may_be(self, texts: frozenset[str]) -> bool:
        """Whether a store whose name is not known may be the one with these names."""
        return bool(self.doubt) and (self.like is None or any(self.like.fullmatch(text) for text in texts))


def naming_of(raw: RawResource) -> Naming:
    """What names a resource."""
    values = [raw.attrs.get(name) for name in (*NAMED.get(raw.type, ()), "id", "arn")]
    texts = frozenset(_as_kept(raw.type, value) for value in values if isinstance(value, str) and value)
    if texts:
        return Naming(texts)
    hidden = next((value for value in values if isinstance(value, Unknown)), None)
    if hidden is not None:
        return Naming(texts, _said(hidden), _pattern(raw.type, hidden.sketch))
    for name in BEGUN:
        begun: Any = raw.attrs.get(name)
        if isinstance(begun, str) and begun:
            return Naming(texts, f"only its beginning {begun!r} is known before apply", _pattern(raw.type, begun + HOLE))
        if isinstance(begun, Unknown):
            return Naming(texts, _said(begun), _pattern(raw.type, begun.sketch and begun.sketch + HOLE))
    return Naming(texts, "its name is made when it is created")


def account_of(raw: RawResource) -> frozenset[str]:
    """The accounts that a resource may be in, as far as code says it: by its ARN, or by its provider's; none where it does not."""
    arn = raw.attrs.get("arn")
    if isinstance(arn, str) and arn.count(":") >= 5 and arn.split(":")[4]:
        return frozenset({arn.split(":")[4]})
    attrs = raw.provider.attrs if raw.provider else {}
    allowed = attrs.get("allowed_account_ids")
    if isinstance(allowed, list) and allowed and all(isinstance(each, str) for each in allowed):
        return frozenset(allowed)
    role = attrs.get("assume_role")
    found = role[0] if isinstance(role, list) and role else role
    arn = found.get("role_arn") if isinstance(found, dict) else None
    return frozenset({arn.split(":")[4]}) if isinstance(arn, str) and arn.count(":") >= 5 else frozenset()


def _as_kept(kind: str, text: str) -> str:
    return text.lower() if kind.startswith(ANY_CASE) else text


def _said(value: Unknown) -> str:
    return f"its name comes from {value.expression}"


def _pattern(kind: str, sketch: str) -> re.Pattern[str] | None:
    """What a name made after a sketch looks like; None where anything will do."""
    parts = sketch.split(HOLE)
    return re.compile(".*".join(re.escape(_as_kept(kind, part)) for part in parts), re.DOTALL) if any(parts) else None
