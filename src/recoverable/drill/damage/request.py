"""What a drill is asked for, or given, in a wrong way: targets, settings, keys. The artefact is a mapping that is changed in place."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from random import Random
from typing import Any

from recoverable.drill.damage.injection import Artefact, Injection
from recoverable.drill.damage.marked import ours

Request = MutableMapping[str, Any]
"""``target`` as text; the settings of the source beside it; ``minimums`` of server settings; ``environment``."""


def target_before_backup(request: Request, random: Random) -> str:
    """A time before the first backup."""
    request["target"] = "time:2020-01-01T00:00:00Z"
    return "the target is of 2020"


def target_in_the_future(request: Request, random: Random) -> str:
    """A time that nothing in the archive reaches."""
    request["target"] = "time:2099-01-01T00:00:00Z"
    return "the target is of 2099"


def target_without_zone(request: Request, random: Random) -> str:
    """A time that does not say its zone."""
    request["target"] = str(request["target"]).replace("Z", "").partition("+")[0]
    return "the target has no time zone"


def archive_elsewhere(request: Request, random: Random) -> str:
    """The archive is looked for where it is not."""
    request["wal_archive"] = f"{request['wal_archive']}-nosuch-{random.randrange(10**6)}"
    return "the archive's path is wrong"


def target_behind_last_commit(request: Request, random: Random) -> str:
    """A time after the last commit of an idle source: nothing is lost, and nothing in the log tells that."""
    request["target"] = f"time:{request['behind_last_commit']}"
    return "no commit follows the target"


def wrong_passphrase(request: Request, random: Random) -> str:
    """The key of an encrypted repository is another one."""
    ours(Path(request["cipher_pass_file"])).write_text(f"wrong-{random.randrange(10**9)}\n", encoding="utf-8")
    return "the passphrase is wrong"


def small_disk(request: Request, random: Random) -> str:
    """The copy is to be put where there is no room for it."""
    request["scratch"] = request["small_disk"]
    return "the disk is too small"


_WHERE = Artefact.REQUEST
INJECTIONS = (
    Injection("target-before-backup", 10, "the target is older than the backup", _WHERE, target_before_backup),
    Injection("target-in-the-future", 11, "the target lies in the future", _WHERE, target_in_the_future),
    Injection("target-behind-last-commit", 12, "no commit follows the target", _WHERE, target_behind_last_commit),
    Injection("target-without-zone", 13, "the target does not say its time zone", _WHERE, target_without_zone),
    Injection("passphrase-wrong", 17, "the repository's passphrase is wrong", _WHERE, wrong_passphrase),
    Injection("archive-unreachable", 25, "the log cannot be fetched", _WHERE, archive_elsewhere),
    Injection("disk-too-small", 30, "there is no room for the copy", _WHERE, small_disk),
)
