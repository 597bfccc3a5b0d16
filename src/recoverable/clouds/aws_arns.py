"""ARNs of stores as far as they are known before apply, and patterns that may stand for them.

Three answers: True, False, and None where it depends on something that is not known. Partition
and account are taken to be the same as the pattern's: code names its own account.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from recoverable.model.estate import Store
from recoverable.model.raw import RawResource

NOTHING = "\0"


@dataclass(frozen=True, slots=True)
class Family:
    """How AWS Backup calls a type of resource, and how its ARN is built."""

    label: str
    service: str
    prefix: str
    names: tuple[str, ...]
    global_name: bool = False


_FSX = Family("FSx", "fsx", "file-system/", ("id",))
_CLUSTER = ("cluster_identifier", "id")
FAMILIES = {
    "aws_db_instance": Family("RDS", "rds", "db:", ("identifier",)),
    "aws_rds_cluster": Family("Aurora", "rds", "cluster:", _CLUSTER),
    "aws_docdb_cluster": Family("DocumentDB", "rds", "cluster:", _CLUSTER),
    "aws_neptune_cluster": Family("Neptune", "rds", "cluster:", _CLUSTER),
    "aws_dynamodb_table": Family("DynamoDB", "dynamodb", "table/", ("name",)),
    "aws_redshift_cluster": Family("Redshift", "redshift", "cluster:", _CLUSTER),
    "aws_efs_file_system": Family("EFS", "elasticfilesystem", "file-system/", ("id",)),
    "aws_ebs_volume": Family("EBS", "ec2", "volume/", ("id",)),
    "audit_instance": Family("EC2", "ec2", "instance/", ("id",)),
    "aws_s3_bucket": Family("S3", "s3", "", ("bucket", "id"), global_name=True),
    "aws_fsx_lustre_file_system": _FSX,
    "aws_fsx_windows_file_system": _FSX,
    "aws_fsx_openzfs_file_system": _FSX,
    "aws_fsx_ontap_file_system": Family("FSx", "fsx", "volume/", ()),  # what is backed up are its volumes
}


def family_of(store: Store) -> Family | None:
    """The family AWS Backup knows the store by; None for what it cannot back up."""
    if store.raw is None or store.role == "cluster-member":
        return None
    found = FAMILIES.get(store.raw.type)
    if found and store.kind == "rds-cluster":
        return Family("RDS", found.service, found.prefix, found.names)
    return found


def name_of(raw: RawResource, names: Iterable[str]) -> str | None:
    """The literal name of a resource, None where AWS or an unknown expression gives it."""
    return next((value for name in names if isinstance(value := raw.attrs.get(name), str) and value), None)


def own_name(store: Store) -> str | None:
    """The last part of the store's ARN, None where it is not known yet."""
    family = family_of(store)
    return name_of(store.raw, family.names) if family and store.raw is not None else None


def arn_matches(pattern: str, store: Store, family: Family) -> bool | None:
    """Whether an ARN, maybe with wildcards, stands for the store."""
    if pattern == "*":
        return True
    own = store.raw.attrs.get("arn") if store.raw is not None else None
    if isinstance(own, str):
        return like(pattern, own)
    parts = pattern.split(":", 5)
    if parts[0] not in ("arn", "*") or store.raw is None:
        return False
    if len(parts) < 6:
        if not parts[-1].endswith("*"):
            return False
        parts += ["*"] * (6 - len(parts))
    region = "" if family.global_name else (store.region.data if store.region.known else None)
    return all_of(
        [
            bool(_pattern(parts[2]).fullmatch(family.service)),
            _part(parts[3], "", region),
            _part(parts[5], family.prefix, name_of(store.raw, family.names)),
        ]
    )


def like(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern with ``*`` and ``?``, letter for letter."""
    return bool(_pattern(pattern).fullmatch(text))


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """False if one is, else None if one is not known."""
    found = list(answers)
    return False if False in found else (None if None in found else True)


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """True if one is, else None if one is not known."""
    found = list(answers)
    return True if True in found else (None if None in found else False)


def _part(pattern: str, prefix: str, rest: str | None) -> bool | None:
    if rest is not None:
        return bool(_pattern(pattern).fullmatch(prefix + rest))
    if _pattern(pattern).fullmatch(prefix + NOTHING):
        return True
    fixed = re.split(r"[*?]", pattern)[0]
    return None if fixed.startswith(prefix) or (prefix.startswith(fixed) and fixed != pattern) else False


@lru_cache(maxsize=2048)
def _pattern(text: str) -> re.Pattern[str]:
    """``*`` stands for anything, also for a part that is not known; ``?`` for one known letter."""
    body = "".join(".*" if letter == "*" else (f"[^{NOTHING}]" if letter == "?" else re.escape(letter)) for letter in text)
    return re.compile(body, re.DOTALL)
