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
S3, GCS = "s3", "gcs"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_GCS_BUCKET = re.compile(r"gs://([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])")


def read(table: Table) -> dict[str, Any]:
    """The settings, typed; every mistake becomes a problem of the table."""
    table.only(KEYS)
    cloud = _cloud_of(table)
    if cloud == GCS and "region" in table.data:
        table.wrong("region", "is of no use for Cloud Storage, which tells where a bucket lies", "Remove the line.")
    return {
        "cloud": cloud,
        "bucket": _bucket(table),
        "region": table.text("region"),
        "prefix": _exact(table, "prefix"),
        "replica": _replica(table, cloud),
        "sample": table.whole("sample", 1, MOST, SAMPLE),
        "largest_mb": table.whole("largest_mb", 1, 5000, LARGEST_MB),
        "heartbeat": _exact(table, "heartbeat"),
    }


def _cloud_of(table: Table) -> str:
    """By how the bucket is written: ``gs://name`` lies on Cloud Storage."""
    return GCS if str(table.data.get("bucket", "")).startswith("gs://") else S3


def _replica(table: Table, cloud: str) -> Mapping[str, Any] | None:
    if "replica" not in table.data:
        return None
    inner = table.table("replica")
    inner.only(REPLICA_KEYS)
    found = {
        "bucket": _bucket(inner),
        "region": inner.text("region"),
        "lag_minutes": inner.whole("lag_minutes", 1, LONGEST_LAG, LAG_MINUTES),
    }
    if found["bucket"] and _cloud_of(inner) != cloud:
        inner.wrong("bucket", "lies on another cloud than the source", "Write both with gs://, or both without: one drill asks one cloud.")
    elif cloud == GCS and found["region"]:
        inner.wrong("region", "is of no use for Cloud Storage, which tells where a bucket lies", "Remove it.")
    elif cloud == S3 and not found["region"]:
        inner.problems.add(inner.path, "names no region", 'Add region = "eu-central-1", say: where the replica is.')
    if found["bucket"] and inner.text("bucket") == table.text("bucket"):
        inner.wrong("bucket", "is the source itself", "Name the bucket that is replicated into.")
    return found


def _bucket(table: Table) -> str:
    """The name alone."""
    name = table.text("bucket")
    on_google = _GCS_BUCKET.fullmatch(name)
    if on_google:
        return on_google[1]
    if name and not _BUCKET.fullmatch(name):
        fix = "Write the name alone, without s3:// and without a path; on Cloud Storage gs://name."
        table.wrong("bucket", f"is {show(name)}, which is no name of a bucket", fix)
        return ""
    if not name:
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


_NAME = {"pattern": "^([a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9])$"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A bucket of Amazon S3 or Google Cloud Storage whose noncurrent versions and replica are its backups.",
    "additionalProperties": False,
    "required": ["bucket"],
    "properties": {
        "bucket": _text("The bucket; gs://name on Cloud Storage. It is only read.", **_NAME),
        "region": _text("On S3 its region, in which the scratch bucket is made. Default: the one of environment or profile."),
        "prefix": {"type": "string", "description": "Only objects below it are looked at. Default: all."},
        "replica": {
            "type": "object",
            "description": "The bucket that S3 replicates into, or a transfer job of Google. It is only read.",
            "additionalProperties": False,
            "required": ["bucket"],
            "properties": {
                "bucket": _text("Its name.", **_NAME),
                "region": _text("On S3, where it is needed, its region."),
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
