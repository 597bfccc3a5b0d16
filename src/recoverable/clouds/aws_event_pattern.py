"""Reads EventBridge event patterns as far as backup failures go."""

from __future__ import annotations

import fnmatch
import json
from typing import Any

BACKUP_TYPES = ("Backup Job State Change", "Copy Job State Change")
FAILED = ("FAILED", "ABORTED", "EXPIRED")
RDS_TYPES = {
    "RDS DB Instance Event": "rds",
    "RDS DB Snapshot Event": "rds",
    "RDS DB Cluster Event": "aurora",
    "RDS DB Cluster Snapshot Event": "aurora",
}
RDS_CATEGORIES = ("backup", "failure")


def families_of_pattern(document: str) -> frozenset[str]:
    """The families whose failed backups an event pattern lets through."""
    try:
        pattern = json.loads(document)
    except (ValueError, RecursionError):
        return frozenset()
    if not isinstance(pattern, dict):
        return frozenset()
    detail = pattern.get("detail")
    detail = detail if isinstance(detail, dict) else {}
    hears: set[str] = set()
    sources, types = pattern.get("source"), pattern.get("detail-type")
    if sources is None and types is None:
        return frozenset()
    if _lets(sources, "aws.backup") and any(_lets(types, name) for name in BACKUP_TYPES) and _hears_failed(detail):
        hears.add("aws-backup")
    if _lets(sources, "aws.rds") and any(_lets(detail.get("EventCategories"), name) for name in RDS_CATEGORIES):
        hears.update(family for name, family in RDS_TYPES.items() if _lets(types, name))
    return frozenset(hears)


def _hears_failed(detail: dict[str, Any]) -> bool:
    """Some events carry ``state``, others ``status``; ``$or`` may hold both."""
    options = detail.get("$or")
    if isinstance(options, list):
        return any(isinstance(option, dict) and _hears_failed(option) for option in options)
    return all(any(_lets(detail[name], word) for word in FAILED) for name in ("state", "status") if name in detail)


def _lets(tests: Any, word: str) -> bool:
    """Whether a list of tests lets a word through; no list lets everything through."""
    if tests is None:
        return True
    return any(_test(test, word) for test in (tests if isinstance(tests, list) else [tests]))


def _test(test: Any, word: str) -> bool:
    if not isinstance(test, dict):
        return bool(test == word)
    if "prefix" in test:
        prefix = test["prefix"]
        if isinstance(prefix, dict):
            return word.lower().startswith(str(prefix.get("equals-ignore-case", "")).lower())
        return word.startswith(str(prefix))
    if "suffix" in test:
        return word.endswith(str(test["suffix"]))
    if "equals-ignore-case" in test:
        return word.lower() == str(test["equals-ignore-case"]).lower()
    if "wildcard" in test:
        return fnmatch.fnmatchcase(word, str(test["wildcard"]).replace("[", "[[]"))
    if "anything-but" in test:
        barred = test["anything-but"]
        if isinstance(barred, dict):
            return not _test(barred, word)
        return word not in (barred if isinstance(barred, list) else [barred])
    return test.get("exists") is True
