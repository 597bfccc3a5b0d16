"""``[drill.stores.NAME.source]`` of the provider ``bucket``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from recoverable.standard.problems import show
from recoverable.standard.typed import Table

KEYS = ("bucket", "region", "prefix", "replica", "sample", "largest_mb", "heartbeat")
REPLICA_KEYS = ("bucket", "region", "lag_minutes")
LAG_MINUTES = 15
"""What S3's replication time control promises for 99.9 % of the objects of a month; without it AWS promises nothing."""
LONGEST_LAG = 7 * 24 * 60
SAMPLE = 300
"""Where all of 300 objects chosen by chance are whole, fewer than 1 in 100 of all are damaged, with 95 % confidence (the rule of three: 3/300)."""
MOST = 5000
LARGEST_MB = 512
"""Larger objects are left out of the sample and counted: three copies and two readings of each would be the cost of the drill."""
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def read(table: Table) -> dict[str, Any]:
    """The settings, typed; every mistake becomes a problem of the table."""
    table.only(KEYS)
    return {
        "bucket": _bucket(table, needed=True),
        "region": table.text("region"),
        "prefix": _exact(table, "prefix"),
        "replica": _replica(table),
        "sample": table.whole("sample", 1, MOST, SAMPLE),
        "largest_mb": table.whole("largest_mb", 1, 5000, LARGEST_MB),
        "heartbeat": _exact(table, "heartbeat"),
    }


def _replica(table: Table) -> Mapping[str, Any] | None:
    if "replica" not in table.data:
        return None
    inner = table.table("replica")
    inner.only(REPLICA_KEYS)
    found = {
        "bucket": _bucket(inner, needed=True),
        "region": inner.text("region"),
        "lag_minutes": inner.whole("lag_minutes", 1, LONGEST_LAG, LAG_MINUTES),
    }
    if not found["region"]:
        inner.problems.add(inner.path, "names no region", 'Add region = "eu-central-1", say: where the replica is.')
    if found["bucket"] and found["bucket"] == table.text("bucket"):
        inner.wrong("bucket", "is the source itself", "Name the bucket that S3 replicates into.")
    return found


def _bucket(table: Table, *, needed: bool) -> str:
    name = table.text("bucket")
    if name and not _BUCKET.fullmatch(name):
        table.wrong("bucket", f"is {show(name)}, which is no name of a bucket", "Write the name alone, without s3:// and without a path.")
        return ""
    if needed and not name:
        table.problems.add(table.path, "names no bucket", 'Add bucket = "…".')
    return name


def _exact(table: Table, key: str) -> str:
    """A key or prefix, letter by letter: spaces are part of it."""
    found = table.data.get(key, "")
    if isinstance(found, str):
        return found
    return table.text(key)


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": description, **more}


_NAME = {"pattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A bucket of Amazon S3 whose noncurrent versions and replica are its backups.",
    "additionalProperties": False,
    "required": ["bucket"],
    "properties": {
        "bucket": _text("The bucket. It is only read.", **_NAME),
        "region": _text("Its region, in which the scratch bucket is made. Default: the one of environment or profile."),
        "prefix": {"type": "string", "description": "Only objects below it are looked at. Default: all."},
        "replica": {
            "type": "object",
            "description": "The bucket that S3 replicates into. It is only read.",
            "additionalProperties": False,
            "required": ["bucket", "region"],
            "properties": {
                "bucket": _text("Its name.", **_NAME),
                "region": _text("Its region."),
                "lag_minutes": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": LONGEST_LAG,
                    "default": LAG_MINUTES,
                    "description": "How far it may be behind; what is younger need not be there.",
                },
            },
        },
        "sample": {
            "type": "integer",
            "minimum": 1,
            "maximum": MOST,
            "default": SAMPLE,
            "description": "How many objects are restored and read. 300 whole ones mean fewer than 1 in 100 damaged, with 95 % confidence.",
        },
        "largest_mb": {
            "type": "integer",
            "minimum": 1,
            "maximum": 5000,
            "default": LARGEST_MB,
            "description": "Larger objects are left out of the sample, counted, and make the evidence amber.",
        },
        "heartbeat": {"type": "string", "description": "The key of the object that `recoverable drill heartbeat --store NAME` writes."},
    },
}
